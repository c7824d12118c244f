/**
 * Consensus, the most abstract of the specifications (Lamport, the TLA+ module `Consensus`): there is nothing but the set
 * of values that are chosen, at first none, and the one thing that can happen is that the first is chosen.
 */
import { bitsOf, countBits, ScopeError, type Sink, type Specification, type State } from './specification.ts';

const VALUES_MAX = 30;

/** Whether a step of Consensus, or a stutter, leads from one set of chosen values (bits) to the other. */
export function isConsensusStep(from: number, to: number): boolean {
  return from === to || (from === 0 && countBits(to) === 1);
}

/** @throws ScopeError */
export function consensusSpec({ values }: { readonly values: number }): Specification {
  if (values < 1 || values > VALUES_MAX) throw new ScopeError(`there can be 1 to ${VALUES_MAX} values`);
  return {
    name: 'consensus',
    words: 1,
    initial: () => new Int32Array(1),
    successors(state: State, sink: Sink): void {
      if (state[0] !== 0) return;
      for (let value = 0; value < values; value++) {
        sink.next[0] = 1 << value;
        sink.step(value, 1);
      }
    },
    describe: (action) => `Choose(v${action + 1})`,
    inspect: ([chosen]) => ({ chosen: bitsOf(chosen!).map((value) => `v${value + 1}`) }),
    invariants: [agreement((state) => state[0]!)],
    steps: [],
  };
}

/** Agreement, of any specification that says which values are chosen. */
export function agreement(chosen: (state: State) => number) {
  return {
    name: 'Agreement',
    meaning: 'At most one value is chosen.',
    holds(state: State): boolean {
      const values = chosen(state);
      return (values & (values - 1)) === 0;
    },
  };
}
