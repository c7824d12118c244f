/** Commands at conditions: they strike at the same place, however the run is cut into windows. */
import { describe, expect, it } from 'vitest';
import { EventLog } from '../../../src/cluster/event-log.ts';
import type { Condition, Pattern } from '../../../src/cluster/conditions.ts';
import { createHeader } from '../../../src/cluster/run.ts';
import { Script, type ScriptedCommand } from '../../../src/cluster/script.ts';
import { InlineCluster } from '../../../src/host/inline.ts';
import { replay } from '../../../src/host/replay.ts';
import { protocolNamed } from '../../../src/protocol/registry.ts';
import { createRandom, nextInteger } from '../../../src/protocol/random.ts';
import { Driver } from '../../support/driver.ts';
import { eventsOf, writeEvent, type Told } from '../../support/events.ts';
import { randomConditions } from '../../support/random-conditions.ts';
import { randomRun } from '../../support/random-run.ts';

const paxos = protocolNamed('paxos');
const second = 1_000_000;
const header = createHeader(paxos, { nodes: 3, seed: 1, client: { enabled: false } });
const at = (pattern: Pattern, count = 1, plus = 0): Condition => ({ pattern, count, plus });
const kind = (name: string) => paxos.messages.findIndex((message) => message.name === name);
const chosen: Pattern = { type: 'chosen', slot: null, value: null };
const learns: Pattern = { type: 'learns', node: null, slot: null, value: null };

/** What came just before the first event of this type, and the event's place. */
function firstOf(cluster: InlineCluster, type: string) {
  const events = eventsOf(cluster.scheduler.log);
  const index = events.findIndex((event) => event.type === type);
  return { before: events[index - 1], event: events[index] };
}

describe('a command at a condition', () => {
  it('strikes right after the step in which it came true, before all else at that time', () => {
    const script: ScriptedCommand[] = [
      { at: 0, command: { type: 'propose', node: 1, value: 'red' } },
      {
        when: at({ type: 'message', kind: kind('promise'), happens: 'delivered', from: null, to: 1 }, 2),
        command: { type: 'crash', node: 1, point: 'now' },
      },
    ];
    const cluster = new InlineCluster({ ...header, script });
    cluster.runUntil(5 * second);
    const { event } = firstOf(cluster, 'crash');
    const events = eventsOf(cluster.scheduler.log);
    const step = events.findLast(({ type, seq }) => type === 'deliver' && seq < event!.seq)!;
    // The promise that completes a quorum was taken in, and n1's requests to vote have left; then it crashed.
    expect(step).toMatchObject({ node: 1, at: event!.at });
    expect(events.slice(step.seq, event!.seq).filter(({ type }) => type === 'send')).toHaveLength(3);
    expect(cluster.run().journal[1]).toEqual({
      at: event!.at,
      seq: event!.seq,
      command: { type: 'crash', node: 1, point: 'now' },
      scripted: 1,
    });
  });

  it('strikes later by what it says, and counts', () => {
    const script: ScriptedCommand[] = [
      { at: 0, command: { type: 'propose', node: 1, value: 'red' } },
      { when: at(learns, 2, 700_001), command: { type: 'hold', on: true } },
    ];
    const cluster = new InlineCluster({ ...header, script });
    cluster.runUntil(10 * second);
    const learned = eventsOf(cluster.scheduler.log).filter(({ type }) => type === 'chosen');
    expect(firstOf(cluster, 'hold').event!.at).toBe(learned[1]!.at + 700_001);
  });

  it('waits for the one before it, and what that one does is no occurrence', () => {
    const crashes: Pattern = { type: 'crashes', node: null };
    const script: ScriptedCommand[] = [
      { when: at(chosen), command: { type: 'crash', node: 3, point: 'now' } },
      { when: at(crashes), command: { type: 'crash', node: 1, point: 'now' } },
      { at: 0, command: { type: 'propose', node: 1, value: 'red' } },
      { at: 8 * second, command: { type: 'crash', node: 2, point: 'now' } },
    ];
    const cluster = new InlineCluster({ ...header, script });
    cluster.runUntil(20 * second);
    const crashed = eventsOf(cluster.scheduler.log).filter((event) => event.type === 'crash');
    expect(crashed.map(({ node }) => node)).toEqual([3, 2, 1]);
    expect(crashed[2]!.at).toBe(8 * second);
  });

  it('that cannot be carried out is left out, and the next one is waited for', () => {
    const script: ScriptedCommand[] = [
      { at: 0, command: { type: 'propose', node: 1, value: 'red' } },
      { when: at(chosen), command: { type: 'restart', node: 1, disk: 'kept' } },
      { when: at(learns), command: { type: 'crash', node: 1, point: 'now' } },
    ];
    const cluster = new InlineCluster({ ...header, script });
    cluster.runUntil(10 * second);
    expect(cluster.scheduler.refused).toMatchObject([
      { command: { type: 'restart' }, error: 'n1 is up; crash it first' },
    ]);
    expect(cluster.run().journal.map(({ command, scripted, refused }) => [command.type, scripted, refused])).toEqual([
      ['propose', 0, undefined],
      ['restart', 1, true],
      ['crash', 2, undefined],
    ]);
  });

  it('has one place, whatever the windows; replay needs no conditions', () => {
    let struck = 0;
    for (let seed = 1; seed <= 80; seed++) {
      const { header, script, until } = randomRun(seed, 8, { protocol: 'mixed' });
      const conditional = randomConditions(seed, header);
      const all = [...script, ...conditional];
      const whole = new InlineCluster({ ...header, script: all });
      whole.runUntil(until);
      const run = whole.run();
      struck += run.journal.filter((entry) => conditional.some(({ command }) => command === entry.command)).length;

      const chopped = new InlineCluster({ ...header, script: all });
      const random = createRandom(seed, 4);
      for (let now = 0; now < until; ) {
        now = Math.min(until, now + nextInteger(random, 1, 300_000));
        chopped.runUntil(now);
      }
      const single = new Driver({ ...header, script: all });
      while (single.window(until, true));
      const again = replay(run, until);
      expect([chopped.digest, single.digest, again.digest], `seed ${seed}`).toEqual([
        whole.digest,
        whole.digest,
        whole.digest,
      ]);
      expect(chopped.run().journal, `seed ${seed}`).toEqual(run.journal);
    }
    expect(struck).toBeGreaterThan(40);
  });
});

