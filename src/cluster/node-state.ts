/** What the scheduler knows of a node, and what it wants of the node's host. */
import { mix } from '../protocol/random.ts';
import type { NodeId, NodeSetup } from '../protocol/protocol.ts';
import { soundConditions } from '../network/faults/conditions.ts';
import type { Conditions, FaultSettings } from '../network/faults/fault.ts';
import { copyPacket } from '../network/packet.ts';
import type { Control } from './batch.ts';
import type { NodeInput } from './batch-maker.ts';
import type { CrashPoint, DiskAtStart } from './events.ts';
import { clientsOf, type RunHeader } from './run.ts';

/** Incarnation in which every node of a run comes up first, with a new disk. */
export const INCARNATION_FIRST = 1;

const SEED_NODE = 0x4e4f;

/** What a host has to do before the run can go on. */
export type HostOperation =
  | { readonly type: 'spawn'; readonly setup: NodeSetup<unknown>; readonly disk: DiskAtStart }
  | { readonly type: 'terminate'; readonly node: NodeId };

/** Plain data. */
export interface NodeState {
  readonly node: NodeId;
  /** It is part of the run; a server that was taken away is not. */
  present: boolean;
  up: boolean;
  incarnation: number;
  disk: DiskAtStart;
  /** When its host goes on without another input, µs. */
  nextDue: number;
  /** Nothing happens at it before this, µs: it is frozen, or waits for its disk. */
  blockedUntil: number;
  /** Its host goes on with something else before it takes another input. */
  busy: boolean;
  /** Packets it has sent itself and not taken in yet, oldest first; between two windows only while it is blocked. */
  readonly selfPackets: number[];
  /**
   * Inputs that have reached the node and were not handed over yet, in order. What comes from outside the network is
   * handed over with the next batch, at the time it is then; what comes while the node is blocked waits here, and is
   * lost with it.
   */
  inputs: NodeInput[];
  /** Inputs that its host has, and of which no event has told yet that the node took them in; before `inputs`. */
  given: NodeInput[];
  armed: CrashPoint;
  /** Slots for which it has been asked to propose and has not answered. */
  readonly asked: Map<number, number>;
  /** Settings of its faults that were ever set; they outlive a crash. */
  readonly faults: Map<string, FaultSettings>;
  /** What they amount to. */
  conditions: Conditions;
  /** What its host has to be told with the next batch: it is in force already, for nothing happens before. */
  control: Control | null;
}

/** A node that has not come up yet. */
export function createNodeState(node: NodeId): NodeState {
  return {
    node,
    present: true,
    up: false,
    incarnation: 0,
    disk: 'new',
    nextDue: Infinity,
    blockedUntil: 0,
    busy: false,
    selfPackets: [],
    inputs: [],
    given: [],
    armed: 'now',
    asked: new Map(),
    faults: new Map(),
    conditions: soundConditions(),
    control: null,
  };
}

/** An independent copy; bodies of packets are copied out of the event log. */
export function copyNodeState(state: NodeState): NodeState {
  return {
    ...state,
    selfPackets: [...state.selfPackets],
    inputs: state.inputs.map(copyInput),
    given: state.given.map(copyInput),
    asked: new Map(state.asked),
    faults: new Map(state.faults),
  };
}

function copyInput(input: NodeInput): NodeInput {
  return 'packet' in input ? copyPacket(input) : input;
}

/**
 * What a node is made from when it comes up.
 * @param config in force by then; in a run's beginning, the header's
 * @param peers the servers that are there by then
 */
export function nodeSetup(
  header: RunHeader,
  config: unknown,
  node: NodeId,
  incarnation: number,
  peers: readonly NodeId[] = header.nodes,
): NodeSetup<unknown> {
  const seed = mix(header.seed, SEED_NODE, node, incarnation);
  return { node, nodes: header.nodes, peers, clients: clientsOf(header.clients), incarnation, config, seed };
}

/** When something happens at a node without another packet, µs. @param now virtual time. */
export function nodeNext(state: NodeState, now: number): number {
  if (!state.up) return Infinity;
  const next = state.inputs.length > 0 ? Math.min(now, state.nextDue) : state.nextDue;
  return Math.max(next, state.blockedUntil);
}

/** What a node has to live with from now on. @param frozenUntil it stands still up to then, µs; 0: it does not. */
export function setConditions(state: NodeState, conditions: Conditions, frozenUntil: number): void {
  state.conditions = conditions;
  if (!state.up) return;
  state.blockedUntil = Math.max(state.blockedUntil, frozenUntil);
  state.control = { conditions, frozenUntil: Math.max(frozenUntil, state.control?.frozenUntil ?? 0) };
}

/** Forgets all that belongs to a running node; gives the inputs that it did not take in, in their order. */
export function clearNode(state: NodeState): NodeInput[] {
  const inputs = [...state.given, ...state.inputs];
  state.up = false;
  state.nextDue = Infinity;
  state.blockedUntil = 0;
  state.busy = false;
  state.armed = 'now';
  state.asked.clear();
  state.selfPackets.length = 0;
  state.inputs = [];
  state.given = [];
  state.control = null;
  return inputs;
}
