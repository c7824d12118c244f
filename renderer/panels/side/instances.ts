/** What nodes show of instances, put together over the cluster. */
import type { ChosenWorld, NodeId, NodeWorld, SlotView, World } from '../../../src/contract/index.ts';

/**
 * The chosen values in the order in which they were first learned, without walking the map anew for every frame: a live
 * iterator of a Map goes on where it stopped, as long as it never comes to its end.
 */
export class ChosenOrder {
  private map: World['chosen'] | null = null;
  private rest: Iterator<ChosenWorld> = [][Symbol.iterator]();
  private readonly seen: ChosenWorld[] = [];

  /** Oldest first; the same array every time, grown in place. */
  of(world: World): readonly ChosenWorld[] {
    if (this.map !== world.chosen) {
      this.map = world.chosen;
      this.rest = world.chosen.values();
      this.seen.length = 0;
    }
    while (this.seen.length < world.chosen.size) {
      const next = this.rest.next();
      if (next.done === true) break;
      this.seen.push(next.value);
    }
    return this.seen;
  }
}

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
