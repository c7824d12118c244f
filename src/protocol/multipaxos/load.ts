/** What a client asks for by itself: the operations of its load, drawn from its own generator. */
import type { Operation } from '../machine/operation.ts';
import { nextFloat, nextInteger } from '../random.ts';
import type { Random } from '../random.ts';
import type { LoadConfig } from './config.ts';

/** Most writes of a transaction of the load. */
const WRITES_MAX = 2;

/** A transaction of the load: begun, and to be committed after so many more writes. */
export interface Plan {
  readonly transaction: number;
  readonly writes: number;
}

/** What a client remembers in order to draw what it asks for. */
export interface LoadState {
  readonly random: Random;
  /** In front of the number of each value it writes, so that nobody else writes the same: `c1-`, `c1.2-`. */
  readonly prefix: string;
  /** How many values it has written. */
  written: number;
  /** By key, the value it saw or wrote last: what a compare-and-swap expects. */
  readonly seen: Map<string, string | null>;
}

/** The next step of a transaction under way. */
export function nextOfPlan(state: LoadState, load: LoadConfig, { transaction, writes }: Plan): Operation {
  if (writes === 0) return { type: 'commit', transaction };
  return { type: 'write', transaction, key: drawKey(state.random, load), value: freshValue(state) };
}

/** A transaction that has begun. */
export function drawPlan(random: Random, transaction: number): Plan {
  return { transaction, writes: nextInteger(random, 1, WRITES_MAX) };
}

/** An operation by itself, or the beginning of a transaction. */
export function drawOperation(state: LoadState, load: LoadConfig): Operation {
  const { random } = state;
  if (drawShare(random) < load.transactions) return { type: 'begin' };
  const key = drawKey(random, load);
  const share = drawShare(random);
  if (share < load.reads) return { type: 'get', key };
  const value = freshValue(state);
  if (share >= load.reads + load.swaps) return { type: 'put', key, value };
  return { type: 'cas', key, expected: state.seen.get(key) ?? null, value };
}

/** The pause before the next operation of a session: half to one and a half of the mean, µs; 0 for none. */
export function drawPause(random: Random, { pause }: LoadConfig): number {
  return nextInteger(random, Math.ceil(pause / 2), Math.floor((3 * pause) / 2));
}

/** `x1`, the hot one, or one of the others. */
function drawKey(random: Random, { keys, hot }: LoadConfig): string {
  if (keys === 1 || drawShare(random) < hot) return 'x1';
  return `x${nextInteger(random, 2, keys)}`;
}

function freshValue(state: LoadState): string {
  state.written++;
  return `${state.prefix}${state.written}`;
}

/** A number in [0, 100). */
function drawShare(random: Random): number {
  return nextFloat(random) * 100;
}
