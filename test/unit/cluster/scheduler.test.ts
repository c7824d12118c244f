import { describe, expect, it } from 'vitest';
import { CommandError, type Command } from '../../../src/cluster/commands.ts';
import type { RunEvent } from '../../../src/cluster/events.ts';
import { STEP_TIMER } from '../../../src/cluster/batch.ts';
import { createHeader } from '../../../src/cluster/run.ts';
import { Scheduler } from '../../../src/cluster/scheduler.ts';
import { InlineCluster } from '../../../src/host/inline.ts';
import { replay } from '../../../src/host/replay.ts';
import { protocolNamed } from '../../../src/protocol/registry.ts';
import { Driver } from '../../support/driver.ts';
import { eventsOf } from '../../support/events.ts';
import { puppet, puppetHeader, told, type Action } from '../../support/puppet.ts';

const MS = 1000;
const paxos = createHeader(protocolNamed('paxos'), { nodes: 3, seed: 5, config: { roles: [['proposer', 'acceptor', 'learner'], ['acceptor', 'learner'], ['acceptor', 'learner']] } });

function puppets(nodes = 3, choices: Parameters<typeof puppetHeader>[1] = {}) {
  return new InlineCluster(puppetHeader(nodes, choices), { protocol: puppet });
}

const propose = (node: number, ...actions: Parameters<typeof told>): Command => ({ type: 'propose', node, value: told(...actions) });
const brief = (event: RunEvent) => `${event.at} ${event.type} ${'node' in event ? `n${event.node}` : ''}${event.type === 'note' ? ` ${event.text}` : ''}`;

describe('a command that cannot be carried out', () => {
  const refused: [string, Command, RegExp][] = [
    ['proposes at a node that is not there', { type: 'propose', node: 9 }, /there is no n9; there are n1, n2, n3/],
    ['proposes at a node that is down', { type: 'propose', node: 3 }, /n3 is down; restart it, or ask another node/],
    ['proposes at a node that is no proposer', { type: 'propose', node: 2 }, /n2 is no proposer; ask n1/],
    ['crashes a node that is not there', { type: 'crash', node: 4, point: 'now' }, /there is no n4/],
    ['crashes a node that is down', { type: 'crash', node: 3, point: 'after-step' }, /n3 is down already/],
    ['restarts a node that is up', { type: 'restart', node: 1, disk: 'erased' }, /n1 is up; crash it first/],
    ['restarts a node that is not there', { type: 'restart', node: 4, disk: 'kept' }, /there is no n4/],
    ['parts the nodes and leaves one out', { type: 'partition', groups: [[1], [2]] }, /n3 stands in no group/],
    ['sets a network that cannot be', { type: 'network', settings: { loss: { probability: 3 } } }, /network\.loss\.probability/],
    ['has the client ask a node that is not there', { type: 'client', settings: { proposers: [1, 7] } }, /there is no n7/],
    ['configures what there is not', { type: 'configure', config: { colour: 'red' } }, /config\.colour: there is no such field/],
    ['is about the death of a node that is not there', { type: 'died', node: 8, error: '' }, /there is no n8/],
  ];

  it.each(refused)('because it %s is refused and changes nothing', (_, command, reason) => {
    const [tried, other] = [new InlineCluster(paxos), new InlineCluster(paxos)];
    for (const cluster of [tried, other]) {
      cluster.runUntil(700 * MS);
      cluster.command({ type: 'crash', node: 3, point: 'now' });
    }
    const before = JSON.stringify([tried.digest, tried.now, tried.run(), tried.scheduler.operations]);
    expect(() => tried.command(command)).toThrow(CommandError);
    expect(() => tried.command(command)).toThrow(reason);
    expect(JSON.stringify([tried.digest, tried.now, tried.run(), tried.scheduler.operations])).toBe(before);
    for (const cluster of [tried, other]) cluster.runUntil(20_000 * MS);
    expect(tried.digest).toBe(other.digest);
  });

  it('when its time in the script comes is left out, with the reason, and the rest goes on', () => {
    const script = [
      { at: 20 * MS, command: { type: 'crash', node: 1, point: 'now' } },
      { at: 10 * MS, command: { type: 'restart', node: 1, disk: 'kept' } },
      { at: 30 * MS, command: { type: 'restart', node: 1, disk: 'kept' } },
    ] as const;
    const cluster = new InlineCluster({ ...paxos, script });
    cluster.runUntil(40 * MS);
    expect(cluster.scheduler.refused).toEqual([{ ...script[1], error: 'n1 is up; crash it first' }]);
    const { journal } = cluster.run();
    expect(journal.map(({ at, command, refused = false }) => [at, command.type, refused])).toEqual([
      [10 * MS, 'restart', true],
      [20 * MS, 'crash', false],
      [30 * MS, 'restart', false],
    ]);
    expect(cluster.scheduler.stateOf(1).incarnation).toBe(2);
  });

  it('and what is no refusal is thrown on', () => {
    const broken = { ...puppet, proposers: () => { throw new TypeError('broken'); } };
    const script = [{ at: 1, command: { type: 'propose' as const, node: 1 } }];
    const scripted = new InlineCluster({ ...puppetHeader(1), script }, { protocol: broken });
    expect(() => scripted.runUntil(10)).toThrow(TypeError);
  });
});

