/**
 * Quorum systems. A phase-1 quorum must meet every phase-2 quorum (Howard, Malkhi, Spiegelman, *Flexible Paxos*,
 * section 3); majorities do, for both phases alike.
 */
import type { NodeId } from './protocol.ts';

/** Which sets of acceptors decide. Counted quorums: any `phase1`, resp. `phase2`, of the acceptors. */
export type QuorumSystem = { readonly type: 'majority' } | { readonly type: 'counted'; readonly phase1: number; readonly phase2: number };

/** Smallest number of acceptors that is more than half of `acceptors`. */
export function majorityOf(acceptors: number): number {
  return Math.floor(acceptors / 2) + 1;
}

/** Whether `present` (distinct nodes) contains a quorum of `acceptors` for the phase. */
export function isQuorum(
  system: QuorumSystem,
  phase: 1 | 2,
  acceptors: readonly NodeId[],
  present: readonly NodeId[],
): boolean {
  return countAmong(acceptors, present) >= quorumSize(system, phase, acceptors.length);
}

/** How many acceptors a quorum of the phase needs. */
export function quorumSize(system: QuorumSystem, phase: 1 | 2, acceptors: number): number {
  if (system.type === 'majority') return majorityOf(acceptors);
  return phase === 1 ? system.phase1 : system.phase2;
}

/** Whether every phase-1 quorum meets every phase-2 quorum. */
export function isSafe(system: QuorumSystem, acceptors: number): boolean {
  return quorumSize(system, 1, acceptors) + quorumSize(system, 2, acceptors) > acceptors;
}

function countAmong(acceptors: readonly NodeId[], present: readonly NodeId[]): number {
  let count = 0;
  for (const node of acceptors) if (present.includes(node)) count++;
  return count;
}
