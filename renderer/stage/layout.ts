/**
 * Where nodes and islands stand. Each connected group has an island of its own, its servers in a ring; islands never
 * overlap, and stay where they are as far as the others leave them the room. Pure.
 */
import { isClient, type Groups, type NodeId } from '../../src/contract/index.ts';
import { clamp, shifted, type Point, type Rect } from './geometry.ts';
import { homeOfClient } from './landing.ts';
import { captionFor, looks, type CaptionForm, type CaptionSize, type Form, type Look } from './look.ts';
import { pushApart, setInRows, type Parcel } from './pack.ts';
import type { Side } from './plate.ts';
import { ringOf, TOP, type Ring } from './ring.ts';

export interface NodePlace {
  readonly x: number;
  readonly y: number;
  readonly side: Side;
}

export interface Island {
  /** Ascending. */
  readonly nodes: readonly NodeId[];
  /** Middle of the ring of nodes. */
  readonly centre: Point;
  /** Around the island, without its caption. */
  readonly box: Rect;
  readonly caption: Rect;
  readonly captionForm: CaptionForm;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Where islands may stand. */
  readonly room: Rect;
  readonly look: Look;
  readonly nodes: ReadonlyMap<NodeId, NodePlace>;
  /** In the order of the groups. */
  readonly islands: readonly Island[];
}

/** Where everything stood, as shares (0 to 1) of the stage's room, so that it survives another size of the window. */
export interface Memory {
  /** Middle of each island's ring of nodes, by its nodes (`1,2,3`). */
  readonly islands: Readonly<Record<string, Point>>;
  readonly nodes: Readonly<Record<NodeId, Point>>;
}

export interface LayoutRequest {
  readonly groups: Groups;
  /** Size of the stage, px. */
  readonly width: number;
  readonly height: number;
  readonly memory: Memory | null;
  /** Where a person has put down these nodes, px: an island of just them stands there, if it can. */
  readonly drop: { readonly nodes: readonly NodeId[]; readonly at: Point } | null;
  /** Room kept clear at the right edge besides, px: for the dock. @default 0 */
  readonly dock?: number;
}

/** Room kept clear at the edges, px; below stands the legend. */
const MARGIN = { left: 12, right: 12, top: 12, bottom: 46 };
/** Least room between two islands with their captions, px. */
const CHANNEL = 14;
/** Room between neighbouring discs, in radii. */
const spreads = [4.4, 3.8, 3.2, 2.7, 2.2, 1.8, 1.4, 1.1, 0.8, 0.5, 0.3];
/** What a form is worth against a larger disc, px. */
const formWorth: Record<Form, number> = { full: 14, medium: 6, small: 0, tiny: -8 };
/** What room for packets is worth against a larger disc, px per radius: much until there is enough, then little. */
const SPREAD_WORTH = 16;
const SPREAD_ENOUGH = 1.6;
const SPREAD_MORE_WORTH = 5;
const SPREAD_MOST = 2.6;
/** Largest disc, as a share of the shorter side of the stage. */
const RADIUS_SHARE = 0.075;
/**
 * Sea around the only island, at each edge, as a share of the room with up to `SEA_NODES` nodes: there must be somewhere
 * to pull a node to. Many nodes need the room themselves.
 */
const SEA_SHARE = 0.06;
const SEA_NODES = 5;
/** Width to height of the ring of a whole cluster, at most. */
const WHOLE_ASPECT_MAX = 1.5;
/** Several islands stay compact, so that they need not push each other about. */
const PARTED_SPREAD_MAX = 2.7;

interface Candidate {
  readonly look: Look;
  readonly spread: number;
}

/** All that can be tried, best first. */
const candidates: readonly Candidate[] = looks
  .flatMap((look) => spreads.map((spread) => ({ look, spread })))
  .sort((a, b) => worthOf(b) - worthOf(a));

function worthOf({ look, spread }: Candidate): number {
  const room =
    SPREAD_WORTH * Math.min(spread, SPREAD_ENOUGH) +
    SPREAD_MORE_WORTH * Math.max(0, Math.min(spread, SPREAD_MOST) - SPREAD_ENOUGH);
  return look.radius + formWorth[look.form] + room + spread / 100;
}

/** How far, in multiples of its way from the old middle, a node that leaves by a command goes out to sea. */
const LEAVING = 2.4;

/** The name of an island in the memory. */
export function islandKey(nodes: readonly NodeId[]): string {
  return nodes.join(',');
}

/** The stage's room: where islands may stand. */
export function roomOf(width: number, height: number, dock = 0): Rect {
  return {
    left: MARGIN.left,
    top: MARGIN.top,
    right: Math.max(MARGIN.left + 1, width - MARGIN.right - dock),
    bottom: Math.max(MARGIN.top + 1, height - MARGIN.bottom),
  };
}

