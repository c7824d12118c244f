/** The histories of runs of Multi-Paxos: linearizable, unless servers answer from what they happen to have. */
import { describe, expect, it } from 'vitest';
import { checkHistory } from '../../src/check/linearizability/check.ts';
import { historyOf, type History } from '../../src/check/linearizability/history.ts';
import { createHeader } from '../../src/cluster/run.ts';
import type { TimedCommand } from '../../src/cluster/script.ts';
import { InlineCluster } from '../../src/host/inline.ts';
import { completeNetwork } from '../../src/network/settings.ts';
import type { ReadMode } from '../../src/protocol/machine/operation.ts';
import { CLIENT_FIRST } from '../../src/protocol/protocol.ts';
import { protocolNamed } from '../../src/protocol/registry.ts';
import { eventsOf } from '../support/events.ts';

const SECONDS = 8;
const C1 = CLIENT_FIRST;
const C2 = CLIENT_FIRST + 1;

/** Each server is parted in turn from the others, together with a client; a server and a client crash. */
const faults: TimedCommand[] = [
  { at: 1_500_000, command: { type: 'partition', groups: [[1, C1], [2, 3, C2]] } },
  { at: 2_500_000, command: { type: 'partition', groups: [[1, 3, C2], [2, C1]] } },
  { at: 3_500_000, command: { type: 'partition', groups: [[1, 2, C2], [3, C1]] } },
  { at: 4_500_000, command: { type: 'partition', groups: [[1, 2, 3, C1, C2]] } },
  { at: 5_000_000, command: { type: 'crash', node: 2, point: 'now' } },
  { at: 5_500_000, command: { type: 'crash', node: C1, point: 'now' } },
  { at: 5_700_000, command: { type: 'restart', node: C1, disk: 'kept' } },
  { at: 6_000_000, command: { type: 'restart', node: 2, disk: 'kept' } },
];

function historyWith(reads: ReadMode, seed: number): History {
  const header = createHeader(protocolNamed('multipaxos'), {
    nodes: 3,
    clients: 2,
    seed,
    network: completeNetwork({ latency: { distribution: 'uniform', min: 2_000, max: 9_000 }, loss: { probability: 0.02 } }),
    config: {
      reads,
      heartbeat: 60_000,
      electionMin: 250_000,
      electionMax: 500_000,
      clientTimeout: 300_000,
      retryAfter: 100_000,
      load: { sessions: 3, pause: 30_000, transactions: 5, reads: 60, keys: 2 },
    },
  });
  const cluster = new InlineCluster({ ...header, script: faults });
  cluster.runUntil(SECONDS * 1_000_000);
  return historyOf(eventsOf(cluster.scheduler.log));
}

describe('what clients of Multi-Paxos see, with partitions and crashes,', () => {
  it.each([['log', 1], ['quorum', 2], ['quorum', 3]] as const)('is linearizable with reads by %s, seed %i', (reads, seed) => {
    const history = historyWith(reads, seed);
    expect(history.calls.length).toBeGreaterThan(300);
    expect(history.calls.some(({ result }) => result === null)).toBe(true);
    expect(checkHistory(history).type).toBe('linearizable');
  });

  it('is not with local reads', () => {
    const histories = [1, 2, 3].map((seed) => historyWith('local', seed));
    const verdicts = histories.map((history) => checkHistory(history));
    const caught = verdicts.flatMap((verdict, i) => (verdict.type === 'violation' ? [histories[i]!.calls[verdict.failure.longest[0]!.blocked]!] : []));
    expect(caught.map(({ operation }) => operation.type)).toContain('get');
  });

  it('is not when one answer of a linearizable history is changed', () => {
    const { calls, model } = historyWith('log', 4);
    const index = calls.findLastIndex(({ operation, result }) => operation.type === 'get' && result?.type === 'value' && result.value !== null);
    const begun = calls.findLastIndex(({ result }) => result?.type === 'begun');
    expect(Math.min(index, begun)).toBeGreaterThan(0);
    const never = { ...calls[index]!, result: { type: 'value', value: 'never written' } as const };
    const twice = { ...calls[begun]!, result: { type: 'begun', transaction: 1 } as const };
    expect(checkHistory({ model, calls: calls.with(index, never) }).type).toBe('violation');
    expect(checkHistory({ model, calls: calls.with(begun, twice) }).type).toBe('violation');
  });
});
