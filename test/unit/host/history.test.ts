/** The history knows every moment of a run as it was, and tells when a second execution of it comes out otherwise. */
import { describe, expect, it } from 'vitest';
import type { Command } from '../../../src/cluster/commands.ts';
import { readEvents, splitEvents } from '../../../src/cluster/event-log.ts';
import type { RunEvent } from '../../../src/cluster/events.ts';
import type { Place, Run } from '../../../src/cluster/run.ts';
import { applyEvent, createWorld, type World } from '../../../src/cluster/world.ts';
import { InlineCluster } from '../../../src/host/inline.ts';
import { History, type HistoryHooks } from '../../../src/host/history/history.ts';
import type { FollowBatch } from '../../../src/host/history/messages.ts';
import { Past, type PastCheckpoint } from '../../../src/host/history/past.ts';
import { finish, replayTo } from '../../../src/host/replay.ts';
import { createRandom, nextInteger } from '../../../src/protocol/random.ts';
import { protocolOf } from '../../../src/protocol/mutants.ts';
import { eventsOf } from '../../support/events.ts';
import { randomRun } from '../../support/random-run.ts';
import { wildRun } from '../../support/wild-run.ts';

interface Truth {
  readonly run: Run;
  readonly end: Place;
  readonly digest: string;
  readonly events: readonly RunEvent[];
}

/** A run as it happened, with a command in it that did nothing at its own place. */
function truth(seed: number, seconds = 10): Truth {
  const { header, script, until } = wildRun(seed, seconds);
  const cluster = new InlineCluster({ ...header, script });
  cluster.runUntil(until);
  const end = { at: cluster.now, seq: cluster.scheduler.log.seq };
  return { run: cluster.run(), end, digest: cluster.digest, events: eventsOf(cluster.scheduler.log) };
}

function historyOf({ run, end }: Truth, number = 1): History {
  const history = new History({ protocolOf });
  expect(finish(history.load(run, end, number, null)).divergence).toBeNull();
  return history;
}

/** The world after some events, without what nodes show. */
function worldAfter({ run, events }: Truth, seq: number): World {
  const world = createWorld(run.header);
  for (const event of events.slice(0, seq)) applyEvent(world, event);
  return world;
}

const blind = (world: World): World => {
  for (const node of world.nodes.values()) node.view = null;
  return world;
};

describe('a moment', () => {
  it('is the world, the events, the views, the memories and the disks as they were then', () => {
    for (const seed of [1, 2, 3, 5, 8, 13]) {
      const real = truth(seed);
      const history = historyOf(real);
      const random = createRandom(seed, 20);
      for (let i = 0; i < 12; i++) {
        const seq = nextInteger(random, 0, real.end.seq);
        const moment = history.seek(seq, 100, 50);
        const from = Math.max(0, seq - 100);
        expect([...readEvents(moment.events)]).toEqual(real.events.slice(from, seq));
        expect([...readEvents(moment.ahead)]).toEqual(real.events.slice(seq, seq + 50));
        expect(moment.at).toBe(real.events[seq - 1]?.at ?? 0);
        expect(blind(moment.world)).toEqual(blind(worldAfter(real, from)));

        // The same moment, come to one event after the other from the beginning.
        const stepped = new InlineCluster(real.run.header, { observe: true });
        const place = { at: moment.at, seq };
        const steps = replayTo(stepped, real.run.journal.filter((entry) => entry.seq < seq), place);
        finish(steps);
        for (const { node, view } of moment.views) {
          if (stepped.scheduler.nodes.get(node)?.up === true) expect(stepped.views.get(node), `seed ${seed}`).toEqual(view);
        }
        for (const node of stepped.scheduler.actors) expect(history.inspect(seq, node)).toEqual(stepped.inspect(node));
      }
    }
  });

  it('beyond what has been executed is refused', () => {
    const real = truth(1);
    const history = historyOf(real);
    expect(() => history.seek(real.end.seq + 1, 10, 10)).toThrow('has not been compared yet');
    expect(() => new History({ protocolOf }).seek(0, 0, 0)).toThrow('no run has been loaded');
  });
});

