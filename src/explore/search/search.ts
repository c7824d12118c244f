/**
 * Every order of events of a small scope, breadth first: every message delivered at once, later, twice or never, every
 * timer fired at any moment, every crash. The near states come before the far ones, so what is found broken is found by a
 * shortest way.
 *
 * *Sleep sets* (Godefroid, *Partial-Order Methods for the Verification of Concurrent Systems*, chapter 5), node by node:
 * steps of two nodes can be taken in either order and come to the same, for a node takes only what others have said, and
 * nothing said is ever taken back. After the steps of a node have been looked at from a state, they need not be looked at
 * again right after a step of another node, unless that step had something new to say to it: it *sleeps*. All states
 * are met all the same, and by as short ways; a state that is met again with fewer nodes asleep is looked at again for
 * those that have woken.
 */
import { Visited } from '../../check/spec/visited.ts';
import { EXPLORE_NODES_MAX } from './explorable.ts';
import type { Broken, Model } from './model.ts';
import { Locals } from './locals.ts';
import type { CrashPlace } from './steps.ts';
import { Symmetry } from './symmetry.ts';

export interface SearchOptions {
  /** How often nodes may crash, all together. */
  readonly crashes: number;
  /** The search ends after so many distinct states. */
  readonly statesMax: number;
  readonly symmetry: boolean;
  readonly reduction: boolean;
}

export interface Progress {
  readonly distinct: number;
  /** Transitions taken, the initial state counted as one. Deliveries that change nothing are none. */
  readonly generated: number;
  /** Steps of the farthest state met. */
  readonly depth: number;
  /** States whose successors are not known yet. */
  readonly frontier: number;
  /** Memory for the states: the visited set with its queue and ways back; and tables. */
  readonly bytes: number;
  /** Different states of single nodes. */
  readonly locals: number;
}

/** What a node does, in words that the engine can follow. */
export interface Step {
  /** The place of its node. */
  readonly place: number;
  readonly label: number;
  readonly crash: CrashPlace | null;
}

export interface Found {
  readonly broken: Broken;
  /** From the initial state on; the last one breaks it. */
  readonly steps: readonly Step[];
}

/** Told of a transition: the place of the node, what it was given and where a crash struck, the local state it leads to. */
type Visit = (place: number, label: number, crash: CrashPlace | null, target: number, broken: Broken | null) => void;

const SLEEP_PAGE_BITS = 16;
const SLEEP_PAGE = 1 << SLEEP_PAGE_BITS;

export class Search {
  readonly locals: Locals;
  readonly initial: Int32Array;
  readonly #model: Model;
  readonly #options: SearchOptions;
  readonly #symmetry: Symmetry | null;
  readonly #visited: Visited;
  /** By state: the nodes asleep when it was met, as bits. */
  readonly #sleep: Uint8Array[] = [];
  /** States to look at again, and the nodes that have woken. */
  readonly #again: { readonly state: number; readonly nodes: number }[] = [];
  readonly #current: Int32Array;
  readonly #next: Int32Array;
  readonly #tellings: unknown[];
  readonly #all: number;
  #expanded = 0;
  #generated = 1;
  #depth = 0;
  #levelEnd = 1;
  #limited = false;
  #found: { readonly broken: Broken; readonly from: number; readonly step: Step } | null = null;
  #seen = 0;
  /** As it is when all has been seen. */
  readonly #sights: number;
  // What the transition at hand comes from.
  #from = -1;
  #asleep = 0;
  #done = 0;

  /** @param start the local states to begin with; without it, nodes that have come up for the first time */
  constructor(model: Model, options: SearchOptions, locals = new Locals(model), start?: readonly number[]) {
    const count = model.nodes.length;
    if (count > EXPLORE_NODES_MAX) throw new RangeError(`a search has at most ${EXPLORE_NODES_MAX} nodes, not ${count}`);
    this.#model = model;
    this.#options = options;
    this.locals = locals;
    this.initial = Int32Array.from(start ?? model.nodes.map((node) => locals.initial(node)));
    this.#visited = new Visited(count);
    this.#current = new Int32Array(count);
    this.#next = new Int32Array(count);
    this.#tellings = new Array<unknown>(count);
    this.#all = (1 << count) - 1;
    this.#sights = 2 ** model.properties.sometimes.length - 1;
    this.#symmetry = options.symmetry && model.symmetric ? new Symmetry(locals, this.initial) : null;
    const first = Int32Array.from(this.initial);
    this.#symmetry?.settle(first, 0);
    this.#visited.add(first, -1);
    this.#setSleep(0, 0);
    this.#look(this.initial);
  }