describe('the place of a command', () => {
  it('is where the run stands: all events before, none after', () => {
    const cluster = puppets();
    expect(cluster.command(propose(1, ['send', 2, [['note', 'x']]]))).toEqual({ at: 0, seq: 0 });
    cluster.runUntil(500);
    const seq = cluster.scheduler.log.seq;
    expect(cluster.command({ type: 'partition', groups: [[1], [2, 3]] })).toEqual({ at: 500, seq });
    expect(cluster.run().journal).toEqual([
      { at: 0, seq: 0, command: propose(1, ['send', 2, [['note', 'x']]]) },
      { at: 500, seq, command: { type: 'partition', groups: [[1], [2, 3]] } },
    ]);
    expect(eventsOf(cluster.scheduler.log).slice(seq)).toMatchObject([
      { type: 'partition', at: 500 },
      { type: 'lost', at: 500, cause: 'cut', progress: 0.5 },
    ]);
  });

  it('can be amid the events of one moment, after a single step', () => {
    const cluster = puppets();
    expect([cluster.step(), cluster.step()]).toEqual([true, true]);
    const place = cluster.command({ type: 'crash', node: 3, point: 'now' });
    expect(place).toEqual({ at: 0, seq: 4 });
    cluster.runUntil(MS);
    expect(eventsOf(cluster.scheduler.log).map(brief)).toEqual([
      '0 start n1', '0 note n1 up with []', '0 start n2', '0 note n2 up with []', '0 crash n3',
    ]);
    expect(replay(cluster.run(), MS, { protocol: puppet }).digest).toBe(cluster.digest);
  });

  it('that a run does not come to is a divergence', () => {
    const cluster = puppets();
    const { header } = cluster.run();
    const journal = [{ at: 0, seq: 3, command: propose(1, ['note', 'x']) }];
    expect(() => replay({ header, journal }, MS, { protocol: puppet })).toThrow('the run has diverged before event 3');
    const late = [{ at: MS, seq: 1, command: propose(1, ['note', 'x']) }];
    expect(() => replay({ header, journal: late }, MS, { protocol: puppet })).toThrow('diverged before event 1');
  });
});

