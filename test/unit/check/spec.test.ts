import { describe, expect, test } from 'vitest';
import { mutantsOf, specOf, type SpecName } from '../../../src/check/spec/catalogue.ts';
import type { LogScope } from '../../../src/check/spec/multipaxos.ts';
import { quorumsOf } from '../../../src/check/spec/quorums.ts';
import { search, type Outcome, type SearchOptions } from '../../../src/check/spec/search.ts';
import { bitsOf, type Specification } from '../../../src/check/spec/specification.ts';
import type { QuorumSystem } from '../../../src/protocol/quorum.ts';
import { searchNaively } from '../../support/naive-paxos.ts';

function scope(acceptors: number, values: number, maxBallot: number, slots = 1, system: QuorumSystem = { type: 'majority' }): LogScope {
  return { acceptors, values, maxBallot, slots, quorums: quorumsOf(system, acceptors) };
}

const counted = (phase1: number, phase2: number): QuorumSystem => ({ type: 'counted', phase1, phase2 });
const grid: QuorumSystem = { type: 'grid', rows: 2, columns: 2 };

function counts({ distinct, generated, depth }: Outcome): readonly number[] {
  return [distinct, generated, depth];
}

function found(name: SpecName, where: LogScope, mutant: string, options: SearchOptions = {}): readonly [string, number] | null {
  const { violation } = search(specOf(name, where, mutant), options);
  return violation && [violation.property, violation.trace.length];
}

describe('the published models (tlaplus/Examples, PaxosHowToWinATuringAward)', () => {
  test.each<[string, SpecName, LogScope, readonly number[]]>([
    ['MCConsensus', 'consensus', scope(3, 3, 0), [4, 4, 2]],
    ['MCVoting', 'voting', scope(3, 2, 2), [6752, 41_017, 16]],
    ['MCPaxosTiny', 'paxos', scope(3, 2, 1), [3921, 23_563, 17]],
  ])('%s', (_, name, where, published) => {
    const outcome = search(specOf(name, where, null));
    expect(outcome.violation).toBeNull();
    expect(outcome.complete).toBe(true);
    expect(counts(outcome)).toEqual(published);
  });
});

describe('counts of other scopes, and nothing broken there', () => {
  test.each<[SpecName, string, LogScope, readonly number[]]>([
    ['paxos', '3 acceptors, 2 values, ballots 0 to 2', scope(3, 2, 2), [185_369, 1_361_380, 25]],
    ['paxos', '4 acceptors, q1 3, q2 2', scope(4, 2, 1, 1, counted(3, 2)), [20_609, 142_947, 21]],
    ['paxos', '4 acceptors, a grid', scope(4, 2, 1, 1, grid), [39_937, 296_131, 21]],
    ['multipaxos', '3 acceptors, 2 values, ballots 0 to 1, 1 slot: as Paxos', scope(3, 2, 1, 1), [3921, 23_563, 17]],
    ['multipaxos', '3 acceptors, 1 value, ballots 0 to 1, 2 slots', scope(3, 1, 1, 2), [108_241, 944_019, 25]],
    ['multipaxos', '2 acceptors, 2 values, ballots 0 to 1, 2 slots', scope(2, 2, 1, 2), [3913, 25_075, 19]],
  ])('%s: %s', (name, _, where, golden) => {
    const outcome = search(specOf(name, where, null));
    expect(outcome.violation).toBeNull();
    expect(counts(outcome)).toEqual(golden);
  });
});

describe('a naive search counts the same', () => {
  test.each<[string, LogScope]>([
    ['3 acceptors, 2 values, ballots 0 to 1', scope(3, 2, 1)],
    ['2 acceptors, 2 values, ballots 0 to 2', scope(2, 2, 2)],
    ['3 acceptors, 3 values, ballot 0', scope(3, 3, 0)],
    ['3 acceptors, 1 value, q1 1, q2 3', scope(3, 1, 1, 1, counted(1, 3))],
    ['3 acceptors, n1 decides with any other, and phase 1 knows no better', scope(3, 1, 1, 1, {
      type: 'sets', phase1: [[1], [2, 3]], phase2: [[1, 2], [1, 3]],
    })],
    ['2 acceptors, 2 slots', scope(2, 2, 1, 2)],
    ['3 acceptors, 2 slots, ballot 0', scope(3, 2, 0, 2)],
    ['2 acceptors, 3 slots, ballot 0', scope(2, 1, 0, 3)],
  ])('%s', (_, where) => {
    const { distinct, generated, depth } = searchNaively({ ...where, quorums: where.quorums.phase1.map(bitsOf) });
    const specs = [specOf('multipaxos', where, null), ...(where.slots === 1 ? [specOf('paxos', where, null)] : [])];
    for (const spec of specs) expect(counts(search(spec))).toEqual([distinct, generated, depth]);
  });
});