  get progress(): Progress {
    const { size, bytes } = this.#visited;
    return {
      distinct: size,
      generated: this.#generated,
      depth: this.#depth,
      frontier: size - this.#expanded,
      bytes: bytes + this.#sleep.length * SLEEP_PAGE + this.locals.bytes,
      locals: this.locals.size,
    };
  }

  /** All states have been looked at, without a violation. */
  get complete(): boolean {
    return !this.#stopped && this.#expanded === this.#visited.size;
  }

  /** Which of the *sometimes* properties have been seen, in their order. */
  get sometimes(): readonly boolean[] {
    const { sometimes } = this.#model.properties;
    const seen = (bit: number): boolean => ((this.#seen >> bit) & 1) === 1;
    const ofAny = this.#symmetry?.whole === true && sometimes.some(({ ofValue }, bit) => ofValue === true && seen(bit));
    return sometimes.map(({ ofValue }, bit) => seen(bit) || (ofValue === true && ofAny));
  }

  /** How many states there are without symmetry: those that each of the states met stands for. */
  get unfolded(): number {
    const state = new Int32Array(this.initial.length);
    let sum = 0;
    for (let at = 0; at < this.#visited.size; at++) {
      this.#visited.read(at, state);
      sum += this.#symmetry?.orbit(state) ?? 1;
    }
    return sum;
  }

  get #stopped(): boolean {
    return this.#found !== null || this.#limited;
  }

  /**
   * Looks at up to so many states.
   * @returns whether there is more to do
   */
  advance(states: number): boolean {
    for (let left = states; left > 0; left--) {
      if (this.#stopped || this.#expanded === this.#visited.size) return false;
      if (this.#expanded === this.#levelEnd) {
        this.#depth++;
        this.#levelEnd = this.#visited.size;
      }
      const state = this.#expanded++;
      this.#expand(state, this.#all & ~this.#sleepOf(state));
      for (let more = this.#again.pop(); more !== undefined && !this.#stopped; more = this.#again.pop()) {
        this.#expand(more.state, more.nodes);
      }
    }
    return true;
  }

  /** A violation, and a shortest way to it; `null` as long as none is found. */
  found(): Found | null {
    if (this.#found === null) return null;
    const { broken, from, step } = this.#found;
    const chain: number[] = [];
    for (let at = from; at >= 0; at = this.#visited.parent(at)) chain.push(at);
    chain.reverse();
    const steps: Step[] = [];
    const state = Int32Array.from(this.initial);
    for (const next of chain.slice(1)) steps.push(this.#stepTo(state, next));
    // The last one as it is from here: with symmetry the state at hand has other names than the one that was met.
    return { broken: this.#last(state, broken, step, steps), steps };
  }

  #expand(state: number, nodes: number): void {
    this.#from = state;
    this.#asleep = this.#sleepOf(state);
    this.#done = 0;
    this.#visited.read(state, this.#current);
    this.#successors(this.#current, nodes, this.#visit);
  }

  readonly #visit: Visit = (place, label, crash, target, broken) => {
    if (this.#stopped) return;
    this.#generated++;
    const next = this.#next;
    next.set(this.#current);
    next[place] = target;
    if (broken !== null) {
      this.#found = { broken, from: this.#from, step: { place, label, crash } };
      return;
    }
    const nodes = this.#options.reduction ? this.#stillAsleep(place, this.#current[place]!, target) : 0;
    const told = this.locals.told[target] !== this.locals.told[this.#current[place]!];
    const asleep = this.#symmetry?.settle(next, nodes) ?? nodes;
    const size = this.#visited.size;
    const state = this.#visited.number(next, this.#from);
    if (state < size) {
      if (this.#options.reduction) this.#wake(state, asleep);
      return;
    }
    this.#setSleep(state, asleep);
    if (told) {
      next.set(this.#current);
      next[place] = target;
      const wrong = this.#look(next);
      if (wrong !== null) this.#found = { broken: wrong, from: this.#from, step: { place, label, crash } };
    }
    this.#limited = this.#visited.size >= this.#options.statesMax;
  };

  /** The nodes whose steps need not be looked at after this one. */
  #stillAsleep(place: number, before: number, after: number): number {
    const asleep = (this.#asleep | this.#done) & ~(1 << place);
    const { said, open, width } = this.locals;
    if (asleep === 0 || said[before] === said[after]) return asleep;
    const count = this.initial.length;
    let still = 0;
    for (let node = 0; node < count; node++) {
      if (((asleep >> node) & 1) === 0) continue;
      const [a, b] = [(said[before]! * count + node) * width, (said[after]! * count + node) * width];
      let same = true;
      for (let word = 0; word < width && same; word++) same = open.words[a + word] === open.words[b + word];
      if (same) still |= 1 << node;
    }
    return still;
  }

  /** A state has been met again, with these nodes asleep. */
  #wake(state: number, asleep: number): void {
    const before = this.#sleepOf(state);
    if ((before & ~asleep) === 0) return;
    this.#setSleep(state, before & asleep);
    if (state < this.#expanded) this.#again.push({ state, nodes: before & ~asleep });
  }

  #sleepOf(state: number): number {
    return this.#sleep[state >> SLEEP_PAGE_BITS]![state & (SLEEP_PAGE - 1)]!;
  }

  #setSleep(state: number, nodes: number): void {
    (this.#sleep[state >> SLEEP_PAGE_BITS] ??= new Uint8Array(SLEEP_PAGE))[state & (SLEEP_PAGE - 1)] = nodes;
  }

  /** Looks at what has been told in the state. */
  #look(state: Int32Array): Broken | null {
    const { properties } = this.#model;
    const { tellings, told } = this.locals;
    for (let place = 0; place < state.length; place++) this.#tellings[place] = tellings[told[state[place]!]!];
    if (this.#seen !== this.#sights) this.#seen |= properties.seen(this.#tellings);
    return properties.state(this.#tellings);
  }

  /** Everything that can happen next at these nodes, but for what changes nothing. */
  #successors(state: Int32Array, nodes: number, visit: Visit): void {
    const { locals } = this;
    const count = state.length;
    let crashes = 0;
    for (let place = 0; place < count; place++) crashes += locals.crashes[state[place]!]!;
    const may = crashes < this.#options.crashes;
    for (let place = 0; place < count; place++) {
      if (((nodes >> place) & 1) === 0) continue;
      const local = state[place]!;
      for (const { label, target, crash, costs, broken } of locals.own(local)) {
        if (may || !costs) visit(place, label, crash, target, broken);
      }
      for (let other = 0; other < count; other++) {
        if (other === place) continue;
        const said = locals.said[state[other]!]!;
        for (let word = 0; word < locals.width; word++) {
          this.#deliveries(place, local, said * count + place, word, may, visit);
        }
      }
      this.#done |= 1 << place;
    }
  }

  #deliveries(place: number, local: number, row: number, word: number, may: boolean, visit: Visit): void {
    const { locals } = this;
    const open = locals.open.words[row * locals.width + word]!;
    let bits = open & ~locals.idle.words[local * locals.width + word]!;
    for (; bits !== 0; bits &= bits - 1) {
      const label = locals.message(place, word * 32 + 31 - Math.clz32(bits & -bits));
      this.#emit(place, local, label, locals.deliver(local, label), visit);
    }
    if (!may) return;
    bits = open & ~locals.calm.words[local * locals.width + word]!;
    for (; bits !== 0; bits &= bits - 1) {
      const label = locals.message(place, word * 32 + 31 - Math.clz32(bits & -bits));
      this.#emit(place, local, label, locals.strike(local, label), visit);
    }
  }

  #emit(place: number, local: number, label: number, encoded: number, visit: Visit): void {
    if (encoded === local) return;
    if (encoded >= 0) {
      visit(place, label, null, encoded, null);
      return;
    }
    for (const { target, crash, broken } of this.locals.several(encoded)) visit(place, label, crash, target, broken);
  }

  /** Takes, from `state`, a step to the state of this number or one that it stands for. */
  #stepTo(state: Int32Array, next: number): Step {
    const [wanted, candidate] = [new Int32Array(state.length), new Int32Array(state.length)];
    this.#visited.read(next, wanted);
    let step: Step | null = null;
    let reached = -1;
    this.#successors(state, this.#all, (place, label, crash, target, broken) => {
      if (step !== null || broken !== null) return;
      candidate.set(state);
      candidate[place] = target;
      this.#symmetry?.settle(candidate, 0);
      if (!candidate.every((local, at) => local === wanted[at])) return;
      step = { place, label, crash };
      reached = target;
    });
    if (step === null) throw new Error('a state that was met cannot be come to again');
    state[(step as Step).place] = reached;
    return step;
  }

  /** Takes, from `state`, a step that breaks the same property; puts it to the others. */
  #last(state: Int32Array, broken: Broken, usual: Step, steps: Step[]): Broken {
    let found: { readonly step: Step; readonly broken: Broken } | null = null;
    const next = new Int32Array(state.length);
    this.#successors(state, this.#all, (place, label, crash, target, wrong) => {
      if (found?.step.place === usual.place && found.step.label === usual.label) return;
      next.set(state);
      next[place] = target;
      const now = wrong ?? this.#look(next);
      if (now?.check === broken.check) found = { step: { place, label, crash }, broken: now };
    });
    if (found === null) throw new Error('what was found broken is whole again');
    const { step, broken: now } = found as { readonly step: Step; readonly broken: Broken };
    steps.push(step);
    return now;
  }
}

