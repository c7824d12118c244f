/** Random runs with everything in them that can be done to a run: every command, every fault, safe or not. */
import { packetActions, type Command } from '../../src/cluster/commands.ts';
import { actorsOf, type RunHeader } from '../../src/cluster/run.ts';
import type { TimedCommand } from '../../src/cluster/script.ts';
import { randomNetwork } from '../../src/explore/fuzz/draw-network.ts';
import { cutFaults } from '../../src/network/faults/registry.ts';
import { createRandom, nextFloat, nextInteger, nextItem, type Random } from '../../src/protocol/random.ts';
import { randomNodeCommand } from './node-faults.ts';
import { randomCommand, randomRun, type RandomRun } from './random-run.ts';

/** A run of up to `seconds` virtual seconds with 1 to 7 servers, of Paxos or Multi-Paxos; the same seed gives the same run. */
export function wildRun(seed: number, seconds: number): RandomRun {
  const { header } = randomRun(seed, 1, { protocol: 'mixed' });
  const random = createRandom(seed, 0x317d);
  const until = seconds * 1_000_000;
  const script: TimedCommand[] = [];
  for (let i = nextInteger(random, 5, 40); i > 0; i--) {
    script.push({ at: nextInteger(random, 0, until - 1), command: wildCommand(random, header) });
  }
  return { header, script: script.sort((a, b) => a.at - b.at), until };
}

/** Any command; it may or may not be possible when its time comes. */
export function wildCommand(random: Random, header: RunHeader): Command {
  const nodes = actorsOf(header);
  if (nodes.length < 2) return nextFloat(random) < 0.5 ? randomNodeCommand(random, header) : randomCommand(random, header);
  const from = nextItem(random, nodes);
  const to = nextItem(random, nodes.filter((node) => node !== from));
  switch (nextInteger(random, 0, 11)) {
    case 0:
      return { type: 'cut', links: [{ from, to }] };
    case 1: {
      const { name } = nextItem(random, cutFaults);
      return { type: 'cut-pattern', pattern: name, nodes: nextFloat(random) < 0.5 ? [from] : [from, to] };
    }
    case 2:
      return { type: 'mend' };
    case 3:
      return { type: 'link', from, to, settings: nextFloat(random) < 0.7 ? randomNetwork(random) : null };
    case 4:
      return { type: 'hold', on: nextFloat(random) < 0.4 };
    case 5:
    case 6: {
      const action = nextItem(random, packetActions);
      return { type: 'packet', packet: nextInteger(random, 1, 600), action, by: nextInteger(random, 1, 3_000_000) };
    }
    case 7:
    case 8:
    case 9:
      return randomNodeCommand(random, header);
    default:
      return randomCommand(random, header);
  }
}
