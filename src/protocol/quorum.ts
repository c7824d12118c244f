/**
 * Quorum systems (Howard, Malkhi, Spiegelman, *Flexible Paxos: Quorum Intersection Revisited*, 2016). A phase-1 quorum
 * must meet every phase-2 quorum (section 3); quorums of the same phase need not meet each other. Majorities do all
 * that, for both phases alike. A choice whose quorums can miss each other is *unsafe*: it may be made on purpose, to see
 * two values chosen.
 *
 * Everything here is pure. A set that contains a quorum is one. `acceptors` is ascending and has no node twice; a node
 * that is none of them counts for nothing.
 */
import { integerField, listField, objectField, show } from './fields.ts';
import { NODES_MAX, ProtocolError, nameOf } from './protocol.ts';
import type { NodeId } from './protocol.ts';

export type Phase = 1 | 2;

/** Which sets of acceptors decide. All but majorities are given for certain acceptors, and may not fit others. */
export type QuorumSystem =
  /** More than half of the acceptors, in both phases. */
  | { readonly type: 'majority' }
  /** Any `phase1`, resp. `phase2`, of the acceptors: *simple quorums* in the paper. */
  | { readonly type: 'counted'; readonly phase1: number; readonly phase2: number }
  /**
   * The acceptors stand in `rows` × `columns`, row by row, ascending. One full row is a phase-1 quorum, one full column
   * a phase-2 quorum: every row meets every column (the paper's *grid quorums*).
   */
  | { readonly type: 'grid'; readonly rows: number; readonly columns: number }
  /**
   * Acceptors whose weights sum up to `phase1`, resp. `phase2`, or more (Gifford, *Weighted Voting for Replicated Data*).
   * One that is not named weighs 1.
   */
  | {
      readonly type: 'weighted';
      readonly weights: { readonly [node: NodeId]: number };
      readonly phase1: number;
      readonly phase2: number;
    }
  /** Just these sets, and those that contain one. */
  | { readonly type: 'sets'; readonly phase1: readonly (readonly NodeId[])[]; readonly phase2: readonly (readonly NodeId[])[] };

/** The most that an acceptor may weigh. */
export const WEIGHT_MAX = 99;
/** The most sets that may be listed for a phase. */
export const SETS_MAX = 32;
/** Up to so many sets of a phase are named in a sentence. */
const SETS_SHOWN = 3;

/** Smallest number of acceptors that is more than half of `acceptors`. */
export function majorityOf(acceptors: number): number {
  return Math.floor(acceptors / 2) + 1;
}

/** Whether `present` contains a quorum of the phase. Cheap: it is asked for every vote. */
export function isQuorum(
  system: QuorumSystem,
  phase: Phase,
  acceptors: readonly NodeId[],
  present: readonly NodeId[],
): boolean {
  return isQuorumMask(system, phase, acceptors, maskOf(present));
}

/** As `isQuorum`, with the set as bits: 1 << node for each of its nodes. */
export function isQuorumMask(system: QuorumSystem, phase: Phase, acceptors: readonly NodeId[], present: number): boolean {
  switch (system.type) {
    case 'majority':
      return countIn(acceptors, present) >= majorityOf(acceptors.length);
    case 'counted':
      return countIn(acceptors, present) >= (phase === 1 ? system.phase1 : system.phase2);
    case 'grid':
      return hasLine(system, phase, acceptors, present);
    case 'weighted':
      return weightIn(system.weights, acceptors, present) >= (phase === 1 ? system.phase1 : system.phase2);
    case 'sets':
      return (phase === 1 ? system.phase1 : system.phase2).some((set) =>
        set.every((node) => isIn(node, present) && acceptors.includes(node)),
      );
  }
}

/** Whether any set of the acceptors is a quorum of the phase. */
export function isSatisfiable(system: QuorumSystem, phase: Phase, acceptors: readonly NodeId[]): boolean {
  return isQuorum(system, phase, acceptors, acceptors);
}

/** Whether every phase-1 quorum meets every phase-2 quorum (*Flexible Paxos*, section 3). */
export function isSafe(system: QuorumSystem, acceptors: readonly NodeId[]): boolean {
  if (system.type === 'majority') return true;
  if (system.type === 'counted') return system.phase1 + system.phase2 > acceptors.length;
  return findSplit(system, acceptors) === null;
}

