/**
 * What passes between the scheduler and a node's host: a *batch* of inputs for one window of virtual time, and the
 * *output* of the steps the node made of them. Both are bytes, so that a thread gets and gives one buffer a window.
 */
import type { Reader, Writer } from '../protocol/codec.ts';
import type { NodeId, View } from '../protocol/protocol.ts';
import type { Conditions } from '../network/faults/fault.ts';
import { crashPoints, type CrashPoint } from './events.ts';

/** Numbers in a batch. */
export const INPUT_START = 1;
export const INPUT_MESSAGE = 2;
export const INPUT_REQUEST = 3;
/** Fires a timer now. */
export const INPUT_FIRE = 4;
/** No input to the protocol, but a change of what the node has to live with; before all inputs of its batch. */
export const INPUT_CONTROL = 5;
export const INPUT_END = 0;

/** Numbers in an output: first the steps, then their effects. */
export const STEP_INPUT = 1;
export const STEP_SELF = 2;
export const STEP_TIMER = 3;
export const STEP_CRASH = 4;
/** A slow disk has synced a save; the rest of that step's effects. */
export const STEP_SYNCED = 5;
/** The next input was a message with a wrong checksum: it was dropped. */
export const STEP_CORRUPT = 6;
/** The next input was to fire a timer: it was there, and its step follows; or it was not, and a note says so. */
export const STEP_FIRED = 7;
export const STEP_UNFIRED = 8;
export const EFFECT_SAVE = 16;
export const EFFECT_SEND = 17;
export const EFFECT_SET_TIMER = 18;
export const EFFECT_CANCEL_TIMER = 19;
export const EFFECT_REPLY = 20;
export const EFFECT_CHOSEN = 21;
export const EFFECT_NOTE = 22;
export const EFFECT_APPLY = 23;
export const EFFECT_LEAD = 24;
export const EFFECT_MEMBERS = 25;
export const EFFECT_INVOKE = 26;
export const EFFECT_RETURN = 27;

/** What a node is to do in one window. */
export interface BatchHead {
  /** The window is [from, until), µs. */
  readonly from: number;
  readonly until: number;
  /** Make one step only. */
  readonly single: boolean;
  /** Die at this point of the next step; `now`: not at all. */
  readonly crashAt: CrashPoint;
}

export function writeHead(writer: Writer, head: BatchHead): void {
  writer.uint(head.from);
  writer.uint(head.until - head.from);
  writer.byte(head.single ? 1 : 0);
  writer.byte(crashPoints.indexOf(head.crashAt));
}

export function readHead(reader: Reader): BatchHead {
  const from = reader.uint();
  return { from, until: from + reader.uint(), single: reader.byte() === 1, crashAt: crashPoints[reader.byte()]! };
}

/** What a node has to live with from now on. */
export interface Control {
  readonly conditions: Conditions;
  /** It stands still up to this virtual time, µs; 0: it does not. */
  readonly frozenUntil: number;
}

/** What a node made of a batch. */
export interface NodeOutput {
  readonly node: NodeId;
  readonly bytes: Uint8Array;
  /** When it has something to do without another input, µs; Infinity when it has nothing. */
  readonly nextDue: number;
  /** It does nothing before this virtual time, µs: it is frozen, or waits for its disk. */
  readonly blockedUntil: number;
  /** It has something to go on with that comes before every new input. */
  readonly busy: boolean;
  /** What it shows of itself now, when the run is watched. */
  readonly view: View | null;
}
