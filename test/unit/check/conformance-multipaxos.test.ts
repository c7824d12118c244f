/** Facts by hand: what is no action of Multi-Paxos is named; what only looks like none is let pass. */
import { describe, expect, it } from 'vitest';
import { multipaxosConformance } from '../../../src/check/conformance/multipaxos.ts';
import type { LogConformance } from '../../../src/check/conformance/multipaxos-state.ts';
import type { Ballot } from '../../../src/protocol/ballot.ts';
import type { Violation } from '../../../src/protocol/checker.ts';
import { NO_OP, type LogCommand, type Member } from '../../../src/protocol/multipaxos/command.ts';
import type { MultiPaxosMessage } from '../../../src/protocol/multipaxos/messages.ts';
import { multipaxos } from '../../../src/protocol/multipaxos/multipaxos.ts';
import { ballotRecord, bornRecord, logRecord, roundRecord, snapshotRecord } from '../../../src/protocol/multipaxos/records.ts';
import type { Saved } from '../../../src/protocol/protocol.ts';
import { commandOf } from '../../support/live-forms.ts';

const [RED, BLUE] = [commandOf(0), commandOf(1)];
const WINDOW = 2;

function ballotOf(name: string): Ballot {
  const [round, node] = name.split('.').map(Number);
  return { round: round!, node: node! };
}

type Votes = Readonly<Record<number, readonly [ballot: string, command: LogCommand]>>;

/** A log of three servers, told fact by fact. */
class Told {
  readonly violations: Violation[] = [];
  readonly log: LogConformance;
  private seq = 0;

  constructor(config: object = {}, nodes: readonly number[] = [1, 2, 3]) {
    this.log = multipaxosConformance.create(nodes, multipaxos.config({ window: WINDOW, ...config }, nodes));
    for (const node of nodes) this.start(node, []).save(node, bornRecord(1, true));
  }

  start(node: number, stored: readonly Saved[]): this {
    return this.note(multipaxosConformance.observe(this.log, { seq: this.seq++, node, input: { type: 'start', stored } }));
  }

  save(node: number, ...records: readonly Saved[]): this {
    return this.note(multipaxosConformance.observe(this.log, { seq: this.seq++, node, effect: { type: 'save', records } }));
  }

  send(node: number, message: MultiPaxosMessage): this {
    return this.note(multipaxosConformance.observe(this.log, { seq: this.seq++, node, effect: { type: 'send', to: 1, message } }));
  }

  /** A candidate promises its own ballot, and asks for others' promises. */
  campaign(ballot: string, from = 1): this {
    const { round, node } = ballotOf(ballot);
    return this.save(node, roundRecord(round), ballotRecord(ballotOf(ballot))).send(node, { type: 'prepare', ballot: ballotOf(ballot), from });
  }

  /** Saves a promise, and tells of it. */
  promise(node: number, ballot: string, votes: Votes = {}): this {
    return this.save(node, ballotRecord(ballotOf(ballot))).tellPromise(node, ballot, votes);
  }

  tellPromise(node: number, ballot: string, votes: Votes = {}, { from = 1, next = 0, edge = 0, epoch = 1 } = {}): this {
    const items = Object.entries(votes).map(([slot, [at, command]]) => ({ slot: Number(slot), ballot: ballotOf(at), command }));
    return this.send(node, { type: 'promise', ballot: ballotOf(ballot), epoch, from, items, next, edge, upTo: edge });
  }

  /** The leader proposes and votes. */
  propose(ballot: string, slot: number, command: LogCommand): this {
    const { node } = ballotOf(ballot);
    return this.accept(ballot, slot, command).save(node, logRecord(slot, { ballot: ballotOf(ballot), command }));
  }

  accept(ballot: string, slot: number, command: LogCommand): this {
    return this.send(ballotOf(ballot).node, { type: 'accept', ballot: ballotOf(ballot), slot, command, upTo: 0 });
  }

  /** Saves a vote, and tells of it. @param raises with its ballot, which is higher than the one promised */
  vote(node: number, ballot: string, slot: number, command: LogCommand, raises = false, epoch = 1): this {
    const record = logRecord(slot, { ballot: ballotOf(ballot), command });
    this.save(node, ...(raises ? [ballotRecord(ballotOf(ballot)), record] : [record]));
    return this.send(node, { type: 'accepted', ballot: ballotOf(ballot), slot, epoch });
  }

