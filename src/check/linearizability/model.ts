/**
 * Sequential models: what a service does that takes one operation at a time. The search tries orders against one; that
 * it need not try all of them it owes to what a model says of which operations touch what.
 */
import type { OperationResult } from '../../protocol/machine/operation.ts';
import type { Call } from './history.ts';

/** The objects of the service, by name, whose state decides how an operation is answered, and those it can change. */
export interface Touched {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/** The state after an operation, and how it is answered. */
export interface Performed<State> {
  /** The same state, if the operation changes nothing. */
  readonly state: State;
  readonly result: OperationResult;
}

/** A service for the operations of one history. A state is never changed: what follows it is another. */
export interface Model<State> {
  readonly initial: State;
  perform(state: State, call: Call): Performed<State>;
  /** Differs for states that differ in what an operation of the history could still notice. */
  keyOf(state: State): string;
  /** Two operations of which neither writes what the other reads or writes can change places in any order. */
  touched(call: Call): Touched;
  /**
   * Of an operation without an answer. `null`: it can be left out, for any order with it is as good without it; else,
   * operations of the same kind are as good as each other.
   */
  kindOf(call: Call): string | null;
}

/** Whether the answer is the one that the model gives. The reason of a refusal is words to a person, and not compared. */
export function isAnswer(result: OperationResult, given: OperationResult | null): boolean {
  if (given === null) return true;
  switch (result.type) {
    case 'begun':
      return given.type === 'begun' && given.transaction === result.transaction;
    case 'value':
      return given.type === 'value' && given.value === result.value;
    case 'swapped':
      return given.type === 'swapped' && given.swapped === result.swapped && given.value === result.value;
    default:
      return given.type === result.type;
  }
}

/** Whether an operation, answered like this, changes nothing. */
export function changesNothing({ operation, result }: Call): boolean {
  return operation.type === 'get' || result?.type === 'refused' || (result?.type === 'swapped' && !result.swapped);
}
