/** Facts by hand: what is no action of Paxos is named, with the reason and the events that tell of it. */
import { describe, expect, it } from 'vitest';
import { checks } from '../../../src/check/conformance/actions.ts';
import { paxosConformance, type PaxosConformance } from '../../../src/check/conformance/paxos.ts';
import { NO_BALLOT, type Ballot } from '../../../src/protocol/ballot.ts';
import type { Violation } from '../../../src/protocol/checker.ts';
import type { PaxosMessage } from '../../../src/protocol/paxos/messages.ts';
import { paxos } from '../../../src/protocol/paxos/paxos.ts';
import { roundRecord, slotRecord } from '../../../src/protocol/paxos/state.ts';
import type { Saved } from '../../../src/protocol/protocol.ts';

/** `2.1`; `–`. */
function ballotOf(name: string): Ballot {
  const [round, node] = name.split('.').map(Number);
  return name === '–' ? NO_BALLOT : { round: round!, node: node! };
}

/** An instance of three servers, told fact by fact. */
class Told {
  readonly violations: Violation[] = [];
  facts: PaxosConformance;
  private seq = 0;

  constructor(config: object = {}, nodes: readonly number[] = [1, 2, 3]) {
    this.facts = paxosConformance.create(nodes, paxos.config(config, nodes));
    for (const node of nodes) this.start(node, []);
  }

  start(node: number, stored: readonly Saved[]): this {
    return this.note(paxosConformance.observe(this.facts, { seq: this.seq++, node, input: { type: 'start', stored } }));
  }

  save(node: number, promised: string, accepted = '–', value = '', instance = 1): this {
    return this.keep(node, [slotRecord(instance, { promised: ballotOf(promised), acceptedBallot: ballotOf(accepted), acceptedValue: value })]);
  }

  keep(node: number, records: readonly Saved[]): this {
    return this.note(paxosConformance.observe(this.facts, { seq: this.seq++, node, effect: { type: 'save', records } }));
  }

  prepare(ballot: string, instance = 1): this {
    return this.send(ballotOf(ballot).node, { type: 'prepare', instance, ballot: ballotOf(ballot) });
  }

  /** Saves a promise, and tells of it. */
  promise(node: number, ballot: string, accepted = '–', value = ''): this {
    return this.save(node, ballot, accepted, value).tellPromise(node, ballot, accepted, value);
  }

  tellPromise(node: number, ballot: string, accepted = '–', acceptedValue = ''): this {
    return this.send(node, { type: 'promise', instance: 1, ballot: ballotOf(ballot), acceptedBallot: ballotOf(accepted), acceptedValue });
  }

  accept(ballot: string, value: string): this {
    return this.send(ballotOf(ballot).node, { type: 'accept', instance: 1, ballot: ballotOf(ballot), value });
  }

  /** Saves a vote, and tells of it. */
  vote(node: number, ballot: string, value: string): this {
    return this.save(node, ballot, ballot, value).tellVote(node, ballot, value);
  }

  tellVote(node: number, ballot: string, value: string): this {
    return this.send(node, { type: 'accepted', instance: 1, ballot: ballotOf(ballot), value });
  }

  /** n1 has "red" chosen at 1.1 by its vote and that of n2. */
  red(): this {
    return this.prepare('1.1').promise(1, '1.1').promise(2, '1.1').accept('1.1', 'red').vote(1, '1.1', 'red').vote(2, '1.1', 'red');
  }

  private send(node: number, message: PaxosMessage): this {
    return this.note(paxosConformance.observe(this.facts, { seq: this.seq++, node, effect: { type: 'send', to: 1, message } }));
  }

  private note(violation: Violation | null): this {
    if (violation !== null) this.violations.push(violation);
    return this;
  }
}

const red = (): Told => new Told().red();
const counted = (phase1: number, phase2: number): object => ({ quorum: { type: 'counted', phase1, phase2 } });

