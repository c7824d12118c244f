/**
 * The client that keeps proposing, so that there is always something to watch. It is an actor of the run: its times,
 * its choices and its words come from the run's seed.
 */
import type { NodeId } from '../protocol/protocol.ts';
import { createRandom, nextInteger, type Random } from '../protocol/random.ts';
import type { ClientSettings } from './commands.ts';

/** Values to propose: short, easy to tell apart when read aloud. */
export const words: readonly string[] = [
  'apple', 'badger', 'cedar', 'dune', 'ember', 'falcon', 'ginger', 'heron', 'iris', 'juniper', 'kestrel', 'lotus',
  'maple', 'nettle', 'otter', 'pebble', 'quartz', 'raven', 'saffron', 'thistle', 'umber', 'violet', 'willow', 'yarrow',
  'amber', 'birch', 'coral', 'dahlia', 'elder', 'fern', 'garnet', 'hazel', 'indigo', 'jasper', 'kelp', 'larch',
  'mint', 'onyx', 'poppy', 'quince', 'rowan', 'sable', 'teal', 'tulip', 'walnut', 'zinnia',
]; // prettier-ignore

const STREAM = 0x434c;

/** How far a client has got: plain data. */
export interface ClientState {
  readonly random: Random;
  readonly turn: number;
  readonly settings: ClientSettings;
  readonly next: number;
}

export class Client {
  private readonly random: Random;
  private turn: number;
  settings: ClientSettings;
  /** Virtual time of its next proposal, µs; Infinity while it is off. */
  next: number;

  /** @param from what `save` gave; without it, a client that has done nothing yet. */
  constructor(seed: number, settings: ClientSettings, from?: ClientState) {
    this.random = from === undefined ? createRandom(seed, STREAM) : [...from.random];
    this.turn = from?.turn ?? 0;
    this.settings = from?.settings ?? settings;
    this.next = from?.next ?? (settings.enabled ? Math.floor(settings.interval / 10) : Infinity);
  }

  save(): ClientState {
    return { random: [...this.random], turn: this.turn, settings: this.settings, next: this.next };
  }

  /** New settings from `at` on. */
  change(settings: ClientSettings, at: number): void {
    const paced = settings.enabled !== this.settings.enabled || settings.interval !== this.settings.interval;
    this.settings = settings;
    if (!settings.enabled) this.next = Infinity;
    else if (paced) this.next = at + this.gap();
  }

  /**
   * Its turn has come: which of the nodes that can be asked it asks, by turns; `null` when there is none.
   * @param proposers all proposers of the cluster, ascending.
   * @param free whether a node is up and has answered what this client asked before.
   */
  tick(at: number, proposers: readonly NodeId[], free: (node: NodeId) => boolean): NodeId | null {
    this.next = at + this.gap();
    const chosen = this.settings.proposers.filter((node) => proposers.includes(node));
    const asked = chosen.length > 0 ? chosen : proposers;
    for (let i = 0; i < asked.length; i++) {
      const node = asked[(this.turn + i) % asked.length]!;
      if (!free(node)) continue;
      this.turn = (this.turn + i + 1) % asked.length;
      return node;
    }
    return null;
  }

  /** The next word to propose. */
  word(): string {
    return words[nextInteger(this.random, 0, words.length - 1)]!;
  }

  private gap(): number {
    const { interval } = this.settings;
    return Math.floor(interval / 2) + nextInteger(this.random, 0, interval);
  }
}
