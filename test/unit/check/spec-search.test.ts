import { describe, expect, test } from 'vitest';
import { specOf } from '../../../src/check/spec/catalogue.ts';
import { add, Layout, read, write } from '../../../src/check/spec/layout.ts';
import { quorumsOf } from '../../../src/check/spec/quorums.ts';
import { Search, search, type Progress } from '../../../src/check/spec/search.ts';
import { bitsOf, countBits, ScopeError, type Specification } from '../../../src/check/spec/specification.ts';
import { isConsensusStep } from '../../../src/check/spec/consensus.ts';
import { isVotingStep, type Ballots } from '../../../src/check/spec/voting.ts';
import { Visited } from '../../../src/check/spec/visited.ts';

/** Counts from 0 to `end`, in steps of one or of two. */
function counter(end: number, changed: Partial<Specification> = {}): Specification {
  return {
    name: 'counter',
    words: 2,
    initial: () => new Int32Array(2),
    successors([now], sink) {
      sink.stutter(1);
      for (const by of [1, 2]) {
        if (now! + by > end) continue;
        sink.next[0] = now! + by;
        sink.next[1] = 0;
        sink.step(by, 1);
      }
    },
    describe: (action, before) => `${before[0]} + ${action}`,
    inspect: ([now]) => ({ now: now! }),
    invariants: [],
    steps: [],
    ...changed,
  };
}

const below = (limit: number) => ({ name: 'Below', meaning: `It stays below ${limit}.`, holds: ([now]: Int32Array) => now! < limit });

describe('search', () => {
  test('counts the initial state, stutters and known states', () => {
    expect(search(counter(4))).toEqual({
      distinct: 5, generated: 1 + 5 + 4 + 3, depth: 3, frontier: 0, bytes: expect.any(Number), complete: true, violation: null,
    });
  });

  test('finds the shortest way to a broken invariant', () => {
    expect(search(counter(100, { invariants: [below(5)] })).violation).toEqual({
      property: 'Below',
      meaning: 'It stays below 5.',
      trace: ['0 + 1', '1 + 2', '3 + 2'],
      state: { now: 5 },
    });
  });

  test('looks at the initial state', () => {
    const { violation, depth } = search(counter(1, { invariants: [below(0)] }));
    expect([violation!.trace, violation!.state, depth]).toEqual([[], { now: 0 }, 1]);
  });

  test('finds the step that breaks a property, to a known state too', () => {
    let from = 0;
    const odd = {
      name: 'Odd',
      meaning: 'Only from even numbers it goes two up.',
      begin: ([now]: Int32Array) => void (from = now!),
      holds: ([now]: Int32Array) => from % 2 === 0 || now! - from !== 2,
    };
    expect(search(counter(9, { steps: [odd] })).violation!.trace).toEqual(['0 + 1', '1 + 2']);
  });

  test('looks only at what it was told to', () => {
    const spec = counter(9, { invariants: [below(5), { ...below(3), name: 'Other' }] });
    expect(search(spec, { properties: ['Below'] }).violation).toMatchObject({ property: 'Below' });
    expect(search(spec, { properties: [] }).violation).toBeNull();
  });

  test('stops at the limit, and is not complete then', () => {
    expect(search(counter(1000), { states: 10 })).toMatchObject({ distinct: 10, complete: false, violation: null });
  });

  test('can be done piece by piece, and tells how far it is', () => {
    const whole: Progress[] = [];
    search(counter(50_000), { onProgress: (progress) => whole.push(progress) });
    expect(whole.map(({ frontier }) => frontier)).toEqual([2, 2]);
    const piecewise = new Search(counter(10));
    let pieces = 0;
    while (piecewise.advance(1)) pieces++;
    expect(pieces).toBe(11);
    expect(piecewise.outcome).toEqual(search(counter(10)));
  });
});

describe('visited set', () => {
  test('knows every state once, and where it came from', () => {
    const visited = new Visited(3);
    const state = new Int32Array(3);
    const many = 100_000;
    for (let i = 0; i < many; i++) {
      state.set([i % 7, i, i & 1]);
      expect(visited.add(state, i - 1) && !visited.add(state, -1)).toBe(true);
    }
    expect(visited.size).toBe(many);
    visited.read(70_001, state);
    expect([...state, visited.parent(70_001)]).toEqual([70_001 % 7, 70_001, 1, 70_000]);
  });

  test('takes less than 100 bytes a state', () => {
    const { acceptors, values, maxBallot } = { acceptors: 3, values: 2, maxBallot: 2 };
    const quorums = quorumsOf({ type: 'majority' }, acceptors);
    const outcome = search(specOf('paxos', { acceptors, values, maxBallot, quorums, slots: 1 }, null), { properties: [], states: 70_000 });
    expect(outcome.bytes / outcome.distinct).toBeLessThan(100);
  });
});

