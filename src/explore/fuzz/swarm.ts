/** The swarm: which kinds of commands a run has at all, and how often each of them comes. */
import type { Command } from '../../cluster/commands.ts';
import { crashPoints } from '../../cluster/events.ts';
import type { RunHeader } from '../../cluster/run.ts';
import type { TimedCommand } from '../../cluster/script.ts';
import type { FaultSettings } from '../../network/faults/fault.ts';
import { linkFaults } from '../../network/faults/registry.ts';
import { defaultNetwork, type NetworkSettings } from '../../network/settings.ts';
import { drawLatency } from '../../network/faults/latency.ts';
import { nextFloat, nextInteger, nextItem, type Random } from '../../protocol/random.ts';
import { randomCut, randomHand, randomIslands, randomLink, randomMend, randomPattern } from './draw-network.ts';
import { randomFault, randomFire, randomNode } from './draw-node.ts';

/** Draws a command of one kind; it may or may not be possible when its time comes. */
export type Draw = (random: Random, header: RunHeader) => Command;

/** Kinds of commands by name. What one breaks another makes good: they come and go together. */
export type Kinds = { readonly [name: string]: { readonly does: Draw; readonly undoes?: Draw } };

/** Kinds that every protocol has to bear. */
export const commonKinds: Kinds = {
  crash: {
    does: (random, header) => ({ type: 'crash', node: randomNode(random, header), point: nextItem(random, crashPoints) }),
    undoes: (random, header) => ({ type: 'restart', node: randomNode(random, header), disk: 'kept' }),
  },
  partition: {
    does: (random, { nodes }) => ({ type: 'partition', groups: randomIslands(random, nodes) }),
    undoes: (_random, { nodes }) => ({ type: 'partition', groups: [[...nodes]] }),
  },
  cut: { does: randomCut, undoes: randomMend },
  pattern: { does: randomPattern, undoes: randomMend },
  link: { does: randomLink },
  fault: { does: (random, header) => randomFault(random, header, true) },
  fire: { does: randomFire },
  hand: { does: (random) => randomHand(random, nextItem(random, [30, 100, 300])) },
  hold: { does: () => ({ type: 'hold', on: true }), undoes: () => ({ type: 'hold', on: false }) },
};

/** Chance that a run has a kind of command, or a fault of its links, at all. */
const SHARE = 0.5;
const WEIGHT_MAX = 4;
/** How often a command undoes something. */
const UNDO_SHARE = 0.6;

/** Some commands, in the order of their times. @param times draws when each of them strikes, µs */
export function drawCommands(
  random: Random,
  header: RunHeader,
  kinds: Kinds,
  count: number,
  times: (random: Random) => number,
): TimedCommand[] {
  const swarm: { readonly kind: Kinds[string]; readonly weight: number }[] = [];
  for (const kind of Object.values(kinds)) {
    if (nextFloat(random) < SHARE) swarm.push({ kind, weight: nextInteger(random, 1, WEIGHT_MAX) });
  }
  if (swarm.length === 0) return [];
  const bag = swarm.flatMap(({ kind, weight }) => Array.from({ length: weight }, () => kind));
  const script = Array.from({ length: count }, () => {
    const { does, undoes } = nextItem(random, bag);
    const draw = undoes !== undefined && nextFloat(random) < UNDO_SHARE ? undoes : does;
    return { at: times(random), command: draw(random, header) };
  });
  return script.sort((a, b) => a.at - b.at);
}

/** Least median latency, µs: where everything takes no time a duel would have a million rounds a second. */
const LATENCY_LEAST_US = 5_000;

/** A network with some of the faults of links, each as its own swarm draws it; the others do nothing. */
export function drawNetwork(random: Random): NetworkSettings {
  const settings: Record<string, FaultSettings> = { ...defaultNetwork() };
  for (const fault of linkFaults) if (nextFloat(random) < SHARE) settings[fault.name] = fault.swarm(random);
  return drawLatency(settings.latency!, 0.5) < LATENCY_LEAST_US ? drawNetwork(random) : settings;
}

/**
 * Draws times before `until` (µs): often close to one of a few moments, for much goes wrong only when things come
 * between the steps of others.
 */
export function drawTimes(random: Random, until: number): (random: Random) => number {
  const moments = Array.from({ length: nextInteger(random, 1, 4) }, () => nextInteger(random, 0, until - 1));
  const spread = nextInteger(random, 1, until);
  return (again) => {
    if (nextFloat(again) < 0.4) return nextInteger(again, 0, until - 1);
    return Math.min(until - 1, nextItem(again, moments) + nextInteger(again, 0, spread));
  };
}
