/**
 * Howard, Malkhi, Spiegelman, *Flexible Paxos: Quorum Intersection Revisited* (2016). Each test says what the paper claims
 * in our own words, and plays it on real nodes.
 */
import { describe, expect, it } from 'vitest';
import { isSafe } from '../../src/protocol/quorum.ts';
import { NO_VOTE, Subject, b, sent } from './paxos-cluster.ts';

const prepare = (round: number, node: number) => ({ type: 'prepare', instance: 1, ballot: b(round, node) }) as const;
const promise = (round: number, node: number, vote: object = NO_VOTE) =>
  ({ type: 'promise', instance: 1, ballot: b(round, node), ...NO_VOTE, ...vote }) as const;
const accept = (round: number, node: number, value: string) =>
  ({ type: 'accept', instance: 1, ballot: b(round, node), value }) as const;
const accepted = (round: number, node: number, value: string) =>
  ({ type: 'accepted', instance: 1, ballot: b(round, node), value }) as const;

/** How many of the promises, one after another, n1 needs before it sends accepts; `null`: those are not enough. */
function promisesNeeded(count: number, quorum: object, from: readonly number[]): number | null {
  const subject = new Subject(1, count, { quorum });
  subject.proposes('own');
  const at = from.findIndex((node) => sent(subject.receives(node, promise(1, 1)), 'accept').length > 0);
  return at < 0 ? null : at + 1;
}

/** How many of the votes, one after another, a learner needs; `null`: those are not enough. */
function votesNeeded(count: number, quorum: object, from: readonly number[]): number | null {
  const subject = new Subject(1, count, { quorum });
  const chosen = (node: number) => subject.receives(node, accepted(1, 1, 'red')).some(({ type }) => type === 'chosen');
  const at = from.findIndex(chosen);
  return at < 0 ? null : at + 1;
}

/** An acceptor's answer to a prepare, after it has seen the earlier messages. */
function answerOf(acceptor: Subject, from: number, round: number) {
  return sent(acceptor.receives(from, prepare(round, from)), 'promise')[0]!.message;
}

describe('FPaxos: only quorums of different phases must meet', () => {
  const quorum = { type: 'counted', phase1: 4, phase2: 2 };

  it('each phase waits for its own quorum', () => {
    expect(promisesNeeded(5, quorum, [1, 2, 3, 4, 5])).toBe(4);
    expect(votesNeeded(5, quorum, [1, 2, 3, 4, 5])).toBe(2);
  });

  it('two phase-2 quorums need not meet: a later ballot is chosen by others, with the same value', () => {
    // "red" is chosen at 1.1 by n1 and n2. A phase-1 quorum of n5 without n1 still hears of it from n2 …
    const acceptors = [2, 3, 4, 5].map((id) => new Subject(id, 5, { quorum }));
    acceptors[0]!.receives(1, accept(1, 1, 'red'));
    const n5 = acceptors[3]!;
    n5.proposes('blue');
    const proposals = acceptors.flatMap((acceptor) => sent(n5.receives(acceptor.id, answerOf(acceptor, 5, 1)), 'accept'));
    expect(proposals.map(({ message }) => message)).toEqual(Array(5).fill(accept(1, 5, 'red')));
    // … and n3 and n4, which had no part in the first choice, choose it again.
    expect([...n5.receives(3, accepted(1, 5, 'red')), ...n5.receives(4, accepted(1, 5, 'red'))]).toContainEqual({
      type: 'chosen', slot: 1, value: 'red', ballot: b(1, 5), quorum: [3, 4],
    });
  });

  it('two phase-1 quorums need not meet: (2, 4) of 5 lets two proposers pass phase 1 apart', () => {
    const reverse = { type: 'counted', phase1: 2, phase2: 4 };
    expect(isSafe({ type: 'counted', phase1: 2, phase2: 4 }, [1, 2, 3, 4, 5])).toBe(true);
    expect(promisesNeeded(5, reverse, [1, 2])).toBe(2);
    expect(promisesNeeded(5, reverse, [4, 5])).toBe(2);
    expect(votesNeeded(5, reverse, [1, 2, 3])).toBeNull();
    expect(votesNeeded(5, reverse, [1, 2, 3, 5])).toBe(4);
  });

  it('the rest of Paxos is unchanged: the value of the highest vote that the phase-1 quorum reports', () => {
    const subject = new Subject(1, 5, { quorum: { type: 'counted', phase1: 2, phase2: 4 } });
    subject.proposes('own');
    subject.receives(2, { type: 'nack', instance: 1, ballot: b(1, 1), promised: b(3, 3) });
    subject.retries();
    subject.receives(4, promise(4, 1, { acceptedBallot: b(2, 2), acceptedValue: 'low' }));
    const proposals = sent(subject.receives(5, promise(4, 1, { acceptedBallot: b(3, 3), acceptedValue: 'high' })), 'accept');
    expect(proposals[0]!.message).toEqual(accept(4, 1, 'high'));
  });
});

