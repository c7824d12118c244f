/** Random runs for tests: a header and a script of commands, with every fault the engine has, all from one seed. */
import { createHeader, type RunHeader } from '../../src/cluster/run.ts';
import type { TimedCommand } from '../../src/cluster/script.ts';
import { restartDisks, type Command } from '../../src/cluster/commands.ts';
import { crashPoints } from '../../src/cluster/events.ts';
import { isLog, randomActor, randomLogConfig, randomServer } from '../../src/explore/fuzz/draw-log.ts';
import { randomCut, randomHand, randomIslands, randomLink, randomMend, randomNetwork, randomPattern } from '../../src/explore/fuzz/draw-network.ts';
import { randomFault, randomFire } from '../../src/explore/fuzz/draw-node.ts';
import { protocolNamed } from '../../src/protocol/registry.ts';
import { createRandom, nextFloat, nextInteger, nextItem, type Random } from '../../src/protocol/random.ts';
import { randomLogCommand, randomLogHeader } from './random-log.ts';

export interface RandomRun {
  readonly header: RunHeader;
  readonly script: readonly TimedCommand[];
  /** Virtual time up to which the script reaches, µs. */
  readonly until: number;
}

/** Commands about single packets in a run that begins in hold mode. */
const HANDLED = 24;

export interface RandomOptions {
  /** `mixed`: by the seed, every third is a run of Multi-Paxos. @default paxos */
  readonly protocol?: 'paxos' | 'multipaxos' | 'mixed';
  /** @default false */
  readonly unsafe?: boolean;
}

/** A run of up to `seconds` virtual seconds with 1 to 7 servers; the same seed gives the same run. */
export function randomRun(seed: number, seconds = 20, options: RandomOptions = {}): RandomRun {
  const random = createRandom(seed, 0x7e57);
  const { protocol = 'paxos' } = options;
  const log = protocol === 'mixed' ? seed % 3 === 0 : protocol === 'multipaxos';
  const header = log ? randomLogHeader(seed, randomNetwork(random)) : randomPaxosHeader(seed, random);
  const until = seconds * 1_000_000;
  const script: TimedCommand[] = [];
  for (let i = nextInteger(random, 0, 25); i > 0; i--) {
    const at = nextInteger(random, 0, until - 1);
    script.push({ at, command: randomCommand(random, header, options) });
  }
  if (nextFloat(random) < 0.4) script.push(...randomHandling(random));
  return { header, script: script.sort((a, b) => a.at - b.at), until };
}

function randomPaxosHeader(seed: number, random: Random): RunHeader {
  return createHeader(protocolNamed('paxos'), {
    nodes: nextInteger(random, 1, 7),
    seed,
    config: { backoff: nextFloat(random) < 0.8, nacks: nextFloat(random) < 0.8, learnEvery: nextInteger(random, 200_000, 4_000_000) },
    network: randomNetwork(random),
    client: { enabled: nextFloat(random) < 0.8, interval: nextInteger(random, 50_000, 3_000_000), proposers: [] },
  });
}

/**
 * A command that may or may not be possible when its time comes. @param unsafe with disks that break what Paxos
 * assumes of them: that lie, or are found torn or erased.
 */
export function randomCommand(random: Random, header: RunHeader, { unsafe = false }: RandomOptions = {}): Command {
  if (isLog(header) && nextFloat(random) < 0.4) return randomLogCommand(random, header);
  const node = isLog(header) ? randomActor(random, header) : nextItem(random, header.nodes);
  switch (nextInteger(random, 0, 17)) {
    case 0:
      return { type: 'crash', node, point: nextItem(random, crashPoints) };
    case 1:
    case 2:
    case 3:
      return { type: 'restart', node, disk: unsafe ? nextItem(random, restartDisks) : 'kept' };
    case 4:
      return { type: 'partition', groups: randomIslands(random, header.nodes) };
    case 5:
      return { type: 'network', settings: randomNetwork(random) };
    case 6:
      return { type: 'client', settings: { interval: nextInteger(random, 20_000, 2_000_000) } };
    case 7:
      return { type: 'configure', config: isLog(header) ? randomLogConfig(random) : { backoff: nextFloat(random) < 0.7 } };
    case 8:
      return { type: 'propose', node: randomServer(random, header) };
    case 9:
      return randomLink(random, header);
    case 10:
      return randomCut(random, header);
    case 11:
      return randomPattern(random, header);
    case 12:
      return randomMend(random, header);
    case 13:
    case 14:
      return randomFault(random, header, !unsafe);
    case 15:
      return { type: 'hold', on: nextFloat(random) < 0.4 };
    case 16:
      return randomHand(random, nextItem(random, [40, 400, 4000]));
    default:
      return randomFire(random, header);
  }
}

/** The first packets of a run, whose numbers are known beforehand, held and dealt with by hand. */
function randomHandling(random: Random): TimedCommand[] {
  const at = nextInteger(random, 0, 1_000_000);
  const until = at + nextInteger(random, 1_000_000, 5_000_000);
  const hands = Array.from({ length: HANDLED }, () => ({
    at: nextInteger(random, at, until + 200_000),
    command: randomHand(random, 30),
  }));
  return [{ at, command: { type: 'hold', on: true } }, ...hands, { at: until, command: { type: 'hold', on: false } }];
}
