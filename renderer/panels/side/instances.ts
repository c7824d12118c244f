/** What nodes show of instances, or slots, put together over the cluster. */
import type { NodeId, NodeWorld, SlotView, World } from '../../../src/contract/index.ts';

/** What a node shows of an instance; `null` when nothing, or nothing any more. */
export function slotOf(node: NodeWorld, slot: number): SlotView | null {
  return node.view?.slots.find((candidate) => candidate.slot === slot) ?? null;
}

/** The highest instance any node shows or any learner knows; 0 before the first. */
export function latestSlot(world: World): number {
  let latest = 0;
  for (const { view } of world.nodes.values()) latest = Math.max(latest, view?.slots.at(-1)?.slot ?? 0);
  return latest;
}

/** What a leader has in flight: the slots that it has proposed in and does not know to be chosen; `null` when nobody has. */
export function inFlight(world: World): { readonly node: NodeId; readonly slots: readonly number[] } | null {
  let most: { readonly node: NodeId; readonly slots: readonly number[] } | null = null;
  for (const { node, up, view } of world.nodes.values()) {
    if (!up || view === null || view.replica === undefined) continue;
    const slots = view.slots.filter(({ proposing, chosen }) => proposing !== null && chosen === null).map(({ slot }) => slot);
    if (slots.length > 0 && (most === null || slots.at(-1)! > most.slots.at(-1)!)) most = { node, slots };
  }
  return most;
}

/** An instance that somebody is trying to have decided. */
export interface Attempt {
  readonly slot: number;
  readonly node: NodeId;
  readonly proposing: NonNullable<SlotView['proposing']>;
}

/** The latest instance that is being tried and that no learner knows to be chosen; `null` when none is. */
export function latestAttempt(world: World): Attempt | null {
  let latest: Attempt | null = null;
  for (const { node, up, view } of world.nodes.values()) {
    if (!up || view === null) continue;
    for (const { slot, proposing } of view.slots) {
      if (proposing === null || world.chosen.has(slot) || (latest !== null && slot <= latest.slot)) continue;
      latest = { slot, node, proposing };
    }
  }
  return latest;
}

/** What an attempt is doing, in a few words. */
export function attemptText({ proposing }: Attempt): string {
  if (proposing.phase === 'prepare') return `asks for promises, ${count(proposing.promises, 'promise')}`;
  if (proposing.phase === 'accept') return `asks to accept "${proposing.value ?? proposing.wanted}", ${count(proposing.accepts, 'vote')}`;
  return 'waits before it tries again';
}

function count(nodes: readonly NodeId[], what: string): string {
  return `${nodes.length} ${what}${nodes.length === 1 ? '' : 's'} so far`;
}
