import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { invariants } from '../../src/protocol/paxos/invariants.ts';
import type { PaxosMessage } from '../../src/protocol/paxos/paxos.ts';
import type { Effect, Saved } from '../../src/protocol/protocol.ts';
import { World } from './paxos-world.ts';
import type { Faults } from './paxos-world.ts';

type CheckName = (typeof invariants)[number]['name'];

const schedules = (maxLength: number) =>
  fc.array(fc.nat(1_000_000), { minLength: maxLength / 2, maxLength, size: 'max' });

const configs = fc.constantFrom<{ nodes: number; config: object }>(
  { nodes: 3, config: {} },
  { nodes: 5, config: {} },
  { nodes: 3, config: { nacks: false } },
  { nodes: 3, config: { backoff: false } },
  // Legal flexible quorums must not be flagged.
  { nodes: 4, config: { quorum: { type: 'counted', phase1: 3, phase2: 2 } } },
  { nodes: 4, config: { quorum: { type: 'counted', phase1: 1, phase2: 4 } } },
  {
    nodes: 5,
    config: { roles: [['proposer'], ['proposer', 'learner'], ['acceptor'], ['acceptor'], ['acceptor', 'learner']] },
  },
);

describe('Paxos under any schedule', () => {
  it('keeps every invariant', () => {
    fc.assert(
      fc.property(configs, schedules(300), ({ nodes, config }, schedule) => {
        expect(new World(nodes, config).play(schedule).violations).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it('is understood the same by a second look: same inputs, same effects', () => {
    fc.assert(
      fc.property(configs, schedules(150), ({ nodes, config }, schedule) => {
        const look = () => new World(nodes, config).play(schedule);
        expect(look()).toEqual(look());
      }),
      { numRuns: 30 },
    );
  });

  it('chooses, and everybody learns, once the network and the nodes are well again', () => {
    fc.assert(
      fc.property(configs, schedules(200), ({ nodes, config }, schedule) => {
        // Without backoff nobody promises progress.
        const world = new World(nodes, { ...config, backoff: true }).play(schedule);
        world.heal(1_000_000);
        const instances = [1, 2];
        for (const instance of instances) world.propose(1, instance, 'white');
        world.heal(120_000_000);
        expect(world.violations).toEqual([]);
        for (const instance of instances) {
          const learners = world.config.roles.flatMap((roles, i) => (roles.includes('learner') ? [i + 1] : []));
          const known = learners.map((node) => world.known(node, instance));
          expect(known[0]).not.toBeNull();
          expect(new Set(known).size).toBe(1);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('sometimes chooses and sometimes adopts: the checks above are not vacuous', () => {
    const worlds = fc.sample(schedules(400), { numRuns: 60, seed: 1 }).map((s) => new World(3, {}).play(s));
    expect(worlds.filter((world) => world.chosen.length > 0).length).toBeGreaterThan(20);
    expect(worlds.filter((world) => world.adoptions > 0).length).toBeGreaterThan(5);
    expect(worlds.filter((world) => world.replies > 0).length).toBeGreaterThan(20);
  });
});

const erased = (): Saved[] => [];

/** The disk keeps the promise and loses the vote, or the other way round. */
const losing = (part: 'promise' | 'vote') => (records: readonly Saved[]): Saved[] =>
  records.map((record) => {
    if (!record.key.startsWith('acceptor/')) return record;
    const { promised, accepted } = record.value as { promised: number[]; accepted: [number, number, string] | null };
    const left = accepted ? accepted.slice(0, 2) : [0, 0];
    return {
      key: record.key,
      value: part === 'vote' ? { promised, accepted: null } : { promised: left, accepted },
    };
  });

const changing = (change: (message: PaxosMessage) => PaxosMessage) => (effects: Effect<PaxosMessage>[]) =>
  effects.map((effect) => {
    if (effect.type !== 'send') return effect;
    return { ...effect, message: change(effect.message) };
  });

const NONE = { round: 0, node: 0 };

/** Broken on purpose, and the invariants one of which must say so. */
const broken: { what: string; nodes: number; config?: object; faults: Faults; caught: CheckName[] }[] = [
  { what: 'a disk erased at restart', nodes: 3, faults: { stored: erased }, caught: ['PromisedNeverFalls'] },
  { what: 'an erased disk, seen by its lies', nodes: 3, faults: { stored: erased }, caught: ['PromiseTruthful'] },
  { what: 'an erased disk, seen by its votes', nodes: 3, faults: { stored: erased }, caught: ['P1a'] },
  { what: 'an erased disk, seen by the round', nodes: 3, faults: { stored: erased }, caught: ['BallotsUnique'] },
  { what: 'promises lost at restart', nodes: 3, faults: { stored: losing('promise') }, caught: ['PromisedNeverFalls'] },
  { what: 'votes lost at restart', nodes: 3, faults: { stored: losing('vote') }, caught: ['PromiseTruthful'] },
  {
    what: 'promises that hide votes',
    nodes: 3,
    faults: {
      effects: changing((m) => (m.type === 'promise' ? { ...m, acceptedBallot: NONE, acceptedValue: '' } : m)),
    },
    caught: ['PromiseTruthful'],
  },
  {
    what: 'promises that report votes never cast',
    nodes: 3,
    faults: {
      effects: changing((m) =>
        m.type === 'promise' ? { ...m, acceptedBallot: { round: 1, node: 3 }, acceptedValue: 'pink' } : m,
      ),
    },
    caught: ['PromiseTruthful'],
  },
  {
    what: 'a proposer that keeps its own value',
    nodes: 3,
    faults: { effects: changing((m) => (m.type === 'accept' ? { ...m, value: `own ${m.ballot.node}` } : m)) },
    caught: ['ShowsSafeAt'],
  },
  {
    what: 'acceptors that forget to save',
    nodes: 3,
    faults: { effects: (effects) => effects.filter((effect) => effect.type !== 'save') },
    caught: ['VoteDurable'],
  },
  {
    what: 'a value nobody asked for',
    nodes: 3,
    faults: {
      effects: changing((m) => (m.type === 'accept' ? { ...m, value: 'pink' } : m)),
    },
    caught: ['Validity'],
  },
  {
    what: 'a learner that is told what is not so',
    nodes: 3,
    faults: {
      effects: changing((m) => (m.type === 'query' ? told(m.instance) : m)),
    },
    caught: ['ChosenByQuorum'],
  },
  {
    what: 'quorums of one',
    nodes: 3,
    config: { quorum: { type: 'counted', phase1: 1, phase2: 1 } },
    faults: {},
    caught: ['Agreement'],
  },
  {
    what: 'quorums that need not meet',
    nodes: 4,
    config: { quorum: { type: 'counted', phase1: 2, phase2: 2 } },
    faults: {},
    caught: ['Agreement'],
  },
];

function told(instance: number): PaxosMessage {
  const item = { instance, ballot: { round: 9, node: 1 }, value: 'red' };
  return { type: 'learned', instance, items: [item], more: false };
}

describe('the invariants catch', () => {
  it.each(broken)('$what ($caught)', ({ nodes, config, faults, caught }) => {
    const property = fc.property(schedules(400), (schedule) => {
      const { violations } = new World(nodes, config ?? {}, faults).play(schedule);
      return !violations.some(({ check }) => caught.some((name) => name === check));
    });
    const result = fc.check(property, { numRuns: 500, seed: 1, endOnFailure: true });
    expect(result.failed).toBe(true);
  });
});
