/**
 * Where the operations of a history stand in a picture of it: bars from invocation to response, in lanes by client, and
 * points in them at which an order has them take effect. No pixels: places are times in µs, or numbers if no times are known.
 */
import type { FaultSpan } from '../faults.ts';
import type { Call, History } from '../history.ts';

export interface Bar {
  /** Of the operation, in the history. */
  readonly index: number;
  readonly call: Call;
  readonly lane: number;
  readonly from: number;
  /** Where it ends; without an answer, where its client gave it up, or the picture ends. */
  readonly to: number;
  readonly open: boolean;
}

/** Operations of a client of which no two overlap. */
export interface Lane {
  readonly client: string;
  /** It is the client's first. */
  readonly first: boolean;
  /** In the order of time. */
  readonly bars: readonly Bar[];
}

export interface Picture {
  /** What places are. */
  readonly axis: 'time' | 'number';
  readonly from: number;
  readonly to: number;
  readonly lanes: readonly Lane[];
  /** By index in the history. */
  readonly bars: readonly Bar[];
  /** Rows of faults of which no two overlap, but in the last. */
  readonly faults: readonly (readonly FaultSpan[])[];
}

/** Operations in an order, and the place at which each takes effect. */
export interface Order {
  /** Indices in the history. */
  readonly calls: readonly number[];
  /** Ascending. */
  readonly places: readonly number[];
  /** Position in the order, from 0, by index in the history. */
  readonly positions: ReadonlyMap<number, number>;
}

/** Most rows of faults. */
const FAULT_ROWS_MAX = 3;
/** Most lanes of a client, unless more of its operations overlap that were answered. */
const LANES_MAX = 8;

/** @param until where the picture ends at the least */
export function layOut({ calls }: Pick<History, 'calls'>, faults: readonly FaultSpan[] = [], until = 0): Picture {
  const timed = calls.every(({ at, result }) => at !== null && (result === null || at.returned !== null));
  const placeOf = (call: Call): number => (timed ? call.at!.invoked : call.invoked);
  const endOf = (call: Call): number | null => (call.result === null ? null : timed ? call.at!.returned! : call.returned);
  const shown = timed ? faults : [];
  const to = calls.reduce((end, call) => Math.max(end, endOf(call) ?? placeOf(call)), timed ? until : 0) + (timed ? 0 : 1);
  const crashes = crashesOf(shown);
  const lanes: { client: string; first: boolean; end: number; open: boolean; bars: Bar[] }[] = [];
  const bars: Bar[] = [];
  for (const client of clientsOf(calls)) {
    const first = lanes.length;
    for (const { call, index } of client.calls) {
      const from = placeOf(call);
      const end = Math.max(from, endOf(call) ?? crashes.get(client.name)?.find((at) => at >= from) ?? to);
      const lane = laneFor(lanes, first, from) ?? lanes.push({ client: client.name, first: lanes.length === first, end: 0, open: false, bars: [] }) - 1;
      // What makes way ends there.
      const before = lanes[lane]!.bars.at(-1);
      if (before !== undefined && before.to > from) lanes[lane]!.bars[lanes[lane]!.bars.length - 1] = bars[before.index] = { ...before, to: from };
      const bar = { index, call, lane, from, to: end, open: call.result === null };
      bars[index] = bar;
      lanes[lane]!.bars.push(bar);
      Object.assign(lanes[lane]!, { end, open: bar.open });
    }
  }
  const from = timed ? 0 : Math.max(0, bars.reduce((least, bar) => Math.min(least, bar.from), Infinity) - 1);
  return { axis: timed ? 'time' : 'number', from: Number.isFinite(from) ? from : 0, to, lanes, bars, faults: rowsOf(shown) };
}

