/**
 * Local states: a node, and all that it has said so far. Each gets a number, and so do the things that are said; what a
 * node does when it is given something is worked out once, by a real step, and then looked up. (`step` is deterministic
 * by the contract of a protocol, rule 3.) So a global state is one number for each node: what is on its way is what
 * others have said.
 */
import type { NodeId } from '../../protocol/protocol.ts';
import { givenOf, labelText, renamedCore, renamedSaying, type Label } from './labels.ts';
import type { Broken, Model, Moment, Saying } from './model.ts';
import { canonical, type Renaming } from './plain.ts';
import { newcomer, takeStep, type Core, type CrashPlace, type Outcome } from './steps.ts';
import { Names, PairMap, Rows } from './tables.ts';

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

/** What the protocol does, with everything in it by its number. */
interface Done {
  readonly number: number;
  readonly core: number;
  /** What is said in it, as a set. */
  readonly said: number;
  readonly moments: readonly Moment[];
  readonly places: readonly CrashPlace[];
}

/** Seeds that are tried in a step that draws random numbers, so that each of a few choices is made. */
const SEEDS = 16;
/** More different things than these are not said in a scope, nor told by a node to itself in one go. */
const LABELS_MAX = 2 ** 16;
const PLACES_MAX = 2 ** 6;