/** Two quorums that do not meet. */
export interface DisjointPair {
  readonly phase1: readonly NodeId[];
  readonly phase2: readonly NodeId[];
}

/** A phase-1 and a phase-2 quorum that do not meet, each as small as can be; `null` when there are none. */
export function disjointPair(system: QuorumSystem, acceptors: readonly NodeId[]): DisjointPair | null {
  if (isSafe(system, acceptors)) return null;
  const split = findSplit(system, acceptors);
  if (split === null) return null;
  const others = acceptors.filter((node) => !split.includes(node));
  return {
    phase1: smallestQuorum(system, 1, acceptors, split)!,
    phase2: smallestQuorum(system, 2, acceptors, others)!,
  };
}

/** The first set that has a phase-1 quorum while all other acceptors have a phase-2 quorum; `null` for none. */
function findSplit(system: QuorumSystem, acceptors: readonly NodeId[]): readonly NodeId[] | null {
  const all = maskOf(acceptors);
  for (const mask of subsets(acceptors)) {
    if (isQuorumMask(system, 1, acceptors, mask) && isQuorumMask(system, 2, acceptors, all & ~mask)) {
      return nodesIn(acceptors, mask);
    }
  }
  return null;
}

/**
 * The first `max` quorums of the phase out of `among` that contain no smaller one; the smallest first, then by their
 * nodes.
 */
export function minimalQuorums(
  system: QuorumSystem,
  phase: Phase,
  acceptors: readonly NodeId[],
  max: number,
  among: readonly NodeId[] = acceptors,
): readonly (readonly NodeId[])[] {
  const quorums: (readonly NodeId[])[] = [];
  if (!isQuorum(system, phase, acceptors, among)) return quorums;
  const nodes = acceptors.filter((node) => among.includes(node));
  for (const mask of subsets(nodes)) {
    if (quorums.length >= max) break;
    if (isMinimal(system, phase, acceptors, mask)) quorums.push(nodesIn(nodes, mask));
  }
  return quorums;
}

function isMinimal(system: QuorumSystem, phase: Phase, acceptors: readonly NodeId[], mask: number): boolean {
  if (!isQuorumMask(system, phase, acceptors, mask)) return false;
  return acceptors.every((node) => !isIn(node, mask) || !isQuorumMask(system, phase, acceptors, mask & ~bit(node)));
}

/** A quorum of the phase out of `reachable` with as few nodes as can be, ascending; `null` when they have none. */
export function smallestQuorum(
  system: QuorumSystem,
  phase: Phase,
  acceptors: readonly NodeId[],
  reachable: readonly NodeId[],
): readonly NodeId[] | null {
  return minimalQuorums(system, phase, acceptors, 1, reachable)[0] ?? null;
}

/**
 * The fewest acceptors that would give `reachable` a quorum of the phase, if they were reachable too: none when it has
 * one; `null` when all acceptors together have none.
 */
export function missingFor(
  system: QuorumSystem,
  phase: Phase,
  acceptors: readonly NodeId[],
  reachable: readonly NodeId[],
): readonly NodeId[] | null {
  const others = acceptors.filter((node) => !reachable.includes(node));
  for (const mask of subsets(others)) {
    if (isQuorumMask(system, phase, acceptors, maskOf(reachable) | mask)) return nodesIn(others, mask);
  }
  return null;
}

/** How many acceptors may fail, whichever they are, with a quorum of the phase left; −1 when there is none anyway. */
export function failuresSurvived(system: QuorumSystem, phase: Phase, acceptors: readonly NodeId[]): number {
  const all = maskOf(acceptors);
  // Smallest first: the first that must not fail together is one more than may.
  for (const failed of subsets(acceptors)) {
    if (!isQuorumMask(system, phase, acceptors, all & ~failed)) return countIn(acceptors, failed) - 1;
  }
  return acceptors.length;
}

/**
 * Whether the quorums still do for other acceptors: each phase has one, and the phases meet. Where they did not meet
 * for the acceptors `before`, they need not now: that was chosen on purpose.
 */
export function holdsFor(
  system: QuorumSystem,
  acceptors: readonly NodeId[],
  before: readonly NodeId[] | null = null,
): boolean {
  if (!isSatisfiable(system, 1, acceptors) || !isSatisfiable(system, 2, acceptors)) return false;
  return (before !== null && !isSafe(system, before)) || isSafe(system, acceptors);
}

