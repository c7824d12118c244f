/** Draws what can happen to packets: any network, links with settings of their own, cuts, packets dealt with one by one. */
import { packetActions, type Command } from '../../cluster/commands.ts';
import { actorsOf, type RunHeader } from '../../cluster/run.ts';
import { drawLatency } from '../../network/faults/latency.ts';
import { cutFaults, linkFaults } from '../../network/faults/registry.ts';
import type { NetworkSettings } from '../../network/settings.ts';
import { directionsWhere, type Direction } from '../../network/topology.ts';
import { NODES_MAX, type NodeId } from '../../protocol/protocol.ts';
import { nextFloat, nextInteger, nextItem, type Random } from '../../protocol/random.ts';

/** A cut has more links at once than this only by a pattern. */
const LINKS_MAX = 4;

/** Least median latency, µs: where everything takes no time a duel would have a million rounds a second. */
const LATENCY_LEAST_US = 10_000;

/** Any network: the settings of every fault of links as its own swarm draws them. */
export function randomNetwork(random: Random): NetworkSettings {
  const settings = Object.fromEntries(linkFaults.map((fault) => [fault.name, fault.swarm(random)]));
  return drawLatency(settings.latency!, 0.5) < LATENCY_LEAST_US ? randomNetwork(random) : settings;
}

/** Settings for one direction: all of them, those of one fault, or none of its own any more. */
export function randomLink(random: Random, header: RunHeader): Command {
  const nodes = actorsOf(header);
  const direction = nextItem(random, directionsWhere(nodes.length > 1 ? nodes : [...nodes, NODES_MAX], () => true));
  const all = randomNetwork(random);
  const { name } = nextItem(random, linkFaults);
  const settings = nextItem(random, [all, { [name]: all[name]! }, null]);
  return { type: 'link', ...direction, settings };
}

/** A few directions; none where there is nobody to talk to. */
export function randomLinks(random: Random, header: RunHeader): Direction[] {
  const all = directionsWhere(actorsOf(header), () => true);
  return all.length === 0 ? [] : Array.from({ length: nextInteger(random, 1, LINKS_MAX) }, () => nextItem(random, all));
}

/** Some directions are cut, or all is mended where there are none. */
export function randomCut(random: Random, header: RunHeader): Command {
  const links = randomLinks(random, header);
  return links.length === 0 ? { type: 'mend' } : { type: 'cut', links };
}

/** A pattern of cut links around some actors, who may be too many or too few for it. */
export function randomPattern(random: Random, header: RunHeader): Command {
  const { name, picks } = nextItem(random, cutFaults);
  const nodes = actorsOf(header).filter(() => nextFloat(random) < 0.5);
  return { type: 'cut-pattern', pattern: name, nodes: nodes.slice(0, nextInteger(random, picks.min, Math.min(picks.max, 7))) };
}

/** All that is cut is mended, or now and then only some links, whether they are cut or not. */
export function randomMend(random: Random, header: RunHeader): Command {
  const links = randomLinks(random, header);
  return links.length === 0 || nextFloat(random) < 0.7 ? { type: 'mend' } : { type: 'mend', links };
}

/** Up to three islands of these nodes. */
export function randomIslands(random: Random, nodes: readonly NodeId[]): NodeId[][] {
  const groups = new Map<number, number[]>();
  const islands = nextInteger(random, 1, 3);
  for (const node of nodes) {
    const island = nextInteger(random, 1, islands);
    groups.set(island, [...(groups.get(island) ?? []), node]);
  }
  return [...groups.values()];
}

/** Something done to a packet. @param packets a number up to this. */
export function randomHand(random: Random, packets: number): Command {
  const packet = nextInteger(random, 1, packets);
  return { type: 'packet', packet, action: nextItem(random, packetActions), by: nextInteger(random, 1, 2_000_000) };
}