describe('a checkpoint at a moment', () => {
  it('goes on to the end of the run, from the end of the step the moment is in', () => {
    for (const seed of [4, 6, 9]) {
      const real = truth(seed);
      const history = historyOf(real);
      const random = createRandom(seed, 21);
      for (let i = 0; i < 8; i++) {
        const seq = i === 0 ? real.end.seq : nextInteger(random, 0, real.end.seq);
        const { run, end, checkpoint, world } = structuredClone(history.checkpointAt(seq));
        expect(end.seq).toBeGreaterThanOrEqual(seq);
        expect(run.journal).toEqual(real.run.journal.slice(0, run.journal.length));
        expect(blind(world)).toEqual(blind(worldAfter(real, end.seq)));
        const cluster = InlineCluster.resume(run, checkpoint);
        expect(finish(replayTo(cluster, real.run.journal, real.end))).toBeNull();
        expect(cluster.digest).toBe(real.digest);
      }
    }
  });
});

describe('loading', () => {
  it('goes from one branch to another and back, each as it was', () => {
    const real = truth(7, 30);
    const history = historyOf(real);
    const fork = history.checkpointAt(Math.floor(real.end.seq / 2));
    const branch = InlineCluster.resume(fork.run, fork.checkpoint);
    branch.command({ type: 'network', settings: { loss: { probability: 0.5 } } });
    branch.runUntil(real.end.at);
    const other = { at: branch.now, seq: branch.scheduler.log.seq };
    const loads = [[branch.run(), other, branch.digest], [real.run, real.end, real.digest]] as const;
    for (const [run, end, digest] of [...loads, ...loads]) {
      expect(finish(history.load(run, end, 2, null))).toEqual({ ...end, digest, marks: [], divergence: null });
    }
    const news = history.news()!;
    const fresh = historyOf(real, 2).news()!;
    expect(news).toEqual(fresh);
    expect(news.marks.some(({ kind }) => kind === 'chosen')).toBe(true);
    expect(history.news()).toBeNull();
  });

  it('ends where a run can no longer be had again, and says why', () => {
    const real = truth(10);
    const { journal } = real.run;
    const changed = journal.map((entry, i) => (i === journal.length - 1 ? { ...entry, seq: entry.seq + 1 } : entry));
    const history = new History({ protocolOf });
    const loaded = finish(history.load({ ...real.run, journal: changed }, { ...real.end, seq: real.end.seq + 99 }, 1, null));
    expect(loaded.divergence).toContain('the run has diverged before event');
    expect(history.seek(loaded.seq, 10, 10).seq).toBe(loaded.seq);
  });

  it('can be given up on the way', () => {
    const real = truth(11, 60);
    const history = new History({ protocolOf });
    const steps = history.load(real.run, real.end, 1, null);
    steps.next();
    steps.return({ at: 0, seq: 0, digest: '', marks: [], divergence: null });
    expect(history.seq).toBeLessThan(real.end.seq);
    expect(history.seek(history.seq, 5, 5).seq).toBe(history.seq);
    expect(finish(history.load(real.run, real.end, 1, null)).digest).toBe(real.digest);
  });
});

