/**
 * One node, wherever it runs: its state, its timers in virtual time, and what it has sent itself. Takes a batch of
 * inputs for a window, steps the protocol through it and gives the output as bytes. The thread host and the inline
 * host both run exactly this, which is why their runs have the same digest.
 *
 * Order inside a node, at one virtual time: what it sent itself, then inputs in the order given, then timers in the
 * order they were set.
 *
 * There is one way in which a node does not go on: `blockedUntil`. A node that is frozen does nothing until it is over.
 * A node with a slow disk waits at every `save` until it is synced, and only then is it durable, and only then does the
 * rest of that step's effects come, as a step of its own. Inputs that come meanwhile wait, over as many batches as need
 * be; timers that come due meanwhile fire when it goes on.
 */
import { Reader } from '../protocol/codec.ts';
import { nameOf } from '../protocol/protocol.ts';
import type { AnyProtocol, Effect, Input, Inspection, NodeSetup, Saved, View } from '../protocol/protocol.ts';
import { soundConditions } from '../network/faults/conditions.ts';
import type { Conditions } from '../network/faults/fault.ts';
import {
  readHead,
  STEP_CORRUPT,
  STEP_CRASH,
  STEP_FIRED,
  STEP_INPUT,
  STEP_SELF,
  STEP_SYNCED,
  STEP_TIMER,
  STEP_UNFIRED,
  type NodeOutput,
} from '../cluster/batch.ts';
import { checksumOf } from '../cluster/checksum.ts';
import type { CrashPoint } from '../cluster/events.ts';
import { EffectWriter } from './runner/effects.ts';
import { Inputs, type PendingInput } from './runner/inputs.ts';
import { Timers, type TimersData } from './runner/timers.ts';
import type { Save, Write } from '../cluster/disk/disk.ts';

export interface RunnerOptions {
  readonly protocol: AnyProtocol;
  readonly setup: NodeSetup<unknown>;
  /** What stable storage holds. */
  readonly stored: readonly Saved[];
  /** Whether to make a view after each batch. */
  readonly observe: boolean;
}

/** What is held back until the disk has synced: the effects from `next` on, and what the disk has not written yet. */
interface Held {
  readonly effects: readonly Effect<unknown>[];
  readonly next: number;
  readonly writes: readonly Write[];
}

/** A node between two batches: plain data, independent of the runner, and never changed. */
export interface RunnerData {
  readonly setup: NodeSetup<unknown>;
  readonly state: unknown;
  readonly stored: readonly Saved[];
  readonly timers: TimersData;
  readonly self: readonly unknown[];
  readonly inputs: readonly PendingInput[];
  readonly held: Held | null;
  readonly conditions: Conditions;
  readonly blockedUntil: number;
  readonly now: number;
}

export class NodeRunner {
  private readonly protocol: AnyProtocol;
  private readonly setup: NodeSetup<unknown>;
  private readonly observe: boolean;
  private readonly state: unknown;
  private stored: readonly Saved[];
  private readonly timers: Timers;
  private readonly inputs: Inputs;
  private selfQueue: unknown[] = [];
  private selfHead = 0;
  private held: Held | null = null;
  private conditions: Conditions = soundConditions();
  private blockedUntil = 0;
  private now = 0;
  private armed: CrashPoint = 'now';
  private crashed = false;
  private saves: Save[] = [];
  private readonly writer: EffectWriter;
  private readonly reader = new Reader(new Uint8Array(0));
  private stepAt = 0;

  /** @param data what `save` gave; without it, a node that has not started yet. */
  constructor(options: RunnerOptions, data?: RunnerData) {
    this.protocol = options.protocol;
    this.setup = options.setup;
    this.observe = options.observe;
    this.stored = options.stored;
    this.writer = new EffectWriter(this.protocol, this.setup.node);
    this.timers = new Timers(data?.timers);
    this.inputs = new Inputs(data?.inputs);
    if (data === undefined) {
      this.state = this.protocol.init(options.setup);
      return;
    }
    this.state = this.protocol.fork(data.state);
    this.selfQueue = structuredClone(data.self) as unknown[];
    this.held = structuredClone(data.held);
    this.conditions = data.conditions;
    this.blockedUntil = data.blockedUntil;
    this.now = data.now;
  }

  /** A node that goes on from where another one was when it was saved. */
  static resume(options: Pick<RunnerOptions, 'protocol' | 'observe'>, data: RunnerData): NodeRunner {
    return new NodeRunner({ ...options, setup: data.setup, stored: data.stored }, data);
  }

