/** Which of the runs are had on this machine. */
import type { FuzzRequest } from '../explore/job.ts';
import type { FuzzOptions } from './fuzz-arguments.ts';

/** All runs, or those of a shard: shards are as large as each other, but for one run. */
export function requestOf({ protocol, mutant, runs, seed, nodes, shrink, shard }: FuzzOptions): FuzzRequest {
  const { index, of } = shard ?? { index: 1, of: 1 };
  const [from, to] = [Math.floor((runs * (index - 1)) / of), Math.floor((runs * index) / of)];
  return { type: 'fuzz', protocol, mutant, runs: to - from, seed: seed + from, shrink, ...(nodes !== null && { nodes }) };
}
