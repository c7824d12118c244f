/** Faults of nodes, and their timers. */
import { nameOf, type CommandPlace, type FaultSettings, type NodeFault, type NodeId } from '../../src/contract/index.ts';
import { useRun } from '../stores/run.ts';

type Done = Promise<CommandPlace | null>;

/** Sets a fault of a node; what is not named stays as it is. */
export function setFault(node: NodeId, fault: NodeFault, settings: FaultSettings): Done {
  return useRun().command({ type: 'fault', node, fault: fault.name, settings: { ...settings } }, `${fault.label} of ${nameOf(node)}`);
}

/** The settings with which a fault does nothing. */
export function defaultsOf(fault: NodeFault): FaultSettings {
  return Object.fromEntries(Object.entries(fault.fields).map(([name, field]) => [name, field.default]));
}

/** Puts a fault of a node back to where it does nothing. */
export function mendFault(node: NodeId, fault: NodeFault): Done {
  return setFault(node, fault, defaultsOf(fault));
}

/** Fires a timer of a node now. */
export function fireTimer(node: NodeId, timer: string): Done {
  return useRun().command({ type: 'fire', node, timer }, `Fire a timer of ${nameOf(node)}`);
}
