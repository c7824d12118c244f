/** What a link is like at a moment, read from the world. Pure; no work beyond the two directions asked about. */
import {
  connected,
  directionKey,
  drawLatency,
  isClient,
  latencyText,
  linkFaults,
  type Direction,
  type FaultSettings,
  type NetworkSettings,
  type NodeId,
  type World,
} from '../../src/contract/index.ts';
import type { Point } from './geometry.ts';
import type { Motion } from './motion.ts';

/** Two actors of one island, the lower first; at most one of them is a client. */
export type Pair = readonly [NodeId, NodeId];

/** Where the discs are, and how large. */
type Places = Pick<Motion, 'x' | 'y' | 'reach'>;

/** `parted`: on another island; `cut`: by hand; `down`: it flaps and is down just now. */
export type DirectionState = 'open' | 'parted' | 'cut' | 'down';

/** Faults that take a link down by the clock. */
const flapping = linkFaults.filter(({ down }) => down !== undefined);

/** A pointer this near to a link, px, means it; links between servers are meant first. */
const REACH = 7;
const CLIENT_REACH = 4;

/** Whether there is a link between two actors: clients talk to servers only. */
export function isLinked(a: NodeId, b: NodeId): boolean {
  return !isClient(a) || !isClient(b);
}

/** The settings that packets in this direction are judged by. */
export function settingsOf(world: World, from: NodeId, to: NodeId): NetworkSettings {
  return world.links.get(directionKey(from, to)) ?? world.network;
}

export function hasOwn(world: World, from: NodeId, to: NodeId): boolean {
  return world.links.has(directionKey(from, to));
}

export function isCut(world: World, from: NodeId, to: NodeId): boolean {
  return world.cuts.has(directionKey(from, to));
}

/** How many links are cut by hand, in one direction or both. */
export function cutLinkCount(world: World): number {
  const { nodes } = world;
  let count = 0;
  for (const a of nodes.keys()) {
    for (const b of nodes.keys()) if (a < b && isLinked(a, b) && (isCut(world, a, b) || isCut(world, b, a))) count++;
  }
  return count;
}

/** Whether packets come through in this direction at virtual time `at`, µs. */
export function directionState(world: World, from: NodeId, to: NodeId, at: number): DirectionState {
  if (isCut(world, from, to)) return 'cut';
  if (isDown(world, from, to, at)) return 'down';
  return connected(world.groups, from, to) ? 'open' : 'parted';
}

/** Whether the link flaps in this direction, up or down. */
export function isFlapping(world: World, from: NodeId, to: NodeId): boolean {
  const settings = settingsOf(world, from, to);
  return flapping.some((fault) => fault.active(settings[fault.name]!));
}

/** Whether it flaps and is down at virtual time `at`, µs. */
export function isDown(world: World, from: NodeId, to: NodeId, at: number): boolean {
  const settings = settingsOf(world, from, to);
  for (const fault of flapping) if (fault.down!(settings[fault.name]!, at)) return true;
  return false;
}

/** Both directions of a link, or one. */
export function directionsOf([a, b]: Pair, both = true): Direction[] {
  return both ? [{ from: a, to: b }, { from: b, to: a }] : [{ from: a, to: b }];
}

/** The directions of these that are not cut by hand yet. */
export function uncut(world: World, links: readonly Direction[]): Direction[] {
  return links.filter(({ from, to }) => !isCut(world, from, to));
}

/** The directions of these that are cut by hand. */
export function cutOf(world: World, links: readonly Direction[]): Direction[] {
  return links.filter(({ from, to }) => isCut(world, from, to));
}

/** What a direction does to packets, in a few words each: `loses 10 %`, `about 550 ms`, `cut`. */
export function directionTexts(world: World, from: NodeId, to: NodeId, at: number): string[] {
  const settings = settingsOf(world, from, to);
  const state = directionState(world, from, to, at);
  const latency = settings.latency;
  const others = linkFaults.filter(({ name, active }) => name !== 'latency' && name !== 'loss' && active(settings[name]!));
  return [
    ...(state === 'open' ? [] : [stateText[state]]),
    ...(settings.loss === undefined ? [] : [lossText(settings.loss)]),
    ...(latency === undefined ? [] : [`about ${latencyText(rounded(drawLatency(latency, 0.5)))}`]),
    ...others.map(({ label }) => label.toLowerCase()),
    ...(hasOwn(world, from, to) ? ['settings of its own'] : []),
  ];
}

const stateText: Record<Exclude<DirectionState, 'open'>, string> = {
  parted: 'parted',
  cut: 'cut',
  down: 'down just now',
};

/** The link within reach of a point, of all links inside islands; `null` for none, or when a node's disc is nearer. */
export function linkAt(world: World, motion: Places, at: Point): Pair | null {
  let nearest: Pair | null = null;
  let least = REACH;
  let toClient: Pair | null = null;
  let leastToClient = CLIENT_REACH;
  for (const group of world.groups) {
    for (let i = 0; i < group.length; i++) {
      for (let j = i + 1; j < group.length; j++) {
        const a = group[i]!;
        const b = group[j]!;
        if (!isLinked(a, b)) continue;
        const distance = distanceTo(motion, a, b, at);
        if (isClient(b)) {
          if (distance >= leastToClient) continue;
          leastToClient = distance;
          toClient = [a, b];
        } else if (distance < least) {
          least = distance;
          nearest = [a, b];
        }
      }
    }
  }
  return nearest ?? toClient;
}

/** Distance of a point from the part of a link between two discs, px. */
function distanceTo(motion: Places, a: NodeId, b: NodeId, at: Point): number {
  const ax = motion.x[a]!;
  const ay = motion.y[a]!;
  const dx = motion.x[b]! - ax;
  const dy = motion.y[b]! - ay;
  const length = Math.hypot(dx, dy) || 1;
  const along = ((at.x - ax) * dx + (at.y - ay) * dy) / length;
  if (along < motion.reach(a) || along > length - motion.reach(b)) return Infinity;
  return Math.abs((at.x - ax) * dy - (at.y - ay) * dx) / length;
}

function lossText({ probability }: FaultSettings): string {
  return probability === 0 ? 'loses nothing' : `loses ${Number(((probability as number) * 100).toPrecision(3))} %`;
}

/** Two digits are as much as a tooltip can mean. */
function rounded(us: number): number {
  return Number(us.toPrecision(2));
}
