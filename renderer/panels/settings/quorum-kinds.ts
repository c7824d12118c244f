/** Quorum systems as a person makes them: kinds, one made of another, ready-made ones, and what they mean. Pure. */
import {
  checkQuorum,
  describePhase,
  describeSet,
  disjointPair,
  failuresSurvived,
  majorityOf,
  minimalQuorums,
  ProtocolError,
  SETS_MAX,
  type NodeId,
  type Phase,
  type QuorumSystem,
} from '../../../src/contract/index.ts';

export type QuorumKind = QuorumSystem['type'];
export type Weighted = Extract<QuorumSystem, { type: 'weighted' }>;
export type Grid = Extract<QuorumSystem, { type: 'grid' }>;
export type Sets = Extract<QuorumSystem, { type: 'sets' }>;

export const quorumKinds: readonly { readonly value: QuorumKind; readonly label: string; readonly hint: string }[] = [
  { value: 'majority', label: 'Majority', hint: 'more than half' },
  { value: 'counted', label: 'Counted', hint: 'any so many' },
  { value: 'grid', label: 'Grid', hint: 'rows and columns' },
  { value: 'weighted', label: 'Weighted', hint: 'some count more' },
  { value: 'sets', label: 'Chosen sets', hint: 'just these' },
];

/** Most sets that a system is turned into: more nobody can read. */
const SETS_FIRST = 10;

/** A system of another kind that is as near to this one as that kind allows; always one that the engine takes. */
export function asKind(system: QuorumSystem, kind: QuorumKind, acceptors: readonly NodeId[]): QuorumSystem {
  if (system.type === kind) return system;
  const [phase1, phase2] = sizesOf(system, acceptors);
  switch (kind) {
    case 'majority':
      return { type: 'majority' };
    case 'counted':
      return { type: 'counted', phase1, phase2 };
    case 'grid':
      return gridsOf(acceptors.length)[0]!;
    case 'weighted':
      return { type: 'weighted', weights: Object.fromEntries(acceptors.map((node) => [node, 1])), phase1, phase2 };
    case 'sets': {
      const setsOf = (phase: Phase) => minimalQuorums(system, phase, acceptors, SETS_FIRST);
      return { type: 'sets', phase1: setsOf(1), phase2: setsOf(2) };
    }
  }
}

/** The system as it is where these acceptors can have it, and else another of its kind. */
export function fitted(system: QuorumSystem, acceptors: readonly NodeId[]): QuorumSystem {
  try {
    return checkQuorum('quorum', system, acceptors);
  } catch (error) {
    if (error instanceof ProtocolError) return asKind({ type: 'majority' }, system.type, acceptors);
    throw error;
  }
}

/** How many acceptors the smallest quorum of each phase has; a majority where there is none. */
function sizesOf(system: QuorumSystem, acceptors: readonly NodeId[]): readonly [number, number] {
  const size = (phase: Phase) => minimalQuorums(system, phase, acceptors, 1)[0]?.length ?? majorityOf(acceptors.length);
  return [size(1), size(2)];
}

/** Every grid that these acceptors fill, the squarest first. */
export function gridsOf(acceptors: number): readonly Grid[] {
  const grids: Grid[] = [];
  for (let rows = 1; rows <= acceptors; rows++) {
    if (acceptors % rows === 0) grids.push({ type: 'grid', rows, columns: acceptors / rows });
  }
  const longest = ({ rows, columns }: Grid) => Math.max(rows, columns);
  return grids.sort((a, b) => longest(a) - longest(b) || a.rows - b.rows);
}

