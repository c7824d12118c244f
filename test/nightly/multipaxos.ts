/**
 * The property tests of Multi-Paxos, as long as there is time: each seed is one schedule of the message soup, one run of
 * the engine with what the protocol is to bear, and one with anything. See build/nightly.mjs.
 */
import * as fc from 'fast-check';
import { checkHistory } from '../../src/check/linearizability/check.ts';
import { World } from '../property/multipaxos-world.ts';
import { schedules, settings } from '../property/multipaxos-settings.ts';
import { checkRun } from '../support/log-check.ts';
import { logRun } from '../support/log-run.ts';
import { randomRun } from '../support/random-run.ts';

const SCHEDULE_LENGTH = 600;
const SECONDS = 15;

/** How many runs a seed stands for. */
export const RUNS_PER_SEED = 3;

/** @returns one sentence for each thing that is wrong with the runs of this seed. */
export function check(seed: number): string[] {
  return [
    ...inSoup(seed),
    ...checkRun(logRun(seed, SECONDS, { reads: ['log', 'quorum'] }), true).wrong,
    ...checkRun(randomRun(seed, SECONDS, { protocol: 'multipaxos' }), false).wrong,
  ];
}

function inSoup(seed: number): string[] {
  const [sample] = fc.sample(fc.tuple(settings, schedules(SCHEDULE_LENGTH)), { numRuns: 1, seed });
  if (!sample) return [];
  const [setting, schedule] = sample;
  const world = new World(setting).play(schedule);
  const wrong = world.violations.map(({ check: name, text }) => `${name}: ${text}`);
  if (checkHistory({ model: 'database', calls: world.history() }).type === 'violation') wrong.push('what clients saw is not linearizable');
  return wrong;
}
