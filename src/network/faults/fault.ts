/**
 * The contract of a fault. One file per fault in this folder, one line in registry.ts; the panels, the stage's menus,
 * scenarios and the fuzzer take it from there. There are three kinds: of a link (something happens to packets between
 * two nodes), of a node (its clock, its disk, the node itself), and of the topology (a pattern of cut links).
 */
import type { NodeId } from '../../protocol/protocol.ts';
import type { Random } from '../../protocol/random.ts';
import type { Choice, Conditional, NumberRange, Unit } from '../../protocol/settings.ts';
import type { Direction } from '../topology.ts';

export type { Unit } from '../../protocol/settings.ts';

/** One number a person can set. */
export interface NumberField extends NumberRange {
  readonly default: number;
}

/** One of several words. */
export interface ChoiceField extends Choice {
  readonly default: string;
}

/** A list of numbers, each within the bounds. */
export interface ListField extends Conditional {
  readonly type: 'numbers';
  readonly label: string;
  readonly unit: Unit;
  readonly min: number;
  readonly max: number;
  readonly longest: number;
  readonly default: readonly number[];
  readonly meaning: string;
}

export type Field = NumberField | ChoiceField | ListField;
export type FieldValue = number | string | readonly number[];

/** Settings of one fault: a value per field. */
export type FaultSettings = { readonly [field: string]: FieldValue };

interface FaultBase {
  readonly name: string;
  readonly label: string;
  /** One sentence: what it does. */
  readonly meaning: string;
  readonly fields: { readonly [field: string]: Field };
}

/** What the link faults make of one packet; each fault changes the parts it is about. */
export interface Judgement {
  /** Given: when it was sent, µs, how many bytes it has, and whether it is a copy that the network made of another. */
  readonly sentAt: number;
  readonly bytes: number;
  readonly copy: boolean;
  /** Time of flight in µs, at least 0. */
  latency: number;
  /** By chance it does not arrive. */
  lost: boolean;
  /** The queue of the link was full: it does not even leave. */
  overflow: boolean;
  /** A second copy travels too. */
  duplicated: boolean;
  /** A bit of it is turned over on the way. */
  corrupted: boolean;
  /** When the link goes down under it, µs; `null`: it stays up. */
  cutAt: number | null;
}

/**
 * Something that happens to packets. `Memory` is what it remembers of one direction of a link, plain data that
 * `structuredClone` takes. Each fault draws from a generator of its own per direction, so that no setting of one fault
 * changes the draws of another.
 */
export interface LinkFault<Memory = unknown> extends FaultBase {
  readonly kind: 'link';
  /** Whether it does anything at all with these settings. One that does not is not asked to judge. */
  active(settings: FaultSettings): boolean;
  memory?(): Memory;
  judge(settings: FaultSettings, random: Random, judgement: Judgement, memory: Memory): void;
  /** The least latency, in µs, that it gives every packet; only for faults that set the latency. */
  latencyMin?(settings: FaultSettings): number;
  /**
   * Whether the link is down at virtual time `at`, µs; only for faults that cut it by the clock. The stage draws it.
   * Such a fault judges by the clock alone: it draws and remembers nothing, and only sets `cutAt`.
   */
  down?(settings: FaultSettings, at: number): boolean;
  /** Settings for one run of the fuzzer, drawn from the seed. */
  swarm(random: Random): FaultSettings;
}

/** What the faults of a node amount to; each fault changes the parts it is about. */
export interface Conditions {
  /** Its clock's rate: its timers take 1/rate of the time they should. */
  clockRate: number;
  /** What a sync takes, µs; 0: no time. */
  diskDelay: number;
  /** Its next save fails. */
  diskFull: boolean;
  /** Its disk says it has synced what it has not: a crash loses it. */
  diskLies: boolean;
}

export interface NodeFault extends FaultBase {
  readonly kind: 'node';
  /** It breaks what the protocols assume, and is marked so. */
  readonly unsafe: boolean;
  /** One or two characters that stand for it on the stage, beside its colour and name. */
  readonly letter: string;
  /** What a menu offers, each with one click: settings that act, in a few words. */
  readonly offers: readonly { readonly label: string; readonly settings: FaultSettings }[];
  /** Whether it acts with these settings. */
  active(settings: FaultSettings): boolean;
  /** Part of a sentence that begins with the node: `has a clock at half speed`. */
  describe(settings: FaultSettings): string;
  apply(settings: FaultSettings, conditions: Conditions): void;
  /** How long the node stands still, µs, from the moment it is set; only for faults that strike once. */
  freeze?(settings: FaultSettings): number;
  swarm(random: Random): FaultSettings;
}

/** A pattern of cut links, drawn around some nodes that a person points at. */
export interface CutFault extends FaultBase {
  readonly kind: 'cut';
  /** Fewest and most nodes to point at, and fewest nodes the cluster needs. */
  readonly picks: { readonly min: number; readonly max: number; readonly cluster: number };
  /** Whether clients are among `all`, and can be pointed at; otherwise it is drawn between servers only. */
  readonly clients: boolean;
  /** The directions to cut. `all` and `picked` ascending. */
  links(all: readonly NodeId[], picked: readonly NodeId[]): readonly Direction[];
}

export type Fault = LinkFault | NodeFault | CutFault;

/** Default settings of a fault, from its fields. */
export function defaultsOf(fault: { readonly fields: { readonly [field: string]: Field } }): FaultSettings {
  return Object.fromEntries(Object.entries(fault.fields).map(([name, field]) => [name, field.default]));
}