/** Counted systems worth trying, safe ones: how to name them, and why. */
export function countedPresets(acceptors: number): readonly { readonly system: QuorumSystem; readonly label: string; readonly meaning: string }[] {
  const presets = [
    { phase1: acceptors - 1, phase2: 2, meaning: 'Few votes choose; a new leader needs nearly everybody.' },
    { phase1: 2, phase2: acceptors - 1, meaning: 'Whoever reaches one other can lead; a choice needs nearly everybody.' },
    { phase1: acceptors, phase2: 1, meaning: 'One vote chooses; a new leader needs everybody.' },
    ...(acceptors % 2 === 0
      ? [{ phase1: acceptors / 2 + 1, phase2: acceptors / 2, meaning: 'Of an even number, half is enough for phase 2.' }]
      : []),
  ];
  const seen = new Set<string>();
  return presets.flatMap(({ phase1, phase2, meaning }) => {
    const label = `(${phase1}, ${phase2})`;
    if (Math.min(phase1, phase2) < 1 || Math.max(phase1, phase2) > acceptors || seen.has(label)) return [];
    seen.add(label);
    return [{ system: { type: 'counted', phase1, phase2 }, label, meaning } as const];
  });
}

/** Sum of the weights of the acceptors. */
export function weightOf({ weights }: Weighted, acceptors: readonly NodeId[]): number {
  return acceptors.reduce((sum, node) => sum + (weights[node] ?? 1), 0);
}

/** The same with another weight of one node; the thresholds stay within the sum. The last weight cannot go. */
export function withWeight(system: Weighted, acceptors: readonly NodeId[], node: NodeId, weight: number): Weighted {
  const next = { ...system, weights: { ...system.weights, [node]: weight } };
  const total = weightOf(next, acceptors);
  if (total === 0) return system;
  return { ...next, phase1: Math.min(next.phase1, total), phase2: Math.min(next.phase2, total) };
}

/** Puts a node into a set or takes it out; a set keeps its last node. */
export function toggled(sets: Sets, phase: Phase, index: number, node: NodeId): Sets {
  const set = sets[`phase${phase}`][index]!;
  const next = set.includes(node) ? set.filter((one) => one !== node) : [...set, node].sort((a, b) => a - b);
  return next.length === 0 ? sets : withSets(sets, phase, sets[`phase${phase}`].map((one, i) => (i === index ? next : one)));
}

/** One set more: all acceptors, which meets every other; none when there are as many as there may be. */
export function withOneMore(sets: Sets, phase: Phase, acceptors: readonly NodeId[]): Sets {
  const before = sets[`phase${phase}`];
  return before.length >= SETS_MAX ? sets : withSets(sets, phase, [...before, acceptors]);
}

/** One set less; the last stays. */
export function without(sets: Sets, phase: Phase, index: number): Sets {
  const before = sets[`phase${phase}`];
  return before.length === 1 ? sets : withSets(sets, phase, before.filter((_, i) => i !== index));
}

function withSets(sets: Sets, phase: Phase, next: readonly (readonly NodeId[])[]): Sets {
  return phase === 1 ? { ...sets, phase1: next } : { ...sets, phase2: next };
}

/** What a system means to these acceptors. */
export interface QuorumMeaning {
  /** By phase: what makes a quorum, and how many failures it survives. */
  readonly phases: readonly { readonly phase: Phase; readonly quorum: string; readonly survives: string }[];
  readonly safe: boolean;
  readonly verdict: string;
}

/** Read out, and below the setting. */
export function meaningOf(system: QuorumSystem, acceptors: readonly NodeId[]): QuorumMeaning {
  const pair = disjointPair(system, acceptors);
  return {
    phases: ([1, 2] as const).map((phase) => ({
      phase,
      quorum: describePhase(system, phase, acceptors),
      survives: survivalText(failuresSurvived(system, phase, acceptors)),
    })),
    safe: pair === null,
    verdict:
      pair === null
        ? 'Every phase-1 quorum meets every phase-2 quorum.'
        : `Phase 1 ${describeSet(pair.phase1)} and phase 2 ${describeSet(pair.phase2)} do not meet: two values can be chosen.`,
  };
}

function survivalText(failures: number): string {
  if (failures < 0) return 'these acceptors have none';
  if (failures === 0) return 'survives no failure';
  return `survives any ${failures === 1 ? 'one failure' : `${failures} failures`}`;
}