/** Lays out the stage. Nothing overlaps with up to 15 servers in any partition from 480×360 px up, with 8 clients from 640×480. */
export function layOut(request: LayoutRequest): Layout {
  const { groups, width, height, dock } = request;
  const room = roomOf(width, height, dock);
  const all = groups.flat().sort((a, b) => a - b);
  const home = homes(all);
  const wholeRoom = shrunk(room, SEA_SHARE * Math.min(1, SEA_NODES / all.length));
  const wholeAspect = clamp((room.right - room.left) / (room.bottom - room.top), 1, WHOLE_ASPECT_MAX);
  const wishes = wishesOf(request, room, home);

  const attempt = (among: Groups, { look, spread }: Candidate, place: typeof pushApart) => {
    const aspect = among.length === 1 ? wholeAspect : 1.15;
    const plots = among.map((nodes) => plotOf(ringOf(nodes, home, look, spread, aspect), look));
    const parcels = among.map((_, i): Parcel => parcelOf(plots[i]!, wishes[i]!));
    const middles = place(parcels, among.length === 1 ? wholeRoom : room, CHANNEL);
    return middles === null ? null : { look, plots, middles };
  };

  // Nodes are not drawn larger on parted islands than on one: they would swell whenever a link is cut.
  const radiusMax = RADIUS_SHARE * Math.min(width / 1.3, height);
  const fitting = candidates.filter(({ look }) => look.radius <= radiusMax);
  const whole = fitting.find((candidate) => attempt([all], candidate, pushApart) !== null);
  const largest = whole === undefined ? 0 : looks.indexOf(whole.look);
  const usable = fitting.filter(
    ({ look, spread }) => looks.indexOf(look) >= largest && (groups.length === 1 || spread <= PARTED_SPREAD_MAX),
  );
  for (const place of [pushApart, setInRows]) {
    for (const candidate of usable) {
      const found = attempt(groups, candidate, place);
      if (found !== null) return finish(request, room, found.look, found.plots, found.middles);
    }
  }
  // Only on a stage smaller than the smallest: everything where it is wanted, overlapping or not.
  const look = looks.at(-1)!;
  const plots = groups.map((nodes) => plotOf(ringOf(nodes, home, look, 0.3, 1), look));
  return finish(request, room, look, plots, wishes.map((wish) => wish.wanted));
}

/** The angle at which each actor stands when the cluster is whole, radians: servers evenly around, clients in the corners. */
function homes(all: readonly NodeId[]): ReadonlyMap<NodeId, number> {
  const servers = all.filter((node) => !isClient(node));
  return new Map(
    all.map((node) => [node, isClient(node) ? homeOfClient(node) : TOP + (servers.indexOf(node) / servers.length) * 2 * Math.PI]),
  );
}

/** What to remember of a layout. */
export function remember(layout: Layout): Memory {
  const { room } = layout;
  const share = (p: Point): Point => ({
    x: (p.x - room.left) / (room.right - room.left),
    y: (p.y - room.top) / (room.bottom - room.top),
  });
  return {
    islands: Object.fromEntries(
      layout.islands.map((island) => [islandKey(island.nodes), share(island.centre)]),
    ),
    nodes: Object.fromEntries([...layout.nodes].map(([node, place]) => [node, share(place)])),
  };
}

/** An island with its caption, relative to the middle of its ring. */
interface Plot {
  readonly ring: Ring;
  readonly caption: CaptionSize;
  readonly box: Rect;
  readonly width: number;
  readonly height: number;
}

function plotOf(ring: Ring, look: Look): Plot {
  const wide = ring.box.right - ring.box.left;
  const caption = captionFor(look.form, wide);
  const spare = Math.max(0, (caption.width - wide) / 2);
  const box = {
    left: ring.box.left - spare,
    top: ring.box.top,
    right: ring.box.right + spare,
    bottom: ring.box.bottom + caption.height,
  };
  return { ring, caption, box, width: box.right - box.left, height: box.bottom - box.top };
}