/** What makes a quorum of the phase: `any 4 of 5`; `a full row, 3 of 6`; `a weight of 4 of 7`; `{n1, n2} or {n3}`. */
export function describePhase(system: QuorumSystem, phase: Phase, acceptors: readonly NodeId[]): string {
  const count = acceptors.length;
  switch (system.type) {
    case 'majority':
      return `any ${majorityOf(count)} of ${count}`;
    case 'counted':
      return `any ${phase === 1 ? system.phase1 : system.phase2} of ${count}`;
    case 'grid':
      return phase === 1 ? `a full row, ${system.columns} of ${count}` : `a full column, ${system.rows} of ${count}`;
    case 'weighted': {
      const total = weightIn(system.weights, acceptors, maskOf(acceptors));
      return `a weight of ${phase === 1 ? system.phase1 : system.phase2} of ${total}`;
    }
    case 'sets': {
      const sets = phase === 1 ? system.phase1 : system.phase2;
      return sets.length <= SETS_SHOWN ? sets.map(describeSet).join(' or ') : `one of ${sets.length} sets`;
    }
  }
}

/** `any 3 of 5 in both phases`; `phase 1: any 4 of 5, phase 2: any 2 of 5`. */
export function describeQuorums(system: QuorumSystem, acceptors: readonly NodeId[]): string {
  const [phase1, phase2] = [describePhase(system, 1, acceptors), describePhase(system, 2, acceptors)];
  return phase1 === phase2 ? `${phase1} in both phases` : `phase 1: ${phase1}, phase 2: ${phase2}`;
}

/** `{n1, n2}`. */
export function describeSet(nodes: readonly NodeId[]): string {
  return `{${nodes.map(nameOf).join(', ')}}`;
}

/**
 * Checks a quorum system from a file or the window. Quorums that need not meet are let through on purpose (`isSafe`);
 * those that no set of acceptors can be are not. `acceptors` is `null` where they are not known: then only what no
 * acceptors at all could satisfy is refused.
 * @param field path of the field that holds it, for the error: `config.quorum`.
 * @throws ProtocolError naming the field that is wrong.
 */
export function checkQuorum(field: string, given: unknown, acceptors: readonly NodeId[] | null): QuorumSystem {
  if (given === undefined) return { type: 'majority' };
  const { type } = objectField(field, given, null);
  switch (type) {
    case 'majority':
      objectField(field, given, ['type']);
      return { type };
    case 'counted': {
      const { phase1, phase2 } = objectField(field, given, ['type', 'phase1', 'phase2']);
      return { type, ...checkThresholds(field, phase1, phase2, acceptors?.length ?? NODES_MAX, 'the number of acceptors') };
    }
    case 'grid':
      return checkGrid(field, given, acceptors);
    case 'weighted':
      return checkWeighted(field, given, acceptors);
    case 'sets': {
      const { phase1, phase2 } = objectField(field, given, ['type', 'phase1', 'phase2']);
      return {
        type,
        phase1: checkSets(`${field}.phase1`, phase1, acceptors),
        phase2: checkSets(`${field}.phase2`, phase2, acceptors),
      };
    }
    default:
      throw new ProtocolError(
        `${field}.type`,
        `must be "majority", "counted", "grid", "weighted" or "sets", not ${show(type)}`,
      );
  }
}

function checkThresholds(
  field: string,
  phase1: unknown,
  phase2: unknown,
  max: number,
  what: string,
): { readonly phase1: number; readonly phase2: number } {
  return {
    phase1: integerField(`${field}.phase1`, phase1, 1, max, ` (${what})`),
    phase2: integerField(`${field}.phase2`, phase2, 1, max, ` (${what})`),
  };
}

function checkGrid(field: string, given: unknown, acceptors: readonly NodeId[] | null): QuorumSystem {
  const fields = objectField(field, given, ['type', 'rows', 'columns']);
  const rows = integerField(`${field}.rows`, fields.rows, 1, NODES_MAX, '');
  const columns = integerField(`${field}.columns`, fields.columns, 1, NODES_MAX, '');
  const cells = rows * columns;
  if (acceptors === null ? cells > NODES_MAX : cells !== acceptors.length) {
    const there = acceptors === null ? `there are at most ${NODES_MAX}` : `there are ${acceptors.length}`;
    throw new ProtocolError(field, `${rows} rows of ${columns} make ${cells} places for acceptors; ${there}`);
  }
  return { type: 'grid', rows, columns };
}

