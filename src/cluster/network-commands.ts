/** What commands do to the network: its settings, its cuts, and single packets. */
import { nameOf } from '../protocol/protocol.ts';
import { cutFaults } from '../network/faults/registry.ts';
import { progressAt, type Packet } from '../network/packet.ts';
import { completeNetwork } from '../network/settings.ts';
import { checkGroups, withClients, type Direction } from '../network/topology.ts';
import { checked, CommandError } from './command-error.ts';
import type { Command, CommandType } from './commands.ts';
import type { Scheduler } from './scheduler.ts';

const types = ['partition', 'network', 'link', 'cut', 'cut-pattern', 'mend', 'hold', 'packet'] as const;
export type NetworkCommand = Extract<Command, { type: (typeof types)[number] }>;
type PacketCommand = Extract<Command, { type: 'packet' }>;

export function isNetworkCommand(command: Command): command is NetworkCommand {
  return (types as readonly CommandType[]).includes(command.type);
}

/** @throws CommandError with the reason, and nothing has changed. */
export function carryOutOnNetwork(scheduler: Scheduler, command: NetworkCommand): void {
  const { router, log, now: at } = scheduler;
  switch (command.type) {
    case 'partition': {
      const { actors } = scheduler;
      const groups = checked(() => checkGroups(withClients(command.groups, actors), actors));
      const caught = router.part(groups);
      log.write(at, { type: 'partition', groups });
      loseAtCut(scheduler, caught);
      return;
    }
    case 'network': {
      const settings = checked(() => completeNetwork(command.settings, router.settings));
      router.change(settings);
      log.write(at, { type: 'network', settings });
      // What is laid over the network for one direction lies over the new settings now.
      for (const link of router.ownLinks()) log.write(at, { type: 'link', ...link });
      return;
    }
    case 'link': {
      const { from, to } = command;
      checkLinks(scheduler, [command]);
      const settings = checked(() => router.setLink(from, to, command.settings));
      log.write(at, { type: 'link', from, to, settings });
      return;
    }
    case 'cut':
      checkLinks(scheduler, command.links);
      return cut(scheduler, command.links);
    case 'cut-pattern':
      return cut(scheduler, linksOfPattern(scheduler, command.pattern, command.nodes));
    case 'mend': {
      if (command.links !== undefined) checkLinks(scheduler, command.links);
      const links = router.mend(command.links);
      if (links.length === 0) {
        throw new CommandError(command.links === undefined ? 'no link is cut' : 'none of these links is cut by itself');
      }
      log.write(at, { type: 'mend', links });
      return;
    }
    case 'hold': {
      const packets = router.setHolding(command.on, at);
      log.write(at, { type: 'hold', on: command.on });
      for (const packet of packets) writeMotion(scheduler, packet);
      return;
    }
    case 'packet':
      return handlePacket(scheduler, command);
  }
}

function handlePacket(scheduler: Scheduler, { packet: number, action, by }: PacketCommand): void {
  const { router, log, now: at } = scheduler;
  switch (action) {
    case 'hold':
      return writeMotion(scheduler, checked(() => router.hold(number, at)));
    case 'release':
      return writeMotion(scheduler, checked(() => router.release(number, at)));
    case 'deliver':
      return writeMotion(scheduler, checked(() => router.deliver(number, at)));
    case 'drop':
      return log.lost(at, number, 'dropped', progressAt(checked(() => router.drop(number)), at));
    case 'duplicate': {
      const copy = checked(() => router.duplicate(number, at));
      log.duplicate(at, copy.packet, number, copy.due);
      if (copy.held) writeMotion(scheduler, copy);
      return;
    }
    case 'delay': {
      const packet = checked(() => router.delay(number, by, at));
      log.write(at, { type: 'retimed', packet: number, due: packet.due });
      if (packet.held) writeMotion(scheduler, packet);
    }
  }
}

/** That a packet stands still now, or goes on now. */
function writeMotion({ log, now }: Scheduler, { packet, held, gone, due }: Packet): void {
  log.write(now, held ? { type: 'held', packet, progress: gone } : { type: 'retimed', packet, due });
}

function cut(scheduler: Scheduler, directions: readonly Direction[]): void {
  const { links, caught } = scheduler.router.cut(directions);
  if (links.length === 0) throw new CommandError('all of this is cut already');
  scheduler.log.write(scheduler.now, { type: 'cut', links });
  loseAtCut(scheduler, caught);
}

/** Writes down the packets that a new cut has caught. */
export function loseAtCut({ log, now }: Scheduler, caught: readonly Packet[]): void {
  for (const packet of caught) log.lost(now, packet.packet, 'cut', progressAt(packet, now));
}

/** The directions that a pattern cuts. @throws CommandError when it cannot be drawn around these nodes. */
function linksOfPattern(scheduler: Scheduler, name: string, nodes: readonly number[]): readonly Direction[] {
  const pattern = cutFaults.find((fault) => fault.name === name);
  if (pattern === undefined) {
    throw new CommandError(`there is no pattern ${name}; there are ${cutFaults.map((fault) => fault.name).join(', ')}`);
  }
  for (const node of nodes) scheduler.stateOf(node);
  const all = pattern.clients ? scheduler.actors : scheduler.servers;
  const client = nodes.find((node) => !all.includes(node));
  if (client !== undefined) throw new CommandError(`${name} is drawn between servers; ${nameOf(client)} is a client`);
  const picked = [...new Set(nodes)].sort((a, b) => a - b);
  const { min, max, cluster } = pattern.picks;
  if (all.length < cluster) throw new CommandError(`${name} needs a cluster of at least ${cluster} nodes`);
  if (picked.length < min || picked.length > max) {
    const wanted = min === max ? String(min) : `${min} to ${max}`;
    throw new CommandError(`${name} is drawn around ${wanted} of the nodes; ${picked.length} were named`);
  }
  return pattern.links(all, picked);
}

function checkLinks(scheduler: Scheduler, links: readonly Direction[]): void {
  for (const { from, to } of links) {
    scheduler.stateOf(from);
    scheduler.stateOf(to);
  }
}
