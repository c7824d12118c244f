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
}

/** Takes the history of a run from its events, one by one. */
export class HistoryRecorder {
  readonly #calls: Call[] = [];
  /** Places in the list, by client and session. */
  readonly #open = new Map<string, number>();

  /** Takes in the next event of the run. */
  take(event: RunEvent): void {
    if (event.type === 'invoke') this.#invoke(event);
    else if (event.type === 'return') this.#return(event);
    else if (event.type === 'crash') this.#crash(nameOf(event.node));
  }

  /** What there is so far, in the order of invocation. */
  history(): History {
    return { model: 'database', calls: [...this.#calls] };
  }

  #invoke({ node, session, operation, seq, at }: RunEvent & { type: 'invoke' }): void {
    const client = nameOf(node);
    this.#open.set(`${client} ${session}`, this.#calls.length);
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