describe('the order of events', () => {
  it('at one time is the network, then the nodes ascending, whatever the windows', () => {
    // All packets need 1 ms; n3 and n1 meet at n2, a timer of n1 fires at the same time.
    const run = (advance: (cluster: InlineCluster) => void) => {
      const cluster = puppets(3);
      cluster.runUntil(10);
      cluster.command(propose(3, ['send', 2, [['note', 'from n3']]], ['send', 1, [['note', 'from n3']]]));
      cluster.command(propose(1, ['timer', 't', MS, [['note', 'timer']]], ['send', 2, [['note', 'from n1']]], ['send', 3, []]));
      cluster.command({ type: 'crash', node: 3, point: 'after-step' });
      advance(cluster);
      return cluster;
    };
    const whole = run((cluster) => cluster.runUntil(2 * MS));
    const single = run((cluster) => {
      while (cluster.step(2 * MS));
    });
    expect(single.digest).toBe(whole.digest);
    expect(eventsOf(whole.scheduler.log).filter(({ at }) => at > 10).map(brief)).toEqual([
      '1010 deliver n1', '1010 note n1 from n3', '1010 timer n1', '1010 note n1 timer',
      '1010 deliver n2', '1010 note n2 from n1', '1010 deliver n2', '1010 note n2 from n3', '1010 lost ',
    ]);
  });

  it('holds with no latency at all, which is one tick of the clock: windows are whole, and of one tick', () => {
    const latency = { distribution: 'constant', min: 0, max: 0, mean: 0 };
    const network = { ...puppetHeader(1).network, latency };
    const play = (drive: (cluster: InlineCluster) => void): InlineCluster => {
      const cluster = puppets(3, { network });
      const home: Action = ['send', 1, [['send', 1, [['note', 'home']]]]];
      cluster.command(propose(1, ['send', 2, [home]], ['send', 3, [home, ['send', 2, [['note', 'too']]]]]));
      drive(cluster);
      return cluster;
    };
    const windows: unknown[] = [];
    const whole = play(({ scheduler }) => {
      const plan = scheduler.plan.bind(scheduler);
      scheduler.plan = (limit, single) => {
        const window = plan(limit, single);
        if (window !== null) windows.push([window.single, window.until - window.from, window.batches.length]);
        return window;
      };
    });
    whole.runUntil(10);
    expect(windows).toEqual([[false, 1, 3], [false, 1, 2], [false, 1, 2]]);
    expect(eventsOf(whole.scheduler.log).filter(({ at }) => at === 2).map(brief)).toEqual([
      '2 deliver n1', '2 send n1', '2 deliver n1', '2 note n1 home',
      '2 deliver n1', '2 send n1', '2 deliver n1', '2 note n1 home', '2 deliver n2', '2 note n2 too',
    ]);
    const single = play((cluster) => {
      while (cluster.step(10));
    });
    const chopped = play((cluster) => {
      for (let at = 0; at <= 10; at++) cluster.runUntil(at);
    });
    expect([single.digest, chopped.digest]).toEqual([whole.digest, whole.digest]);
  });

  it('takes time no further than it was asked to, and further when nothing happens', () => {
    const cluster = puppets(1);
    cluster.command(propose(1, ['timer', 'later', 10 * MS, [['note', 'late']]]));
    cluster.runUntil(10 * MS);
    expect([cluster.now, cluster.scheduler.nextTime()]).toEqual([10 * MS, 10 * MS]);
    cluster.runUntil(5 * MS);
    expect(cluster.now).toBe(10 * MS);
    cluster.runUntil(10 * MS + 1);
    expect(eventsOf(cluster.scheduler.log).at(-1)).toMatchObject({ type: 'note', at: 10 * MS });
    expect([cluster.step(), cluster.scheduler.nextTime()]).toEqual([false, Infinity]);
    expect(cluster.now).toBe(10 * MS + 1);
  });
});

describe('an output that is none', () => {
  it.each([
    [[9, 0], /no step has the number 9/],
    [[STEP_TIMER, 0, 1, 65, 30], /no effect has the number 30/],
    [[STEP_TIMER, 0, 5, 65], /truncated/],
  ])('%j is refused', (bytes, reason) => {
    const scheduler = new Scheduler(puppetHeader(1), puppet);
    const window = scheduler.plan(MS, false)!;
    const output = { node: 1, bytes: Uint8Array.from(bytes), nextDue: Infinity, blockedUntil: 0, busy: false, view: null };
    expect(() => scheduler.merge(window, [output])).toThrow(reason);
  });
});

