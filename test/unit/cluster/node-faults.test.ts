/** Faults of nodes as commands: what is refused, what the events tell, and what a crash in the middle of them leaves. */
import { describe, expect, it } from 'vitest';
import { CommandError, type Command, type RestartDisk } from '../../../src/cluster/commands.ts';
import type { RunEvent } from '../../../src/cluster/events.ts';
import { InlineCluster } from '../../../src/host/inline.ts';
import { replay } from '../../../src/host/replay.ts';
import { eventsOf } from '../../support/events.ts';
import { puppet, puppetHeader, told, type Action } from '../../support/puppet.ts';

const MS = 1000;

const fault = (node: number, name: string, settings: object = {}): Command =>
  ({ type: 'fault', node, fault: name, settings }) as Command;
const freeze = (node: number, ms: number) => fault(node, 'freeze', { duration: ms * MS });
const slow = (node: number, ms: number) => fault(node, 'slow-disk', { sync: ms * MS });
const ask = (node: number, ...actions: Action[]): Command => ({ type: 'propose', node, value: told(...actions) });

/** One line an event, times in ms. */
function line(event: RunEvent): string {
  const where = 'node' in event ? ` n${event.node}` : '';
  const what =
    event.type === 'note' ? ` ${event.text}`
    : event.type === 'timer' ? ` ${event.name}`
    : event.type === 'save' ? ` ${event.records.map(({ key }) => key).join(' ')}`
    : event.type === 'lost' ? ` ${event.cause} ${event.progress}`
    : event.type === 'crash' ? ` ${event.point} ${event.error}`
    : event.type === 'fault' ? ` ${event.fault}`
    : '';
  return `${event.at / MS} ${event.type}${where}${what}`.trim();
}

/** Commands at their times (ms) in a cluster of puppets that have started; the events until the end, as lines. */
function story(nodes: number, end: number, script: readonly (readonly [ms: number, ...commands: Command[]])[]) {
  const run = (advance: (cluster: InlineCluster, to: number) => void) => {
    const cluster = new InlineCluster(puppetHeader(nodes), { protocol: puppet });
    advance(cluster, MS);
    const mark = cluster.scheduler.log.mark();
    for (const [ms, ...commands] of script) {
      advance(cluster, ms * MS);
      for (const command of commands) cluster.command(command);
    }
    advance(cluster, end * MS);
    return { cluster, lines: eventsOf(cluster.scheduler.log, mark).map(line) };
  };
  const whole = run((cluster, to) => cluster.runUntil(to));
  const stepped = run((cluster, to) => {
    while (cluster.step(to));
    cluster.runUntil(to);
  });
  expect(stepped.lines).toEqual(whole.lines);
  expect(stepped.cluster.digest).toBe(whole.cluster.digest);
  expect(replay(whole.cluster.run(), end * MS, { protocol: puppet }).digest).toBe(whole.cluster.digest);
  return whole;
}