describe('a script', () => {
  const told: Told[] = [
    { at: 10, type: 'send', node: 1, packet: 1, to: 2, due: 20, kind: kind('prepare'), body: new Uint8Array() },
    { at: 20, type: 'deliver', node: 2, packet: 1 },
    { at: 30, type: 'chosen', node: 2, slot: 1, value: 'red', ballot: { round: 1, node: 1 }, quorum: [], sort: 'command' },
    { at: 40, type: 'chosen', node: 2, slot: 2, value: 'blue', ballot: { round: 1, node: 1 }, quorum: [], sort: 'command' },
    { at: 100, type: 'note', node: 1, text: '' },
  ];
  const prepared: Pattern = { type: 'message', kind: kind('prepare'), happens: 'delivered', from: 1, to: 2 };
  const commands: ScriptedCommand[] = [
    { when: at(prepared, 1, 7), command: { type: 'hold', on: true } },
    { when: at(chosen, 2), command: { type: 'mend' } },
    { at: 100, command: { type: 'crash', node: 1, point: 'now' } },
  ];

  it('says when it strikes next, and whether it waits for a condition', () => {
    const log = new EventLog();
    const script = new Script(commands, paxos, log);
    const done: string[] = [];
    for (const event of told) {
      writeEvent(log, event);
      script.watch(log);
      done.push(`${log.at}: ${script.next()}${script.armed ? ', waits' : ''}`);
      while (script.next() <= log.at) script.strike(log, ({ type }) => done.push(type));
    }
    expect(done).toEqual(['10: 100, waits', '20: 27', '30: 27', 'hold', '40: 100, waits', '100: 100, waits', 'crash']);
  });

  it('finds out when the log has let events go that it has not seen', () => {
    const log = new EventLog(1);
    const script = new Script(commands, paxos, log);
    for (let i = 0; i < 3000; i++) writeEvent(log, { at: i, type: 'note', node: 1, text: 'x'.repeat(200) });
    expect(() => script.watch(log)).toThrow('the event log let events go before the script had seen them');
  });
});
