/** Random commands about nodes: their faults, crashes at every point, restarts with every disk, and their timers. */
import { crashPoints } from '../../src/cluster/events.ts';
import { restartDisks, type Command } from '../../src/cluster/commands.ts';
import type { RunHeader } from '../../src/cluster/run.ts';
import { nodeFaults } from '../../src/network/faults/registry.ts';
import type { NodeId } from '../../src/protocol/protocol.ts';
import { nextInteger, nextItem, type Random } from '../../src/protocol/random.ts';
import { isLog, randomActor, randomLogCommand, randomLogTimer } from './random-log.ts';

/** Settings of a fault of a node. @param safe no fault that breaks what the protocols assume. */
export function randomFault(random: Random, header: RunHeader, safe: boolean): Command {
  const fault = nextItem(random, nodeFaults.filter((one) => !safe || !one.unsafe));
  return { type: 'fault', node: nodeOf(random, header), fault: fault.name, settings: fault.swarm(random) };
}

/** Fires a timer, which the node may or may not have. */
export function randomFire(random: Random, header: RunHeader): Command {
  const timer = isLog(header) ? randomLogTimer(random) : nextItem(random, ['learn', `retry/${nextInteger(random, 1, 8)}`]);
  return { type: 'fire', node: nodeOf(random, header), timer };
}

/** Any command about a node, safe or not. */
export function randomNodeCommand(random: Random, header: RunHeader): Command {
  const node = nodeOf(random, header);
  switch (nextInteger(random, 0, 9)) {
    case 0:
    case 1:
    case 2:
      return randomFault(random, header, false);
    case 3:
      return randomFire(random, header);
    case 4:
      return { type: 'crash', node, point: nextItem(random, crashPoints) };
    case 5:
    case 6:
    case 7:
    case 8:
      return { type: 'restart', node, disk: nextItem(random, restartDisks) };
    default:
      return isLog(header) ? randomLogCommand(random, header) : { type: 'propose', node };
  }
}

function nodeOf(random: Random, header: RunHeader): NodeId {
  return isLog(header) ? randomActor(random, header) : nextItem(random, header.nodes);
}