test('fields do not overlap, and lie in one word each', () => {
  const layout = new Layout();
  const fields = [20, 20, 12, 31, 5, 1].map((bits) => layout.bits(bits));
  expect(layout.words).toBe(3);
  const state = new Int32Array(layout.words);
  fields.forEach((field) => write(state, field, field.mask));
  fields.forEach((field, index) => {
    write(state, field, 0);
    expect(fields.map((other) => read(state, other))).toEqual(fields.map((other, at) => (at === index ? 0 : other.mask)));
    add(state, field, field.mask);
  });
  expect(layout.upTo(4).mask).toBe(7);
  expect(() => layout.bits(32)).toThrow(RangeError);
});

test('sets of bits', () => {
  expect(bitsOf(0b101001)).toEqual([0, 3, 5]);
  expect(countBits(0b101001)).toBe(3);
});

describe('quorums', () => {
  const sets = (list: readonly number[]): string[] => list.map((set) => bitsOf(set).map((bit) => `n${bit + 1}`).join(''));

  test('of majorities only the smallest', () => {
    const { phase1, phase2 } = quorumsOf({ type: 'majority' }, 3);
    expect(sets(phase1)).toEqual(['n1n2', 'n1n3', 'n2n3']);
    expect(phase2).toEqual(phase1);
  });

  test('in phase 1, a larger one counts if it has an acceptor of no smaller one', () => {
    const { phase1, phase2 } = quorumsOf({ type: 'sets', phase1: [[1], [2, 3]], phase2: [[1, 2], [1, 3]] }, 3);
    expect(sets(phase1)).toEqual(['n1', 'n1n2', 'n1n3', 'n2n3']);
    expect(sets(phase2)).toEqual(['n1n2', 'n1n3']);
  });
});

describe('steps of the abstract specifications', () => {
  const scope = { acceptors: 3, values: 2, maxBallot: 1, quorums: quorumsOf({ type: 'majority' }, 3) };
  const at = (votes: number[], maxBal: number[]): Ballots => ({ votes: Int32Array.from(votes), maxBal: Int32Array.from(maxBal) });
  // Votes: 1 is (0, v1), 2 is (0, v2), 4 is (1, v1), 8 is (1, v2).
  const now = at([1, 0, 0], [0, 1, 1]);

  test.each<[string, Ballots, boolean]>([
    ['nothing', now, true],
    ['a higher ballot', at([1, 0, 0], [1, 1, 1]), true],
    ['a lower ballot', at([1, 0, 0], [0, 0, 1]), false],
    ['two acceptors at once', at([1, 0, 0], [1, 2, 1]), false],
    ['a vote that n2 and n3 show to be safe', at([1, 8, 0], [0, 1, 1]), true],
    ['a vote below the ballot', at([1, 1, 0], [0, 0, 1]), false],
    ['a vote, but not its ballot', at([5, 0, 0], [0, 1, 1]), false],
    ['two votes', at([1, 12, 0], [0, 1, 1]), false],
    ['a vote taken back', at([0, 0, 0], [0, 1, 1]), false],
    ['a second value at the ballot', at([3, 0, 0], [0, 1, 1]), false],
  ])('Voting: %s', (_, next, allowed) => expect(isVotingStep(scope, now, next)).toBe(allowed));

  test('Voting: what no quorum shows to be safe', () => {
    expect(isVotingStep(scope, at([1, 0, 0], [1, 1, 0]), at([1, 8, 0], [1, 1, 0]))).toBe(false);
    expect(isVotingStep(scope, at([1, 0, 0], [1, 1, 0]), at([1, 4, 0], [1, 1, 0]))).toBe(true);
    expect(isVotingStep(scope, at([0, 8, 0], [1, 1, 1]), at([0, 8, 4], [1, 1, 1]))).toBe(false);
  });

  test('Consensus', () => {
    expect([[0, 0], [0, 4], [4, 4]].every(([from, to]) => isConsensusStep(from!, to!))).toBe(true);
    expect([[0, 6], [4, 6], [4, 2], [4, 0]].some(([from, to]) => isConsensusStep(from!, to!))).toBe(false);
  });
});

test('what is too large is refused', () => {
  const quorums = quorumsOf({ type: 'majority' }, 3);
  const scope = { acceptors: 3, values: 2, maxBallot: 1, slots: 1, quorums };
  expect(() => specOf('paxos', { ...scope, maxBallot: 15 }, null)).toThrow(ScopeError);
  expect(() => specOf('paxos', { ...scope, acceptors: 9 }, null)).toThrow(ScopeError);
  expect(() => specOf('multipaxos', { ...scope, slots: 9 }, null)).toThrow(ScopeError);
  expect(() => specOf('consensus', { ...scope, values: 31 }, null)).toThrow(ScopeError);
  expect(() => specOf('voting', scope, 'quorum-of-one')).toThrow('there is no mutant quorum-of-one of voting');
});
