/**
 * Local states: a node, and all that it has said so far. Each gets a number, and so do the things that are said; what a
 * node does when it is given something is worked out once, by a real step, and then looked up. (`step` is deterministic
 * by the contract of a protocol, rule 3.) So a global state is one number for each node: what is on its way is what
 * others have said.
 */
import type { NodeId } from '../../protocol/protocol.ts';
import type { Ask, Broken, Model, Moment, Saying } from './model.ts';
import { canonical, renamed, type Renaming } from './plain.ts';
import { encoded, newcomer, takeStep, type Core, type CrashPlace, type Given, type Outcome } from './steps.ts';
import { Names, PairMap, Rows } from './tables.ts';

/** What can be given to a node, by its number: a saying that is a message, or one of these. */
export type Label =
  | Saying
  | { readonly type: 'timer'; readonly name: string }
  | { readonly type: 'request'; readonly ask: Ask }
  | { readonly type: 'crash' }
  | { readonly type: 'start' };

/** What can come of it. */
export interface Transition {
  readonly label: number;
  /** The local state it leads to. */
  readonly target: number;
  /** Where a crash strikes in it. */
  readonly crash: CrashPlace | null;
  /** It takes a crash. */
  readonly costs: boolean;
  readonly broken: Broken | null;
}

/** Seeds that are tried in a step that draws random numbers, so that each of a few choices is made. */
const SEEDS = 16;

const NONE: readonly Transition[] = [];
const UNKNOWN = -1;

export class Locals {
  readonly model: Model;
  readonly labels: Label[] = [];
  /** By local state: what it has told (a number for the properties), and what it has said. */
  readonly told: number[] = [];
  readonly said: number[] = [];
  readonly crashes: number[] = [];
  readonly tellings: unknown[] = [];
  /** Words of messages to one node in a row of `open`. */
  width = 1;
  /** By what was said and receiver: the messages, as bits, that can arrive. */
  open: Rows;
  /** By local state, of the messages that can reach it: those that change nothing, and those in which a crash changes nothing. */
  idle: Rows;
  calm: Rows;
  readonly #names = new Names();
  readonly #labelNames = new Names();
  readonly #coreNames = new Names();
  readonly #cores: Core[] = [];
  readonly #coreOf: number[] = [];
  readonly #saidNames = new Names();
  readonly #saidSets: Int32Array[] = [];
  readonly #toldNames = new Names();
  /** By label: its bit among the messages to its receiver; by receiver and bit: the label. */
  readonly #bits: number[] = [];
  readonly #messages: number[][];
  readonly #steps = new Map<number, readonly Outcome[]>();
  readonly #delivered = new PairMap();
  readonly #struck = new PairMap();
  readonly #many: (readonly Transition[])[] = [];
  readonly #own: (readonly Transition[] | undefined)[] = [];
  readonly #crash: number;
  readonly #start: number;

  constructor(model: Model) {
    this.model = model;
    this.#messages = model.nodes.map(() => []);
    this.open = new Rows(model.nodes.length);
    this.idle = new Rows(1);
    this.calm = new Rows(1);
    this.#crash = this.label({ type: 'crash' });
    this.#start = this.label({ type: 'start' });
  }

  /** How many there are. */
  get size(): number {
    return this.#coreOf.length;
  }

  /** How often the protocol itself took a step. */
  get stepped(): number {
    return this.#steps.size;
  }

  /** Memory of the tables, bytes; the local states themselves not counted, of which there are few. */
  get bytes(): number {
    return this.open.bytes + this.idle.bytes + this.calm.bytes + this.#delivered.bytes + this.#struck.bytes;
  }

  core(local: number): Core {
    return this.#cores[this.#coreOf[local]!]!;
  }

  sayings(local: number): Saying[] {
    return this.#sayings(this.said[local]!);
  }

  /** The label of a message to the node at the place `to`, by its bit. */
  message(to: number, bit: number): number {
    return this.#messages[to]![bit]!;
  }

  /** The number of a label. */
  label(label: Label): number {
    const number = this.#labelNames.number(labelText(label, this.model));
    if (number < this.labels.length) return number;
    this.labels.push(label);
    this.#bits.push(-1);
    if (label.type === 'message' && label.open && label.from !== label.to) {
      const messages = this.#messages[this.model.nodes.indexOf(label.to)]!;
      this.#bits[number] = messages.length;
      messages.push(number);
      if (messages.length > this.width * 32) this.#widen();
    }
    return number;
  }

