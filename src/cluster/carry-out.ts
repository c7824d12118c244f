/** What each command does to the run. A command that cannot be carried out is refused before anything has changed. */
import { nameOf, type NodeId } from '../protocol/protocol.ts';
import { completeFault, conditionsOf, nodeFaultNamed } from '../network/faults/conditions.ts';
import { nodeFaults } from '../network/faults/registry.ts';
import { checked, CommandError } from './command-error.ts';
import type { Command } from './commands.ts';
import { carryOutOnNetwork, isNetworkCommand } from './network-commands.ts';
import { setConditions } from './node-state.ts';
import { addServer, removeServer } from './population.ts';
import type { Scheduler } from './scheduler.ts';

/** @throws CommandError with the reason, and nothing has changed. */
export function carryOut(scheduler: Scheduler, command: Command): void {
  if (isNetworkCommand(command)) return carryOutOnNetwork(scheduler, command);
  const at = scheduler.now;
  switch (command.type) {
    case 'propose':
      return propose(scheduler, command.node, command.value, command.slot);
    case 'request': {
      const state = scheduler.stateOf(command.node);
      if (!state.up) throw new CommandError(`${nameOf(command.node)} is down; restart it, or ask another`);
      scheduler.ask(state, 'you', checked(() => scheduler.protocol.request(command.request)));
      return;
    }
    case 'add':
      mustChangeMembers(scheduler);
      return addServer(scheduler, command.node, command.beside);
    case 'remove':
      mustChangeMembers(scheduler);
      return removeServer(scheduler, command.node);
    case 'crash': {
      const state = scheduler.stateOf(command.node);
      if (!state.up) throw new CommandError(`${nameOf(command.node)} is down already`);
      if (command.point === 'now') scheduler.bringDown(state, at, 'now', '');
      else state.armed = command.point;
      return;
    }
    case 'died': {
      const state = scheduler.stateOf(command.node);
      if (state.up) scheduler.bringDown(state, at, 'now', command.error);
      return;
    }
    case 'restart': {
      const state = scheduler.stateOf(command.node);
      if (state.up) throw new CommandError(`${nameOf(command.node)} is up; crash it first`);
      scheduler.bringUp(state, command.disk);
      return;
    }
    case 'fault':
      return setFault(scheduler, command.node, command.fault, command.settings);
    case 'fire': {
      const state = scheduler.stateOf(command.node);
      if (!state.up) throw new CommandError(`${nameOf(command.node)} is down; it has no timers`);
      state.inputs.push({ type: 'fire', at, timer: command.timer });
      return;
    }
    case 'client': {
      const settings = { ...scheduler.client.settings, ...command.settings };
      for (const node of settings.proposers) scheduler.stateOf(node);
      if (settings.enabled && scheduler.protocol.propose === null) {
        throw new CommandError(`in ${scheduler.protocol.title} the clients are actors of the run: configure their load instead`);
      }
      scheduler.client.change(settings, at);
      scheduler.log.write(at, { type: 'client', settings });
      return;
    }
    case 'configure': {
      const config = checked(() =>
        scheduler.protocol.config({ ...(scheduler.config as object), ...command.config }, scheduler.header.nodes),
      );
      const why = scheduler.protocol.whyFixed?.(scheduler.config, config) ?? null;
      if (why !== null) throw new CommandError(why);
      scheduler.config = config;
      scheduler.log.write(at, { type: 'configure', config });
      for (const state of scheduler.nodeList) {
        if (state.up) scheduler.ask(state, 'operator', scheduler.protocol.configure(config));
      }
    }
  }
}

function propose(scheduler: Scheduler, node: NodeId, value: string | undefined, wanted: number | undefined): void {
  const state = scheduler.stateOf(node);
  if (!state.up) throw new CommandError(`${nameOf(node)} is down; restart it, or ask another node`);
  const proposers = scheduler.protocol.proposers(scheduler.config, scheduler.servers);
  if (!proposers.includes(node)) {
    throw new CommandError(`${nameOf(node)} is no proposer; ask ${proposers.map(nameOf).join(', ')}`);
  }
  const { propose: requestOf } = scheduler.protocol;
  if (requestOf === null) throw new CommandError(`servers of ${scheduler.protocol.title} take requests from clients; ask a client`);
  let slot = wanted ?? scheduler.slotNext;
  if (wanted === undefined) while (state.asked.has(slot)) slot++;
  const request = scheduler.ask(state, 'you', checked(() => requestOf(slot, value ?? scheduler.client.word())));
  state.asked.set(slot, request);
}

function mustChangeMembers({ protocol }: Scheduler): void {
  if (protocol.membership) return;
  throw new CommandError(`${protocol.title} has no way to change who belongs to it while it runs`);
}

function setFault(scheduler: Scheduler, node: NodeId, name: string, given: unknown): void {
  const state = scheduler.stateOf(node);
  const fault = nodeFaultNamed(name);
  if (fault === undefined) {
    throw new CommandError(`there is no fault ${name} of a node; there are ${nodeFaults.map((one) => one.name).join(', ')}`);
  }
  const settings = checked(() => completeFault(fault, given, state.faults.get(name)));
  if (fault.freeze !== undefined && !state.up) throw new CommandError(`${nameOf(node)} is down, and stands still already`);
  const at = scheduler.now;
  state.faults.set(name, settings);
  const frozenUntil = fault.freeze === undefined ? 0 : at + fault.freeze(settings);
  setConditions(state, conditionsOf(Object.fromEntries(state.faults)), frozenUntil);
  scheduler.log.write(at, { type: 'fault', node, fault: name, settings });
}