const NONE: readonly Transition[] = [];
const NOTHING: readonly Done[] = [];
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
  /** By what they are made of: local states, unions of sets, what is told, what a step breaks. */
  readonly #numbers = new PairMap();
  readonly #unions = new PairMap();
  readonly #tellers = new PairMap();
  readonly #judged = new PairMap();
  readonly #verdicts: (Broken | null)[] = [null];
  readonly #labelNames = new Names();
  readonly #coreNames = new Names();
  readonly #cores: Core[] = [];
  /** By core: the number of its disk. */
  readonly #diskNames = new Names();
  readonly #disks: number[] = [];
  #dones = 0;
  readonly #coreOf: number[] = [];
  readonly #saidNames = new Names();
  readonly #saidSets: Int32Array[] = [];
  readonly #toldNames = new Names();
  /** By label: its bit among the messages to its receiver; by receiver and bit: the label. */
  readonly #bits: number[] = [];
  readonly #messages: number[][];
  readonly #steps = new Map<number, readonly Done[]>();
  readonly #turns = new Map<Renaming, { readonly cores: Map<number, number>; readonly said: Map<number, number> }>();
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
    const tables = [this.open, this.idle, this.calm, this.#delivered, this.#struck, this.#numbers, this.#unions, this.#tellers, this.#judged];
    return tables.reduce((sum, { bytes }) => sum + bytes, 0);
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

  /** The number of a local state. @param said labels */
  add(core: Core, said: readonly number[]): number {
    return this.#add(this.#addCore(core), this.#addSaid(said));
  }

  /** A node that has come up for the first time, and whose timers have fired as long as they had something new to say. */
  initial(node: NodeId): number {
    let local = this.add(newcomer(node), []);
    local = this.#transitions(local, this.#start, null)[0]!.target;
    for (let before = -1; before !== local; ) {
      before = local;
      for (const name of this.core(local).timers) {
        for (const { target } of this.#transitions(local, this.label({ type: 'timer', name }), null)) {
          if (this.#coreOf[local] !== this.#coreOf[target]) continue;
          // One after the other: it has said both.
          local = this.#add(this.#coreOf[local]!, this.#union(this.said[local]!, this.said[target]!));
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
    let turned = this.#turns.get(renaming);
    if (turned === undefined) this.#turns.set(renaming, (turned = { cores: new Map(), said: new Map() }));
    const [core, said] = [this.#coreOf[local]!, this.said[local]!];
    let toCore = turned.cores.get(core);
    if (toCore === undefined) turned.cores.set(core, (toCore = this.#addCore(renamedCore(this.#cores[core]!, this.model, renaming))));
    let toSaid = turned.said.get(said);
    if (toSaid === undefined) {
      toSaid = this.#addSaid(this.#sayings(said).map((saying) => this.label(renamedSaying(saying, this.model, renaming))));
      turned.said.set(said, toSaid);
    }
    return this.#add(toCore, toSaid);
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
    if (this.core(local).state === null) return NONE;
    const { target } = this.#crashed(local);
    const [whole] = this.#outcomes(this.#coreOf[local]!, label, null);
    if (whole === undefined) return NONE;
    const struck = whole.places.flatMap((place) => this.#transitions(local, label, place));
    return distinct(struck.filter((transition) => transition.target !== target || transition.broken !== null));
  }

  #transitions(local: number, label: number, crash: CrashPlace | null): readonly Transition[] {
    const transitions: Transition[] = [];
    for (const done of this.#outcomes(this.#coreOf[local]!, label, crash)) {
      const target = this.#add(done.core, this.#union(this.said[local]!, done.said));
      const broken = this.#verdict(local, done);
      transitions.push({ label, target, crash, costs: crash !== null || label === this.#crash, broken });
    }
    return transitions.length > 1 ? distinct(transitions) : transitions;
  }

  /** What the step breaks, by what the node has told before. */
  #verdict(local: number, { number, moments }: Done): Broken | null {
    const told = this.told[local]!;
    const known = this.#judged.get(told, number, UNKNOWN);
    if (known !== UNKNOWN) return this.#verdicts[known]!;
    const { node, disk, crashes } = this.core(local);
    const broken = this.model.properties.step(node, this.tellings[told], disk, crashes, moments);
    this.#judged.set(told, number, broken === null ? 0 : this.#verdicts.push(broken) - 1);
    return broken;
  }

  /** What the protocol does, by random choices, within the scope. */
  #outcomes(core: number, label: number, crash: CrashPlace | null): readonly Done[] {
    const place = crash === null ? 0 : 1 + crash.input * 2 + (crash.point === 'after-save' ? 1 : 0);
    const key = (core * LABELS_MAX + label) * PLACES_MAX + place;
    const known = this.#steps.get(key);
    if (known !== undefined) return known;
    const given = this.labels[label]!;
    // A node that is down takes nothing in.
    if (this.#cores[core]!.state === null && given.type !== 'start') return NOTHING;
    const outcomes = [takeStep(this.model, this.#cores[core]!, givenOf(given), 0, crash)];
    // What else is drawn is how long a node waits.
    if (given.type === 'timer' && given.name === this.model.chatter) {
      for (let seed = 1; seed < SEEDS; seed++) outcomes.push(takeStep(this.model, this.#cores[core]!, givenOf(given), seed, crash));
    }
    const within = outcomes.filter((outcome) => this.model.within(outcome.core.state));
    const done = within.map((outcome) => this.#done(outcome, given, this.#cores[core]!.node));
    const fresh = done.filter(({ core, said }, at) => done.findIndex((other) => other.core === core && other.said === said) === at);
    this.#steps.set(key, fresh);
    return fresh;
  }

  #done(outcome: Outcome, given: Label, from: NodeId): Done {
    const { places } = outcome;
    // That it was asked is said by the request itself.
    const asked: Moment[] = given.type === 'request' ? [{ type: 'said', saying: { type: 'asked', from, value: given.ask.value } }] : [];
    const moments = [...asked, ...outcome.moments];
    const said = moments.flatMap((moment) => (moment.type === 'said' ? [this.label(moment.saying)] : []));
    return { number: this.#dones++, core: this.#addCore(outcome.core), said: this.#addSaid(said), moments, places };
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

  #add(core: number, said: number): number {
    const known = this.#numbers.get(core, said, UNKNOWN);
    if (known !== UNKNOWN) return known;
    const number = this.size;
    this.#numbers.set(core, said, number);
    this.#coreOf.push(core);
    this.said.push(said);
    this.crashes.push(this.#cores[core]!.crashes);
    this.idle.reach(number);
    this.calm.reach(number);
    this.told.push(this.#tell(core, said));
    return number;
  }

  /** The number of what a node tells. */
  #tell(core: number, said: number): number {
    const known = this.#tellers.get(this.#disks[core]!, said, UNKNOWN);
    if (known !== UNKNOWN) return known;
    const { node, disk } = this.#cores[core]!;
    const { told, key } = this.model.properties.told(node, this.#sayings(said), disk);
    const number = this.#toldNames.number(key);
    if (number === this.tellings.length) this.tellings.push(told);
    this.#tellers.set(this.#disks[core]!, said, number);
    return number;
  }

  #addCore(core: Core): number {
    const number = this.#coreNames.number(canonical(core, this.model.words));
    if (number < this.#cores.length) return number;
    this.#cores.push(core);
    this.#disks.push(this.#diskNames.number(`${core.node} ${JSON.stringify(core.disk)}`));
    return number;
  }

  /** The number of a set of labels. */
  #addSaid(said: readonly number[]): number {
    const set = Int32Array.from(new Set(said)).sort();
    const number = this.#saidNames.number(set.join());
    if (number < this.#saidSets.length) return number;
    this.#saidSets.push(set);
    this.#open(number);
    return number;
  }

  #union(a: number, b: number): number {
    const known = this.#unions.get(a, b, UNKNOWN);
    if (known !== UNKNOWN) return known;
    const union = this.#addSaid([...this.#saidSets[a]!, ...this.#saidSets[b]!]);
    this.#unions.set(a, b, union);
    return union;
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

  /** Room for more different messages to a node. */
  #widen(): void {
    this.width *= 2;
    this.idle = this.idle.widened(this.width);
    this.calm = this.calm.widened(this.width);
    this.open = new Rows(this.model.nodes.length * this.width);
    for (let said = 0; said < this.#saidSets.length; said++) this.#open(said);
  }
}

/** Each state once. A transition that breaks something is kept. */
function distinct(transitions: readonly Transition[]): readonly Transition[] {
  return transitions.filter(
    ({ target, broken }, at) =>
      transitions.findIndex((other) => other.target === target && (other.broken === null) === (broken === null)) === at,
  );
}
