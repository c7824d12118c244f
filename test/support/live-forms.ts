/**
 * The actions of a packed specification as what servers say and save of them: so that the search and the live check can
 * be held against each other. Acceptor a1 is n1, ballot b is of round b + 1 of a server that is no acceptor.
 */
import { multipaxosConformance } from '../../src/check/conformance/multipaxos.ts';
import { paxosConformance } from '../../src/check/conformance/paxos.ts';
import type { AnyChecker } from '../../src/protocol/checker.ts';
import type { LogCommand } from '../../src/protocol/multipaxos/command.ts';
import type { MultiPaxosMessage } from '../../src/protocol/multipaxos/messages.ts';
import { multipaxos } from '../../src/protocol/multipaxos/multipaxos.ts';
import { ballotRecord, logRecord } from '../../src/protocol/multipaxos/records.ts';
import type { PaxosMessage } from '../../src/protocol/paxos/messages.ts';
import { paxos } from '../../src/protocol/paxos/paxos.ts';
import { slotRecord } from '../../src/protocol/paxos/state.ts';
import { NO_BALLOT, type Ballot } from '../../src/protocol/ballot.ts';
import type { Saved } from '../../src/protocol/protocol.ts';
import type { QuorumSystem } from '../../src/protocol/quorum.ts';

/** A vote of the specification: a ballot and a value, which count from 0. */
export interface PackedVote {
  readonly ballot: number;
  readonly value: number;
}

/** An action, with all that is said and saved when it is taken. */
export type PackedAction =
  | { readonly type: '1a'; readonly ballot: number }
  | { readonly type: '1b'; readonly acceptor: number; readonly ballot: number; readonly last: readonly (PackedVote | null)[] }
  | { readonly type: '2a'; readonly slot: number; readonly ballot: number; readonly value: number }
  | {
      readonly type: '2b';
      readonly acceptor: number;
      readonly slot: number;
      readonly ballot: number;
      readonly value: number;
      /** Its maxBal before. */
      readonly maxBal: number;
    };

/** A fact but for the number of its event. */
export type LiveFact =
  | { readonly node: number; readonly effect: { readonly type: 'save'; readonly records: readonly Saved[] } }
  | { readonly node: number; readonly effect: { readonly type: 'send'; readonly to: number; readonly message: unknown } };

export interface LiveForm {
  readonly checker: AnyChecker;
  create(acceptors: number, quorum: QuorumSystem): unknown;
  factsOf(action: PackedAction): readonly LiveFact[];
}

/** Server of no acceptor: it leads all ballots. */
const LEADER = 9;
const ballotOf = (ballot: number): Ballot => ({ round: ballot + 1, node: LEADER });
const textOf = (value: number): string => `v${value + 1}`;
const save = (node: number, records: readonly Saved[]): LiveFact => ({ node, effect: { type: 'save', records } });
const nodesUpTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

const tell = (node: number, message: PaxosMessage): LiveFact => ({ node, effect: { type: 'send', to: 1, message } });

export const paxosForm: LiveForm = {
  checker: paxosConformance,
  create(acceptors, quorum) {
    const nodes = nodesUpTo(LEADER);
    const roles = nodes.map((node) => (node <= acceptors ? ['acceptor'] : ['proposer', 'learner']));
    return paxosConformance.create(nodes, paxos.config({ roles, quorum }, nodes));
  },
  factsOf(action) {
    const instance = 1;
    const ballot = ballotOf(action.ballot);
    switch (action.type) {
      case '1a':
        return [tell(LEADER, { type: 'prepare', instance, ballot })];
      case '1b': {
        const [last] = action.last;
        const acceptedBallot = last ? ballotOf(last.ballot) : NO_BALLOT;
        const acceptedValue = last ? textOf(last.value) : '';
        return [
          save(action.acceptor + 1, [slotRecord(instance, { promised: ballot, acceptedBallot, acceptedValue })]),
          tell(action.acceptor + 1, { type: 'promise', instance, ballot, acceptedBallot, acceptedValue }),
        ];
      }
      case '2a':
        return [tell(LEADER, { type: 'accept', instance, ballot, value: textOf(action.value) })];
      case '2b': {
        const value = textOf(action.value);
        return [
          save(action.acceptor + 1, [slotRecord(instance, { promised: ballot, acceptedBallot: ballot, acceptedValue: value })]),
          tell(action.acceptor + 1, { type: 'accepted', instance, ballot, value }),
        ];
      }
    }
  },
};

const say = (node: number, message: MultiPaxosMessage): LiveFact => ({ node, effect: { type: 'send', to: 1, message } });

export function commandOf(value: number): LogCommand {
  return { type: 'operation', client: 16, session: 1, sequence: 1, operation: { type: 'put', key: 'x', value: textOf(value) } };
}

/** What each server says first of its disk. */
export const epoch = 1;

export const multipaxosForm: LiveForm = {
  checker: multipaxosConformance,
  create(acceptors, quorum) {
    const nodes = nodesUpTo(acceptors);
    const log = multipaxosConformance.create(nodes, multipaxos.config({ quorum }, nodes));
    for (const node of nodes) {
      multipaxosConformance.observe(log, { seq: 0, node, input: { type: 'start', stored: [{ key: 'born', value: { epoch, member: true } }] } });
    }
    return log;
  },
  factsOf(action) {
    const ballot = ballotOf(action.ballot);
    switch (action.type) {
      case '1a':
        return [say(LEADER, { type: 'prepare', ballot, from: 1 })];
      case '1b': {
        const items = action.last.flatMap((last, i) =>
          last ? [{ slot: i + 1, ballot: ballotOf(last.ballot), command: commandOf(last.value) }] : []);
        return [
          save(action.acceptor + 1, [ballotRecord(ballot)]),
          say(action.acceptor + 1, { type: 'promise', ballot, epoch, from: 1, items, next: 0, edge: 0, upTo: 0 }),
        ];
      }
      case '2a':
        return [say(LEADER, { type: 'accept', ballot, slot: action.slot + 1, command: commandOf(action.value), upTo: 0 })];
      case '2b': {
        const vote = logRecord(action.slot + 1, { ballot, command: commandOf(action.value) });
        return [
          save(action.acceptor + 1, action.ballot > action.maxBal ? [ballotRecord(ballot), vote] : [vote]),
          say(action.acceptor + 1, { type: 'accepted', ballot, slot: action.slot + 1, epoch }),
        ];
      }
    }
  },
};
