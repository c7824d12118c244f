/** Run files for tests: short runs, really executed, with every field that a file can have. */
import { createHeader } from '../../src/cluster/run.ts';
import { runFileText, type RunFile } from '../../src/cluster/run-file/run-file.ts';
import { InlineCluster } from '../../src/host/inline.ts';
import { protocolNamed } from '../../src/protocol/registry.ts';
import { completeNetwork } from '../../src/network/settings.ts';
import { scriptedRun } from './scripted-run.ts';

/** A run of three nodes on a fast network: a proposal, a crash, a partition, a restart, some thousand events. */
export function shortRunFile(seed = 7): RunFile {
  const header = createHeader(protocolNamed('paxos'), {
    nodes: 3,
    seed,
    network: completeNetwork({ latency: { distribution: 'uniform', min: 2000, max: 9000 } }),
    client: { interval: 20_000 },
  });
  const cluster = new InlineCluster(header);
  cluster.runUntil(100_000);
  cluster.command({ type: 'propose', node: 1, value: 'heron "blue" \u2028 \ud800' });
  cluster.runUntil(300_000);
  cluster.command({ type: 'crash', node: 2, point: 'now' });
  cluster.command({ type: 'partition', groups: [[1, 3], [2]] });
  cluster.runUntil(600_000);
  cluster.command({ type: 'restart', node: 2, disk: 'kept' });
  cluster.command({ type: 'network', settings: { loss: { probability: 0.05 } } });
  cluster.command({ type: 'client', settings: { interval: 40_000 } });
  cluster.runUntil(60_000_000);
  const { log, now } = cluster.scheduler;
  return {
    title: 'A short run',
    app: '0.1.0',
    run: cluster.run(),
    end: { at: now, seq: log.seq },
    digest: log.digest,
    marks: [...log.marks],
    expect: { until: 50_000_000, list: ['never two values', 'instance 1 chosen'] },
  };
}

export const shortRunText = (): string => runFileText(shortRunFile());

/** A run in the middle of its script, some of which was refused. */
export function scriptedRunFile(): RunFile {
  const { header, until } = scriptedRun(3, 8);
  const cluster = new InlineCluster(header);
  cluster.runUntil(until / 2);
  const { log, now } = cluster.scheduler;
  const end = { at: now, seq: log.seq };
  return { title: 'Half-way', app: '0.1.0', run: cluster.run(), end, digest: log.digest, marks: [], expect: null };
}
