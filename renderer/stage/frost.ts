/** How long a node stands still. Pure. */
import { nodeFaults, type FaultSettings, type NodeFault, type NodeWorld } from '../../src/contract/index.ts';

/** A node that is frozen: from when until when, µs of virtual time. */
export interface Frost {
  readonly from: number;
  readonly until: number;
}

const freezing = nodeFaults.filter(({ freeze }) => freeze !== undefined);

/** The frost that ends last; `null` when it never was frozen since it came up. A crash ends a frost. */
export function frostOf(node: NodeWorld): Frost | null {
  if (!node.up) return null;
  let last: Frost | null = null;
  for (const fault of freezing) {
    const from = node.faultsAt.get(fault.name);
    const settings = node.faults.get(fault.name);
    if (from === undefined || settings === undefined || from < node.startedAt) continue;
    const until = from + fault.freeze!(settings);
    if (until > from && (last === null || until > last.until)) last = { from, until };
  }
  return last;
}

/** Whether the node stands still at `now`, µs. */
export function isFrozen(node: NodeWorld, now: number): boolean {
  const frost = frostOf(node);
  return frost !== null && now < frost.until;
}

/** The faults that act on the node now, in the order of the registry, but for frost that has thawed. */
export function actingFaults(node: NodeWorld, now: number): { readonly fault: NodeFault; readonly settings: FaultSettings }[] {
  return nodeFaults.flatMap((fault) => {
    const settings = node.faults.get(fault.name);
    if (settings === undefined || !fault.active(settings)) return [];
    return fault.freeze !== undefined && !isFrozen(node, now) ? [] : [{ fault, settings }];
  });
}