describe('quorums that need not meet', () => {
  const unsafe = scope(4, 2, 1, 1, counted(2, 2));

  test('two values are chosen, and the shortest way there is told', () => {
    const { violation, depth, complete } = search(specOf('paxos', unsafe, null));
    expect([depth, complete]).toEqual([13, false]);
    expect(violation).toMatchObject({ property: 'Agreement', state: { chosen: ['v1', 'v2'], maxBal: [1, 1, 0, 0] } });
    expect(violation!.trace).toHaveLength(12);
    expect(violation!.trace.filter((action) => action.startsWith('Phase2b'))).toHaveLength(4);
  });

  test('Paxos implements Voting all the same; Voting does not implement Consensus', () => {
    expect(search(specOf('paxos', unsafe, null), { properties: ['Voting'], states: 30_000 }).violation).toBeNull();
    expect(search(specOf('voting', unsafe, null), { properties: ['Consensus'] }).violation).toMatchObject({ property: 'Consensus' });
  });

  test('Multi-Paxos', () => {
    const { violation } = search(specOf('multipaxos', scope(2, 2, 1, 2, counted(1, 1)), null));
    expect(violation).toMatchObject({ property: 'Agreement' });
    expect(violation!.trace).toHaveLength(8);
  });
});

describe('broken specifications are caught', () => {
  /** Steps of the shortest way to two chosen values; and what is broken first of all properties, in how many steps. */
  const paxos: Record<string, readonly [agreement: number, first: string, steps: number]> = {
    'quorum-of-one': [8, 'Agreement', 8],
    'ballot-reused': [9, 'OneProposalPerBallot', 5],
    'older-promise-counted': [9, 'ProposalsSafe', 4],
    'reported-votes-ignored': [12, 'ProposalsSafe', 9],
    'accept-without-check': [12, 'Voting', 7],
    'promise-not-stored': [12, 'PromisesTrue', 2],
    'vote-not-stored': [12, 'LastVote', 5],
    'lower-prepare-answered': [12, 'Voting', 4],
    'any-reported-value': [17, 'ProposalsSafe', 14],
  };
  const log: typeof paxos = {
    'quorum-of-one': [8, 'Agreement', 8],
    'higher-slots-not-reported': [12, 'Paxos', 7],
    'reported-votes-ignored': [12, 'Paxos', 9],
    'accept-without-check': [12, 'Paxos', 7],
    'vote-not-stored': [12, 'Paxos', 5],
  };

  test('each of them is in the table', () => {
    const broken = (name: SpecName): string[] => mutantsOf(name).filter((mutant) => mutant.broken).map((mutant) => mutant.name);
    expect(broken('paxos')).toEqual(Object.keys(paxos));
    expect(broken('multipaxos')).toEqual(Object.keys(log));
  });

  test.each(Object.entries(paxos))('paxos: %s', (mutant, [steps, ...first]) => {
    const where = scope(3, 2, mutant === 'any-reported-value' ? 2 : 1);
    expect(found('paxos', where, mutant, { properties: ['Agreement'] })).toEqual(['Agreement', steps]);
    expect(found('paxos', where, mutant)).toEqual(first);
  });

  test.each(Object.entries(log))('multipaxos: %s', (mutant, [steps, ...first]) => {
    expect(found('multipaxos', scope(3, 2, 1, 2), mutant, { properties: ['Agreement'] })).toEqual(['Agreement', steps]);
    expect(found('multipaxos', scope(3, 2, 1, 2), mutant)).toEqual(first);
  });

  test('two ballots are not enough to see that any reported value is wrong', () => {
    expect(found('paxos', scope(3, 2, 1), 'any-reported-value')).toBeNull();
  });
});

test('the controls are not flagged', () => {
  const controls = mutantsOf('paxos').filter((mutant) => !mutant.broken);
  expect(controls.map(({ name }) => name)).toEqual(['promise-repeated']);
  const outcome = search(specOf('paxos', scope(3, 2, 1), 'promise-repeated'));
  expect(outcome.violation).toBeNull();
  expect(counts(outcome)).toEqual([30_753, 264_091, 23]);
});

describe('what can be reached at all', () => {
  const never = (spec: Specification, what: string, isThere: (chosen: readonly unknown[]) => boolean): Specification => {
    const holds = (state: Int32Array): boolean => !isThere(spec.inspect(state).chosen as readonly unknown[]);
    return { ...spec, steps: [], invariants: [{ name: what, meaning: what, holds }] };
  };

  test('a value is chosen, at best in six steps', () => {
    const spec = specOf('paxos', scope(3, 2, 1), null);
    const { violation } = search(never(spec, 'nothing is chosen', (chosen) => chosen.length > 0));
    expect(violation!.trace.map((action) => action.slice(0, 7))).toEqual([
      'Phase1a', 'Phase1b', 'Phase1b', 'Phase2a', 'Phase2b', 'Phase2b',
    ]);
  });

  test('the second slot takes no phase 1 of its own', () => {
    const spec = specOf('multipaxos', scope(3, 2, 1, 2), null);
    const { violation } = search(never(spec, 'a slot is empty', (chosen) => !chosen.includes('none')));
    expect(violation!.trace).toHaveLength(9);
    expect(violation!.state.chosen).toEqual(['v1', 'v1']);
  });
});
