/**
 * One direction of a link. Every fault has random generators of its own on it, so that neither traffic elsewhere nor
 * another fault changes its luck.
 */
import type { NodeId } from '../protocol/protocol.ts';
import { createRandom, mix, nextFloat, type Random } from '../protocol/random.ts';
import type { FaultSettings, Judgement, LinkFault } from './faults/fault.ts';
import { linkFaults } from './faults/registry.ts';
import { copyPlain } from './plain.ts';
import type { NetworkSettings } from './settings.ts';
import { directionKey } from './topology.ts';

/** The shortest time of flight, µs: the clock's resolution. */
export const LATENCY_MIN_US = 1;

/** What a link makes of one packet. It is used again for the next one. */
export interface Verdict extends Readonly<Judgement> {
  /** The share of its way, in (0, 1), after which it is lost, should it be. */
  readonly lostAfter: number;
  /** Which bit of body and checksum is turned over; `null` for none. */
  readonly flip: number | null;
}

/** A fault on this direction: its generators, for packets and for copies the network makes, and what it remembers. */
interface Chances {
  readonly random: Random;
  readonly copies: Random;
  readonly memory: unknown;
}

interface Acting extends Chances {
  readonly fault: LinkFault;
  readonly settings: FaultSettings;
}

/** A link as plain data. */
export interface LinkState {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly own: Omit<Chances, 'memory'>;
  readonly faults: readonly (readonly [fault: string, chances: Chances])[];
}

/** Bits of a packet's checksum. */
const CHECKSUM_BITS = 32;
/** Streams of copies are apart from those of packets by this. */
const COPIES = 0x10000;

export class Link {
  readonly from: NodeId;
  readonly to: NodeId;
  private readonly seed: number;
  /** For where on its way a packet is lost, and which bit is turned over. */
  private readonly own: Omit<Chances, 'memory'>;
  /** Faults that have acted on this direction. */
  private readonly chances = new Map<string, Chances>();
  /** Faults that act, in the order in which they judge. */
  private acting: readonly Acting[] = [];
  private readonly verdict = { ...untouched(), lostAfter: 0, flip: null as number | null };

  constructor(seed: number, from: NodeId, to: NodeId, settings: NetworkSettings) {
    this.from = from;
    this.to = to;
    this.seed = seed;
    this.own = this.generators('');
    this.change(settings);
  }

  /** A link that goes on exactly where another was when it was saved. */
  static restore(seed: number, state: LinkState, settings: NetworkSettings): Link {
    const link = new Link(seed, state.from, state.to, settings);
    Object.assign(link.own.random, state.own.random);
    Object.assign(link.own.copies, state.own.copies);
    for (const [fault, chances] of state.faults) link.chances.set(fault, copyPlain(chances));
    link.change(settings);
    return link;
  }

  /** The link as plain data, independent of this one. */
  save(): LinkState {
    const faults = linkFaults
      .filter(({ name }) => this.chances.has(name))
      .map(({ name }) => [name, this.chances.get(name)!] as const);
    return copyPlain({ from: this.from, to: this.to, own: this.own, faults });
  }

  /** @param settings complete ones, for packets sent from now on. */
  change(settings: NetworkSettings): void {
    this.acting = linkFaults
      .filter((fault) => fault.active(settings[fault.name]!))
      .map((fault) => ({ fault, settings: settings[fault.name]!, ...this.chancesOf(fault) }));
  }

  /**
   * The verdict on a packet, or on a copy the network made of one, which is never doubled again.
   * @param bytes the length of its body.
   */
  judge(sentAt: number, bytes: number, copy: boolean): Verdict {
    const verdict = this.verdict;
    verdict.sentAt = sentAt;
    verdict.bytes = bytes;
    verdict.copy = copy;
    verdict.latency = 0;
    verdict.lost = false;
    verdict.overflow = false;
    verdict.duplicated = false;
    verdict.corrupted = false;
    verdict.cutAt = null;
    for (const { fault, settings, random, copies, memory } of this.acting) {
      fault.judge(settings, copy ? copies : random, verdict, memory);
    }
    // However fast, nothing arrives at the very time it was sent: it is what lets nodes work side by side.
    if (verdict.latency < LATENCY_MIN_US) verdict.latency = LATENCY_MIN_US;
    // What did not leave is not doubled.
    if (copy || verdict.overflow) verdict.duplicated = false;
    // Drawn for every packet: more loss takes the same packets at the same place, and others.
    const drawn = nextFloat(copy ? this.own.copies : this.own.random);
    verdict.lostAfter = 0.15 + 0.7 * drawn;
    // The lower 20 bits of the same draw.
    verdict.flip = verdict.corrupted ? Math.floor(((drawn * 4096) % 1) * (bytes * 8 + CHECKSUM_BITS)) : null;
    return verdict;
  }

  /** When the link goes down by the clock in the stretch from `from` up to `until`, µs; `from` if it is down then. */
  cutIn(from: number, until: number): number | null {
    const judgement = { ...untouched(), sentAt: from, latency: until - from };
    for (const { fault, settings, random, memory } of this.acting) {
      if (fault.down !== undefined) fault.judge(settings, random, judgement, memory);
    }
    return judgement.cutAt;
  }

  private chancesOf(fault: LinkFault): Chances {
    let chances = this.chances.get(fault.name);
    if (chances === undefined) {
      chances = { ...this.generators(fault.name), memory: fault.memory?.() ?? null };
      this.chances.set(fault.name, chances);
    }
    return chances;
  }

  private generators(name: string): Omit<Chances, 'memory'> {
    const seed = mix(this.seed, ...Array.from(name, (character) => character.codePointAt(0)!));
    const stream = directionKey(this.from, this.to);
    return { random: createRandom(seed, stream), copies: createRandom(seed, COPIES + stream) };
  }
}

/** The judgement of no fault at all. */
function untouched(): { -readonly [key in keyof Judgement]: Judgement[key] } {
  return {
    sentAt: 0,
    bytes: 0,
    copy: false,
    latency: 0,
    lost: false,
    overflow: false,
    duplicated: false,
    corrupted: false,
    cutAt: null,
  };
}