function finish(request: LayoutRequest, room: Rect, look: Look, plots: readonly Plot[], middles: readonly Point[]): Layout {
  const nodes = new Map<NodeId, NodePlace>();
  const islands = request.groups.map((group, i): Island => {
    const plot = plots[i]!;
    const boxMiddle = middleOf(plot.box);
    const centre = { x: middles[i]!.x - boxMiddle.x, y: middles[i]!.y - boxMiddle.y };
    for (const place of plot.ring.places) {
      nodes.set(place.node, { x: centre.x + place.x, y: centre.y + place.y, side: place.side });
    }
    const box = shifted(plot.ring.box, centre.x, centre.y);
    const across = (box.left + box.right) / 2;
    const caption = {
      left: across - plot.caption.width / 2,
      right: across + plot.caption.width / 2,
      top: box.bottom,
      bottom: box.bottom + plot.caption.height,
    };
    return { nodes: group, centre, box, caption, captionForm: plot.caption.form };
  });
  return { width: request.width, height: request.height, room, look, nodes, islands };
}

interface Wish {
  readonly wanted: Point;
  readonly weight: number;
  /** Whether the middle of the ring is wanted there, and not that of the plot. */
  readonly byRing?: boolean;
}

function parcelOf(plot: Plot, wish: Wish): Parcel {
  const off = wish.byRing === true ? middleOf(plot.box) : { x: 0, y: 0 };
  return {
    width: plot.width,
    height: plot.height,
    wanted: { x: wish.wanted.x + off.x, y: wish.wanted.y + off.y },
    weight: wish.weight,
  };
}

/** Where each group would stand if it were alone on the stage. */
function wishesOf(request: LayoutRequest, room: Rect, home: ReadonlyMap<NodeId, number>): Wish[] {
  const { groups, memory, drop } = request;
  const middle = middleOf(room);
  if (groups.length === 1) return [{ wanted: middle, weight: 1 }];
  const unshare = (p: Point): Point => ({
    x: room.left + p.x * (room.right - room.left),
    y: room.top + p.y * (room.bottom - room.top),
  });
  const heirs = memory === null ? new Map<string, string>() : heirsOf(groups, memory);
  return groups.map((group): Wish => {
    const key = islandKey(group);
    if (drop !== null && islandKey([...drop.nodes].sort((a, b) => a - b)) === key) {
      return { wanted: drop.at, weight: 8, byRing: true };
    }
    const kept = memory?.islands[heirs.get(key) ?? ''];
    if (kept !== undefined) return { wanted: unshare(kept), weight: 1 + group.length / 4, byRing: true };
    const stood = group.flatMap((node) => memory?.nodes[node] ?? []).map(unshare);
    if (stood.length === 0) return { wanted: atHome(group, room, home), weight: 1 };
    const from = mean(stood);
    const old = Object.keys(memory?.islands ?? {}).find((key) => key.split(',').includes(String(group[0])));
    const centre = old === undefined ? middle : unshare(memory!.islands[old]!);
    return {
      wanted: { x: centre.x + (from.x - centre.x) * LEAVING, y: centre.y + (from.y - centre.y) * LEAVING },
      weight: 1,
    };
  });
}

/** For each group, the island of before that it goes on from: the one it shares most nodes with, each heir to one only. */
function heirsOf(groups: Groups, memory: Memory): Map<string, string> {
  const claims = groups.flatMap((group) =>
    Object.keys(memory.islands).map((old) => {
      const members = old.split(',').map(Number);
      return { key: islandKey(group), old, shared: group.filter((node) => members.includes(node)).length };
    }),
  );
  claims.sort((a, b) => b.shared - a.shared);
  const heirs = new Map<string, string>();
  const taken = new Set<string>();
  for (const { key, old, shared } of claims) {
    if (shared === 0 || heirs.has(key) || taken.has(old)) continue;
    heirs.set(key, old);
    taken.add(old);
  }
  return heirs;
}

/** Without a memory, groups stand out from the middle towards where their nodes stand when the cluster is whole. */
function atHome(group: readonly NodeId[], room: Rect, home: ReadonlyMap<NodeId, number>): Point {
  const way = mean(group.map((node) => ({ x: Math.cos(home.get(node) ?? 0), y: Math.sin(home.get(node) ?? 0) })));
  const middle = middleOf(room);
  return {
    x: middle.x + (way.x * (room.right - room.left)) / 3,
    y: middle.y + (way.y * (room.bottom - room.top)) / 3,
  };
}

function shrunk(rect: Rect, share: number): Rect {
  const x = (rect.right - rect.left) * share;
  const y = (rect.bottom - rect.top) * share;
  return { left: rect.left + x, right: rect.right - x, top: rect.top + y, bottom: rect.bottom - y };
}

function mean(points: readonly Point[]): Point {
  return {
    x: points.reduce((sum, p) => sum + p.x, 0) / points.length,
    y: points.reduce((sum, p) => sum + p.y, 0) / points.length,
  };
}

function middleOf(rect: Rect): Point {
  return { x: (rect.left + rect.right) / 2, y: (rect.top + rect.bottom) / 2 };
}
