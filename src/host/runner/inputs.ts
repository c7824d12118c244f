/**
 * The inputs of one node: first those that wait from earlier batches because the node could not go on, then those of
 * the batch it has now. What it has not taken in when a batch is over is copied and waits.
 */
import type { Reader } from '../../protocol/codec.ts';
import type { NodeId } from '../../protocol/protocol.ts';
import {
  INPUT_CONTROL,
  INPUT_END,
  INPUT_FIRE,
  INPUT_MESSAGE,
  INPUT_REQUEST,
  INPUT_START,
  type Control,
} from '../../cluster/batch.ts';
import { readChecksum } from '../../cluster/checksum.ts';

/** `at`: when it reaches the node, µs. */
export type PendingInput =
  | { readonly type: 'start'; readonly at: number }
  | {
      readonly type: 'message';
      readonly at: number;
      readonly from: NodeId;
      readonly kind: number;
      readonly checksum: number;
      /** The body is `bytes[start … end)`. */
      readonly bytes: Uint8Array;
      readonly start: number;
      readonly end: number;
    }
  /** `request` is JSON. */
  | { readonly type: 'request'; readonly at: number; readonly id: number; readonly request: string }
  | { readonly type: 'fire'; readonly at: number; readonly name: string };

export class Inputs {
  private waiting: PendingInput[];
  private taken = 0;
  private reader: Reader | null = null;
  private at = 0;
  /** The next input of the batch. */
  private following: PendingInput | null = null;

  /** @param waiting never changed. */
  constructor(waiting: readonly PendingInput[] = []) {
    this.waiting = [...waiting];
  }

  /** What waits, between two batches; never changed. */
  save(): readonly PendingInput[] {
    return this.waiting.slice(this.taken);
  }

  /** Begins a batch, whose head has been read. @returns what the node has to live with from now on, if that changes. */
  open(reader: Reader, from: number): Control | null {
    this.reader = reader;
    this.at = from;
    const type = reader.byte();
    if (type !== INPUT_CONTROL) {
      this.following = this.read(type);
      return null;
    }
    reader.uint();
    const control = JSON.parse(reader.text()) as Control;
    this.following = this.read(reader.byte());
    return control;
  }

  /** The next input; `null` when there is none. */
  peek(): PendingInput | null {
    return this.waiting[this.taken] ?? this.following;
  }

  /** Takes what `peek` gave. */
  take(): void {
    if (this.taken < this.waiting.length) this.taken++;
    else this.following = this.read(this.reader!.byte());
  }

  /** Ends a batch: its bytes belong to somebody else from now on. */
  close(): void {
    if (this.taken > 0) {
      this.waiting = this.waiting.slice(this.taken);
      this.taken = 0;
    }
    for (let input = this.following; input !== null; input = this.read(this.reader!.byte())) {
      if (input.type !== 'message') this.waiting.push(input);
      else {
        const { bytes, start, end } = input;
        this.waiting.push({ ...input, bytes: bytes.slice(start, end), start: 0, end: end - start });
      }
    }
    this.following = null;
    this.reader = null;
  }

  private read(type: number): PendingInput | null {
    if (type === INPUT_END) return null;
    const reader = this.reader!;
    const at = (this.at += reader.uint());
    switch (type) {
      case INPUT_MESSAGE: {
        const from = reader.byte();
        const kind = reader.byte();
        const checksum = readChecksum(reader);
        const length = reader.uint();
        const start = reader.skip(length);
        return { type: 'message', at, from, kind, checksum, bytes: reader.bytes, start, end: start + length };
      }
      case INPUT_REQUEST:
        return { type: 'request', at, id: reader.uint(), request: reader.text() };
      case INPUT_START:
        return { type: 'start', at };
      case INPUT_FIRE:
        return { type: 'fire', at, name: reader.text() };
      default:
        throw new RangeError(`no input has the number ${type}`);
    }
  }
}
