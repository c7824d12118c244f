/**
 * The state of one node: plain data, changed in place by acceptor.ts, proposer.ts and learner.ts. What is kept for each
 * instance is replaced as a whole instead, for a fork may hold the same (paged.ts).
 */
import { NO_BALLOT } from '../ballot.ts';
import type { Ballot } from '../ballot.ts';
import { ProtocolError } from '../protocol.ts';
import type { Effect, Json, NodeId, NodeSetup, Role, Saved } from '../protocol.ts';
import { createPaged, forkPaged } from '../paged.ts';
import type { Paged } from '../paged.ts';
import { createRandom } from '../random.ts';
import type { Random } from '../random.ts';
import type { PaxosConfig } from './config.ts';
import type { PaxosMessage } from './messages.ts';
import { everything } from './ranges.ts';

/** An acceptor's memory of one instance. Durable. */
export interface AcceptorSlot {
  readonly promised: Ballot;
  /** Ballot and value of the last vote; `NO_BALLOT` for none. */
  readonly acceptedBallot: Ballot;
  readonly acceptedValue: string;
}

/** A proposer's work on one instance. Volatile: a proposer that crashed has forgotten its clients. */
export interface Attempt {
  readonly instance: number;
  /** The client's request, to be answered when the instance is known chosen. */
  readonly request: number;
  /** What the client asked for. */
  readonly wanted: string;
  ballot: Ballot;
  phase: 'prepare' | 'accept' | 'waiting';
  /** Acceptors that promised `ballot`, in the order of their answers. */
  promises: NodeId[];
  /** The highest vote reported by those promises. */
  reportedBallot: Ballot;
  reportedValue: string;
  /** The value proposed in phase 2; `null` before. */
  value: string | null;
  /** How often a higher ballot came between. */
  preemptions: number;
  /** How often a phase took too long. */
  timeouts: number;
}

/** The acceptors known to have voted at one ballot. */
export interface Tally {
  readonly ballot: Ballot;
  readonly value: string;
  readonly voters: readonly NodeId[];
}

/** What a learner knows to be chosen in one instance. */
export interface Chosen {
  readonly ballot: Ballot;
  readonly value: string;
  /** The highest later ballot whose proposer was told that the instance is over. */
  readonly told: Ballot;
}

export interface PaxosState {
  readonly node: NodeId;
  readonly nodes: readonly NodeId[];
  config: PaxosConfig;
  /** The nodes of each role, from `config.roles`. */
  proposers: NodeId[];
  acceptors: NodeId[];
  learners: NodeId[];
  roles: readonly Role[];
  isProposer: boolean;
  isAcceptor: boolean;
  isLearner: boolean;
  readonly random: Random;
  /** The highest instance this node has heard of. */
  highest: number;
  readonly proposer: {
    /** The highest round used in any instance. Durable before the prepare leaves, so that no ballot is used twice. */
    round: number;
    /** The highest round that refusals spoke of. */
    seen: number;
    readonly attempts: Map<number, Attempt>;
  };
  readonly acceptor: Paged<AcceptorSlot>;
  /**
   * Volatile as a whole: what is chosen follows from the acceptors' votes, which are durable, and other learners know
   * it; losing it costs a query and no safety.
   */
  readonly learner: {
    readonly chosen: Paged<Chosen>;
    /** The instances not in `chosen`, as ranges. */
    missing: number[];
    /** Votes heard of in instances not known chosen. */
    readonly tallies: Paged<readonly Tally[]>;
    /** Already asked, since the catch-up timer last fired, about a gap that a message revealed. */
    asked: boolean;
  };
}

export type Out = Effect<PaxosMessage>[];

/** A fresh state, before `start`. */
export function init(setup: NodeSetup<PaxosConfig>): PaxosState {
  const state: PaxosState = {
    node: setup.node,
    nodes: setup.nodes,
    config: setup.config,
    proposers: [],
    acceptors: [],
    learners: [],
    roles: [],
    isProposer: false,
    isAcceptor: false,
    isLearner: false,
    random: createRandom(setup.seed),
    highest: 0,
    proposer: { round: 0, seen: 0, attempts: new Map() },
    acceptor: createPaged(),
    learner: { chosen: createPaged(), missing: everything(), tallies: createPaged(), asked: false },
  };
  useConfig(state, setup.config);
  return state;
}

/** An independent copy. What is kept for each instance is shared until one of the two changes it. */
export function fork(state: PaxosState): PaxosState {
  const { proposer, acceptor, learner } = state;
  const attempts = new Map<number, Attempt>();
  for (const [n, attempt] of proposer.attempts) attempts.set(n, { ...attempt, promises: [...attempt.promises] });
  return {
    ...state,
    random: [...state.random],
    proposer: { ...proposer, attempts },
    acceptor: forkPaged(acceptor),
    learner: {
      ...learner,
      chosen: forkPaged(learner.chosen),
      missing: [...learner.missing],
      tallies: forkPaged(learner.tallies),
    },
  };
}

/** Takes a configuration into use. */
export function useConfig(state: PaxosState, config: PaxosConfig): void {
  const having = (role: Role): NodeId[] => state.nodes.filter((_, i) => config.roles[i]!.includes(role));
  state.config = config;
  state.proposers = having('proposer');
  state.acceptors = having('acceptor');
  state.learners = having('learner');
  state.roles = config.roles[state.nodes.indexOf(state.node)]!;
  state.isProposer = state.roles.includes('proposer');
  state.isAcceptor = state.roles.includes('acceptor');
  state.isLearner = state.roles.includes('learner');
}

const ROUND_KEY = 'proposer/round';
const SLOT_KEY = 'acceptor/';

/** The record of the highest round used. */
export function roundRecord(round: number): Saved {
  return { key: ROUND_KEY, value: round };
}

/** The record of all an acceptor knows of an instance: one record, so that promise and vote are written together. */
export function slotRecord(instance: number, slot: AcceptorSlot): Saved {
  const { promised, acceptedBallot, acceptedValue } = slot;
  const accepted = acceptedBallot.round > 0 ? [acceptedBallot.round, acceptedBallot.node, acceptedValue] : null;
  return { key: SLOT_KEY + instance, value: { promised: [promised.round, promised.node], accepted } };
}

/** What a stored record says. */
export type StoredFact =
  | { readonly type: 'round'; readonly round: number }
  | { readonly type: 'slot'; readonly instance: number; readonly slot: AcceptorSlot };

/**
 * Reads a stored record.
 * @throws ProtocolError naming the record when it is none that this protocol wrote.
 */
export function readRecord(record: Saved): StoredFact {
  const { key, value } = record;
  if (key === ROUND_KEY && isCount(value)) return { type: 'round', round: value };
  if (key.startsWith(SLOT_KEY) && typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const instance = Number(key.slice(SLOT_KEY.length));
    const { promised, accepted } = value as { readonly [key: string]: Json };
    const [acceptedRound, acceptedNode, acceptedValue] = Array.isArray(accepted) ? accepted : [0, 0, ''];
    const [round, node] = Array.isArray(promised) ? promised : [];
    if (isCount(instance) && isCount(round) && isCount(node) && isCount(acceptedRound) && isCount(acceptedNode)) {
      const acceptedBallot = acceptedRound > 0 ? { round: acceptedRound, node: acceptedNode } : NO_BALLOT;
      const slot = { promised: { round, node }, acceptedBallot, acceptedValue: String(acceptedValue) };
      return { type: 'slot', instance, slot };
    }
  }
  throw new ProtocolError(`stored.${key}`, 'is no record of this protocol; the disk is damaged or belongs to another');
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