function checkWeighted(field: string, given: unknown, acceptors: readonly NodeId[] | null): QuorumSystem {
  const fields = objectField(field, given, ['type', 'weights', 'phase1', 'phase2']);
  const named = objectField(`${field}.weights`, fields.weights ?? {}, null);
  const weights: Record<NodeId, number> = {};
  // Complete, and without who is no acceptor, so that equal systems are equal data.
  for (const node of acceptors ?? []) weights[node] = 1;
  for (const [name, weight] of Object.entries(named)) {
    const node = checkNode(`${field}.weights.${name}`, /^\d+$/.test(name) ? Number(name) : name, acceptors);
    weights[node] = integerField(`${field}.weights.${name}`, weight, 0, WEIGHT_MAX, '');
  }
  const total = acceptors === null ? NODES_MAX * WEIGHT_MAX : weightIn(weights, acceptors, maskOf(acceptors));
  if (total === 0) throw new ProtocolError(`${field}.weights`, 'at least one acceptor must weigh something');
  const thresholds = checkThresholds(field, fields.phase1, fields.phase2, total, 'the weight of all acceptors');
  return { type: 'weighted', weights, ...thresholds };
}

function checkSets(field: string, given: unknown, acceptors: readonly NodeId[] | null): readonly (readonly NodeId[])[] {
  return listField(field, given, SETS_MAX).map((set, i) => {
    const nodes = listField(`${field}.${i}`, set, NODES_MAX).map((node, j) => checkNode(`${field}.${i}.${j}`, node, acceptors));
    return [...new Set(nodes)].sort((a, b) => a - b);
  });
}

function checkNode(field: string, given: unknown, acceptors: readonly NodeId[] | null): NodeId {
  const node = integerField(field, given, 1, NODES_MAX, ' (a node)');
  if (acceptors !== null && !acceptors.includes(node)) throw new ProtocolError(field, `n${node} is no acceptor`);
  return node;
}

function hasLine(
  { rows, columns }: QuorumSystem & { type: 'grid' },
  phase: Phase,
  acceptors: readonly NodeId[],
  present: number,
): boolean {
  if (acceptors.length !== rows * columns) return false;
  const lines = phase === 1 ? rows : columns;
  for (let line = 0; line < lines; line++) {
    if (acceptors.every((node, at) => (phase === 1 ? Math.floor(at / columns) : at % columns) !== line || isIn(node, present))) {
      return true;
    }
  }
  return false;
}

function countIn(acceptors: readonly NodeId[], mask: number): number {
  let count = 0;
  for (const node of acceptors) if (isIn(node, mask)) count++;
  return count;
}

function weightIn(weights: { readonly [node: NodeId]: number }, acceptors: readonly NodeId[], mask: number): number {
  let weight = 0;
  for (const node of acceptors) if (isIn(node, mask)) weight += weights[node] ?? 1;
  return weight;
}

/** Every set of the nodes as bits, the smaller ones first, those of a size by their nodes. */
function* subsets(nodes: readonly NodeId[]): Generator<number> {
  for (let size = 0; size <= nodes.length; size++) yield* subsetsOf(nodes, size, 0, 0);
}

function* subsetsOf(nodes: readonly NodeId[], size: number, from: number, mask: number): Generator<number> {
  if (size === 0) {
    yield mask;
    return;
  }
  for (let at = from; at <= nodes.length - size; at++) yield* subsetsOf(nodes, size - 1, at + 1, mask | bit(nodes[at]!));
}

function bit(node: NodeId): number {
  return 1 << node;
}

function isIn(node: NodeId, mask: number): boolean {
  return (mask & bit(node)) !== 0;
}

function maskOf(nodes: readonly NodeId[]): number {
  let mask = 0;
  for (const node of nodes) mask |= bit(node);
  return mask;
}

function nodesIn(nodes: readonly NodeId[], mask: number): readonly NodeId[] {
  return nodes.filter((node) => isIn(node, mask));
}