  /** The number of a local state. @param said labels, ascending */
  add(core: Core, said: Int32Array): number {
    const coreText = canonical(core, this.model.words);
    const coreNumber = this.#coreNames.number(coreText);
    if (coreNumber === this.#cores.length) this.#cores.push(core);
    const saidNumber = this.#addSaid(said);
    const number = this.#names.number(`${coreNumber}/${saidNumber}`);
    if (number < this.size) return number;
    this.#coreOf.push(coreNumber);
    this.said.push(saidNumber);
    this.crashes.push(core.crashes);
    this.idle.reach(number);
    this.calm.reach(number);
    const { told, key } = this.model.properties.told(core.node, this.#sayings(saidNumber), core.disk);
    const toldNumber = this.#toldNames.number(`${core.node} ${key}`);
    if (toldNumber === this.tellings.length) this.tellings.push(told);
    this.told.push(toldNumber);
    return number;
  }

  /** A node that has come up for the first time, and whose timers have fired as long as they had something new to say. */
  initial(node: NodeId): number {
    let local = this.add(newcomer(node), new Int32Array(0));
    local = this.#transitions(local, this.#start, null)[0]!.target;
    for (let before = -1; before !== local; ) {
      before = local;
      for (const name of this.core(local).timers) {
        for (const { target } of this.#transitions(local, this.label({ type: 'timer', name }), null)) {
          if (this.#sameCore(local, target)) local = this.#join(local, target);
        }
      }
    }
    return local;
  }

  /** What can come of a message; a local state from 0, `local` itself if nothing; below 0, see `several`. */
  deliver(local: number, label: number): number {
    const known = this.#delivered.get(local, label, UNKNOWN);
    if (known !== UNKNOWN) return known;
    const found = this.#encoded(this.#transitions(local, label, null), local);
    if (found === local) this.#mark(this.idle, local, label);
    this.#delivered.set(local, label, found);
    return found;
  }

  /** What can come of a message when a crash strikes while it is taken in, as `deliver`. */
  strike(local: number, label: number): number {
    const known = this.#struck.get(local, label, UNKNOWN);
    if (known !== UNKNOWN) return known;
    const found = this.#encoded(this.#struckBy(local, label), local);
    if (found === local) this.#mark(this.calm, local, label);
    this.#struck.set(local, label, found);
    return found;
  }

  /** What stands for several transitions, or for one with something to it. */
  several(encoded: number): readonly Transition[] {
    return this.#many[-encoded - 2]!;
  }

  /** What the node can do without a message: timers, requests, crashes. */
  own(local: number): readonly Transition[] {
    return (this.#own[local] ??= this.#ownOf(local));
  }

  /** The local state with others in the places of nodes and values. */
  renamed(local: number, renaming: Renaming): number {
    const { model } = this;
    const core = this.core(local);
    const { words } = model;
    const said = this.sayings(local).map((saying) => this.label(renamedSaying(saying, model, renaming)));
    const changed: Core = {
      ...core,
      node: renaming.nodes[core.node]!,
      state: renamed(core.state, words, renaming),
      disk: model.renamedDisk(core.disk, renaming),
    };
    return this.add(changed, Int32Array.from(said).sort());
  }

  #ownOf(local: number): readonly Transition[] {
    const core = this.core(local);
    if (core.state === null) return this.#transitions(local, this.#start, null);
    const labels = core.timers.map((name) => this.label({ type: 'timer', name }));
    for (const ask of this.model.asks(core.node, core.state)) labels.push(this.label({ type: 'request', ask }));
    const plain = labels.flatMap((label) => this.#transitions(local, label, null));
    const crashes = [this.#crashed(local), ...labels.flatMap((label) => this.#struckBy(local, label))];
    return [...plain, ...distinct(crashes)].filter(({ target, broken }) => target !== local || broken !== null);
  }

  #crashed(local: number): Transition {
    return this.#transitions(local, this.#crash, null)[0]!;
  }

  /** Only what a crash before or after the whole does not come to as well. */
  #struckBy(local: number, label: number): readonly Transition[] {
    const { target } = this.#crashed(local);
    const [whole] = this.#outcomes(this.#coreOf[local]!, label, null);
    if (whole === undefined) return NONE;
    const struck = whole.places.flatMap((place) => this.#transitions(local, label, place));
    return distinct(struck.filter((transition) => transition.target !== target || transition.broken !== null));
  }

  #transitions(local: number, label: number, crash: CrashPlace | null): readonly Transition[] {
    const core = this.#coreOf[local]!;
    const transitions: Transition[] = [];
    for (const outcome of this.#outcomes(core, label, crash)) {
      if (!this.model.within(outcome.core.state)) continue;
      const moments = this.#momentsOf(label, core, outcome.moments);
      const target = this.add(outcome.core, this.#joined(this.said[local]!, moments));
      const before = this.tellings[this.told[local]!];
      const { node, disk, crashes } = this.#cores[core]!;
      const broken = this.model.properties.step(node, before, disk, crashes, moments);
      transitions.push({ label, target, crash, costs: crash !== null || label === this.#crash, broken });
    }
    return transitions.length > 1 ? distinct(transitions) : transitions;
  }

  /** That it was asked is said by the request itself. */
  #momentsOf(label: number, core: number, moments: readonly Moment[]): readonly Moment[] {
    const given = this.labels[label]!;
    if (given.type !== 'request') return moments;
    return [{ type: 'said', saying: { type: 'asked', from: this.#cores[core]!.node, value: given.ask.value } }, ...moments];
  }

  /** What the protocol does, by random choices. */
  #outcomes(core: number, label: number, crash: CrashPlace | null): readonly Outcome[] {
    const place = crash === null ? 0 : 1 + crash.input * 2 + (crash.point === 'after-save' ? 1 : 0);
    const key = (core * 2 ** 14 + label) * 2 ** 6 + place;
    const known = this.#steps.get(key);
    if (known !== undefined) return known;
    const given = givenOf(this.labels[label]!);
    const outcomes = [takeStep(this.model, this.#cores[core]!, given, 0, crash)];
    // Only a timer has a node choose whom to ask; what else is drawn is how long it waits.
    if (outcomes[0]!.drew && given.type === 'timer') {
      for (let seed = 1; seed < SEEDS; seed++) outcomes.push(takeStep(this.model, this.#cores[core]!, given, seed, crash));
    }
    this.#steps.set(key, outcomes);
    return outcomes;
  }

  #encoded(transitions: readonly Transition[], local: number): number {
    const real = transitions.filter(({ target, broken }) => target !== local || broken !== null);
    if (real.length === 0) return local;
    const [first] = real;
    if (real.length === 1 && first!.broken === null && first!.crash === null) return first!.target;
    this.#many.push(real);
    return -this.#many.length - 1;
  }

  #mark(rows: Rows, local: number, label: number): void {
    const bit = this.#bits[label]!;
    rows.words[local * rows.width + (bit >> 5)]! |= 1 << (bit & 31);
  }

  #sayings(said: number): Saying[] {
    return [...this.#saidSets[said]!].map((label) => this.labels[label] as Saying);
  }

  #addSaid(said: Int32Array): number {
    const number = this.#saidNames.number(said.join());
    if (number < this.#saidSets.length) return number;
    this.#saidSets.push(said);
    this.#open(number);
    return number;
  }

  #open(said: number): void {
    const { nodes } = this.model;
    this.open.reach(said);
    for (const label of this.#saidSets[said]!) {
      const bit = this.#bits[label]!;
      const saying = this.labels[label]!;
      if (bit < 0 || saying.type !== 'message') continue;
      const at = (said * nodes.length + nodes.indexOf(saying.to)) * this.width + (bit >> 5);
      this.open.words[at]! |= 1 << (bit & 31);
    }
  }

  #joined(said: number, moments: readonly Moment[]): Int32Array {
    const all = new Set(this.#saidSets[said]);
    for (const moment of moments) if (moment.type === 'said') all.add(this.label(moment.saying));
    return Int32Array.from(all).sort();
  }

  #sameCore(a: number, b: number): boolean {
    return this.#coreOf[a] === this.#coreOf[b];
  }

  /** The first, having said what the second has said too. */
  #join(a: number, b: number): number {
    const all = new Set([...this.#saidSets[this.said[a]!]!, ...this.#saidSets[this.said[b]!]!]);
    return this.add(this.core(a), Int32Array.from(all).sort());
  }

  /** Room for more different messages to a node. */
  #widen(): void {
    this.width *= 2;
    this.idle = this.idle.widened(this.width);
    this.calm = this.calm.widened(this.width);
    this.open = new Rows(this.model.nodes.length * this.width);
    for (let said = 0; said < this.#saidSets.length; said++) this.#open(said);
  }
}

function givenOf(label: Label): Given {
  switch (label.type) {
    case 'message':
    case 'timer':
      return label;
    case 'request':
      return { type: 'request', request: label.ask.request };
    case 'crash':
    case 'start':
      return { type: label.type };
    default:
      throw new Error(`nobody is given what was ${label.type}`);
  }
}

function labelText(label: Label, { words }: Model): string {
  switch (label.type) {
    case 'message':
      return `${label.from}>${label.to} ${label.kind} ${label.body.join()}${label.open ? '' : ' gone'}`;
    case 'request':
      return `request ${label.ask.value}`;
    default:
      return canonical(label, words);
  }
}

/** Each state once. A transition that breaks something is kept. */
function distinct(transitions: readonly Transition[]): readonly Transition[] {
  return transitions.filter(
    ({ target, broken }, at) =>
      transitions.findIndex((other) => other.target === target && (other.broken === null) === (broken === null)) === at,
  );
}

function renamedSaying(saying: Saying, { protocol, words }: Model, renaming: Renaming): Saying {
  const fresh = renamed(saying, words, renaming);
  if (fresh.type !== 'message') return fresh;
  return { ...fresh, body: encoded(protocol, fresh.message) };
}
