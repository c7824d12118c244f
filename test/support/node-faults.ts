/** Random commands about nodes: their faults, crashes at every point, restarts with every disk, safe or not, and their timers. */
import { crashPoints } from '../../src/cluster/events.ts';
import { restartDisks, type Command } from '../../src/cluster/commands.ts';
import type { RunHeader } from '../../src/cluster/run.ts';
import { isLog } from '../../src/explore/fuzz/draw-log.ts';
import { randomFault, randomFire, randomNode } from '../../src/explore/fuzz/draw-node.ts';
import { nextInteger, nextItem, type Random } from '../../src/protocol/random.ts';
import { randomLogCommand } from './random-log.ts';

/** Any command about a node, safe or not. */
export function randomNodeCommand(random: Random, header: RunHeader): Command {
  const node = randomNode(random, header);
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
