/** Random runs of Multi-Paxos in which much is chosen, and everything happens that the protocol is to bear; from one seed. */
import type { Command } from '../../src/cluster/commands.ts';
import { crashPoints } from '../../src/cluster/events.ts';
import { actorsOf, createHeader, type RunHeader } from '../../src/cluster/run.ts';
import type { TimedCommand } from '../../src/cluster/script.ts';
import { cutFaults, nodeFaults } from '../../src/network/faults/registry.ts';
import { completeNetwork, type NetworkSettings } from '../../src/network/settings.ts';
import type { ReadMode } from '../../src/protocol/machine/operation.ts';
import { createRandom, nextFloat, nextInteger, nextItem, type Random } from '../../src/protocol/random.ts';
import { protocolNamed } from '../../src/protocol/registry.ts';
import { randomServer } from '../../src/explore/fuzz/draw-log.ts';
import type { RandomRun } from './random-run.ts';

export interface LogRunOptions {
  readonly reads: readonly ReadMode[];
  /** Faults of nodes that are left out, by name. @default none */
  readonly without?: readonly string[];
}

/** A run of so many virtual seconds with 1 to 7 servers and 1 or 2 clients; the same seed gives the same run. */
export function logRun(seed: number, seconds: number, { reads, without = [] }: LogRunOptions): RandomRun {
  const random = createRandom(seed, 0x109);
  const nodes = nextInteger(random, 1, 7);
  const header = createHeader(protocolNamed('multipaxos'), {
    nodes,
    clients: nextInteger(random, 1, 2),
    seed,
    network: fastNetwork(random),
    config: { ...randomConfig(random), quorum: randomQuorum(random, nodes), reads: nextItem(random, reads) },
  });
  const until = seconds * 1_000_000;
  const script: TimedCommand[] = [];
  for (let i = nextInteger(random, 4, 24); i > 0; i--) {
    script.push({ at: nextInteger(random, 0, until - 1), command: randomBlow(random, header, without) });
  }
  return { header, script: script.sort((a, b) => a.at - b.at), until };
}

function randomConfig(random: Random): Record<string, unknown> {
  const electionMin = nextInteger(random, 250_000, 800_000);
  return {
    window: nextItem(random, [1, 2, 4, 8, 16]),
    heartbeat: nextInteger(random, 60_000, 200_000),
    electionMin,
    electionMax: 2 * electionMin,
    retryAfter: nextInteger(random, 100_000, 400_000),
    tellAtOnce: nextFloat(random) < 0.6,
    followers: nextItem(random, ['forward', 'refuse']),
    lease: nextInteger(random, 100_000, 400_000),
    snapshotEvery: nextItem(random, [0, 1, 4, 15]),
    snapshotKeep: nextInteger(random, 0, 6),
    clientTimeout: nextInteger(random, 300_000, 1_000_000),
    load: {
      sessions: nextInteger(random, 1, 3),
      pause: nextInteger(random, 50_000, 500_000),
      transactions: nextInteger(random, 0, 60),
      reads: nextInteger(random, 20, 60),
      swaps: nextInteger(random, 0, 30),
      keys: nextInteger(random, 1, 3),
    },
  };
}

/** Legal ones. */
function randomQuorum(random: Random, nodes: number): object {
  const phase1 = nextInteger(random, 1, nodes);
  if (nextFloat(random) < 0.5) return { type: 'majority' };
  if (nodes % 2 === 0 && nextFloat(random) < 0.4) return { type: 'grid', rows: 2, columns: nodes / 2 };
  return { type: 'counted', phase1, phase2: nodes + 1 - phase1 };
}

/** A few milliseconds a packet, with losses and copies; often calm, for otherwise little is chosen. */
function fastNetwork(random: Random): NetworkSettings {
  const min = nextInteger(random, 1_000, 20_000);
  return completeNetwork({
    latency: { distribution: 'uniform', min, max: min * nextInteger(random, 1, 8) },
    loss: { probability: nextItem(random, [0, 0.02, 0.15]) },
    duplication: { probability: nextItem(random, [0, 0.02, 0.15]) },
  });
}

/** Something that the protocol is to bear. It may or may not be possible when its time comes. */
function randomBlow(random: Random, header: RunHeader, without: readonly string[]): Command {
  const node = randomServer(random, header);
  const actor = nextItem(random, actorsOf(header));
  switch (nextInteger(random, 0, 15)) {
    case 0:
    case 1:
      return { type: 'crash', node: actor, point: nextItem(random, crashPoints) };
    case 2:
    case 3:
    case 4:
      return { type: 'restart', node: actor, disk: 'kept' };
    case 5:
      return { type: 'restart', node, disk: 'erased' };
    case 6:
    case 7: {
      const groups: number[][] = [[], []];
      for (const one of actorsOf(header)) nextItem(random, groups).push(one);
      return { type: 'partition', groups };
    }
    case 8:
      return { type: 'partition', groups: [[...actorsOf(header)]] };
    case 9:
      return { type: 'cut-pattern', pattern: nextItem(random, cutFaults).name, nodes: [node] };
    case 10:
      return { type: 'mend' };
    case 11: {
      const fault = nextItem(random, nodeFaults.filter(({ name, unsafe }) => !unsafe && !without.includes(name)));
      return { type: 'fault', node: actor, fault: fault.name, settings: fault.swarm(random) };
    }
    case 12:
      return { type: 'request', node, request: { type: 'campaign' } };
    case 13:
      return { type: 'add' };
    case 14:
      return nextFloat(random) < 0.4
        ? { type: 'remove', node }
        : { type: 'request', node, request: { type: 'change-members', remove: [randomServer(random, header)] } };
    default:
      return { type: 'fire', node, timer: nextItem(random, ['election', 'retry', 'learn', 'join']) };
  }
}