describe('an action of the specification, or a stutter', () => {
  it.each<[string, Told]>([
    ['a value is chosen', red()],
    ['everything is said again', red().prepare('1.1').tellPromise(2, '1.1').accept('1.1', 'red').tellVote(2, '1.1', 'red').save(2, '1.1', '1.1', 'red')],
    ['a round is used', red().keep(3, [roundRecord(9)])],
    ['a higher ballot proposes what was reported', red().prepare('2.3').promise(3, '2.3').promise(2, '2.3', '1.1', 'red').accept('2.3', 'red').vote(3, '2.3', 'red')],
    ['a crash comes between save and send', new Told().prepare('1.1').save(1, '1.1').promise(2, '1.1').accept('1.1', 'red')],
    ['a vote where no promise was made', red().vote(3, '1.1', 'red')],
    ['a restart with the disk it had', red().start(2, [roundRecord(3), slotRecord(1, { promised: ballotOf('1.1'), acceptedBallot: ballotOf('1.1'), acceptedValue: 'red' })])],
    ['an empty disk, of which nothing was known', red().start(3, [])],
    ['any quorums that are configured', new Told(counted(1, 3)).prepare('1.1').promise(1, '1.1').accept('1.1', 'red')],
  ])('%s', (_, told) => expect(told.violations).toEqual([]));

  it('a smaller quorum after a change of the configuration', () => {
    const told = new Told();
    const config = paxos.config(counted(1, 3), [1, 2, 3]);
    const input = { type: 'request', id: 1, request: { type: 'configure', config } } as const;
    expect(paxosConformance.observe(told.facts, { seq: 3, node: 1, input })).toBeNull();
    expect(told.prepare('1.1').promise(1, '1.1').accept('1.1', 'red').violations).toEqual([]);
  });
});

