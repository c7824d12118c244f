/** Draws what can happen to a node. */
import type { Command } from '../../cluster/commands.ts';
import type { RunHeader } from '../../cluster/run.ts';
import { nodeFaults } from '../../network/faults/registry.ts';
import type { NodeId } from '../../protocol/protocol.ts';
import { nextInteger, nextItem, type Random } from '../../protocol/random.ts';
import { isLog, randomActor, randomLogTimer } from './draw-log.ts';

/** Settings of a fault of a node. @param safe no fault that breaks what the protocols assume. */
export function randomFault(random: Random, header: RunHeader, safe: boolean): Command {
  const fault = nextItem(random, nodeFaults.filter((one) => !safe || !one.unsafe));
  return { type: 'fault', node: randomNode(random, header), fault: fault.name, settings: fault.swarm(random) };
}

/** Fires a timer, which the node may or may not have. */
export function randomFire(random: Random, header: RunHeader): Command {
  const timer = isLog(header) ? randomLogTimer(random) : nextItem(random, ['learn', `retry/${nextInteger(random, 1, 8)}`]);
  return { type: 'fire', node: randomNode(random, header), timer };
}

/** Any node; of a log, any actor. */
export function randomNode(random: Random, header: RunHeader): NodeId {
  return isLog(header) ? randomActor(random, header) : nextItem(random, header.nodes);
}
