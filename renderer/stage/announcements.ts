/** What a screen reader is told while the run goes on: violations, decisions, leaders, partitions, cuts, crashes, who comes and goes. Pure. */
import { formatBallot, nameOf, nodeList, sameGroups, type Groups, type NodeId, type World } from '../../src/contract/index.ts';
import { islandStatus } from './islands.ts';

/** Decisions named one by one; of more at a time only the number is told. */
const DECISIONS_MAX = 3;

/** Compares the world with what it was when it was last asked, and says what is new. */
export class Announcer {
  private groups: Groups = [];
  private readonly up = new Map<NodeId, boolean>();
  private chosen = 0;
  private term = -1;
  private violations = 0;
  private cuts = 0;
  private holding = false;
  private first = true;

  /** Sentences about what has happened since the last call; none the first time. `slotName`: what the protocol calls a slot. */
  news(world: World, slotName: string): string[] {
    const sentences = this.first ? [] : [...this.failures(world), ...this.decisions(world, slotName), ...this.leaders(world), ...this.nodes(world), ...this.parting(world), ...this.links(world)];
    this.first = false;
    this.groups = world.groups;
    this.chosen = world.chosenCount;
    this.term = world.terms.at(-1)?.seq ?? -1;
    this.violations = world.violations.length;
    this.cuts = world.cuts.size;
    this.holding = world.holding;
    this.up.clear();
    for (const node of world.nodes.values()) this.up.set(node.node, node.up);
    return sentences;
  }

  private failures({ violations }: World): string[] {
    return [...new Set(violations.slice(this.violations).map(({ check }) => check))].map((check) => `${check} is violated.`);
  }

  private decisions(world: World, slotName: string): string[] {
    const fresh = world.chosenCount - this.chosen;
    if (fresh <= 0) return [];
    if (fresh > DECISIONS_MAX) return [`${fresh} more ${slotName}s decided.`];
    return [...world.chosen.values()].slice(-fresh).map(({ slot, value }) => `${slotName[0]!.toUpperCase()}${slotName.slice(1)} ${slot}: ${value} is chosen.`);
  }

  private leaders(world: World): string[] {
    const fresh = world.terms.filter(({ seq, until }) => seq > this.term && until === null);
    return fresh.map(({ node, ballot }) => `${nameOf(node)} leads with ${formatBallot(ballot)}.`);
  }

  private nodes(world: World): string[] {
    const changed = [...world.nodes.values()].filter(({ node, up }) => this.up.has(node) && this.up.get(node) !== up);
    const added = [...world.nodes.keys()].filter((node) => !this.up.has(node)).map((node) => `${nameOf(node)} is added.`);
    const gone = [...this.up.keys()].filter((node) => !world.nodes.has(node)).map((node) => `${nameOf(node)} is taken away.`);
    const crashes = changed.map(({ node, up, error }) => `${nameOf(node)} ${up ? 'is up again' : error === null ? 'crashed' : `crashed: ${error}`}.`);
    return [...added, ...gone, ...crashes];
  }

  private parting(world: World): string[] {
    if (this.groups === world.groups || sameGroups(this.groups, world.groups)) return [];
    if (world.groups.length === 1) return ['The network is whole again.'];
    const islands = world.groups.map((group) => `${nodeList(group)}: ${islandStatus(world, group).verdict}`);
    return [`The network is parted. ${islands.join('; ')}.`];
  }

  private links(world: World): string[] {
    const { size } = world.cuts;
    const cuts = size === 0 ? 'All cuts are mended.' : `${size} ${size === 1 ? 'direction of a link is' : 'directions of links are'} cut.`;
    return [
      ...(size === this.cuts ? [] : [cuts]),
      ...(world.holding === this.holding ? [] : [world.holding ? 'Every packet is held.' : 'Packets are no longer held.']),
    ];
  }
}
