/**
 * What clients asked of a service and were answered: a history. An operation takes effect at one moment between its
 * invocation and its response; without a response, at any later moment or never. (Herlihy and Wing, *Linearizability: A
 * Correctness Condition for Concurrent Objects*.)
 */
import type { RunEvent } from '../../cluster/events.ts';
import type { Operation, OperationResult } from '../../protocol/machine/operation.ts';
import { nameOf } from '../../protocol/protocol.ts';

/** What is compared with the history. */
export const modelNames = ['database', 'register', 'transactions'] as const;
export type ModelName = (typeof modelNames)[number];

/** One operation of a history. */
export interface Call {
  /** Whose it is: transactions belong to clients. */
  readonly client: string;
  /** A client asks for one thing at a time in each of its sessions. */
  readonly session: number;
  readonly operation: Operation;
  /** `null`: there was no response; its client crashed, or the history ended before. */
  readonly result: OperationResult | null;
  /**
   * Places of invocation and response in one order, whole numbers from 0: numbers of events, or times. One operation
   * precedes another if it returned before, not at, the place where the other was invoked.
   */
  readonly invoked: number;
  /** `Infinity` without a response. */
  readonly returned: number;
  /** Virtual time of both, µs, for a picture; the order is not taken from it. `null`: not known. */
  readonly at: { readonly invoked: number; readonly returned: number | null } | null;
}

export interface History {
  /** The model that it is meant for. */
  readonly model: ModelName;
  readonly calls: readonly Call[];
  /**
   * In a run with a log, the slot in which the service chose each operation, `Infinity` if that is not known. The search
   * tries that order first, and believes none of it. @default nothing is known
   */
  readonly slots?: readonly number[];
}

/** Most operations of a history. */
export const CALLS_MAX = 100_000;

/**
 * Takes the history of a run from its events, one by one. With the most operations that a history can have it is full,
 * and stays as it was then: what begins a linearizable history is linearizable itself.
 */
export class HistoryRecorder {
  readonly #calls: Call[] = [];
  /** By operation, what the log calls it: `c1.1003#4`. */
  readonly #names: string[] = [];
  /** By the name of an operation, the first slot that was chosen for it. */
  readonly #slots = new Map<string, number>();
  /** Places in the list, by client and session. */
  readonly #open = new Map<string, number>();
  /** Event at which it was full. */
  #fullAt = Infinity;

  /** Whether it takes nothing more in. */
  get full(): boolean {
    return this.#fullAt < Infinity;
  }

  /** Takes in the next event of the run. */
  take(event: RunEvent): void {
    if (this.full) return;
    if (event.type === 'invoke') this.#invoke(event);
    else if (event.type === 'return') this.#return(event);
    else if (event.type === 'crash') this.#crash(nameOf(event.node));
    else if (event.type === 'chosen' && event.sort === 'command') this.#chosen(event);
  }

  /** What there is so far, in the order of invocation. */
  history(): History {
    const slots = this.#names.map((name) => this.#slots.get(name) ?? Infinity);
    return { model: 'database', calls: [...this.#calls], slots };
  }

  /** Of the operations so far, those of which anything happened from event `seq` on; `index`: their place in the history. */
  since(seq: number): { readonly index: number; readonly call: Call }[] {
    return this.#calls.flatMap((call, index) => {
      return call.invoked >= seq || (call.result !== null && call.returned >= seq) ? [{ index, call }] : [];
    });
  }

  /** Forgets what happened from event `seq` on. */
  forget(seq: number): void {
    if (seq <= this.#fullAt) this.#fullAt = Infinity;
    const { calls } = historyBefore(this.history(), seq);
    for (const name of this.#names.splice(calls.length)) this.#slots.delete(name);
    this.#calls.length = 0;
    this.#open.clear();
    for (const [index, call] of calls.entries()) {
      this.#calls.push(call);
      if (call.result !== null) continue;
      // A client that crashed is not answered either, but begins other sessions in its next life.
      this.#open.set(`${call.client} ${call.session}`, index);
      this.#slots.delete(this.#names[index]!);
    }
  }

  #invoke({ node, session, sequence, operation, seq, at }: RunEvent & { type: 'invoke' }): void {
    if (this.#calls.length === CALLS_MAX) {
      this.#fullAt = seq;
      return;
    }
    const client = nameOf(node);
    this.#open.set(`${client} ${session}`, this.#calls.length);
    this.#names.push(`${client}.${session}#${sequence}`);
    this.#calls.push({
      ...{ client, session, result: null, invoked: seq, returned: Infinity },
      operation: JSON.parse(operation) as Operation,
      at: { invoked: at, returned: null },
    });
  }

  #return({ node, session, result, seq, at }: RunEvent & { type: 'return' }): void {
    const name = `${nameOf(node)} ${session}`;
    const place = this.#open.get(name);
    if (place === undefined) return;
    this.#open.delete(name);
    const call = this.#calls[place]!;
    this.#calls[place] = {
      ...call,
      result: JSON.parse(result) as OperationResult,
      returned: seq,
      at: { invoked: call.at!.invoked, returned: at },
    };
  }

  #chosen({ slot, value }: RunEvent & { type: 'chosen' }): void {
    const name = value.slice(0, value.indexOf(' '));
    const known = this.#slots.get(name);
    if (known === undefined || slot < known) this.#slots.set(name, slot);
  }

  /** What a client that crashed had asked for is never answered; in its next life it begins other sessions. */
  #crash(client: string): void {
    for (const name of [...this.#open.keys()]) if (name.startsWith(`${client} `)) this.#open.delete(name);
  }
}

/** The history of a run, from its events in order. */
export function historyOf(events: Iterable<RunEvent>): History {
  const recorder = new HistoryRecorder();
  for (const event of events) recorder.take(event);
  return recorder.history();
}

/** The history as it was after the first `seq` events. @param history its places are numbers of events */
export function historyBefore({ calls, slots, ...rest }: History, seq: number): History {
  const count = calls.findIndex(({ invoked }) => invoked >= seq);
  const until = count < 0 ? calls.length : count;
  const before = calls.slice(0, until).map((call) => {
    if (call.returned < seq || call.result === null) return call;
    return { ...call, result: null, returned: Infinity, at: call.at && { invoked: call.at.invoked, returned: null } };
  });
  return { ...rest, calls: before, ...(slots && { slots: slots.slice(0, until) }) };
}
