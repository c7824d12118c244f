/** Which quorums are drawn on the stage, and what is said of them. Pure. */
import {
  describePhase,
  disjointPair,
  minimalQuorums,
  missingFor,
  nameOf,
  nodeList,
  type NodeId,
  type Phase,
  type QuorumSystem,
  type World,
} from '../../src/contract/index.ts';
import { acceptorsOf, hearersOf, quorumsOf, votersOf } from './islands.ts';

/** What it depends on. Lists are written `1,2,3`, so that the same facts are equal. */
export interface QuorumFacts {
  readonly system: QuorumSystem;
  readonly acceptors: string;
  /** Acceptors that can be reached, by phase: who takes part in phase 1 has to answer the proposer. */
  readonly reach1: string;
  readonly reach2: string;
  /** The actor it is seen from; `null`: the whole cluster, or the part of it where most acceptors are. */
  readonly from: NodeId | null;
  /** What is chosen in the slot that is selected, and who accepted it; empty for none. */
  readonly value: string;
  readonly chosenBy: string;
}

/** One phase on the stage. */
export interface PhaseShown {
  readonly phase: Phase;
  /** `any 4 of 5`. */
  readonly rule: string;
  /** The quorum that is drawn, ascending; empty when there is none at all. */
  readonly quorum: readonly NodeId[];
  /** Those of it that cannot be reached. */
  readonly missing: readonly NodeId[];
  /** Which of how many it is, from 1; `more`: and there are more than that. */
  readonly index: number;
  readonly count: number;
  readonly more: boolean;
  /** What is said instead of its place among the others; empty for nothing. */
  readonly note: string;
}

export interface QuorumsShown {
  readonly title: string;
  readonly phases: readonly [PhaseShown, PhaseShown];
  /** Where the two meet, or that they do not. */
  readonly meeting: string;
  readonly unsafe: boolean;
}

/** Quorums of a phase that can be gone through. */
const EXAMPLES_MAX = 100;

/** @param node the selected actor; @param slot the selected slot */
export function quorumFacts(world: World, node: NodeId | null, slot: number | null): QuorumFacts {
  const chosen = slot === null ? undefined : world.chosen.get(slot);
  const from = node !== null && world.nodes.has(node) ? node : null;
  const group = from === null ? largestGroup(world) : (world.groups.find((nodes) => nodes.includes(from)) ?? []);
  const voters = votersOf(world, group);
  const { heard, answering } = from === null ? { heard: voters, answering: voters } : hearersOf(world, from, voters);
  return {
    system: quorumsOf(world),
    acceptors: acceptorsOf(world).join(),
    reach1: answering.join(),
    reach2: heard.join(),
    from,
    value: chosen?.value ?? '',
    chosenBy: chosen?.quorum.filter((member) => world.nodes.has(member)).join() ?? '',
  };
}

function largestGroup(world: World): readonly NodeId[] {
  const voters = (nodes: readonly NodeId[]) => votersOf(world, nodes).length;
  return world.groups.reduce((best, nodes) => (voters(nodes) > voters(best) ? nodes : best), world.groups[0] ?? []);
}

/** @param steps how many quorums to go on from the first, by phase; any whole numbers */
export function quorumsShown(facts: QuorumFacts, steps: Readonly<Record<Phase, number>>): QuorumsShown {
  if (facts.chosenBy !== '') return ofChosen(facts, steps);
  const acceptors = listOf(facts.acceptors);
  const pair = disjointPair(facts.system, acceptors);
  if (pair !== null) {
    const phase = (number: Phase, quorum: readonly NodeId[]) => fixed(facts, number, quorum, '');
    return {
      title: 'Quorums that do not meet',
      phases: [phase(1, pair.phase1), phase(2, pair.phase2)],
      meeting: 'They do not meet: two values can be chosen.',
      unsafe: true,
    };
  }
  const phases = [within(facts, 1, steps[1]), within(facts, 2, steps[2])] as const;
  return {
    title: facts.from === null ? 'Quorums' : `Quorums in reach of ${nameOf(facts.from)}`,
    phases,
    meeting: phases.some(({ missing }) => missing.length > 0) ? '' : meetingText(phases[0].quorum, phases[1].quorum),
    unsafe: false,
  };
}