describe('Majority quorums: one vote less', () => {
  it('with an even number of acceptors, a majority in phase 1 allows half of them in phase 2', () => {
    for (const count of [2, 4, 6, 8]) {
      const acceptors = Array.from({ length: count }, (_, i) => i + 1);
      const half = { type: 'counted', phase1: count / 2 + 1, phase2: count / 2 } as const;
      expect(isSafe(half, acceptors)).toBe(true);
      expect(isSafe({ ...half, phase1: count / 2 }, acceptors)).toBe(false);
      expect(votesNeeded(count, half, acceptors)).toBe(count / 2);
      expect(votesNeeded(count, { type: 'majority' }, acceptors)).toBe(count / 2 + 1);
    }
  });
});

describe('Simple quorums: any acceptors will do, if |Q1| + |Q2| > N', () => {
  it('and not if it equals N', () => {
    for (let count = 1; count <= 9; count++) {
      const acceptors = Array.from({ length: count }, (_, i) => i + 1);
      for (let phase1 = 1; phase1 <= count; phase1++) {
        for (let phase2 = 1; phase2 <= count; phase2++) {
          expect(isSafe({ type: 'counted', phase1, phase2 }, acceptors)).toBe(phase1 + phase2 > count);
        }
      }
    }
  });

  it('phase 2 goes on while N − |Q2| acceptors have failed, phase 1 while N − |Q1| have', () => {
    const quorum = { type: 'counted', phase1: 9, phase2: 2 };
    expect(votesNeeded(10, quorum, [4, 7])).toBe(2);
    expect(promisesNeeded(10, quorum, [1, 2, 3, 4, 5, 6, 7, 8])).toBeNull();
    expect(promisesNeeded(10, quorum, [1, 2, 3, 4, 5, 6, 7, 8, 10])).toBe(9);
  });
});

describe('Grid quorums: a row for phase 1, a column for phase 2', () => {
  // n1 n2 n3
  // n4 n5 n6
  const quorum = { type: 'grid', rows: 2, columns: 3 };

  it('a full row of promises, and not as many promises of other places', () => {
    expect(promisesNeeded(6, quorum, [4, 5, 6])).toBe(3);
    expect(promisesNeeded(6, quorum, [1, 2, 4, 5])).toBeNull();
  });

  it('a full column of votes, and not as many votes of other places', () => {
    expect(votesNeeded(6, quorum, [2, 5])).toBe(2);
    expect(votesNeeded(6, quorum, [1, 5, 3])).toBeNull();
  });

  it('quorums are smaller than majorities, and yet each row meets each column', () => {
    expect(isSafe({ type: 'grid', rows: 2, columns: 3 }, [1, 2, 3, 4, 5, 6])).toBe(true);
    expect(votesNeeded(6, { type: 'majority' }, [2, 5, 1, 3])).toBe(4);
  });

  it('a column that chose is met by the row of a later proposer, which takes its value over', () => {
    const n5 = new Subject(5, 6, { quorum });
    n5.receives(1, accept(1, 1, 'red'));
    const n4 = new Subject(4, 6, { quorum });
    n4.proposes('blue');
    n4.receives(4, promise(1, 4));
    n4.receives(6, promise(1, 4));
    const proposals = sent(n4.receives(5, answerOf(n5, 4, 1)), 'accept');
    expect(proposals[0]!.message).toEqual(accept(1, 4, 'red'));
  });
});

describe('Safety needs the phases to meet', () => {
  it('where they do not, two values are chosen', () => {
    const quorum = { type: 'counted', phase1: 2, phase2: 2 };
    expect(isSafe({ type: 'counted', phase1: 2, phase2: 2 }, [1, 2, 3, 4])).toBe(false);
    const values = [[1, 2], [3, 4]].map(([first, second]) => {
      const proposer = new Subject(first!, 4, { quorum });
      proposer.proposes(`value of n${first}`);
      proposer.receives(first!, promise(1, first!));
      const [proposal] = sent(proposer.receives(second!, promise(1, first!)), 'accept');
      const { ballot, value } = proposal!.message;
      const vote = { type: 'accepted', instance: 1, ballot, value } as const;
      const effects = [...proposer.receives(first!, vote), ...proposer.receives(second!, vote)];
      return effects.flatMap((effect) => (effect.type === 'chosen' ? [effect.value] : []));
    });
    expect(values).toEqual([['value of n1'], ['value of n3']]);
  });
});
