/** Crashes at every point of a step, what they leave on the disk, and what comes back after a restart. */
import { describe, expect, it } from 'vitest';
import type { CrashPoint } from '../../../src/cluster/events.ts';
import type { RestartDisk } from '../../../src/cluster/commands.ts';
import { InlineCluster } from '../../../src/host/inline.ts';
import { eventsOf } from '../../support/events.ts';
import { puppet, puppetHeader, told, type Action } from '../../support/puppet.ts';

const MS = 1000;
const STEP: readonly Action[] = [
  ['note', 'one'], ['save', 'a', 1], ['note', 'two'], ['send', 2, [['note', 'heard']]], ['save', 'b', 2], ['note', 'three'],
];

function crashing(point: CrashPoint) {
  const cluster = new InlineCluster(puppetHeader(2), { protocol: puppet, observe: true });
  cluster.runUntil(MS);
  const from = cluster.scheduler.log.mark();
  cluster.command({ type: 'crash', node: 1, point });
  if (point !== 'now') cluster.command({ type: 'propose', node: 1, value: told(...STEP) });
  cluster.runUntil(10 * MS);
  const notes = eventsOf(cluster.scheduler.log, from).flatMap((event) => (event.type === 'note' ? [event.text] : []));
  return { cluster, notes, events: () => eventsOf(cluster.scheduler.log, from) };
}

describe('a crash', () => {
  it.each<[CrashPoint, string[], object]>([
    ['now', [], {}],
    ['before-step', [], {}],
    ['after-save', ['one'], { a: 1 }],
    ['after-step', ['one', 'two', 'three', 'heard'], { a: 1, b: 2 }],
  ])('at point %s leaves %j said and %j on the disk', (point, said, disk) => {
    const { cluster, notes, events } = crashing(point);
    expect(notes).toEqual(said);
    expect(cluster.inspect(1)).toEqual({ up: false, memory: null, disk });
    expect(events().filter(({ type }) => type === 'crash')).toMatchObject([{ at: MS, node: 1, point, error: '' }]);
    expect(cluster.scheduler.stateOf(1)).toMatchObject({ up: false, armed: 'now', nextDue: Infinity });
  });

  it('before a step keeps the input that it did not take', () => {
    const { events } = crashing('before-step');
    expect(events().map(({ type }) => type)).toEqual(['request', 'crash']);
  });

  it('after a save waits for a step that saves', () => {
    const cluster = new InlineCluster(puppetHeader(1), { protocol: puppet });
    cluster.command({ type: 'crash', node: 1, point: 'after-save' });
    for (const word of ['first', 'second']) cluster.command({ type: 'propose', node: 1, value: told(['note', word]) });
    cluster.runUntil(MS);
    expect(cluster.scheduler.stateOf(1)).toMatchObject({ up: true, armed: 'after-save' });
    cluster.command({ type: 'propose', node: 1, value: told(['save', 'k', 1]) });
    cluster.runUntil(2 * MS);
    expect(cluster.scheduler.stateOf(1).up).toBe(false);
    cluster.command({ type: 'restart', node: 1, disk: 'kept' });
    cluster.command({ type: 'propose', node: 1, value: told(['save', 'k', 2]) });
    cluster.runUntil(3 * MS);
    expect(cluster.inspect(1)).toMatchObject({ up: true, disk: { k: 2 } });
  });

  it('that comes before an armed one disarms it, and the last one armed counts', () => {
    const cluster = new InlineCluster(puppetHeader(1), { protocol: puppet });
    cluster.command({ type: 'crash', node: 1, point: 'before-step' });
    cluster.command({ type: 'crash', node: 1, point: 'after-step' });
    cluster.runUntil(MS);
    expect(eventsOf(cluster.scheduler.log).map(({ type }) => type)).toEqual(['start', 'note', 'crash']);
    cluster.command({ type: 'restart', node: 1, disk: 'kept' });
    cluster.command({ type: 'crash', node: 1, point: 'before-step' });
    cluster.command({ type: 'crash', node: 1, point: 'now' });
    cluster.command({ type: 'restart', node: 1, disk: 'kept' });
    cluster.runUntil(2 * MS);
    expect(cluster.scheduler.stateOf(1)).toMatchObject({ up: true, incarnation: 3 });
  });

  it('loses what the node sent itself, was asked, had timed, and what arrives while it is down', () => {
    const cluster = new InlineCluster(puppetHeader(2), { protocol: puppet });
    cluster.runUntil(MS);
    const from = cluster.scheduler.log.mark();
    const word = told(['send', 1, [['note', 'to myself']]], ['timer', 't', 5 * MS, [['note', 'timer']]]);
    cluster.command({ type: 'propose', node: 1, value: word });
    cluster.command({ type: 'propose', node: 2, value: told(['send', 1, [['note', 'too late']]]) });
    cluster.command({ type: 'crash', node: 1, point: 'after-step' });
    cluster.command({ type: 'propose', node: 1, value: told(['note', 'never asked']) });
    cluster.runUntil(20 * MS);
    expect(eventsOf(cluster.scheduler.log, from).flatMap((event) => (event.type === 'lost' ? [[event.at, event.cause, event.progress]] : []))).toEqual([
      [MS, 'dead', 1], [2 * MS, 'dead', 1],
    ]);
    expect(eventsOf(cluster.scheduler.log, from).filter(({ type }) => type === 'note')).toEqual([]);
    expect(cluster.scheduler.stateOf(1)).toMatchObject({ inputs: [], given: [], selfPackets: [] });
    expect(cluster.scheduler.stateOf(1).asked.size).toBe(0);
  });

  it('by an exception keeps what was done before it, and shows the error', () => {
    const cluster = new InlineCluster(puppetHeader(2), { protocol: puppet });
    cluster.command({ type: 'propose', node: 1, value: told(['save', 'k', 1]) });
    cluster.command({ type: 'propose', node: 1, value: told(['note', 'lost with it'], ['throw', 'on purpose']) });
    cluster.runUntil(MS);
    expect(eventsOf(cluster.scheduler.log).at(-1)).not.toMatchObject({ type: 'note', text: 'lost with it' });
    expect(eventsOf(cluster.scheduler.log).find(({ type }) => type === 'crash')).toMatchObject({ node: 1, point: 'now', error: 'TypeError: on purpose' });
    expect(cluster.inspect(1).disk).toEqual({ k: 1 });
    expect(cluster.inspect(2).up).toBe(true);
  });
});