describe('a command about a fault', () => {
  it.each<[string, Command, RegExp]>([
    ['names none', fault(1, 'gremlins'), /there is no fault gremlins of a node; there are freeze, clock, slow-disk/],
    ['names one of a link', fault(1, 'loss'), /there is no fault loss of a node/],
    ['names a field that is not there', fault(1, 'clock', { colour: 1 }), /clock\.colour/],
    ['is out of range', fault(1, 'clock', { rate: 1000 }), /clock\.rate/],
    ['is about no node', fault(9, 'clock', { rate: 2 }), /there is no n9/],
    ['freezes a node that is down', freeze(2, 5), /n2 is down/],
    ['fires a timer of a node that is down', { type: 'fire', node: 2, timer: 't' }, /n2 is down/],
    ['fires a timer of no node', { type: 'fire', node: 9, timer: 't' }, /there is no n9/],
  ])('that %s is refused and changes nothing', (_, command, reason) => {
    const cluster = new InlineCluster(puppetHeader(2), { protocol: puppet });
    cluster.command({ type: 'crash', node: 2, point: 'now' });
    const before = JSON.stringify([cluster.digest, cluster.run()]);
    expect(() => cluster.command(command)).toThrow(CommandError);
    expect(() => cluster.command(command)).toThrow(reason);
    expect(JSON.stringify([cluster.digest, cluster.run()])).toBe(before);
  });

  it('is one event with complete settings; what is not named stays', () => {
    const { cluster } = story(1, 5, [[1, fault(1, 'clock', { rate: 2 }), fault(1, 'clock')], [2, slow(1, 3)]]);
    expect(eventsOf(cluster.scheduler.log).filter(({ type }) => type === 'fault')).toMatchObject([
      { at: MS, node: 1, fault: 'clock', settings: { rate: 2 } },
      { at: MS, node: 1, fault: 'clock', settings: { rate: 2 } },
      { at: 2 * MS, node: 1, fault: 'slow-disk', settings: { sync: 3 * MS } },
    ]);
    expect(cluster.scheduler.stateOf(1).conditions).toEqual({ clockRate: 2, diskDelay: 3 * MS, diskFull: false, diskLies: false });
  });

  it('outlives a crash, and can be about a node that is down', () => {
    const { lines } = story(1, 40, [
      [1, slow(1, 5)],
      [2, { type: 'crash', node: 1, point: 'now' }],
      [3, fault(1, 'clock', { rate: 0.5 })],
      [4, { type: 'restart', node: 1, disk: 'kept' }, ask(1, ['save', 'a', 1], ['timer', 't', 4 * MS, [['note', 'late']]])],
    ]);
    expect(lines.slice(3)).toEqual([
      '4 start n1', '4 note n1 up with []', '4 request n1', '4 save n1 a', '9 synced n1', '9 setTimer n1', '17 timer n1 t', '17 note n1 late',
    ]);
  });
});

describe('a frozen node', () => {
  it('takes in nothing; what arrives stays in flight, timers and clients wait, and all comes when it goes on', () => {
    const { lines } = story(2, 30, [
      [1, ask(1, ['timer', 't', 5 * MS, [['note', 'tick']]])],
      [2, freeze(1, 10), ask(1, ['note', 'asked'])],
      [3, ask(2, ['send', 1, [['note', 'heard'], ['send', 2, [['note', 'answered']]]]])],
    ]);
    expect(lines).toEqual([
      '1 request n1', '1 setTimer n1', '2 fault n1 freeze', '3 request n2', '3 send n2',
      '12 request n1', '12 note n1 asked', '12 deliver n1', '12 note n1 heard', '12 send n1', '12 timer n1 t', '12 note n1 tick',
      '13 deliver n2', '13 note n2 answered',
    ]);
  });

  it('that crashes loses what waited for it then, and nothing before', () => {
    const { lines } = story(2, 30, [
      [2, freeze(1, 10)],
      [3, ask(2, ['send', 1, []], ['send', 1, []]), ask(1, ['note', 'never'])],
      [6.5, ask(2, ['send', 1, []])],
      [7, { type: 'crash', node: 1, point: 'now' }],
      [9, { type: 'restart', node: 1, disk: 'kept' }],
    ]);
    expect(lines).toEqual([
      '2 fault n1 freeze', '3 request n2', '3 send n2', '3 send n2', '6.5 request n2', '6.5 send n2',
      '7 crash n1 now', '7 lost dead 1', '7 lost dead 1', '7.5 lost dead 1', '9 start n1', '9 note n1 up with []',
    ]);
  });

  it('that is to crash in its next step does so when it goes on', () => {
    const { lines } = story(2, 30, [
      [2, freeze(1, 10), { type: 'crash', node: 1, point: 'after-step' }],
      [3, ask(2, ['send', 1, [['note', 'heard']]], ['send', 1, [['note', 'never']]])],
    ]);
    expect(lines.slice(4)).toEqual(['12 deliver n1', '12 note n1 heard', '12 crash n1 after-step', '12 lost dead 1']);
  });

  it('frozen again is so for the longer of the two', () => {
    const { lines } = story(1, 30, [[2, freeze(1, 10), ask(1, ['note', 'asked'])], [5, freeze(1, 2)], [6, freeze(1, 9)]]);
    expect(lines.slice(3)).toEqual(['15 request n1', '15 note n1 asked']);
  });

  it('has at its place what has arrived, which no cut can catch; what arrives at that very time it can', () => {
    const cluster = new InlineCluster(puppetHeader(2), { protocol: puppet });
    cluster.runUntil(MS);
    cluster.command(freeze(1, 10));
    cluster.command(ask(2, ['send', 1, [['note', 'early']]]));
    cluster.runUntil(1.5 * MS);
    cluster.command(ask(2, ['send', 1, [['note', 'late']]]));
    // In single steps up to the moment at which the second arrives.
    while (cluster.now < 2.5 * MS && cluster.step(2.5 * MS + 1));
    cluster.command({ type: 'partition', groups: [[1], [2]] });
    cluster.runUntil(30 * MS);
    const said = eventsOf(cluster.scheduler.log).filter(({ type }) => type === 'note' || type === 'lost');
    expect(said.slice(2)).toMatchObject([{ type: 'lost', cause: 'cut' }, { type: 'note', text: 'early' }]);
    expect(replay(cluster.run(), 30 * MS, { protocol: puppet }).digest).toBe(cluster.digest);
  });
});

