/** Random runs with a script of commands at times and at conditions, many of which cannot be carried out in their turn. */
import type { RunHeader } from '../../src/cluster/run.ts';
import type { InlineCluster } from '../../src/host/inline.ts';
import { createRandom, nextInteger, type Random } from '../../src/protocol/random.ts';
import { randomConditions } from './random-conditions.ts';
import { wildRun } from './wild-run.ts';

/** The header has the script in it; the same seed gives the same run. */
export function scriptedRun(seed: number, seconds: number): { readonly header: RunHeader; readonly until: number } {
  const { header, script: wild, until } = wildRun(seed, seconds);
  // Some of them at the very same time.
  const timed = wild.map((one) => ({ ...one, at: one.at - (one.at % 50_000) }));
  const random = createRandom(seed, 0x5c);
  // A file may name no node that is not there.
  const script = [...randomConditions(seed, header), ...timed].filter(({ command }) => {
    return command.type !== 'link' || (header.nodes.includes(command.from) && header.nodes.includes(command.to));
  });
  for (let i = script.length - 1; i > 0; i--) {
    const j = nextInteger(random, 0, i);
    [script[i], script[j]] = [script[j]!, script[i]!];
  }
  return { header: { ...header, script }, until };
}

/** Goes on to a gap between two windows, or two steps, somewhere before virtual time `until` (µs). */
export function wander(cluster: InlineCluster, random: Random, until: number): void {
  cluster.runUntil(nextInteger(random, cluster.now, until));
  for (let steps = nextInteger(random, 0, 8); steps > 0; steps--) cluster.step(until);
}
