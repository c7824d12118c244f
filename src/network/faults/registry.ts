/**
 * The one list of faults. The order is the order in which link faults judge a packet and in which all of them stand in
 * panels and menus. Bandwidth comes before order and flapping, which look at when the packet is due in the end.
 */
import { bandwidth } from './bandwidth.ts';
import { bridge } from './bridge.ts';
import { clock } from './clock.ts';
import { corruption } from './corruption.ts';
import { deaf } from './deaf.ts';
import { duplication } from './duplication.ts';
import type { CutFault, Fault, LinkFault, NodeFault } from './fault.ts';
import { flapping } from './flapping.ts';
import { freeze } from './freeze.ts';
import { fullDisk } from './full-disk.ts';
import { jitter } from './jitter.ts';
import { knife } from './knife.ts';
import { latency } from './latency.ts';
import { loss } from './loss.ts';
import { lyingDisk } from './lying-disk.ts';
import { oneWay } from './one-way.ts';
import { order } from './order.ts';
import { ring } from './ring.ts';
import { slowDisk } from './slow-disk.ts';

export const faults: readonly Fault[] = [
  loss,
  latency,
  jitter,
  duplication,
  bandwidth,
  order,
  corruption,
  flapping,
  freeze,
  clock,
  slowDisk,
  fullDisk,
  lyingDisk,
  oneWay,
  deaf,
  bridge,
  ring,
  knife,
];

export const linkFaults = faults.filter((fault): fault is LinkFault => fault.kind === 'link');
export const nodeFaults = faults.filter((fault): fault is NodeFault => fault.kind === 'node');
export const cutFaults = faults.filter((fault): fault is CutFault => fault.kind === 'cut');
