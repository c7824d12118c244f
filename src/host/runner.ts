/**
 * One node, wherever it runs: its state, its timers in virtual time, and what it has sent itself. Takes a batch of
 * inputs for a window, steps the protocol through it and gives the output as bytes. The thread host and the inline
 * host both run exactly this, which is why their runs have the same digest.
 *
 * Order inside a node, at one virtual time: what it sent itself, then inputs in the order given, then timers in the
 * order they were set.
 */
import { Reader, Writer } from '../protocol/codec.ts';
import type { AnyProtocol, Effect, Input, Inspection, NodeSetup, Saved } from '../protocol/protocol.ts';
import {
  EFFECT_CANCEL_TIMER,
  EFFECT_CHOSEN,
  EFFECT_NOTE,
  EFFECT_REPLY,
  EFFECT_SAVE,
  EFFECT_SEND,
  EFFECT_SET_TIMER,
  INPUT_END,
  INPUT_MESSAGE,
  INPUT_REQUEST,
  INPUT_START,
  STEP_CRASH,
  STEP_INPUT,
  STEP_SELF,
  STEP_TIMER,
  readHead,
  type NodeOutput,
} from '../cluster/batch.ts';
import type { CrashPoint } from '../cluster/events.ts';

/** A write to stable storage: key and JSON, or null to delete. All writes of a batch are synced before its output leaves. */
export type Write = readonly [key: string, json: string | null];

export interface RunnerOptions {
  readonly protocol: AnyProtocol;
  readonly setup: NodeSetup<unknown>;
  /** What stable storage holds. */
  readonly stored: readonly Saved[];
  /** Whether to make a view after each batch. */
  readonly observe: boolean;
}

interface Timer {
  readonly name: string;
  readonly due: number;
  readonly order: number;
}

export class NodeRunner {
  private readonly protocol: AnyProtocol;
  private readonly setup: NodeSetup<unknown>;
  private readonly observe: boolean;
  private readonly state: unknown;
  private stored: readonly Saved[];
  private readonly timers = new Map<string, Timer>();
  private timersSet = 0;
  private earliest: Timer | null = null;
  private selfQueue: unknown[] = [];
  private selfHead = 0;
  private now = 0;
  private armed: CrashPoint = 'now';
  private crashed = false;
  private writes: Write[] = [];
  private readonly out = new Writer(1024);
  private readonly body = new Writer(256);
  private readonly reader = new Reader(new Uint8Array(0));
  private stepAt = 0;

  constructor(options: RunnerOptions) {
    this.protocol = options.protocol;
    this.setup = options.setup;
    this.observe = options.observe;
    this.stored = options.stored;
    this.state = this.protocol.init(options.setup);
  }

  /**
   * Steps through a batch.
   * @returns the output, whose bytes are a view that the next batch overwrites unless they are transferred, and the
   * writes that must be durable before the output is handed on.
   */
  run(batch: Uint8Array): { readonly output: NodeOutput; readonly writes: readonly Write[] } {
    const reader = new Reader(batch);
    const head = readHead(reader);
    this.armed = head.crashAt;
    this.out.clear();
    this.writes = [];
    this.stepAt = head.from;
    let inputAt = head.from;
    let inputType = this.crashed ? INPUT_END : reader.byte();
    if (inputType !== INPUT_END) inputAt += reader.uint();

    while (!this.crashed) {
      if (this.selfHead < this.selfQueue.length) {
        const message = this.selfQueue[this.selfHead++];
        this.beginStep(STEP_SELF, this.now);
        this.step({ type: 'message', from: this.setup.node, message });
      } else {
        this.selfQueue.length = this.selfHead = 0;
        const timer = this.nextTimer();
        const timerAt = timer === null || timer.due >= head.until ? Infinity : timer.due;
        if (inputType !== INPUT_END && inputAt <= timerAt) {
          this.now = inputAt;
          this.beginStep(STEP_INPUT, inputAt);
          const input = this.readInput(reader, inputType);
          if (input === null) break;
          this.step(input);
          inputType = reader.byte();
          if (inputType !== INPUT_END) inputAt += reader.uint();
        } else if (timerAt < Infinity) {
          this.now = timerAt;
          this.timers.delete(timer!.name);
          this.earliest = null;
          this.beginStep(STEP_TIMER, timerAt);
          this.out.text(timer!.name);
          this.step({ type: 'timer', name: timer!.name });
        } else break;
      }
      if (head.single) break;
    }
    const view = this.observe && !this.crashed && this.out.length > 0 ? this.protocol.view(this.state) : null;
    return {
      output: {
        node: this.setup.node,
        bytes: this.out.view(),
        nextDue: this.nextTimer()?.due ?? Infinity,
        view,
      },
      writes: this.writes,
    };
  }