describe('flagged', () => {
  it.each<[string, Told, string, string, readonly number[]]>([
    ['a prepare of no ballot', new Told().prepare('–'), 'Phase1a', 'prepared no ballot', [3]],
    ['a promise that nobody asked for', new Told().promise(2, '1.1'), 'Phase1b', 'n2 promised 1.1 in instance 1, which is no Phase1b: no 1a of that ballot was sent', [3]],
    [
      'a promise of a lower ballot',
      new Told().prepare('1.1').prepare('2.3').promise(2, '2.3').promise(2, '1.1'),
      'Phase1b',
      'n2 promised 1.1 in instance 1, which is no Phase1b: its maxBal was 2.3, and only a higher ballot is answered',
      [3, 5, 7],
    ],
    ['a promise that is not on the disk', new Told().prepare('1.1').tellPromise(2, '1.1'), 'Phase1b', 'the maxBal on its disk is –, and it had not saved that promise', [4]],
    [
      'a promise without its vote',
      red().prepare('2.3').save(2, '2.3', '1.1', 'red').tellPromise(2, '2.3'),
      'Phase1b',
      'n2 promised 2.3 and reported no vote in instance 1, which is no Phase1b: its last vote is 1.1 "red"',
      [11, 15],
    ],
    ['a promise with a vote never cast', new Told().prepare('2.3').save(2, '2.3').tellPromise(2, '2.3', '1.1', 'red'), 'Phase1b', 'it has cast none below that ballot', [5]],
    ['a promise that takes the vote back', red().prepare('2.3').save(2, '2.3'), 'Phase1b', 'reported no vote in instance 1', [11, 14]],
    ['a proposal without a quorum', new Told().prepare('1.1').promise(1, '1.1').accept('1.1', 'red'), 'Phase2a', 'no phase-1 quorum shows that it is safe; the promises of 1.1: n1 reports no vote', [4, 6]],
    ['a proposal without promises', new Told().accept('1.1', 'red'), 'Phase2a', 'the promises of 1.1: none', [3]],
    [
      'a proposal of another value than was reported',
      red().prepare('2.3').promise(3, '2.3').promise(2, '2.3', '1.1', 'red').accept('2.3', 'blue'),
      'Phase2a',
      'n3 proposed 2.3 "blue" in instance 1, which is no Phase2a: no phase-1 quorum shows that it is safe; the promises of 2.3: n3 reports no vote, n2 reports 1.1 "red"',
      [14, 16, 18],
    ],
    ['a second proposal at a ballot', red().accept('1.1', 'blue'), 'Phase2a', '"red" was proposed at that ballot', [8, 13]],
    ['a vote for what was not proposed', new Told().prepare('1.1').promise(2, '1.1').vote(2, '1.1', 'red'), 'Phase2b', 'no 2a of that ballot was sent', [6]],
    ['a vote for another value', red().vote(3, '1.1', 'blue'), 'Phase2b', 'the 2a of that ballot is for "red"', [8, 13]],
    ['a vote below the promise', red().prepare('2.3').promise(3, '2.3').vote(3, '1.1', 'red'), 'Phase2b', 'n3 voted for 1.1 "red" in instance 1, which is no Phase2b: its maxBal was 2.3', [14, 16]],
    ['a vote that is not on the disk', red().tellVote(3, '1.1', 'red'), 'Phase2b', 'its last vote there, as saved, is no vote', [13]],
    ['an erased disk', red().start(2, []), 'Stutter', 'n2 restarts, which is no stutter in instance 1: its maxBal was 1.1, and its disk holds –', [11, 13]],
    [
      'a disk that has lost the vote',
      red().start(2, [slotRecord(1, { promised: ballotOf('1.1'), acceptedBallot: NO_BALLOT, acceptedValue: '' })]),
      'Stutter',
      'its last vote was for 1.1 "red", and its disk holds no vote',
      [11, 13],
    ],
  ])('%s', (_, { violations }, check, text, events) => {
    expect(violations[0]).toMatchObject({ check, slot: 1, events });
    expect(violations[0]!.text).toContain(text);
  });

  it('a second value that is chosen, by quorums that do not meet, though every step is an action', () => {
    const told = new Told(counted(1, 1)).prepare('1.1').promise(1, '1.1').accept('1.1', 'red').vote(1, '1.1', 'red');
    told.prepare('1.2').promise(2, '1.2').accept('1.2', 'blue').vote(2, '1.2', 'blue');
    const text = 'in instance 1 a second value is chosen, which is no step of Consensus: 1.2 "blue" by n2, after 1.1 "red" by n1';
    expect(told.violations).toEqual([{ check: 'Consensus', slot: 1, text, events: [7, 13] }]);
  });

  it('under a name that is in the list', () => {
    expect(paxosConformance.checks.map(({ name }) => name)).toEqual(['Phase1a', 'Phase1b', 'Phase2a', 'Phase2b', 'Stutter', 'Consensus']);
    expect(checks.every(({ meaning }) => meaning.endsWith('.'))).toBe(true);
  });
});

describe('what is remembered', () => {
  it('is apart after a fork', () => {
    const told = red();
    const fork = paxosConformance.fork(told.facts);
    told.prepare('2.3').promise(3, '2.3');
    told.facts = fork;
    expect(told.tellPromise(3, '2.3').violations).toHaveLength(1);
  });

  it('is bounded: of instances long past nothing is judged', () => {
    const told = new Told();
    for (let instance = 1; instance <= 2_001; instance++) told.prepare('1.1', instance);
    expect(told.tellPromise(2, '1.1').violations).toEqual([]);
    told.save(2, '2.1', '–', '', 2);
    expect(told.violations).toHaveLength(1);
  });

  it('is bounded: of low ballots in a long duel nothing is judged', () => {
    const told = new Told();
    for (let round = 1; round <= 100; round++) told.prepare(`${round}.1`).promise(1, `${round}.1`).promise(2, `${round}.1`);
    expect(told.accept('3.1', 'red').accept('100.1', 'red').vote(3, '100.1', 'red').violations).toEqual([]);
  });
});
