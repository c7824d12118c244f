/** What clients asked of the database, as the window shows it. Pure: the same for live, past and replayed worlds. */
import {
  isPersons,
  operationKey,
  type NodeId,
  type Operation,
  type OperationResult,
  type OperationWorld,
  type World,
} from '../../../src/contract/index.ts';
import { furthest } from './tables.ts';

/** An operation of the world, read. */
export interface Asked {
  readonly key: string;
  readonly client: NodeId;
  readonly session: number;
  readonly sequence: number;
  /** A person asked for it, and not the load of the client. */
  readonly mine: boolean;
  readonly operation: Operation;
  /** `null`: there is no answer. */
  readonly result: OperationResult | null;
  /** Virtual time, µs. */
  readonly from: number;
  readonly until: number | null;
  readonly lost: boolean;
}

/** How far back the rate looks, virtual µs. */
const RATE_SPAN = 10_000_000;

const read = new WeakMap<OperationWorld, Asked>();

/** One operation, read once: the world replaces what changes. */
export function askedOf(one: OperationWorld): Asked {
  let asked = read.get(one);
  if (asked === undefined) {
    const { client, session, sequence, from, until, lost } = one;
    asked = {
      key: operationKey(one),
      client,
      session,
      sequence,
      mine: isPersons(session),
      operation: JSON.parse(one.operation) as Operation,
      result: one.result === null ? null : (JSON.parse(one.result) as OperationResult),
      from,
      until,
      lost,
    };
    read.set(one, asked);
  }
  return asked;
}

/** All operations that the world keeps, the latest invocation first. */
export function operationsOf(world: World): Asked[] {
  return [...world.operations.values()].map(askedOf).reverse();
}

/** An operation that a person's client waits for, or a load's that is under way. */
export function isWaiting({ result, lost }: Pick<Asked, 'result' | 'lost'>): boolean {
  return result === null && !lost;
}

/** A transaction that a person has begun by a client and not ended, as far as the client knows. */
export interface OpenTransaction {
  readonly transaction: number;
  /** How many writes were noted in it, and how many more were asked for. */
  readonly writes: number;
  readonly underWay: number;
  /** It was asked to be committed or aborted, and there is no answer yet. */
  readonly ending: 'commit' | 'abort' | null;
}

/**
 * A person's open transactions at a client, the latest first: those begun by one of the operations that the world keeps,
 * and those that the furthest server still has open, begun before all of them. The load leaves none open for so long.
 */
export function openTransactions(world: World, client: NodeId): OpenTransaction[] {
  const open = new Map<number, { -readonly [K in keyof OpenTransaction]: OpenTransaction[K] }>();
  const over = new Set<number>();
  /** The first ID that was given out in an operation that is kept. */
  let firstKept = Infinity;
  for (const one of world.operations.values()) {
    const { mine, operation, result, lost } = askedOf(one);
    if (result?.type === 'begun') firstKept = Math.min(firstKept, result.transaction);
    if (one.client !== client) continue;
    if (result?.type === 'begun' && mine) {
      open.set(result.transaction, { transaction: result.transaction, writes: 0, underWay: 0, ending: null });
    }
    if (!('transaction' in operation) || lost) continue;
    const about = open.get(operation.transaction);
    if (operation.type === 'write') {
      if (result?.type === 'done' && about !== undefined) about.writes++;
      else if (about !== undefined && result === null) about.underWay++;
    } else if (result?.type === 'refused') {
      // Whether it is over, the servers know.
      open.delete(operation.transaction);
    } else if (result !== null) {
      over.add(operation.transaction);
    } else if (about !== undefined) {
      about.ending = operation.type;
    }
  }
  for (const { transaction, client: by, writes } of furthest(world)?.view?.replica?.database.open ?? []) {
    if (by === client && transaction < firstKept && firstKept < Infinity) open.set(transaction, { transaction, writes, underWay: 0, ending: null });
  }
  return [...open.values()].filter(({ transaction }) => !over.has(transaction)).sort((a, b) => b.transaction - a.transaction);
}

/** How many answers came per second of virtual time, lately, and how many operations have none yet. */
export function throughput(world: World): { readonly perSecond: number; readonly underWay: number } {
  const { at, counters, operations } = world;
  let underWay = 0;
  let answered = 0;
  let earliest = at;
  for (const { result, lost, until } of operations.values()) {
    if (result === null && !lost) underWay++;
    if (until === null) continue;
    earliest = Math.min(earliest, until);
    if (until > at - RATE_SPAN) answered++;
  }
  // The world keeps the latest only: where there were more in the span, they are spread over less of it.
  const areAll = operations.size === counters.invoked || earliest <= at - RATE_SPAN;
  const span = areAll ? Math.min(at, RATE_SPAN) : at - earliest;
  return { perSecond: span <= 0 ? 0 : (answered * 1_000_000) / span, underWay };
}