  /** The node as it is now, between two batches. Shares what is never changed in place. */
  save(): RunnerData {
    return {
      setup: this.setup,
      state: this.protocol.fork(this.state),
      stored: this.stored,
      timers: this.timers.save(),
      self: structuredClone(this.selfQueue.slice(this.selfHead)),
      inputs: this.inputs.save(),
      held: structuredClone(this.held),
      conditions: this.conditions,
      blockedUntil: this.blockedUntil,
      now: this.now,
    };
  }

  /**
   * Steps through a batch.
   * @returns the output, whose bytes are a view that the next batch overwrites unless they are transferred, and the
   * saves, in order, that must be on the disk before the output is handed on.
   */
  run(batch: Uint8Array): { readonly output: NodeOutput; readonly saves: readonly Save[] } {
    const { out } = this.writer;
    out.clear();
    this.saves = [];
    if (!this.crashed) this.runBatch(batch);
    const view = this.observe && !this.crashed && out.length > 0 ? this.protocol.view(this.state) : null;
    return {
      output: {
        node: this.setup.node,
        bytes: out.view(),
        nextDue: this.nextDue(),
        blockedUntil: this.blockedUntil,
        busy: this.busy(),
        view,
      },
      saves: this.saves,
    };
  }

  /** What it shows of itself now, between two batches. */
  view(): View {
    return this.protocol.view(this.state);
  }

  /** What a batch with nothing in it would come to, and what the node shows of itself; nothing changes. */
  look(): NodeOutput {
    const { blockedUntil } = this;
    return { node: this.setup.node, bytes: new Uint8Array(0), nextDue: this.nextDue(), blockedUntil, busy: this.busy(), view: this.view() };
  }

  /** Memory and disk, for the inspector; `stored` is what the disk holds now. */
  inspect(stored: readonly Saved[]): Inspection {
    return { memory: this.protocol.memory(this.state), disk: this.protocol.disk(stored) };
  }

  private runBatch(batch: Uint8Array): void {
    const reader = new Reader(batch);
    const head = readHead(reader);
    this.armed = head.crashAt;
    this.stepAt = head.from;
    const control = this.inputs.open(reader, head.from);
    if (control !== null) {
      this.conditions = control.conditions;
      this.blockedUntil = Math.max(this.blockedUntil, control.frozenUntil);
    }
    while (this.next(head.until) && !this.crashed && !head.single);
    if (!this.crashed) this.inputs.close();
  }

  /** What comes next, if it comes before `until`; whether anything did. */
  private next(until: number): boolean {
    if (this.held !== null) return this.blockedUntil < until && this.goOn(this.held);
    if (this.selfHead < this.selfQueue.length) {
      const at = Math.max(this.now, this.blockedUntil);
      return at < until && this.takeSelf(at);
    }
    const input = this.inputs.peek();
    const timer = this.timers.next();
    const inputAt = input === null ? Infinity : Math.max(input.at, this.blockedUntil);
    const timerAt = timer === null ? Infinity : Math.max(timer.due, this.blockedUntil);
    if (Math.min(inputAt, timerAt) >= until) return false;
    if (inputAt <= timerAt) {
      this.take(input!, inputAt);
      this.inputs.take();
    } else {
      this.timers.delete(timer!.name);
      this.beginStep(STEP_TIMER, timerAt);
      this.writer.out.text(timer!.name);
      this.step({ type: 'timer', name: timer!.name });
    }
    return true;
  }

  /** The disk has synced. */
  private goOn({ effects, next, writes }: Held): boolean {
    this.held = null;
    this.beginStep(STEP_SYNCED, this.blockedUntil);
    this.saved(writes);
    if (this.armed === 'after-save') this.crash('after-save', '');
    else this.perform(effects, next);
    return true;
  }

  private takeSelf(at: number): boolean {
    const message = this.selfQueue[this.selfHead++];
    if (this.selfHead === this.selfQueue.length) this.selfQueue.length = this.selfHead = 0;
    this.beginStep(STEP_SELF, at);
    this.step({ type: 'message', from: this.setup.node, message });
    return true;
  }

