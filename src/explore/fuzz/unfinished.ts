/** What a calm run still owes: what was asked for and not answered, and what is chosen and not known to all. */
import { nameOf, type NodeId, type View } from '../../protocol/protocol.ts';

export interface Unfinished {
  /** The slot that it is about; 0: none. */
  readonly slot: number;
  /** One sentence. */
  readonly text: string;
}

/**
 * What the core has not done yet; `null` when all is done.
 * @param views of nodes that are up; of one that is not there, nothing is known
 */
export function unfinishedIn(views: ReadonlyMap<NodeId, View>, core: readonly NodeId[]): Unfinished | null {
  for (const node of core) {
    const view = views.get(node);
    if (view === undefined) return { slot: 0, text: `${nameOf(node)} is not up` };
    const own = unfinishedAt(node, view);
    if (own !== null) return own;
  }
  return unappliedIn(views, core) ?? unlearnedIn(views, core);
}

/** What a node itself is about. */
function unfinishedAt(node: NodeId, view: View): Unfinished | null {
  // A question to one server alone has no answer when that one does not lead, or is gone.
  const waiting = view.client?.waiting.find(({ pinned }) => !pinned);
  if (waiting !== undefined) return { slot: 0, text: `${nameOf(node)} has no answer to ${waiting.text}` };
  const open = view.slots.find(({ proposing }) => proposing !== null);
  if (open === undefined) return null;
  return { slot: open.slot, text: `${nameOf(node)} still proposes ${JSON.stringify(open.proposing!.wanted)} in slot ${open.slot}` };
}

/** Of replicated logs: every member has applied as much as any. Who was taken out may not know it yet, or more. */
function unappliedIn(views: ReadonlyMap<NodeId, View>, core: readonly NodeId[]): Unfinished | null {
  const replicas = core.flatMap((node) => {
    const replica = views.get(node)!.replica;
    return replica === undefined ? [] : [{ node, ...replica }];
  });
  const first = replicas[0];
  if (first === undefined) return null;
  const furthest = replicas.reduce((best, one) => (one.applied > best.applied ? one : best), first);
  for (const { node, applied, standing } of replicas) {
    if (!furthest.members.includes(node)) continue;
    if (standing !== 'member') return { slot: 0, text: `${nameOf(node)} is still ${standing}` };
    if (applied === furthest.applied) continue;
    const text = `${nameOf(node)} has not applied slot ${applied + 1}, and ${nameOf(furthest.node)} slot ${furthest.applied}`;
    return { slot: applied + 1, text };
  }
  return null;
}

/** Of single decisions: every learner knows what any knows. */
function unlearnedIn(views: ReadonlyMap<NodeId, View>, core: readonly NodeId[]): Unfinished | null {
  const learners = core.filter((node) => views.get(node)!.roles.includes('learner') && views.get(node)!.replica === undefined);
  const known = (node: NodeId): number[] => views.get(node)!.slots.flatMap(({ slot, chosen }) => (chosen === null ? [] : [slot]));
  const slots = new Set(learners.flatMap(known));
  for (const node of learners) {
    const own = known(node);
    const missing = [...slots].sort((a, b) => a - b).find((slot) => !own.includes(slot));
    if (missing !== undefined) return { slot: missing, text: `${nameOf(node)} has not learned what slot ${missing} chose` };
  }
  return null;
}
