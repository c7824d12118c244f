/** Random runs for tests: a header and a script of commands, with every fault the engine has, all from one seed. */
import { createHeader, type RunHeader } from '../../src/cluster/run.ts';
import type { TimedCommand } from '../../src/cluster/script.ts';
import type { Command } from '../../src/cluster/commands.ts';
import { crashPoints } from '../../src/cluster/events.ts';
import { linkFaults } from '../../src/network/faults/registry.ts';
import type { NetworkSettings } from '../../src/network/settings.ts';
import { protocolNamed } from '../../src/protocol/registry.ts';
import { createRandom, nextFloat, nextInteger, nextItem, type Random } from '../../src/protocol/random.ts';

export interface RandomRun {
  readonly header: RunHeader;
  readonly script: readonly TimedCommand[];
  /** Virtual time up to which the script reaches, µs. */
  readonly until: number;
}

/** Any network, but not one in which everything takes no time: a duel in it would have a million rounds a second. */
export function randomNetwork(random: Random): NetworkSettings {
  const settings = Object.fromEntries(linkFaults.map((fault) => [fault.name, fault.swarm(random)]));
  const { latency } = settings;
  const spread = { uniform: latency!.max, exponential: latency!.mean, constant: latency!.min }[latency!.distribution as string];
  return (spread as number) < 20_000 ? randomNetwork(random) : settings;
}

/** A run of up to `seconds` virtual seconds with 1 to 7 nodes; the same seed gives the same run. */
export function randomRun(seed: number, seconds = 20): RandomRun {
  const random = createRandom(seed, 0x7e57);
  const count = nextInteger(random, 1, 7);
  const header = createHeader(protocolNamed('paxos'), {
    nodes: count,
    seed,
    config: { backoff: nextFloat(random) < 0.8, nacks: nextFloat(random) < 0.8, learnEvery: nextInteger(random, 200_000, 4_000_000) },
    network: randomNetwork(random),
    client: { enabled: nextFloat(random) < 0.8, interval: nextInteger(random, 50_000, 3_000_000), proposers: [] },
  });
  const until = seconds * 1_000_000;
  const script: TimedCommand[] = [];
  for (let i = nextInteger(random, 0, 25); i > 0; i--) {
    script.push({ at: nextInteger(random, 0, until - 1), command: randomCommand(random, header) });
  }
  return { header, script: script.sort((a, b) => a.at - b.at), until };
}

/** A command that may or may not be possible when its time comes. An erased disk is left out: it breaks Paxos. */
export function randomCommand(random: Random, header: RunHeader): Command {
  const node = nextItem(random, header.nodes);
  switch (nextInteger(random, 0, 7)) {
    case 0:
      return { type: 'crash', node, point: nextItem(random, crashPoints) };
    case 1:
    case 2:
      return { type: 'restart', node, disk: 'kept' };
    case 3: {
      const groups = new Map<number, number[]>();
      const islands = nextInteger(random, 1, 3);
      for (const one of header.nodes) {
        const island = nextInteger(random, 1, islands);
        groups.set(island, [...(groups.get(island) ?? []), one]);
      }
      return { type: 'partition', groups: [...groups.values()] };
    }
    case 4:
      return { type: 'network', settings: randomNetwork(random) };
    case 5:
      return { type: 'client', settings: { interval: nextInteger(random, 20_000, 2_000_000) } };
    case 6:
      return { type: 'configure', config: { backoff: nextFloat(random) < 0.7 } };
    default:
      return { type: 'propose', node };
  }
}