describe('a slow disk', () => {
  const step: Action[] = [['note', 'before'], ['save', 'a', 1], ['send', 2, [['note', 'heard']]], ['save', 'b', 2], ['note', 'after']];

  it('makes each save wait, the rest of the step with it, and whatever comes in', () => {
    const { lines, cluster } = story(2, 30, [[1, slow(1, 4)], [2, ask(1, ...step), ask(1, ['note', 'next'])]]);
    expect(lines).toEqual([
      '1 fault n1 slow-disk', '2 request n1', '2 note n1 before', '2 save n1 a',
      '6 synced n1', '6 send n1', '6 save n1 b', '7 deliver n2', '7 note n2 heard',
      '10 synced n1', '10 note n1 after', '10 request n1', '10 note n1 next',
    ]);
    expect(cluster.inspect(1).disk).toEqual({ a: 1, b: 2 });
  });

  it.each<[ms: number, disk: object]>([[3, {}], [6, {}], [7, { a: 1 }], [10, { a: 1 }], [11, { a: 1, b: 2 }]])(
    'of a node that crashes at %i ms has only what it had synced: %j',
    (ms, disk) => {
      const { cluster } = story(2, 30, [[1, slow(1, 4)], [2, ask(1, ...step)], [ms, { type: 'crash', node: 1, point: 'now' }]]);
      expect(cluster.inspect(1)).toEqual({ up: false, memory: null, disk });
    },
  );

  it('has a crash after a save strike when it has synced, before what follows', () => {
    const { lines, cluster } = story(2, 30, [
      [1, slow(1, 4), { type: 'crash', node: 1, point: 'after-save' }],
      [2, ask(1, ...step), ask(1, ['note', 'never'])],
    ]);
    expect(lines.slice(1)).toEqual(['2 request n1', '2 note n1 before', '2 save n1 a', '6 synced n1', '6 crash n1 after-save']);
    expect(cluster.inspect(1).disk).toEqual({ a: 1 });
  });

  it('of a frozen node has synced when the node goes on', () => {
    const { lines } = story(2, 30, [[1, slow(1, 4)], [2, ask(1, ['save', 'a', 1], ['note', 'after'])], [3, freeze(1, 20)]]);
    expect(lines.slice(3)).toEqual(['3 fault n1 freeze', '23 synced n1', '23 note n1 after']);
  });
});

describe('a full disk', () => {
  it('ends the node at its next save; with room again it comes back with what it had', () => {
    const { lines, cluster } = story(2, 30, [
      [1, ask(1, ['save', 'a', 1])],
      [2, fault(1, 'full-disk', { full: 'yes' }), ask(1, ['note', 'well']), ask(1, ['note', 'one'], ['save', 'b', 1], ['note', 'never'])],
      [3, fault(1, 'full-disk', { full: 'no' }), { type: 'restart', node: 1, disk: 'kept' }, ask(1, ['save', 'c', 1])],
    ]);
    expect(lines.slice(2)).toEqual([
      '2 fault n1 full-disk', '2 request n1', '2 note n1 well', '2 request n1', '2 note n1 one',
      '2 crash n1 now its disk is full: b could not be saved',
      '3 fault n1 full-disk', '3 start n1', '3 note n1 up with [{"key":"a","value":1}]', '3 request n1', '3 save n1 c',
    ]);
    expect(cluster.inspect(1).disk).toEqual({ a: 1, c: 1 });
    // It came out of the run itself.
    expect(cluster.run().journal.some(({ command }) => command.type === 'died')).toBe(false);
  });
});

