/**
 * What a history keeps of a run that it has executed: checkpoints, thinned as the run grows, and how far the run had got
 * at many a place, so that a moment is found in whole windows. No events: they are had again from a checkpoint.
 */
import type { JournalEntry } from '../../cluster/commands.ts';
import type { Place } from '../../cluster/run.ts';
import { forkWorld, type World } from '../../cluster/world.ts';
import type { ClusterCheckpoint } from '../inline.ts';

/** Events between two checkpoints, while there are few. */
const SPACING_EVENTS = 5_000;
/** With more checkpoints than this, every other one is let go. */
const CHECKPOINTS_MAX = 256;

export interface PastCheckpoint extends Place {
  readonly cluster: ClusterCheckpoint;
  /** Never changed; fork it to go on from it. */
  readonly world: World;
  /** Marks of the events up to here. */
  readonly marks: number;
  /** How the expectations stood, as their watch saves itself. */
  readonly watch: unknown;
}

export class Past {
  private checkpoints: PastCheckpoint[] = [];
  private spacing = SPACING_EVENTS;
  /** Gaps between two windows at which the run had got so far; ascending. */
  private readonly gapSeqs: number[] = [];
  private readonly gapTimes: number[] = [];

  get size(): number {
    return this.checkpoints.length;
  }

  /** Whether it is time for another checkpoint. */
  wants(seq: number): boolean {
    const last = this.checkpoints.at(-1);
    return last === undefined || seq - last.seq >= this.spacing;
  }

  keep(checkpoint: PastCheckpoint): void {
    this.checkpoints.push(checkpoint);
    if (this.checkpoints.length <= CHECKPOINTS_MAX) return;
    this.checkpoints = this.checkpoints.filter((_, i) => i % 2 === 0);
    this.spacing *= 2;
  }

  /** The run had got to a gap between two windows. */
  gap({ at, seq }: Place): void {
    if (this.gapSeqs.at(-1) === seq) this.gapTimes[this.gapTimes.length - 1] = at;
    else {
      this.gapSeqs.push(seq);
      this.gapTimes.push(at);
    }
  }

  /** The last checkpoint for which `fits` holds; the first of all has been taken before the first event. */
  last(fits: (checkpoint: PastCheckpoint) => boolean): PastCheckpoint | null {
    return this.checkpoints.findLast(fits) ?? null;
  }

  /** A time up to which the run can go in whole windows without passing event `seq`, µs. */
  timeBefore(seq: number): number {
    return this.gapTimes[lastAtMost(this.gapSeqs, seq)] ?? 0;
  }

  /** Forgets what came after a checkpoint. */
  cut(checkpoint: PastCheckpoint): void {
    this.checkpoints.length = this.checkpoints.indexOf(checkpoint) + 1;
    const gaps = lastAtMost(this.gapSeqs, checkpoint.seq) + 1;
    this.gapSeqs.length = gaps;
    this.gapTimes.length = gaps;
  }
}

/** How many commands two journals have in common from the beginning. */
export function commonCommands(a: readonly JournalEntry[], b: readonly JournalEntry[]): number {
  let count = 0;
  while (count < a.length && count < b.length && sameEntry(a[count]!, b[count]!)) count++;
  return count;
}

/**
 * Whether a checkpoint of one run is one of another too, that has the commands `journal` and ends at `end`.
 * @param common how many commands the two have in common from the beginning
 */
export function isShared(
  checkpoint: PastCheckpoint,
  journal: readonly JournalEntry[],
  end: Place,
  common: number,
): boolean {
  const { at, seq } = checkpoint;
  const { commands } = checkpoint.cluster.scheduler;
  if (commands > common || seq > end.seq || at > end.at) return false;
  const next = journal[commands];
  return next === undefined || (next.seq >= seq && next.at >= at);
}

function sameEntry(a: JournalEntry, b: JournalEntry): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** The same world, to be kept: bodies of packets stand in memory of their own, not in the long stretch they came in. */
export function keptWorld(world: World): World {
  for (const [number, packet] of world.packets) {
    if (packet.body.buffer.byteLength === packet.body.length) continue;
    world.packets.set(number, { ...packet, body: packet.body.slice() });
  }
  return forkWorld(world);
}

/** Index of the last number that is at most `limit`; -1 without one. @param numbers ascending. */
function lastAtMost(numbers: readonly number[], limit: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
