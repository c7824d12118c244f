/**
 * Lamport, *Paxos Made Simple* (2001), rule by rule. Each test names the section and says the rule in our own words.
 */
import { describe, expect, it } from 'vitest';
import { compareBallots } from '../../src/protocol/ballot.ts';
import { NO_VOTE, Subject, b, savedBefore, sent } from './paxos-cluster.ts';

const prepare = (round: number, node: number) => ({ type: 'prepare', instance: 1, ballot: b(round, node) }) as const;
const accept = (round: number, node: number, value: string) =>
  ({ type: 'accept', instance: 1, ballot: b(round, node), value }) as const;
const accepted = (round: number, node: number, value: string) =>
  ({ type: 'accepted', instance: 1, ballot: b(round, node), value }) as const;
const promise = (round: number, node: number, vote: object = NO_VOTE) =>
  ({ type: 'promise', instance: 1, ballot: b(round, node), ...NO_VOTE, ...vote }) as const;
const vote = (round: number, node: number, value: string) => ({
  acceptedBallot: b(round, node),
  acceptedValue: value,
});

/** n1 of `count`, in phase 1 of 1.1 for "own", its own acceptor's promise counted. */
function proposer(count: number, config: object = {}): Subject {
  const subject = new Subject(1, count, config);
  subject.proposes('own');
  subject.receives(1, prepare(1, 1));
  subject.receives(1, promise(1, 1));
  return subject;
}

describe('Section 2.1, the problem', () => {
  it('only a value that has been proposed is chosen: a proposer with free choice proposes its client’s', () => {
    const effects = proposer(3).receives(2, promise(1, 1));
    expect(sent(effects, 'accept').map(({ message }) => message.value)).toEqual(['own', 'own', 'own']);
  });

  it('a process never learns that a value is chosen unless it is: no learning without a quorum of votes', () => {
    const learner = new Subject(1, 5);
    for (const node of [2, 3]) {
      expect(learner.receives(node, accepted(1, 1, 'red')).some(({ type }) => type === 'chosen')).toBe(false);
    }
    const effects = learner.receives(4, accepted(1, 1, 'red'));
    expect(effects).toContainEqual({ type: 'chosen', slot: 1, value: 'red', ballot: b(1, 1), quorum: [2, 3, 4] });
  });

  it('one process may play several roles, and each role may have a process of its own', () => {
    const config = { roles: [['proposer'], ['acceptor'], ['learner']] };
    const [p, a, l] = [1, 2, 3].map((id) => new Subject(id, 3, config));
    expect(sent(p!.proposes('red'), 'prepare').map(({ to }) => to)).toEqual([2]);
    expect(sent(a!.receives(1, accept(1, 1, 'red')), 'accepted').map(({ to }) => to)).toEqual([3]);
    expect(sent(l!.receives(2, accepted(1, 1, 'red')), 'learned').map(({ to }) => to)).toEqual([1]);
  });
});

