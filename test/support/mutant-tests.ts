/**
 * Every broken protocol is caught by the fuzzer, from twenty seeds that have nothing in common: by the checks, and not by
 * the luck of one seed. What is harmless is never flagged. (`build/mutants.mjs` writes the table of docs/proven.md.)
 */
import { expect, test } from 'vitest';
import { LINEARIZABILITY, LIVENESS } from '../../src/explore/fuzz/execute.ts';
import { mutantsOf } from '../../src/protocol/mutants.ts';
import { hunt, HUNTS } from './mutant-hunt.ts';

/** Far more runs than the rarest takes, which is one of some hundred. */
const RUNS_MAX = 5_000;
/** Runs of each harmless one. */
const CONTROL_RUNS = 150;
const TEST_MS = 240_000;

/** The tests of all mutants of a protocol. */
export function testMutants(protocol: string): void {
  const own = mutantsOf(protocol);

  test.each(own.filter(({ control }) => control !== true))(
    '$name is caught from every seed',
    (mutant) => {
      const hunts = Array.from({ length: HUNTS }, (_, number) => hunt(mutant, number, RUNS_MAX));
      expect(hunts.flatMap(({ seed, found }) => (found === null ? [seed] : []))).toEqual([]);
      const checks = hunts.map(({ found }) => found!.violation.check);
      // That nothing happens any more can follow from what is wrong; it must not be all that tells of it.
      expect(checks.filter((check) => check !== LIVENESS)).not.toEqual([]);
      if (mutant.name === 'stale-leader-read') expect(new Set(checks)).toEqual(new Set([LINEARIZABILITY]));
    },
    TEST_MS,
  );

  test.each(own.filter(({ control }) => control === true))(
    '$name is not flagged',
    (mutant) => {
      const { found, seed } = hunt(mutant, 0, CONTROL_RUNS);
      expect(found?.violation ?? null, `seed ${seed}`).toBeNull();
    },
    TEST_MS,
  );
}