  private take(input: PendingInput, at: number): void {
    switch (input.type) {
      case 'message': {
        const { from, kind, bytes, start, end } = input;
        if (checksumOf(bytes, start, end) !== input.checksum) return this.beginStep(STEP_CORRUPT, at);
        this.beginStep(STEP_INPUT, at);
        let message: unknown;
        try {
          message = this.protocol.decode(kind, this.reader.reset(bytes, start, end));
        } catch (error) {
          // A message that the protocol cannot decode ends the node.
          return this.crash('now', errorText(error));
        }
        return this.step({ type: 'message', from, message });
      }
      case 'request':
        this.beginStep(STEP_INPUT, at);
        return this.step({ type: 'request', id: input.id, request: JSON.parse(input.request) });
      case 'start': {
        this.beginStep(STEP_INPUT, at);
        const stored = this.stored;
        this.stored = [];
        return this.step({ type: 'start', stored });
      }
      case 'fire':
        if (!this.timers.delete(input.name)) {
          this.beginStep(STEP_UNFIRED, at);
          return this.writer.write({ type: 'note', text: `has no timer ${input.name} to fire` });
        }
        this.beginStep(STEP_FIRED, at);
        this.writer.out.text(input.name);
        return this.step({ type: 'timer', name: input.name });
    }
  }

  private beginStep(type: number, at: number): void {
    this.now = at;
    this.writer.out.byte(type);
    this.writer.out.uint(at - this.stepAt);
    this.stepAt = at;
  }

  private step(input: Input<unknown, unknown>): void {
    if (this.armed === 'before-step') return this.crash('before-step', '');
    let effects: readonly Effect<unknown>[];
    try {
      effects = this.protocol.step(this.state, input);
    } catch (error) {
      return this.crash('now', errorText(error));
    }
    this.perform(effects, 0);
  }

  /** The effects of a step from `first` on, up to its end or until the disk makes it wait. */
  private perform(effects: readonly Effect<unknown>[], first: number): void {
    const { out } = this.writer;
    let written = out.length;
    try {
      for (let i = first; i < effects.length; i++) {
        written = out.length;
        const effect = effects[i]!;
        if (effect.type !== 'save') {
          this.write(effect);
          continue;
        }
        if (this.conditions.diskFull) return this.crash('now', `its disk is full: ${this.unsaved(effect.records)}`);
        const writes = this.writer.save(effect.records);
        if (this.conditions.diskDelay > 0) {
          this.held = { effects, next: i + 1, writes };
          this.blockedUntil = this.now + this.conditions.diskDelay;
          return;
        }
        this.saved(writes);
        if (this.armed === 'after-save') return this.crash('after-save', '');
      }
    } catch (error) {
      // An effect that could not be written leaves nothing behind, not half of itself.
      out.length = written;
      return this.crash('now', errorText(error));
    }
    if (this.armed === 'after-step') this.crash('after-step', '');
  }

  /** The disk says that it has synced. */
  private saved(writes: readonly Write[]): void {
    this.saves.push({ writes, lies: this.conditions.diskLies });
  }

  private write(effect: Exclude<Effect<unknown>, { type: 'save' }>): void {
    switch (effect.type) {
      case 'setTimer': {
        if (!Number.isInteger(effect.after) || effect.after < 1) {
          throw new RangeError(`timer ${effect.name} of ${nameOf(this.setup.node)}: ${effect.after} is no time in µs`);
        }
        // By its own clock, which may be slow or fast.
        const after = Math.max(1, Math.round(effect.after / this.conditions.clockRate));
        this.writer.setTimer(effect.name, after);
        this.timers.set(effect.name, this.now + after);
        return;
      }
      case 'cancelTimer':
        this.timers.delete(effect.name);
        break;
      case 'send':
        this.writer.write(effect);
        if (effect.to === this.setup.node) this.selfQueue.push(effect.message);
        return;
    }
    this.writer.write(effect);
  }

  private unsaved(records: readonly Saved[]): string {
    return `${records.map((record) => this.protocol.describeSaved(record)).join('; ')} could not be saved`;
  }

  private crash(point: CrashPoint, error: string): void {
    this.crashed = true;
    this.armed = 'now';
    const { out } = this.writer;
    out.byte(STEP_CRASH);
    out.text(point);
    out.text(error);
  }

  private nextDue(): number {
    if (this.crashed) return Infinity;
    if (this.held !== null) return this.blockedUntil;
    const own = this.selfHead < this.selfQueue.length ? this.now : Infinity;
    const next = Math.min(own, this.inputs.peek()?.at ?? Infinity, this.timers.next()?.due ?? Infinity);
    return Math.max(next, this.blockedUntil);
  }

  private busy(): boolean {
    return this.held !== null || this.selfHead < this.selfQueue.length || this.inputs.peek() !== null;
  }
}

function errorText(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
