/** Quorum systems as the specifications want them: a list of sets for each phase. */
import { isQuorum, type Phase, type QuorumSystem } from '../../protocol/quorum.ts';
import { bitsOf, type Quorums } from './specification.ts';

/**
 * The quorums of a system for so many acceptors: nodes 1, 2, … are the acceptors a1, a2, ….
 *
 * The smallest quorums are enough for phase 2: a larger set that has voted contains one. In phase 1 a larger set counts as
 * well if it has an acceptor that belongs to none of the smallest ones inside it, for what that one reports may be the
 * highest vote of the set. With majorities, and wherever any n acceptors do, there is no such set.
 */
export function quorumsOf(system: QuorumSystem, acceptors: number): Quorums {
  const phase2 = smallest(system, 2, acceptors);
  const least = smallest(system, 1, acceptors);
  const phase1 = allSets(acceptors).filter((set) => {
    const inside = least.filter((quorum) => (quorum & set) === quorum);
    return inside.includes(set) || (inside.length > 0 && inside.reduce((all, quorum) => all | quorum, 0) !== set);
  });
  return { phase1, phase2 };
}

function smallest(system: QuorumSystem, phase: Phase, acceptors: number): number[] {
  const nodes = Array.from({ length: acceptors }, (_, index) => index + 1);
  const isOne = (set: number): boolean => isQuorum(system, phase, nodes, bitsOf(set).map((bit) => bit + 1));
  return allSets(acceptors).filter((set) => isOne(set) && bitsOf(set).every((bit) => !isOne(set & ~(1 << bit))));
}

function allSets(acceptors: number): number[] {
  return Array.from({ length: 2 ** acceptors }, (_, set) => set);
}