/** The bar at a place in a lane; `slack`: how far beside it still counts. */
export function barAt(lane: Lane, place: number, slack: number): Bar | null {
  const next = firstFrom(lane.bars, place - slack);
  const near = lane.bars.slice(next, next + 2).filter(({ from, to }) => from - slack <= place && place <= to + slack);
  return near.find(({ from, to }) => from <= place && place <= to) ?? near[0] ?? null;
}

/** The index of the first of the bars that does not end before a place. @param bars of one lane */
export function firstFrom(bars: readonly Bar[], place: number): number {
  return lowerBound(bars.length, (i) => bars[i]!.to, place);
}

/**
 * Places at which operations take effect in this order: each within its bar and none before the one that it follows, as
 * far from the limits as that allows.
 */
export function placeOrder({ bars, to }: Picture, calls: readonly number[]): Order {
  const earliest: number[] = [];
  const latest: number[] = [];
  let place = 0;
  for (const index of calls) earliest.push((place = Math.max(place, bars[index]!.from)));
  place = to;
  for (let i = calls.length - 1; i >= 0; i--) {
    const bar = bars[calls[i]!]!;
    latest[i] = Math.max(earliest[i]!, (place = Math.min(place, bar.open ? to : bar.to)));
  }
  const places: number[] = [];
  for (let i = 0; i < calls.length; ) {
    // Those with the same limits are spread evenly between them.
    let end = i + 1;
    while (end < calls.length && earliest[end] === earliest[i] && latest[end] === latest[i]) end++;
    for (let j = i; j < end; j++) {
      const even = earliest[i]! + ((latest[i]! - earliest[i]!) * (j - i + 1)) / (end - i + 1);
      // Limits ascend, so that what comes before is never too late.
      places.push(Math.max(even, places.at(-1) ?? even));
    }
    i = end;
  }
  return { calls, places, positions: new Map(calls.map((index, position) => [index, position])) };
}

/** The index of the first of `count` ascending numbers that is not below a limit. */
export function lowerBound(count: number, numberAt: (index: number) => number, limit: number): number {
  let low = 0;
  for (let high = count; low < high; ) {
    const middle = (low + high) >> 1;
    if (numberAt(middle) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A lane of the client, from `first` on, that is free then; `undefined`: another is needed. */
function laneFor(lanes: readonly { readonly end: number; readonly open: boolean }[], first: number, from: number): number | undefined {
  for (let i = first; i < lanes.length; i++) if (lanes[i]!.end <= from) return i;
  if (lanes.length - first < LANES_MAX) return undefined;
  // What was never answered makes way at last.
  const given = lanes.findIndex(({ open }, i) => i >= first && open);
  return given < 0 ? undefined : given;
}

function clientsOf(calls: readonly Call[]): { readonly name: string; readonly calls: readonly { readonly call: Call; readonly index: number }[] }[] {
  const clients = new Map<string, { call: Call; index: number }[]>();
  for (const [index, call] of calls.entries()) {
    const own = clients.get(call.client);
    if (own === undefined) clients.set(call.client, [{ call, index }]);
    else own.push({ call, index });
  }
  const names = [...clients.keys()].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  return names.map((name) => ({ name, calls: clients.get(name)!.sort((a, b) => a.call.invoked - b.call.invoked) }));
}

/** When each client crashed. */
function crashesOf(faults: readonly FaultSpan[]): Map<string, number[]> {
  const crashes = new Map<string, number[]>();
  for (const { kind, node, from } of faults) {
    if (kind === 'down' && node !== null) crashes.set(node, [...(crashes.get(node) ?? []), from]);
  }
  return crashes;
}

function rowsOf(faults: readonly FaultSpan[]): FaultSpan[][] {
  const rows: FaultSpan[][] = [];
  for (const span of faults) {
    const free = rows.find((row) => (row.at(-1)!.to ?? Infinity) <= span.from);
    if (free !== undefined) free.push(span);
    else if (rows.length < FAULT_ROWS_MAX) rows.push([span]);
    else rows.at(-1)!.push(span);
  }
  return rows;
}