  /** n1 leads with 1.1, by the promise of n2. */
  led(): this {
    return this.campaign('1.1').promise(2, '1.1');
  }

  /** … and has a command chosen in a slot. */
  chosen(slot: number, command: LogCommand): this {
    return this.propose('1.1', slot, command).vote(2, '1.1', slot, command);
  }

  private note(violation: Violation | null): this {
    if (violation !== null) this.violations.push(violation);
    return this;
  }
}

const led = (): Told => new Told().led();
const members = (...list: readonly (readonly [node: number, epoch: number])[]): LogCommand => ({
  type: 'members',
  members: list.map(([node, epoch]): Member => ({ node, epoch })),
});
const snapshot = (upTo: number): Saved =>
  snapshotRecord({ upTo, ballot: ballotOf('1.1'), configs: [{ from: 1, members: [1, 2, 3].map((node) => ({ node, epoch: 1 })) }], database: null });
/** n1, n2 and a second disk of n3 are the members from slot 3 on; n3 was one with its first. */
const replaced = (): Told => led().chosen(1, members([1, 1], [2, 1], [3, 2])).chosen(2, NO_OP).start(3, []).save(3, bornRecord(2, false));

describe('an action of the specification, or a stutter', () => {
  it.each<[string, Told]>([
    ['slots are chosen by one phase 1', led().chosen(1, RED).chosen(2, BLUE)],
    ['a single server', new Told({}, [1]).save(1, roundRecord(1), ballotRecord(ballotOf('1.1'))).save(1, logRecord(1, { ballot: ballotOf('1.1'), command: RED }))],
    ['a vote raises the ballot of one that did not promise', led().propose('1.1', 1, RED).vote(3, '1.1', 1, RED, true)],
    ['and it promises that ballot late', led().propose('1.1', 1, RED).vote(3, '1.1', 1, RED, true).tellPromise(3, '1.1', { 1: ['1.1', RED] })],
    ['a promise is said again with the votes since', led().chosen(1, RED).tellPromise(2, '1.1', { 1: ['1.1', RED] })],
    ['a promise in pieces', led().chosen(1, RED).chosen(2, BLUE).campaign('2.3').save(2, ballotRecord(ballotOf('2.3')))
      .tellPromise(2, '2.3', { 1: ['1.1', RED] }, { next: 2 }).tellPromise(2, '2.3', { 2: ['1.1', BLUE] }, { from: 2 })],
    ['a new leader proposes what was reported, then what it likes', led().chosen(1, RED).campaign('2.3').promise(2, '2.3', { 1: ['1.1', RED] })
      .propose('2.3', 1, RED).propose('2.3', 2, BLUE)],
    ['votes are let go of up to a snapshot, and not reported', led().chosen(1, RED).save(2, snapshot(1), logRecord(1, null)).campaign('2.3', 2)
      .save(2, ballotRecord(ballotOf('2.3'))).tellPromise(2, '2.3', {}, { edge: 1 })],
    ['a restart after that', led().chosen(1, RED).save(2, snapshot(1), logRecord(1, null)).start(2, [bornRecord(1, true), ballotRecord(ballotOf('1.1')), snapshot(1)])],
    ['a lost disk: another acceptor', led().chosen(1, RED).start(2, []).save(2, bornRecord(2, false))],
    ['which counts from where the log says so', replaced().propose('1.1', 3, RED).vote(3, '1.1', 3, RED, true, 2)],
  ])('%s', (_, told) => expect(told.violations).toEqual([]));

  it('a change of members holds a window above its slot', () => {
    const told = led().chosen(1, members([1, 1])).chosen(2, RED);
    expect(told.campaign('2.1').violations).toEqual([]);
    expect(told.propose('2.1', 3, BLUE).violations).toEqual([]);
    expect(told.log.chosenUpTo).toBe(3);
  });
});