/** Who chose the value, and whoever could come after: every one of those meets them, or another value can be chosen. */
function ofChosen(facts: QuorumFacts, steps: Readonly<Record<Phase, number>>): QuorumsShown {
  const acceptors = listOf(facts.acceptors);
  const chosenBy = listOf(facts.chosenBy);
  const others = acceptors.filter((node) => !chosenBy.includes(node));
  const apart = minimalQuorums(facts.system, 1, acceptors, EXAMPLES_MAX, others);
  const later = apart.length > 0 ? apart : minimalQuorums(facts.system, 1, acceptors, EXAMPLES_MAX + 1);
  const first = example(facts, 1, later, steps[1]);
  return {
    title: `Why “${facts.value}” stays chosen`,
    phases: [first, fixed(facts, 2, chosenBy, 'accepted it')],
    meeting:
      apart.length > 0
        ? 'Who asks only these hears nothing of it: another value can be chosen.'
        : `Who asks these hears of it from ${nodeList(common(first.quorum, chosenBy))}.`,
    unsafe: apart.length > 0,
  };
}

/** The phases of whose drawn quorums each node is a part: `1`, `2` or `12`. One that is out of reach is none. */
export function marksOf(shown: QuorumsShown | null): ReadonlyMap<NodeId, string> {
  const marks = new Map<NodeId, string>();
  for (const { phase, quorum, missing } of shown?.phases ?? []) {
    for (const node of missing.length === 0 ? quorum : []) marks.set(node, `${marks.get(node) ?? ''}${phase}`);
  }
  return marks;
}

/** A quorum out of those who can be reached, or the one that wants fewest others. */
function within(facts: QuorumFacts, phase: Phase, step: number): PhaseShown {
  const acceptors = listOf(facts.acceptors);
  const reach = listOf(phase === 1 ? facts.reach1 : facts.reach2);
  const missing = missingFor(facts.system, phase, acceptors, reach);
  if (missing === null) return fixed(facts, phase, [], 'these acceptors have none');
  if (missing.length === 0) {
    return example(facts, phase, minimalQuorums(facts.system, phase, acceptors, EXAMPLES_MAX + 1, reach), step);
  }
  const [quorum] = minimalQuorums(facts.system, phase, acceptors, 1, [...reach, ...missing]);
  return { ...fixed(facts, phase, quorum!, `out of reach: ${missing.length} more needed`), missing };
}

function example(facts: QuorumFacts, phase: Phase, all: readonly (readonly NodeId[])[], step: number): PhaseShown {
  const count = Math.min(all.length, EXAMPLES_MAX);
  const index = count === 0 ? 0 : ((step % count) + count) % count;
  return { ...fixed(facts, phase, all[index] ?? [], ''), index: index + 1, count, more: all.length > EXAMPLES_MAX };
}

function fixed(facts: QuorumFacts, phase: Phase, quorum: readonly NodeId[], note: string): PhaseShown {
  const rule = describePhase(facts.system, phase, listOf(facts.acceptors));
  return { phase, rule, quorum, missing: [], index: 1, count: 1, more: false, note };
}

function meetingText(a: readonly NodeId[], b: readonly NodeId[]): string {
  const both = common(a, b);
  return both.length === 0 ? '' : `They meet in ${nodeList(both)}.`;
}

function common(a: readonly NodeId[], b: readonly NodeId[]): readonly NodeId[] {
  return a.filter((node) => b.includes(node));
}

function listOf(text: string): readonly NodeId[] {
  return text === '' ? [] : text.split(',').map(Number);
}
