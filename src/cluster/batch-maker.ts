/** Makes the batches of a window: what each node is to take in, written as its host reads it. */
import { Writer } from '../protocol/codec.ts';
import type { NodeId } from '../protocol/protocol.ts';
import type { Packet } from '../network/packet.ts';
import { INPUT_MESSAGE, INPUT_REQUEST, INPUT_START, writeHead } from './batch.ts';
import type { CrashPoint } from './events.ts';

/** An input of a node that does not come over the network. */
export type DirectInput =
  | { readonly type: 'start'; readonly at: number }
  | {
      readonly type: 'request';
      readonly at: number;
      readonly client: string;
      readonly request: number;
      readonly body: string;
    };

/** One node's share of a window. */
export interface Batch {
  readonly node: NodeId;
  readonly writer: Writer;
  /** The inputs in the batch, in its order. */
  readonly inputs: (Packet | DirectInput)[];
  /** How many of them the node has taken in, as far as its output has been merged. */
  taken: number;
  /** Time of the last input, µs: the next is written as a difference. */
  lastAt: number;
}

export class BatchMaker {
  /** One writer for each node, used again for every window. */
  private readonly writers = new Map<NodeId, Writer>();

  /** A batch without inputs yet; `armed`: where in its next step the node is to crash. */
  open(
    { node, armed }: { readonly node: NodeId; readonly armed: CrashPoint },
    head: { readonly from: number; readonly until: number; readonly single: boolean },
  ): Batch {
    let writer = this.writers.get(node);
    if (writer === undefined) this.writers.set(node, (writer = new Writer(1024)));
    writer.clear();
    writeHead(writer, { ...head, crashAt: armed });
    return { node, writer, inputs: [], taken: 0, lastAt: head.from };
  }
}

/** Puts in a packet that arrives in the window; packets in the order of their arrival. */
export function putPacket(batch: Batch, packet: Packet): void {
  const w = batch.writer;
  w.byte(INPUT_MESSAGE);
  w.uint(packet.time - batch.lastAt);
  w.byte(packet.from);
  w.byte(packet.kind);
  w.uint(packet.end - packet.start);
  w.raw(packet.bytes, packet.start, packet.end);
  batch.lastAt = packet.time;
  batch.inputs.push(packet);
}

/** Puts in a start or a request; these before the packets. */
export function putDirect(batch: Batch, input: DirectInput): void {
  const w = batch.writer;
  w.byte(input.type === 'start' ? INPUT_START : INPUT_REQUEST);
  w.uint(input.at - batch.lastAt);
  if (input.type === 'request') {
    w.uint(input.request);
    w.text(input.body);
  }
  batch.lastAt = input.at;
  batch.inputs.push(input);
}
