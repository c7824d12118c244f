/** Whether a history is linearizable: whether one order of its operations explains every answer. */
import type { OperationResult } from '../../protocol/machine/operation.ts';
import { databaseModel } from './database-model.ts';
import type { Call, History, ModelName } from './history.ts';
import type { Model } from './model.ts';
import { merged, partsOf, type Part } from './parts.ts';
import { registerModel } from './register-model.ts';
import { Search } from './search.ts';

/** States after which the search gives up, unless told otherwise. */
export const STATES_DEFAULT = 200_000;

/** An order of some operations of a part that explains their answers, and the operation with which it cannot go on. */
export interface PartialOrder {
  /** Operations by their index in the history. */
  readonly order: readonly number[];
  readonly blocked: number;
  /** How `blocked` would have been answered there. */
  readonly answer: OperationResult;
}

/** Why there is no order. Operations by their index in the history. */
export interface Failure {
  /** What the operations concerned touch: `key x`, `#7`, `IDs`. */
  readonly objects: readonly string[];
  /** The operations concerned, in the order of invocation; the others have nothing to do with it. */
  readonly calls: readonly number[];
  /** The longest orders that were found, with different operations blocked. */
  readonly longest: readonly PartialOrder[];
}

export type Verdict =
  /** `order`: of all operations but those without an answer that need not have taken effect. */
  | { readonly type: 'linearizable'; readonly order: readonly number[]; readonly states: number }
  | { readonly type: 'violation'; readonly failure: Failure; readonly states: number }
  /** The search gave up: it is one or the other. `calls`: the operations for which no order was found. */
  | { readonly type: 'unknown'; readonly calls: readonly number[]; readonly states: number };

export interface CheckOptions {
  /** @default the history's own */
  readonly model?: ModelName;
  /** States after which the search gives up. @default STATES_DEFAULT */
  readonly statesMax?: number;
}

/** An operation that a model does not know. */
export class ModelError extends Error {
  constructor(model: ModelName, { operation }: Call) {
    super(`the model ${model} has no operation ${operation.type}`);
    this.name = 'ModelError';
  }
}

const operationsOf: { readonly [name in ModelName]: readonly Call['operation']['type'][] } = {
  database: ['begin', 'write', 'commit', 'abort', 'get', 'put', 'cas'],
  register: ['get', 'put', 'cas'],
  transactions: ['begin', 'write', 'commit', 'abort'],
};

/** @throws ModelError when the history has an operation that the model does not know. */
export function checkHistory(history: History, options: CheckOptions = {}): Verdict {
  const steps = checking(history, options);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/** As `checkHistory`, but yields now and then, so that others can be heard. */
export function* checking({ calls, model: meant, slots }: History, options: CheckOptions = {}): Generator<void, Verdict> {
  const { model: name = meant, statesMax = STATES_DEFAULT } = options;
  const unknown = calls.find(({ operation }) => !operationsOf[name].includes(operation.type));
  if (unknown !== undefined) throw new ModelError(name, unknown);
  const model: Model<unknown> = name === 'register' ? registerModel(calls) : databaseModel(calls);
  return yield* checkAgainst(model, calls, slots ?? [], statesMax);
}

function* checkAgainst(
  model: Model<unknown>,
  calls: readonly Call[],
  slots: readonly number[],
  statesMax: number,
): Generator<void, Verdict> {
  const needed = calls.flatMap((call, index) => (call.result !== null || model.kindOf(call) !== null ? [index] : []));
  needed.sort((a, b) => calls[a]!.invoked - calls[b]!.invoked);
  const orders: (readonly number[])[] = [];
  let states = 0;
  let open: Part | null = null;
  // The small ones first: a contradiction in one of them is easy to find and to understand.
  for (const part of partsOf(model, calls, needed).sort((a, b) => a.calls.length - b.calls.length)) {
    const search = new Search(model, part.calls.map((index) => calls[index]!), part.calls.map((index) => slots[index] ?? Infinity));
    const found = yield* search.run(statesMax - states);
    states += search.states;
    yield;
    if (found.type === 'none') {
      const longest = found.longest.map(({ order, blocked, answer }) => {
        return { order: order.map((i) => part.calls[i]!), blocked: part.calls[blocked]!, answer };
      });
      return { type: 'violation', failure: { ...part, longest }, states };
    }
    if (found.type === 'order') orders.push(found.order.map((i) => part.calls[i]!));
    else open ??= part;
  }
  if (open !== null) return { type: 'unknown', calls: open.calls, states };
  return { type: 'linearizable', order: merged(calls, orders), states };
}