describe('Section 2.2, choosing a value', () => {
  it('P1: an acceptor accepts the first proposal it receives, promised or not', () => {
    const acceptor = new Subject(2, 3);
    expect(sent(acceptor.receives(1, accept(1, 1, 'red')), 'accepted')).toHaveLength(3);
    expect(acceptor.slot()!.accepted).toEqual({ ballot: b(1, 1), value: 'red' });
  });

  it('P1a: it accepts a proposal unless it has responded to a prepare with a higher number', () => {
    const acceptor = new Subject(2, 3);
    acceptor.receives(3, prepare(2, 3));
    expect(sent(acceptor.receives(1, accept(2, 1, 'red')), 'accepted')).toEqual([]);
    expect(acceptor.slot()!.accepted).toBeNull();
    expect(sent(acceptor.receives(3, accept(2, 3, 'blue')), 'accepted')).toHaveLength(3);
    expect(sent(acceptor.receives(1, accept(3, 1, 'red')), 'accepted')).toHaveLength(3);
  });

  it('an acceptor may accept more than one proposal, so proposals are numbered, in a total order', () => {
    const acceptor = new Subject(2, 3);
    acceptor.receives(1, accept(1, 1, 'red'));
    acceptor.receives(3, accept(1, 3, 'blue'));
    expect(acceptor.slot()!.accepted).toEqual({ ballot: b(1, 3), value: 'blue' });
    const numbers = [b(2, 1), b(1, 3), b(1, 1), b(10, 2)];
    expect([...numbers].sort(compareBallots)).toEqual([b(1, 1), b(1, 3), b(2, 1), b(10, 2)]);
  });

  it('a value is chosen when one proposal, not merely one value, is accepted by a majority', () => {
    const learner = new Subject(1, 3);
    const effects = [...learner.receives(1, accepted(1, 1, 'red')), ...learner.receives(2, accepted(2, 2, 'red'))];
    expect(effects.some(({ type }) => type === 'chosen')).toBe(false);
  });

  it('P2, P2a, P2b: after a choice, every higher proposal made, and so every one accepted, has that value', () => {
    // "red" is chosen at 1.1 by n1 and n2; n3 proposes "blue" and hears from n2 and itself, a majority.
    const n2 = new Subject(2, 3);
    n2.receives(1, prepare(1, 1));
    n2.receives(1, accept(1, 1, 'red'));
    const n3 = new Subject(3, 3);
    n3.proposes('blue');
    n3.receives(3, prepare(1, 3));
    n3.receives(3, promise(1, 3));
    const [answer] = sent(n2.receives(3, prepare(1, 3)), 'promise');
    const proposals = sent(n3.receives(2, answer!.message), 'accept');
    expect(proposals.map(({ message }) => message)).toEqual(Array(3).fill(accept(1, 3, 'red')));
  });

  it('P2c: the value is that of the highest-numbered proposal among the answers of a majority', () => {
    const subject = proposer(5);
    // No ballot is below 1.1; on to one with room below.
    subject.receives(2, { type: 'nack', instance: 1, ballot: b(1, 1), promised: b(6, 5) });
    subject.retries();
    subject.receives(3, promise(7, 1, vote(2, 2, 'low')));
    subject.receives(4, promise(7, 1, vote(5, 2, 'high')));
    const proposals = sent(subject.receives(5, promise(7, 1, vote(3, 3, 'middle'))), 'accept');
    expect(proposals[0]!.message).toEqual(accept(7, 1, 'high'));
  });

  it('P2c: with no proposal reported by a majority, any value will do: its own', () => {
    const proposals = sent(proposer(3).receives(3, promise(1, 1)), 'accept');
    expect(proposals[0]!.message).toEqual(accept(1, 1, 'own'));
  });

  it('a proposer does not foresee what will be accepted: it extracts the promise to accept nothing lower', () => {
    const n2 = new Subject(2, 3);
    n2.receives(3, prepare(2, 3));
    n2.receives(1, accept(1, 1, 'red'));
    n2.receives(1, accept(2, 1, 'red'));
    expect(n2.slot()!.accepted).toBeNull();
  });
});