describe('a restart', () => {
  it.each<[RestartDisk, string]>([
    ['kept', 'up with [{"key":"a","value":1},{"key":"b","value":2}]'],
    ['erased', 'up with []'],
  ])('with the disk %s begins with what it holds', (disk, said) => {
    const { cluster } = crashing('after-step');
    const from = cluster.scheduler.log.mark();
    cluster.command({ type: 'restart', node: 1, disk });
    cluster.runUntil(11 * MS);
    expect(eventsOf(cluster.scheduler.log, from)).toMatchObject([
      { type: 'start', node: 1, incarnation: 2, disk }, { type: 'note', text: said },
    ]);
    // Restarted once more it has the rest again, or nothing for ever.
    cluster.command({ type: 'crash', node: 1, point: 'now' });
    cluster.command({ type: 'restart', node: 1, disk: 'kept' });
    cluster.runUntil(12 * MS);
    expect(eventsOf(cluster.scheduler.log).at(-1)).toMatchObject({ type: 'note', text: said });
  });

  it('has a seed of its own', () => {
    const seeds: number[] = [];
    const noting: typeof puppet = { ...puppet, init: (setup) => (seeds.push(setup.seed), puppet.init(setup)) };
    const cluster = new InlineCluster(puppetHeader(2), { protocol: noting });
    cluster.command({ type: 'crash', node: 1, point: 'now' });
    cluster.command({ type: 'restart', node: 1, disk: 'kept' });
    expect(seeds).toHaveLength(3);
    expect(new Set(seeds).size).toBe(3);
  });

  it('gets the configuration of the moment', () => {
    const cluster = new InlineCluster(puppetHeader(2), { protocol: puppet });
    cluster.command({ type: 'crash', node: 2, point: 'now' });
    cluster.command({ type: 'configure', config: { limit: 7 } });
    cluster.runUntil(MS);
    const requests = eventsOf(cluster.scheduler.log).filter(({ type }) => type === 'request');
    expect(requests).toMatchObject([{ node: 1, client: 'operator' }]);
    let config: unknown;
    const noting: typeof puppet = { ...puppet, init: (setup) => ((config = setup.config), puppet.init(setup)) };
    const again = new InlineCluster(puppetHeader(1), { protocol: noting });
    again.command({ type: 'configure', config: { limit: 7 } });
    again.command({ type: 'crash', node: 1, point: 'now' });
    again.command({ type: 'restart', node: 1, disk: 'kept' });
    expect(config).toEqual({ limit: 7 });
  });
});

describe('a thread that ended by itself', () => {
  it('is down with its error; one that was down already stays so', () => {
    const cluster = new InlineCluster(puppetHeader(2), { protocol: puppet });
    cluster.runUntil(MS);
    cluster.command({ type: 'died', node: 1, error: 'out of memory' });
    expect(eventsOf(cluster.scheduler.log).at(-1)).toMatchObject({ type: 'crash', node: 1, point: 'now', error: 'out of memory' });
    const { digest } = cluster;
    cluster.command({ type: 'died', node: 1, error: 'again' });
    expect(cluster.digest).toBe(digest);
    expect(cluster.run().journal).toHaveLength(2);
  });
});