describe('following', () => {
  /** What a router would send of a run, in batches, and how the history stands in the end. */
  function followed(seed: number, tamper: (batch: FollowBatch) => FollowBatch): ReturnType<History['news']> {
    const { header: bare, script, until } = wildRun(seed, 10);
    const header = { ...bare, script };
    const history = new History({ protocolOf });
    finish(history.load({ header, journal: [] }, null, 1, null));
    const live = new InlineCluster(header);
    const { scheduler } = live;
    const random = createRandom(seed, 22);
    while (live.now < until) {
      const mark = scheduler.log.mark();
      const commands = scheduler.journal.length;
      if (nextInteger(random, 0, 3) === 0) for (let i = 0; i < 5; i++) live.step(until);
      else live.runUntil(Math.min(until, live.now + nextInteger(random, 1, 700_000)));
      const { log, journal } = scheduler;
      history.follow(
        tamper({
          from: commands,
          entries: journal.slice(commands),
          events: log.since(mark),
          end: { at: scheduler.now, seq: log.seq },
          digest: log.digest,
          total: log.seq,
        }),
      );
    }
    return history.news();
  }

  it('finds a run exact whose events are those of its second execution', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const news = followed(seed, (batch) => batch)!;
      expect(news.exactness, `seed ${seed}`).toEqual({ state: 'exact', checked: news.seq, divergence: null });
    }
  });

  it('compares by digest what the router had to let go of', () => {
    const news = followed(3, (batch) => ({ ...batch, events: null }))!;
    expect(news.exactness.state).toBe('exact');
    const wrong = followed(3, (batch) => ({ ...batch, events: null, digest: batch.end.seq > 300 ? '?' : batch.digest }))!;
    expect(wrong.exactness).toMatchObject({ state: 'diverged', divergence: { happened: null, replayed: null } });
  });

  it('names the first event that differs, as it happened and as it should have', () => {
    let broken = -1;
    const news = followed(6, (batch) => {
      if (broken >= 0 || batch.events === null) return batch;
      const events = [...readEvents(batch.events)];
      const at = events.findIndex(({ type }) => type === 'deliver');
      if (at < 0 || batch.events.firstSeq < 100) return batch;
      broken = events[at]!.seq;
      const bytes = batch.events.bytes.slice();
      const rest = splitEvents(batch.events, at + 1, () => {});
      // The last byte of a delivery belongs to the number of its packet.
      bytes[bytes.length - rest.bytes.length - 1]! ^= 1;
      return { ...batch, events: { ...batch.events, bytes } };
    })!;
    expect(broken).toBeGreaterThan(0);
    const { divergence, state, checked } = news.exactness;
    expect([state, checked, divergence?.seq, news.seq]).toEqual(['diverged', broken, broken, broken]);
    expect(divergence?.replayed).toMatchObject({ event: { type: 'deliver', seq: broken }, packet: { to: expect.any(Number) } });
    expect(divergence?.happened).toMatchObject({ event: { type: 'deliver', seq: broken } });
    expect(divergence?.happened).not.toEqual(divergence?.replayed);
  });
});

describe('comparing', () => {
  it('finds what two branches have in common, where they part, and what came of each', () => {
    const real = truth(12, 30);
    const history = historyOf(real);
    const fork = history.checkpointAt(Math.floor(real.end.seq / 2));
    const branch = InlineCluster.resume(fork.run, fork.checkpoint);
    branch.command({ type: 'network', settings: { loss: { probability: 1 } } });
    branch.runUntil(real.end.at);
    const other = { id: 2, run: branch.run(), end: { at: branch.now, seq: branch.scheduler.log.seq } };
    const one = { id: 1, run: real.run, end: real.end };
    const compared = finish(history.compareBranches(one, other));
    expect(compared).toMatchObject({ a: 1, b: 2, common: fork.end.seq, first: { b: { event: { type: 'network' } } } });
    // A history that holds something else has to begin at the beginning, and finds the same.
    const stranger = historyOf(truth(1));
    expect(finish(stranger.compareBranches(one, other))).toEqual(compared);
    const same = finish(history.compareBranches(one, { ...one, id: 3 }));
    expect(same).toMatchObject({ common: real.end.seq, first: { a: null, b: null } });
    const sent = real.events.filter(({ type }) => type === 'send').length;
    expect(same.messages.reduce((sum, { a }) => sum + a, 0)).toBe(sent);
    expect(() => finish(history.compareBranches(one, { ...one, end: { ...one.end, seq: one.end.seq + 5 } }))).toThrow('diverged');
  });

  it('says how runs from different headers differ', () => {
    const [a, b] = [randomRun(31), randomRun(32)].map(({ header }, id) => {
      const cluster = new InlineCluster(header);
      cluster.runUntil(5_000_000);
      return { id, run: cluster.run(), end: { at: cluster.now, seq: cluster.scheduler.log.seq } };
    }) as [Parameters<History['compareBranches']>[0], Parameters<History['compareBranches']>[1]];
    const history = new History({ protocolOf });
    expect(finish(history.compareBranches(a, b)).common).toBeLessThan(Math.min(a.end.seq, b.end.seq));
  });
});