describe('proposals', () => {
  it('without a slot go to the first above all that is chosen and what the node is busy with', () => {
    const cluster = puppets(2);
    const slots = () => cluster.scheduler.stateOf(1).asked;
    for (let i = 0; i < 3; i++) cluster.command(propose(1, ['note', 'busy']));
    expect([...slots().keys()]).toEqual([1, 2, 3]);
    cluster.command({ ...propose(2, ['chosen', 7, 'red']), slot: 40 } as Command);
    cluster.runUntil(MS);
    cluster.command(propose(1, ['note', 'busy']));
    expect([...slots().keys()]).toEqual([1, 2, 3, 8]);
    cluster.command({ type: 'propose', node: 2, value: told(['reply', 'done']), slot: 41 });
    cluster.runUntil(2 * MS);
    expect([...cluster.scheduler.stateOf(2).asked.keys()]).toEqual([40]);
  });

  it('without a value are for a word, the same in every replay', () => {
    const cluster = puppets(1);
    cluster.command({ type: 'propose', node: 1 });
    cluster.runUntil(1);
    const [word] = eventsOf(cluster.scheduler.log).filter(({ type }) => type === 'reply');
    expect(word).toMatchObject({ reply: { ok: true, text: expect.stringMatching(/^[a-z]+$/) } });
    expect(replay(cluster.run(), 1, { protocol: puppet }).digest).toBe(cluster.digest);
  });
});

describe('the client in a run', () => {
  it('asks who is up and free; with nobody to ask, time goes on and single steps are given up', () => {
    const cluster = puppets(2, { client: { enabled: true, interval: 10 * MS } });
    cluster.command({ type: 'crash', node: 1, point: 'now' });
    cluster.runUntil(100 * MS);
    const requests = eventsOf(cluster.scheduler.log).filter(({ type }) => type === 'request');
    expect(requests.length).toBeGreaterThan(5);
    expect(requests.every((event) => 'node' in event && event.node === 2)).toBe(true);
    cluster.command({ type: 'crash', node: 2, point: 'now' });
    const { now } = cluster;
    expect(cluster.step()).toBe(false);
    cluster.runEvents(10);
    expect(cluster.now).toBeGreaterThan(now);
    // The turns that came to nothing are no events, and a command after them has an exact place all the same.
    cluster.command({ type: 'restart', node: 2, disk: 'kept' });
    cluster.runUntil(cluster.now + 50 * MS);
    expect(replay(cluster.run(), cluster.now, { protocol: puppet }).digest).toBe(cluster.digest);
  });

  it('that finds nobody at the moment of another event leaves no gap before it', () => {
    const header = puppetHeader(2, { client: { enabled: true, interval: 100 * MS, proposers: [2] } });
    const live = new Driver(header, puppet);
    live.command({ type: 'crash', node: 2, point: 'now' });
    // The client's first turn is at 10 ms, when n1's timer fires.
    live.command(propose(1, ['timer', 't', 10 * MS, [['note', 'tick']]]));
    while (live.scheduler.client.next <= 10 * MS) live.window(20 * MS, false);
    live.command({ type: 'restart', node: 2, disk: 'kept' });
    while (live.window(40 * MS, false));
    expect(replay(live.run(), 40 * MS, { protocol: puppet }).digest).toBe(live.digest);
  });

  it('asks a node whose thread then ends: the turn is over all the same, in a replay too', () => {
    const header = puppetHeader(2, { client: { enabled: true, interval: 100 * MS } });
    const live = new Driver(header, puppet);
    while (live.window(10 * MS, false));
    live.window(20 * MS, false, (node) => node === 1);
    while (live.window(300 * MS, false));
    expect(live.run().journal).toMatchObject([{ at: 10 * MS, command: { type: 'died', node: 1 } }]);
    expect(replay(live.run(), 300 * MS, { protocol: puppet }).digest).toBe(live.digest);
  });
});
