/** Commands at conditions and scenarios of the library on real threads: the same runs as inline. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InlineCluster } from '../../src/host/inline.ts';
import { randomConditions } from '../support/random-conditions.ts';
import { randomRun } from '../support/random-run.ts';
import { libraryRun, outcome, played } from '../support/scenarios.ts';
import { scratch, startCluster } from '../support/thread-cluster.ts';

const SEEDS = Array.from({ length: 16 }, (_, i) => i + 1);
const SECONDS = 4;

describe('on threads', () => {
  it.each(SEEDS)('commands strike at conditions where they do inline (seed %i)', async (seed) => {
    const { header, script, until } = randomRun(seed, SECONDS);
    const all = [...script, ...randomConditions(seed, header)];
    const inline = new InlineCluster({ ...header, script: all });
    inline.runUntil(until);
    const { cluster } = await startCluster({ ...header, script: all }, { directory: join(scratch(), 'run') });
    const { digest, refused } = await cluster.runUntil(until);
    const { journal } = await cluster.run();
    expect({ digest, refused, journal }).toEqual({
      digest: inline.digest,
      refused: inline.scheduler.refused,
      journal: inline.run().journal,
    });
  });

  it.each(['adopted-value', 'crash-before-accepted', 'slow-disk', 'amnesia', 'lying-disk', 'bridge'])(
    '%s comes out as inline, where all that it expects comes true',
    async (name) => {
      const run = libraryRun(name);
      const inline = played(run);
      expect(outcome(run, inline).filter(({ state }) => state !== 'met')).toEqual([]);
      const { cluster, problems } = await startCluster(run.header, {
        directory: join(scratch(), 'run'),
      });
      expect((await cluster.runUntil(run.until!)).digest).toBe(inline.digest);
      expect(problems).toEqual([]);
    },
  );
});