describe('Section 2.2, the algorithm', () => {
  it('phase 1a: a proposer picks a number and sends a prepare to the acceptors', () => {
    const effects = new Subject(1, 3).proposes('own');
    expect(sent(effects, 'prepare').map(({ to }) => to)).toEqual([1, 2, 3]);
    expect(sent(effects, 'prepare')[0]!.message).toEqual(prepare(1, 1));
  });

  it('phase 1b: an acceptor answers a higher prepare with a promise and its highest-numbered vote', () => {
    const acceptor = new Subject(2, 3);
    expect(sent(acceptor.receives(1, prepare(1, 1)), 'promise')).toEqual([{ to: 1, message: promise(1, 1) }]);
    acceptor.receives(1, accept(1, 1, 'red'));
    acceptor.receives(3, accept(2, 3, 'blue'));
    const answer = sent(acceptor.receives(1, prepare(3, 1)), 'promise');
    expect(answer).toEqual([{ to: 1, message: promise(3, 1, vote(2, 3, 'blue')) }]);
  });

  it('phase 1b: it may ignore a lower prepare, and a second one of the same number', () => {
    const acceptor = new Subject(2, 3, { nacks: false });
    acceptor.receives(3, prepare(2, 3));
    expect(acceptor.receives(1, prepare(2, 1))).toEqual([]);
    expect(acceptor.receives(3, prepare(2, 3))).toEqual([]);
  });

  it('phase 2a: with promises from a majority, and not with fewer, it sends an accept', () => {
    const subject = proposer(5);
    expect(sent(subject.receives(2, promise(1, 1)), 'accept')).toEqual([]);
    // The same acceptor again is no other acceptor.
    expect(sent(subject.receives(2, promise(1, 1)), 'accept')).toEqual([]);
    expect(sent(subject.receives(3, promise(1, 1)), 'accept')).toHaveLength(5);
  });

  it('phase 2a: promises for another number are none', () => {
    const subject = proposer(3);
    subject.retries();
    expect(sent(subject.receives(2, promise(1, 1)), 'accept')).toEqual([]);
    expect(sent(subject.receives(3, promise(9, 1)), 'accept')).toEqual([]);
  });

  it('phase 2a: the accept goes to a set of acceptors that need not be those who promised', () => {
    const proposals = sent(proposer(3).receives(2, promise(1, 1)), 'accept');
    expect(proposals.map(({ to }) => to)).toEqual([1, 2, 3]);
  });

  it('phase 2b: an acceptor accepts unless it has answered a higher prepare', () => {
    const acceptor = new Subject(2, 3);
    acceptor.receives(1, prepare(1, 1));
    expect(sent(acceptor.receives(1, accept(1, 1, 'red')), 'accepted')).toHaveLength(3);
    acceptor.receives(3, prepare(4, 3));
    expect(sent(acceptor.receives(1, accept(3, 1, 'red')), 'accepted')).toEqual([]);
  });

  it('a proposer may abandon a proposal at any time, and begin another with a higher number', () => {
    const subject = proposer(3);
    const next = sent(subject.retries(), 'prepare');
    expect(next[0]!.message).toEqual(prepare(2, 1));
  });

  it('an acceptor that ignores a request had better name the higher number; the proposer gives up', () => {
    const acceptor = new Subject(2, 3);
    acceptor.receives(3, prepare(5, 3));
    const [refusal] = sent(acceptor.receives(1, prepare(1, 1)), 'nack');
    expect(refusal!.message.promised).toEqual(b(5, 3));
    const subject = proposer(3);
    subject.receives(2, refusal!.message);
    expect(subject.slot()!.proposing!.phase).toBe('waiting');
    expect(sent(subject.receives(3, promise(1, 1)), 'accept')).toEqual([]);
    expect(sent(subject.retries(), 'prepare')[0]!.message).toEqual(prepare(6, 1));
  });
});

describe('Section 2.3, learning a chosen value', () => {
  it('an acceptor that accepts a proposal tells every learner', () => {
    const votes = sent(new Subject(2, 3).receives(1, accept(1, 1, 'red')), 'accepted');
    expect(votes.map(({ to }) => to)).toEqual([1, 2, 3]);
  });

  it('a learner that knows tells the others, and one that was told does not', () => {
    const learner = new Subject(1, 3);
    learner.receives(1, accepted(1, 1, 'red'));
    const told = sent(learner.receives(2, accepted(1, 1, 'red')), 'learned');
    expect(told.map(({ to }) => to)).toEqual([2, 3]);
    const other = new Subject(3, 3);
    const effects = other.receives(1, told[0]!.message);
    expect(effects).toEqual([{ type: 'chosen', slot: 1, value: 'red', ballot: b(1, 1), quorum: [] }]);
  });

  it('messages can be lost, so a learner may have to ask', () => {
    const known = new Subject(1, 3);
    known.receives(1, accepted(1, 1, 'red'));
    known.receives(2, accepted(1, 1, 'red'));
    const late = new Subject(3, 3);
    const [question] = sent(late.restarts(), 'query');
    const [answer] = sent(known.receives(3, question!.message), 'learned');
    late.receives(1, answer!.message);
    expect(late.slot()!.chosen).toEqual({ value: 'red', ballot: b(1, 1) });
  });

  it('where no learner knows, the acceptors do', () => {
    const acceptor = new Subject(2, 3);
    acceptor.receives(1, accept(1, 1, 'red'));
    acceptor.restarts();
    const [answer] = sent(acceptor.receives(3, { type: 'query', instance: 1, missing: [1, 0] }), 'accepted');
    expect(answer).toEqual({ to: 3, message: accepted(1, 1, 'red') });
  });

  it('or a proposer may issue a proposal, which finds the value out', () => {
    const subject = proposer(3);
    subject.receives(2, { type: 'nack', instance: 1, ballot: b(1, 1), promised: b(2, 2) });
    subject.retries();
    subject.receives(3, promise(3, 1, vote(2, 2, 'red')));
    subject.receives(2, promise(3, 1, vote(2, 2, 'red')));
    subject.receives(2, accepted(3, 1, 'red'));
    const effects = subject.receives(3, accepted(3, 1, 'red'));
    expect(effects.find(({ type }) => type === 'reply')).toMatchObject({ reply: { ok: true, value: 'red' } });
  });
});