describe('the timeline', () => {
  it('marks values chosen, crashes, restarts, cuts, healings, faults and commands, each once and in order', () => {
    const { header } = randomRun(33);
    const cluster = new InlineCluster({ ...header, nodes: [1, 2, 3] });
    const commands: Command[] = [
      { type: 'propose', node: 1, value: 'heron' },
      { type: 'crash', node: 2, point: 'now' },
      { type: 'restart', node: 2, disk: 'kept' },
      { type: 'partition', groups: [[1, 2], [3]] },
      { type: 'partition', groups: [[1, 2, 3]] },
      { type: 'cut', links: [{ from: 1, to: 2 }] },
      { type: 'mend' },
      { type: 'fault', node: 3, fault: 'slow-disk', settings: { sync: 1000 } },
      { type: 'hold', on: true },
      { type: 'hold', on: false },
      { type: 'fire', node: 1, timer: 'learn' },
      { type: 'crash', node: 1, point: 'after-step' },
    ];
    for (const command of commands) {
      cluster.command(command);
      cluster.runUntil(cluster.now + 3_000_000);
    }
    const history = new History({ protocolOf });
    const end = { at: cluster.now, seq: cluster.scheduler.log.seq };
    finish(history.load(cluster.run(), end, 1, null));
    const { marks } = history.news()!;
    const kinds = marks.filter(({ kind }) => kind !== 'chosen').map(({ kind }) => kind);
    const wanted = ['command', 'crash', 'restart', 'cut', 'heal', 'cut', 'heal', 'fault', 'command', 'command', 'command', 'command', 'crash'];
    expect(kinds).toEqual(wanted);
    expect(marks.map(({ seq }) => seq)).toEqual(marks.map(({ seq }) => seq).sort((a, b) => a - b));
    const chosen = marks.filter(({ kind }) => kind === 'chosen');
    const first = eventsOf(cluster.scheduler.log).filter((event) => event.type === 'chosen');
    expect(chosen.length).toBe(new Set(first.map(({ slot }) => slot)).size);
    expect(chosen[0]).toMatchObject({ text: expect.stringMatching(/^".+" is chosen in instance \d+$/), node: expect.any(Number) });
  });

  it('tells how expectations stand, from a saved watch after a fork', () => {
    const real = truth(14, 30);
    const watch: HistoryHooks['watch'] = (expected, _protocol, saved) => {
      let count = (saved as number | undefined) ?? 0;
      return {
        take: () => count++,
        end: () => {},
        states: () => [{ text: String(expected), state: 'open', why: `${count}` }],
        save: () => count,
      };
    };
    const history = new History({ protocolOf, watch });
    const why = () => history.news()!.expectations[0]!.why;
    finish(history.load(real.run, real.end, 1, 'much'));
    expect(why()).toBe(String(real.end.seq));
    const fork = history.checkpointAt(Math.floor(real.end.seq / 2));
    finish(history.load(fork.run, fork.end, 2, 'much'));
    expect(why()).toBe(String(fork.end.seq));
    finish(history.load(real.run, real.end, 3, 'something else'));
    expect(why()).toBe(String(real.end.seq));
  });
});

describe('what is kept of a past', () => {
  it('stays bounded however long the run is, and every moment is still to be had', () => {
    const past = new Past();
    for (let seq = 0; seq <= 10_000_000; seq += 1000) {
      past.gap({ at: seq * 10, seq });
      if (past.wants(seq)) past.keep({ at: seq * 10, seq } as PastCheckpoint);
      expect(past.size).toBeLessThanOrEqual(256);
    }
    expect(past.size).toBeGreaterThan(64);
    for (const seq of [0, 1, 4999, 123_456, 9_999_999]) {
      const before = past.last((one) => one.seq <= seq)!;
      expect(seq - before.seq).toBeLessThan(160_000);
      expect(past.timeBefore(seq)).toBe(Math.floor(seq / 1000) * 10_000);
    }
    const half = past.last((one) => one.seq <= 5_000_000)!;
    past.cut(half);
    expect(past.last(() => true)).toBe(half);
    expect(past.timeBefore(9_999_999)).toBe(half.at);
  });
});
