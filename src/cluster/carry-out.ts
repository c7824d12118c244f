/** What each command does to the run. A command that cannot be carried out is refused before anything has changed. */
import type { NodeId } from '../protocol/protocol.ts';
import { progressAt } from '../network/router.ts';
import { completeNetwork } from '../network/settings.ts';
import { checkGroups } from '../network/topology.ts';
import { CommandError } from './command-error.ts';
import type { Command } from './commands.ts';
import type { Scheduler } from './scheduler.ts';

/** @throws CommandError with the reason, and nothing has changed. */
export function carryOut(scheduler: Scheduler, command: Command): void {
  const at = scheduler.now;
  switch (command.type) {
    case 'propose':
      return propose(scheduler, command.node, command.value, command.slot);
    case 'crash': {
      const state = scheduler.stateOf(command.node);
      if (!state.up) throw new CommandError(`n${command.node} is down already`);
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
      if (state.up) throw new CommandError(`n${command.node} is up; crash it first`);
      scheduler.bringUp(state, command.disk);
      return;
    }
    case 'partition': {
      const groups = checked(() => checkGroups(command.groups, scheduler.header.nodes));
      const caught = scheduler.router.part(groups);
      scheduler.log.write(at, { type: 'partition', groups });
      for (const packet of caught) scheduler.log.lost(at, packet.packet, 'cut', progressAt(packet, at));
      return;
    }
    case 'network': {
      const settings = checked(() => completeNetwork(command.settings, scheduler.router.settings));
      scheduler.router.change(settings);
      scheduler.log.write(at, { type: 'network', settings });
      return;
    }
    case 'client': {
      const settings = { ...scheduler.client.settings, ...command.settings };
      for (const node of settings.proposers) scheduler.stateOf(node);
      scheduler.client.change(settings, at);
      scheduler.log.write(at, { type: 'client', settings });
      return;
    }
    case 'configure': {
      const config = checked(() =>
        scheduler.protocol.config({ ...(scheduler.config as object), ...command.config }, scheduler.header.nodes),
      );
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
  if (!state.up) throw new CommandError(`n${node} is down; restart it, or ask another node`);
  const proposers = scheduler.protocol.proposers(scheduler.config, scheduler.header.nodes);
  if (!proposers.includes(node)) {
    throw new CommandError(`n${node} is no proposer; ask ${proposers.map((p) => `n${p}`).join(', ')}`);
  }
  let slot = wanted ?? scheduler.slotNext;
  if (wanted === undefined) while (state.asked.has(slot)) slot++;
  const request = scheduler.ask(state, 'you', checked(() => scheduler.protocol.propose(slot, value ?? scheduler.client.word())));
  state.asked.set(slot, request);
}

/** Errors of checking become refusals of the command. */
function checked<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : String(error));
  }
}