describe('Section 2.4, progress', () => {
  it('a proposer that is overtaken must use a higher number yet', () => {
    const subject = proposer(3, { backoff: false });
    subject.receives(2, prepare(4, 2));
    expect(subject.slot()!.proposing!.phase).toBe('waiting');
    expect(sent(subject.retries(), 'prepare')[0]!.message).toEqual(prepare(5, 1));
  });

  it('randomness or real time must tell two proposers apart: the wait is random, and grows', () => {
    const wait = (subject: Subject, round: number) => {
      const effects = subject.receives(2, prepare(round, 2));
      const timer = effects.find((effect) => effect.type === 'setTimer');
      subject.retries();
      return timer?.type === 'setTimer' ? timer.after : 0;
    };
    const subject = proposer(3);
    const waits = Array.from({ length: 12 }, (_, i) => wait(subject, 10 * (i + 1)));
    expect(new Set(waits).size).toBeGreaterThan(10);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(200_000);
    expect(waits[0]).toBeLessThanOrEqual(400_000);
    expect(Math.max(...waits)).toBeGreaterThan(2_000_000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(10_000_000);
  });
});

describe('Section 2.5, the implementation', () => {
  it('an acceptor records its response before it sends it', () => {
    const acceptor = new Subject(2, 3);
    expect(savedBefore(acceptor.receives(1, prepare(1, 1)), 'promise')).toBe(true);
    expect(savedBefore(acceptor.receives(1, accept(1, 1, 'red')), 'accepted')).toBe(true);
  });

  it('what it must remember survives a failure: the promise and the vote', () => {
    const acceptor = new Subject(2, 3);
    acceptor.receives(1, accept(1, 1, 'red'));
    acceptor.receives(3, prepare(4, 3));
    acceptor.restarts();
    expect(acceptor.slot()).toMatchObject({ promised: b(4, 3), accepted: { ballot: b(1, 1), value: 'red' } });
    expect(sent(acceptor.receives(1, accept(3, 1, 'red')), 'accepted')).toEqual([]);
    const answer = sent(acceptor.receives(1, prepare(5, 1)), 'promise');
    expect(answer[0]!.message).toEqual(promise(5, 1, vote(1, 1, 'red')));
  });

  it('no two proposals have one number: proposers draw from disjoint sets', () => {
    const numbers = [1, 2, 3].map((id) => sent(new Subject(id, 3).proposes('v'), 'prepare')[0]!.message.ballot);
    expect(numbers).toEqual([b(1, 1), b(1, 2), b(1, 3)]);
  });

  it('a proposer remembers the highest number it used, on stable storage, before it uses it', () => {
    const subject = new Subject(1, 3);
    expect(savedBefore(subject.proposes('own'), 'prepare')).toBe(true);
    subject.restarts();
    expect(sent(subject.proposes('own'), 'prepare')[0]!.message).toEqual(prepare(2, 1));
  });
});

describe('Section 3, many instances', () => {
  it('instances do not mix: a promise in one binds in no other', () => {
    const acceptor = new Subject(2, 3);
    acceptor.receives(1, prepare(9, 1));
    const other = { type: 'accept', instance: 2, ballot: b(1, 1), value: 'red' } as const;
    expect(sent(acceptor.receives(1, other), 'accepted')).toHaveLength(3);
  });
});