describe('flagged', () => {
  it.each<[string, Told, string, number, string]>([
    ['a promise that nobody asked for', new Told().promise(2, '1.1'), 'Phase1b', 0, 'n2 promised 1.1, which is no Phase1b: no 1a of that ballot was sent'],
    ['a ballot that is used again after a restart', led().start(1, [bornRecord(1, true)]).campaign('1.1'), 'Stutter', 0, 'its maxBal was 1.1, and its disk holds –'],
    ['a promise of a lower ballot', led().campaign('2.3').promise(2, '2.3').promise(2, '1.1'), 'Phase1b', 0, 'its maxBal was 2.3'],
    ['a promise that is not on the disk', new Told().campaign('1.1').tellPromise(2, '1.1'), 'Phase1b', 0, 'the maxBal on its disk is –'],
    ['a promise of another disk', new Told().campaign('1.1').save(2, ballotRecord(ballotOf('1.1'))).tellPromise(2, '1.1', {}, { epoch: 2 }), 'Phase1b', 0, 'n2@2 told of a promise'],
    ['a promise without a vote', led().chosen(1, RED).campaign('2.3').promise(2, '2.3'), 'Phase1b', 1, 'n2 promised 2.3 and reported no vote in slot 1, which is no Phase1b: its last vote is 1.1 "c1.1#1 put x = v1"'],
    ['a promise without the votes above the first', led().chosen(1, RED).chosen(2, BLUE).campaign('2.3').promise(2, '2.3', { 1: ['1.1', RED] }), 'Phase1b', 2, 'reported no vote in slot 2'],
    ['a promise with a vote never cast', led().campaign('2.3').promise(2, '2.3', { 4: ['1.1', RED] }), 'Phase1b', 4, 'it has cast none below that ballot'],
    ['a proposal without a quorum', new Told().campaign('1.1').propose('1.1', 1, RED), 'Phase2a', 1, 'no phase-1 quorum shows that it is safe; the promises of 1.1: n1 reports no vote'],
    ['a no-op over a reported vote', led().chosen(1, RED).campaign('2.3').promise(2, '2.3', { 1: ['1.1', RED] }).propose('2.3', 1, NO_OP), 'Phase2a', 1, 'n3 proposed 2.3 "no-op" in slot 1'],
    ['a second proposal in a slot', led().chosen(1, RED).accept('1.1', 1, BLUE), 'Phase2a', 1, 'was proposed at that ballot'],
    ['the promise of a disk that is a member no more', replaced().chosen(3, RED).campaign('2.3').propose('2.3', 4, BLUE), 'Phase2a', 4, 'no phase-1 quorum'],
    ['a vote for what was not proposed', led().vote(2, '1.1', 1, RED), 'Phase2b', 1, 'no 2a of that ballot was sent'],
    ['a vote below the promise', led().propose('1.1', 1, RED).campaign('2.3').promise(2, '2.3').vote(2, '1.1', 1, RED), 'Phase2b', 1, 'its maxBal was 2.3'],
    ['a vote that does not raise the ballot on the disk', led().propose('1.1', 1, RED).vote(3, '1.1', 1, RED), 'Phase2b', 1, 'that makes its maxBal 1.1, and its disk holds –'],
    ['a vote that is not on the disk', led().propose('1.1', 1, RED).send(2, { type: 'accepted', ballot: ballotOf('1.1'), slot: 1, epoch: 1 }), 'Phase2b', 1, 'as saved, is no vote'],
    ['a vote that is let go of too early', led().chosen(1, RED).save(2, logRecord(1, null)), 'Stutter', 1, 'its snapshot ends at slot 0'],
    ['a disk that has lost a vote', led().chosen(1, RED).start(2, [bornRecord(1, true), ballotRecord(ballotOf('1.1'))]), 'Stutter', 1, 'and its disk holds no vote there'],
  ])('%s', (_, { violations }, check, slot, text) => {
    expect(violations[0]).toMatchObject({ check, slot });
    expect(violations[0]!.text).toContain(text);
  });

  it('a second value that is chosen, by quorums that do not meet, though every step is an action', () => {
    const told = new Told({ quorum: { type: 'counted', phase1: 1, phase2: 1 } }).campaign('1.1').propose('1.1', 1, RED);
    told.campaign('1.2').propose('1.2', 1, BLUE);
    expect(told.violations.map(({ check, slot }) => [check, slot])).toEqual([['Consensus', 1]]);
    expect(told.violations[0]!.events).toHaveLength(2);
  });
});

it('what is remembered is bounded, and apart after a fork', () => {
  const told = led();
  for (let slot = 1; slot <= 2_100; slot++) told.chosen(slot, RED);
  const fork = multipaxosConformance.fork(told.log);
  expect(told.chosen(2_101, BLUE).accept('1.1', 50, BLUE).violations).toEqual([]);
  expect([told.log.chosenUpTo, fork.chosenUpTo, fork.highest]).toEqual([2_101, 2_100, 2_100]);
});