  /** Memory and disk, for the inspector; `stored` is what the disk holds now. */
  inspect(stored: readonly Saved[]): Inspection {
    return { memory: this.protocol.memory(this.state), disk: this.protocol.disk(stored) };
  }

  private beginStep(type: number, at: number): void {
    this.out.byte(type);
    this.out.uint(at - this.stepAt);
    this.stepAt = at;
  }

  /** The next input; `null` when it is a message that the protocol cannot decode, which ends the node. */
  private readInput(reader: Reader, type: number): Input<unknown, unknown> | null {
    switch (type) {
      case INPUT_MESSAGE: {
        const from = reader.byte();
        const kind = reader.byte();
        const length = reader.uint();
        const start = reader.skip(length);
        try {
          const message = this.protocol.decode(kind, this.reader.reset(reader.bytes, start, start + length));
          return { type: 'message', from, message };
        } catch (error) {
          this.crash('now', errorText(error));
          return null;
        }
      }
      case INPUT_REQUEST:
        return { type: 'request', id: reader.uint(), request: JSON.parse(reader.text()) };
      case INPUT_START: {
        const stored = this.stored;
        this.stored = [];
        return { type: 'start', stored };
      }
      default:
        throw new RangeError(`no input has the number ${type}`);
    }
  }

  private step(input: Input<unknown, unknown>): void {
    if (this.armed === 'before-step') return this.crash('before-step', '');
    let written = this.out.length;
    let saved = this.writes.length;
    try {
      for (const effect of this.protocol.step(this.state, input)) {
        written = this.out.length;
        saved = this.writes.length;
        this.write(effect);
        if (effect.type === 'save' && this.armed === 'after-save') return this.crash('after-save', '');
      }
    } catch (error) {
      // An effect that could not be written leaves nothing behind, not half of itself.
      this.out.length = written;
      this.writes.length = saved;
      return this.crash('now', errorText(error));
    }
    if (this.armed === 'after-step') this.crash('after-step', '');
  }

  private crash(point: CrashPoint, error: string): void {
    this.crashed = true;
    this.armed = 'now';
    this.out.byte(STEP_CRASH);
    this.out.text(point);
    this.out.text(error);
  }

  private write(effect: Effect<unknown>): void {
    const out = this.out;
    switch (effect.type) {
      case 'send': {
        const { to, message } = effect;
        this.body.clear();
        this.protocol.encode(message, this.body);
        out.byte(EFFECT_SEND);
        out.byte(to);
        out.byte(this.protocol.kindOf(message));
        out.uint(this.body.length);
        out.raw(this.body.bytes, 0, this.body.length);
        if (to === this.setup.node) this.selfQueue.push(message);
        break;
      }
      case 'save':
        out.byte(EFFECT_SAVE);
        out.uint(effect.records.length);
        for (const { key, value } of effect.records) {
          const json = JSON.stringify(value);
          out.text(key);
          out.text(json);
          this.writes.push([key, value === null ? null : json]);
        }
        break;
      case 'setTimer': {
        if (!Number.isInteger(effect.after) || effect.after < 1) {
          throw new RangeError(`timer ${effect.name} of n${this.setup.node}: ${effect.after} is no time in µs`);
        }
        out.byte(EFFECT_SET_TIMER);
        out.text(effect.name);
        out.uint(effect.after);
        const timer = { name: effect.name, due: this.now + effect.after, order: this.timersSet++ };
        this.timers.set(effect.name, timer);
        this.earliest = null;
        break;
      }
      case 'cancelTimer':
        out.byte(EFFECT_CANCEL_TIMER);
        out.text(effect.name);
        this.timers.delete(effect.name);
        this.earliest = null;
        break;
      case 'reply':
        out.byte(EFFECT_REPLY);
        out.uint(effect.id);
        out.text(JSON.stringify(effect.reply));
        break;
      case 'chosen':
        out.byte(EFFECT_CHOSEN);
        out.uint(effect.slot);
        out.text(effect.value);
        out.uint(effect.ballot.round);
        out.byte(effect.ballot.node);
        out.uint(effect.quorum.length);
        for (const node of effect.quorum) out.byte(node);
        break;
      case 'note':
        out.byte(EFFECT_NOTE);
        out.text(effect.text);
        break;
    }
  }

  private nextTimer(): Timer | null {
    if (this.earliest === null && this.timers.size > 0) {
      for (const timer of this.timers.values()) {
        const best = this.earliest;
        if (best === null || timer.due < best.due || (timer.due === best.due && timer.order < best.order)) {
          this.earliest = timer;
        }
      }
    }
    return this.earliest;
  }
}

function errorText(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
