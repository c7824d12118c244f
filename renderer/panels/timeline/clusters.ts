/** Marks that would lie on top of each other stand together as one. Pure; lengths in CSS pixels. */
import type { Mark, MarkKind } from '../../../src/contract/index.ts';
import { markLooks, type MarkLook } from './mark-looks.ts';

/** Room at both ends of the track, so that a mark at an end is whole. */
export const TRACK_PAD = 12;
/** Marks nearer to each other than this are one. */
const GAP = { above: 5, below: 9 } as const;

export interface Cluster {
  readonly x: number;
  readonly lane: MarkLook['lane'];
  /** Of the most important among them. */
  readonly kind: MarkKind;
  readonly count: number;
  /** In the list of marks: the first, and the one after the last. Marks of the other lane may lie between. */
  readonly from: number;
  readonly to: number;
}

/** Where on a track of this width the moment after `seq` of `total` events lies. */
export function placeOf(seq: number, total: number, width: number): number {
  return TRACK_PAD + (Math.max(0, width - 2 * TRACK_PAD) * seq) / Math.max(1, total);
}

/** The moment at a place on the track: a whole number of events from 0 to `total`. */
export function momentAt(x: number, total: number, width: number): number {
  const share = (x - TRACK_PAD) / Math.max(1, width - 2 * TRACK_PAD);
  return Math.round(Math.min(1, Math.max(0, share)) * total);
}

/** In one pass over the marks, which are ascending. */
export function clusterMarks(marks: readonly Mark[], total: number, width: number): Cluster[] {
  const clusters: Cluster[] = [];
  const open: Record<MarkLook['lane'], { -readonly [K in keyof Cluster]: Cluster[K] } | null> = { above: null, below: null };
  /** When the last alarm was raised. What one step does is one alarm, however many checks it fails. */
  let alarmAt = -1;
  marks.forEach(({ seq, at, kind }, index) => {
    const { lane, rank, shape } = markLooks[kind];
    const x = placeOf(seq + 1, total, width);
    const last = open[lane];
    const isSameAlarm = shape === 'alarm' && at === alarmAt;
    if (shape === 'alarm') alarmAt = at;
    if (last === null || (x - last.x >= GAP[lane] && !isSameAlarm)) {
      clusters.push((open[lane] = { x, lane, kind, count: 1, from: index, to: index + 1 }));
      return;
    }
    last.count++;
    last.to = index + 1;
    if (rank > markLooks[last.kind].rank) last.kind = kind;
  });
  return clusters;
}

/** The cluster nearest to a place, if one is near; on either lane. */
export function clusterNear(clusters: readonly Cluster[], x: number): Cluster | null {
  let nearest: Cluster | null = null;
  for (const cluster of clusters) {
    const distance = Math.abs(cluster.x - x);
    if (distance <= 6 && (nearest === null || distance < Math.abs(nearest.x - x))) nearest = cluster;
  }
  return nearest;
}
