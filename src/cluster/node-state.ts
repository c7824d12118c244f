/** What the scheduler knows of a node, and what it wants of the node's host. */
import { mix } from '../protocol/random.ts';
import type { NodeId, NodeSetup } from '../protocol/protocol.ts';
import type { DirectInput } from './batch-maker.ts';
import type { CrashPoint, DiskAtStart } from './events.ts';
import type { RunHeader } from './run.ts';

/** Incarnation in which every node of a run comes up first, with a new disk. */
export const INCARNATION_FIRST = 1;

const SEED_NODE = 0x4e4f;

/** What a host has to do before the run can go on. */
export type HostOperation =
  | { readonly type: 'spawn'; readonly setup: NodeSetup<unknown>; readonly disk: DiskAtStart }
  | { readonly type: 'terminate'; readonly node: NodeId };

export interface NodeState {
  readonly node: NodeId;
  up: boolean;
  incarnation: number;
  disk: DiskAtStart;
  /** Earliest timer, µs. */
  nextDue: number;
  /** Packets it has sent itself and not taken in yet, oldest first; they are pending between single steps only. */
  readonly selfPackets: number[];
  /** Inputs from outside the network, in order. They are put in between two windows, for the time it is then. */
  direct: DirectInput[];
  armed: CrashPoint;
  /** Slots for which it has been asked to propose and has not answered. */
  readonly asked: Map<number, number>;
}

/** A node that has not come up yet. */
export function createNodeState(node: NodeId): NodeState {
  return {
    node,
    up: false,
    incarnation: 0,
    disk: 'new',
    nextDue: Infinity,
    selfPackets: [],
    direct: [],
    armed: 'now',
    asked: new Map(),
  };
}

/** What a node is made from when it comes up. @param config in force by then; in a run's beginning, the header's. */
export function nodeSetup(header: RunHeader, config: unknown, node: NodeId, incarnation: number): NodeSetup<unknown> {
  return { node, nodes: header.nodes, config, seed: mix(header.seed, SEED_NODE, node, incarnation) };
}
