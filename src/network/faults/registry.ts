/**
 * The one list of faults. The order is the order in which link faults judge a packet and in which all of them stand in
 * panels and menus.
 */
import { duplication } from './duplication.ts';
import type { CutFault, Fault, LinkFault, NodeFault } from './fault.ts';
import { latency } from './latency.ts';
import { loss } from './loss.ts';

export const faults: readonly Fault[] = [loss, latency, duplication];

export const linkFaults = faults.filter((fault): fault is LinkFault => fault.kind === 'link');
export const nodeFaults = faults.filter((fault): fault is NodeFault => fault.kind === 'node');
export const cutFaults = faults.filter((fault): fault is CutFault => fault.kind === 'cut');