describe('a disk that lies', () => {
  it('loses with a crash what it said it had synced', () => {
    const { lines, cluster } = story(1, 30, [
      [1, ask(1, ['save', 'a', 1])],
      [2, fault(1, 'lying-disk', { lies: 'yes' }), ask(1, ['save', 'a', 2], ['save', 'b', 2])],
      [4, { type: 'crash', node: 1, point: 'now' }],
      [5, { type: 'restart', node: 1, disk: 'kept' }],
    ]);
    expect(lines.at(-1)).toBe('5 note n1 up with [{"key":"a","value":1}]');
    expect(cluster.inspect(1).disk).toEqual({ a: 1 });
  });

  it('shows it until then, and writes it out with the next save once it is honest', () => {
    const { cluster } = story(1, 3, [[1, fault(1, 'lying-disk', { lies: 'yes' }), ask(1, ['save', 'a', 2])]]);
    expect(cluster.inspect(1).disk).toEqual({ a: 2 });
    cluster.command(fault(1, 'lying-disk', { lies: 'no' }));
    cluster.command(ask(1, ['save', 'b', 3]));
    cluster.runUntil(5 * MS);
    cluster.command({ type: 'crash', node: 1, point: 'now' });
    expect(cluster.inspect(1).disk).toEqual({ a: 2, b: 3 });
  });
});

describe('a restart', () => {
  it.each<[RestartDisk, string]>([
    ['kept', '{"a":2,"b":2,"c":2}'],
    ['last-lost', '{"a":1,"b":1,"c":1}'],
    ['last-torn', '{"a":2,"c":1}'],
    ['erased', '{}'],
  ])('with the disk %s finds %s', (disk, found) => {
    const all = (value: number): Action => ['saveAll', ['a', 'b', 'c'].map((key) => ({ key, value }))];
    const { lines, cluster } = story(1, 10, [
      [1, ask(1, all(1)), ask(1, all(2))],
      [2, { type: 'crash', node: 1, point: 'now' }],
      [3, { type: 'restart', node: 1, disk }],
    ]);
    expect(JSON.stringify(cluster.inspect(1).disk)).toBe(found);
    const stored = Object.entries(JSON.parse(found) as object).map(([key, value]) => ({ key, value }));
    expect(lines.slice(-2)).toEqual(['3 start n1', `3 note n1 up with ${JSON.stringify(stored)}`]);
  });
});

describe('a timer fired by hand', () => {
  it('is a step at once; one that is not there is a note', () => {
    const { lines } = story(1, 30, [
      [1, ask(1, ['timer', 't', 20 * MS, [['note', 'tick']]])],
      [3, { type: 'fire', node: 1, timer: 't' }, { type: 'fire', node: 1, timer: 't' }],
    ]);
    expect(lines.slice(2)).toEqual(['3 timer n1 t', '3 note n1 tick', '3 note n1 has no timer t to fire']);
  });
});

describe('a corrupted packet', () => {
  it('is dropped by its receiver, whose checksum is another, and is lost at the end of its way', () => {
    const network = { ...puppetHeader(2).network, corruption: { share: 1 } };
    const cluster = new InlineCluster(puppetHeader(2, { network }), { protocol: puppet });
    cluster.runUntil(MS);
    for (let i = 0; i < 50; i++) cluster.command(ask(1, ['send', 2, [['note', 'garbled']]], ['send', 1, [['note', 'to myself']]]));
    cluster.runUntil(10 * MS);
    const events = eventsOf(cluster.scheduler.log);
    const lost = events.filter((event) => event.type === 'lost');
    expect(lost).toHaveLength(50);
    for (const event of lost) expect(event).toMatchObject({ at: 2 * MS, cause: 'corrupt', progress: 1 });
    const notes = events.flatMap((event) => (event.type === 'note' ? [event.text] : []));
    expect([notes.includes('garbled'), notes.filter((text) => text === 'to myself')]).toEqual([false, Array(50).fill('to myself')]);
    expect(cluster.scheduler.delivered).toBe(0);
  });
});
