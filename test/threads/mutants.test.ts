/** Protocols broken on purpose, on threads: the run is the one that it is inline, violations included. */
import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/cluster/commands.ts';
import { createHeader } from '../../src/cluster/run.ts';
import { InlineCluster } from '../../src/host/inline.ts';
import { protocolNamed } from '../../src/protocol/registry.ts';
import { replayOnThreads } from '../support/replay-on-threads.ts';
import { scratch, startCluster } from '../support/thread-cluster.ts';
import { realWorkers } from '../support/workers.ts';

const SECOND = 1_000_000;
const END = 6 * SECOND;

const deeds: readonly (readonly [at: number, command: Command])[] = [
  [1 * SECOND, { type: 'partition', groups: [[1, 16], [2, 3]] }],
  [3 * SECOND, { type: 'crash', node: 2, point: 'after-save' }],
  [4 * SECOND, { type: 'restart', node: 2, disk: 'kept' }],
  [4 * SECOND, { type: 'partition', groups: [[1, 2, 3, 16]] }],
];

const quick = { heartbeat: 200_000, electionMin: 600_000, electionMax: 1_200_000, load: { pause: 100_000 } };
const headers = [
  createHeader(protocolNamed('paxos'), { nodes: 3, seed: 5, client: { interval: 200_000 }, mutant: 'promise-not-saved' }),
  createHeader(protocolNamed('multipaxos'), { nodes: 3, clients: 1, seed: 5, config: quick, mutant: 'chosen-before-quorum' }),
];

describe.each(headers)('$protocol with $mutant', (header) => {
  it('has the same events on threads as inline, live and replayed', async () => {
    const mine = header.clients > 0 ? deeds : deeds.map(([at, command]) => [at, withoutClients(command)] as const);
    const inline = new InlineCluster(header);
    const { cluster, problems } = await startCluster(header);
    for (const [at, command] of mine) {
      inline.runUntil(at);
      inline.command(command);
      await cluster.runUntil(at);
      await cluster.command(command);
    }
    inline.runUntil(END);
    const status = await cluster.runUntil(END);
    expect(inline.scheduler.violations.length).toBeGreaterThan(0);
    expect(status).toMatchObject({ digest: inline.digest, events: inline.scheduler.log.seq });
    expect(problems).toEqual([]);

    const end = { at: inline.now, seq: inline.scheduler.log.seq };
    const again = await replayOnThreads(inline.run(), end, { directory: scratch(), workers: realWorkers });
    expect(again).toMatchObject({ divergence: null, digest: inline.digest });
  });
});

function withoutClients(command: Command): Command {
  if (command.type !== 'partition') return command;
  return { ...command, groups: command.groups.map((group) => group.filter((node) => node !== 16)) };
}
