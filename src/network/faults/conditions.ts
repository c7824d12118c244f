/** What the faults of a node amount to. */
import type { Conditions, FaultSettings, NodeFault } from './fault.ts';
import { defaultsOf } from './fault.ts';
import { completeSettings } from './fields.ts';
import { nodeFaults } from './registry.ts';

/** Settings of node faults, by the name of the fault; one that is not named does not act. */
export type NodeFaultSettings = { readonly [fault: string]: FaultSettings };

/** A node on which no fault acts. */
export function soundConditions(): Conditions {
  return { clockRate: 1, diskDelay: 0, diskFull: false, diskLies: false };
}

/** Complete, checked settings in; every fault that acts has changed its parts. */
export function conditionsOf(settings: NodeFaultSettings): Conditions {
  const conditions = soundConditions();
  for (const fault of nodeFaults) {
    const own = settings[fault.name];
    if (own !== undefined && fault.active(own)) fault.apply(own, conditions);
  }
  return conditions;
}

/** The node fault of this name, or undefined. */
export function nodeFaultNamed(name: string): NodeFault | undefined {
  return nodeFaults.find((fault) => fault.name === name);
}

/**
 * `given`, which may name only some fields, laid over `base`, and checked.
 * @param base complete settings; by default those of a fault that was never set.
 * @throws SettingsError naming the field, e.g. `clock.rate`, that is unknown or out of range.
 */
export function completeFault(fault: NodeFault, given: unknown, base = defaultsOf(fault)): FaultSettings {
  return completeSettings(fault.name, fault.fields, given, base);
}
