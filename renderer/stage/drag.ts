/**
 * Dragging on the stage, as a state machine without a screen: what is held, where it is, and what would come of letting
 * go. Every step is O(1) but for `hit`, which asks the few islands; cut links are only looked up when the target changes.
 */
import { isClient, isolate, join, normalise, sameGroups, type Groups, type NodeId } from '../../src/contract/index.ts';
import { rectBetween, type Point, type Rect } from './geometry.ts';

/** What a press took hold of. */
export type Grip =
  /** One node, or all the chosen ones. */
  | { readonly type: 'nodes'; readonly nodes: readonly NodeId[] }
  /** A whole island by its ground or its caption. */
  | { readonly type: 'island'; readonly nodes: readonly NodeId[] }
  /** The spare server in the dock. */
  | { readonly type: 'spare'; readonly node: NodeId }
  /** The open sea: draws a frame around nodes to choose them. */
  | { readonly type: 'sea' };

/** What lies under the pointer: an island, named by its nodes, the bin, or the open sea. */
export type Target = { readonly type: 'island'; readonly nodes: readonly NodeId[] } | { readonly type: 'bin' } | { readonly type: 'sea' };

export type Drag =
  | { readonly phase: 'idle' }
  | { readonly phase: 'pressed'; readonly grip: Grip; readonly from: Point; readonly adding: boolean }
  | {
      readonly phase: 'dragging';
      readonly grip: Grip;
      readonly from: Point;
      readonly at: Point;
      readonly adding: boolean;
      readonly target: Target;
      /** The partition that letting go here would make; the one there is when nothing would change. */
      readonly preview: Groups;
    };

/** What letting go comes to. */
export type Outcome =
  | { readonly type: 'nothing' }
  | { readonly type: 'click'; readonly grip: Grip; readonly adding: boolean }
  /** `nodes` were put down at `at`; the network is to be parted so. */
  | { readonly type: 'partition'; readonly groups: Groups; readonly nodes: readonly NodeId[]; readonly at: Point }
  /** The spare server was put down at `at` on the island of `beside`; the network would be parted so with it. */
  | { readonly type: 'add'; readonly node: NodeId; readonly beside: NodeId; readonly groups: Groups; readonly at: Point }
  /** Servers were dropped on the bin. */
  | { readonly type: 'bin'; readonly nodes: readonly NodeId[] }
  /** An island was moved to another place; no link changes. */
  | { readonly type: 'move'; readonly nodes: readonly NodeId[]; readonly at: Point; readonly from: Point }
  | { readonly type: 'frame'; readonly rect: Rect; readonly adding: boolean };

/** How far the pointer goes, in px, before a press becomes a drag. */
const THRESHOLD = 4;

export const idle: Drag = { phase: 'idle' };
const sea: Target = { type: 'sea' };

/** Takes hold of something; `adding` (shift) adds to what is chosen instead of replacing it. */
export function press(grip: Grip, at: Point, adding = false): Drag {
  return { phase: 'pressed', grip, from: at, adding };
}

/**
 * The pointer is at `at`.
 * @param groups the partition there is now
 * @param hit what lies under a point; asked only while something is dragged
 */
export function move(drag: Drag, at: Point, groups: Groups, hit: (at: Point) => Target): Drag {
  if (drag.phase === 'idle') return drag;
  if (drag.phase === 'pressed' && Math.hypot(at.x - drag.from.x, at.y - drag.from.y) < THRESHOLD) return drag;
  const { grip, from, adding } = drag;
  const target = grip.type === 'sea' ? sea : hit(at);
  const unchanged = drag.phase === 'dragging' && sameTarget(drag.target, target);
  const preview = unchanged ? drag.preview : previewOf(grip, target, groups);
  return { phase: 'dragging', grip, from, at, adding, target: unchanged ? drag.target : target, preview };
}

/** The partition changed under the drag: what letting go would make is worked out anew. */
export function regroup(drag: Drag, groups: Groups): Drag {
  if (drag.phase !== 'dragging') return drag;
  const target: Target = drag.target.type === 'island' && !groups.some((g) => sameNodes(g, nodesOf(drag.target))) ? sea : drag.target;
  return { ...drag, target, preview: previewOf(drag.grip, target, groups) };
}

/** Lets go. */
export function release(drag: Drag, groups: Groups): Outcome {
  if (drag.phase === 'idle') return { type: 'nothing' };
  if (drag.phase === 'pressed') return { type: 'click', grip: drag.grip, adding: drag.adding };
  const { grip, from, at, adding, preview, target } = drag;
  if (grip.type === 'sea') return { type: 'frame', rect: rectBetween(from, at), adding };
  if (grip.type === 'spare') {
    return target.type === 'island' ? { type: 'add', node: grip.node, beside: target.nodes[0]!, groups: preview, at } : { type: 'nothing' };
  }
  if (target.type === 'bin') return { type: 'bin', nodes: grip.nodes };
  if (!sameGroups(preview, groups)) return { type: 'partition', groups: preview, nodes: grip.nodes, at };
  const wholeIsland = groups.some((group) => sameNodes(group, grip.nodes));
  return wholeIsland && groups.length > 1 ? { type: 'move', nodes: grip.nodes, at, from } : { type: 'nothing' };
}

/** The nodes that move with the pointer. */
export function heldNodes(drag: Drag): readonly NodeId[] {
  if (drag.phase !== 'dragging' || drag.grip.type === 'sea') return [];
  return drag.grip.type === 'spare' ? [drag.grip.node] : drag.grip.nodes;
}

/** Whether the bin takes what is held: servers only. */
export function fitsBin(grip: Grip): boolean {
  return grip.type === 'nodes' && !grip.nodes.some(isClient);
}

function previewOf(grip: Grip, target: Target, groups: Groups): Groups {
  if (grip.type === 'sea' || target.type === 'bin') return groups;
  if (grip.type === 'spare') {
    if (target.type === 'sea') return groups;
    return normalise(groups.map((group) => (sameNodes(group, target.nodes) ? [...group, grip.node] : group)));
  }
  if (target.type === 'sea') {
    // A whole island dragged over the sea stays one island; pulling nodes off makes a new one.
    return grip.type === 'island' ? groups : isolate(groups, grip.nodes);
  }
  const host = target.nodes.find((node) => !grip.nodes.includes(node));
  return host === undefined ? groups : join(groups, grip.nodes, host);
}

function nodesOf(target: Target): readonly NodeId[] {
  return target.type === 'island' ? target.nodes : [];
}

function sameTarget(a: Target, b: Target): boolean {
  return a.type === b.type && sameNodes(nodesOf(a), nodesOf(b));
}

function sameNodes(a: readonly NodeId[], b: readonly NodeId[]): boolean {
  return a === b || (a.length === b.length && a.every((node) => b.includes(node)));
}
