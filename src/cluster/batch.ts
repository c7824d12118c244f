/**
 * What passes between the scheduler and a node's host: a *batch* of inputs for one window of virtual time, and the
 * *output* of the steps the node made of them. Both are bytes, so that a thread gets and gives one buffer a window.
 */
import type { Reader, Writer } from '../protocol/codec.ts';
import type { NodeId, View } from '../protocol/protocol.ts';
import { crashPoints, type CrashPoint } from './events.ts';

/** Numbers in a batch. */
export const INPUT_START = 1;
export const INPUT_MESSAGE = 2;
export const INPUT_REQUEST = 3;
export const INPUT_END = 0;

/** Numbers in an output: first the steps, then their effects. */
export const STEP_INPUT = 1;
export const STEP_SELF = 2;
export const STEP_TIMER = 3;
export const STEP_CRASH = 4;
export const EFFECT_SAVE = 16;
export const EFFECT_SEND = 17;
export const EFFECT_SET_TIMER = 18;
export const EFFECT_CANCEL_TIMER = 19;
export const EFFECT_REPLY = 20;
export const EFFECT_CHOSEN = 21;
export const EFFECT_NOTE = 22;

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

/** What a node made of a batch. */
export interface NodeOutput {
  readonly node: NodeId;
  readonly bytes: Uint8Array;
  /** When its earliest timer is due, µs; Infinity without one. */
  readonly nextDue: number;
  /** What it shows of itself now, when the run is watched. */
  readonly view: View | null;
}
