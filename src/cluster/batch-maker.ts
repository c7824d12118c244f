/** Makes the batches of a window: what each node is to take in, written as its host reads it. */
import { Writer } from '../protocol/codec.ts';
import type { NodeId } from '../protocol/protocol.ts';
import type { Packet } from '../network/packet.ts';
import { INPUT_CONTROL, INPUT_END, INPUT_FIRE, INPUT_MESSAGE, INPUT_REQUEST, INPUT_START, writeHead } from './batch.ts';
import { writeChecksum } from './checksum.ts';
import type { NodeState } from './node-state.ts';

/** An input of a node that does not come over the network; `at`: when it was made, µs. */
export type DirectInput =
  | { readonly type: 'start'; readonly at: number }
  | {
      readonly type: 'request';
      readonly at: number;
      readonly client: string;
      readonly request: number;
      readonly body: string;
    }
  | { readonly type: 'fire'; readonly at: number; readonly timer: string };

export type NodeInput = Packet | DirectInput;

/** One node's share of a window. */
export interface Batch {
  readonly node: NodeId;
  readonly writer: Writer;
  /** How many inputs are in it. */
  inputs: number;
  /** Time of the last input, µs: the next is written as a difference. */
  lastAt: number;
}

export class BatchMaker {
  /** One writer for each node, used again for every window. */
  private readonly writers = new Map<NodeId, Writer>();

  /** A batch with the first `count` of the inputs that wait for the node; it has been given them then. */
  make(
    state: NodeState,
    head: { readonly from: number; readonly until: number; readonly single: boolean },
    count: number,
  ): Batch {
    let writer = this.writers.get(state.node);
    if (writer === undefined) this.writers.set(state.node, (writer = new Writer(1024)));
    writer.clear();
    writeHead(writer, { ...head, crashAt: state.armed });
    const batch = { node: state.node, writer, inputs: count, lastAt: head.from };
    if (state.control !== null) {
      writer.byte(INPUT_CONTROL);
      writer.uint(0);
      writer.text(JSON.stringify(state.control));
      state.control = null;
    }
    const { inputs } = state;
    for (let i = 0; i < count; i++) put(batch, inputs[i]!);
    if (count === inputs.length && state.given.length === 0) {
      state.inputs = state.given;
      state.given = inputs;
    } else if (count > 0) state.given.push(...inputs.splice(0, count));
    writer.byte(INPUT_END);
    return batch;
  }
}

function put(batch: Batch, input: NodeInput): void {
  const w = batch.writer;
  if ('packet' in input) {
    w.byte(INPUT_MESSAGE);
    putTime(batch, input.time);
    w.byte(input.from);
    w.byte(input.kind);
    writeChecksum(w, input.checksum);
    w.uint(input.end - input.start);
    w.raw(input.bytes, input.start, input.end);
    return;
  }
  w.byte(input.type === 'start' ? INPUT_START : input.type === 'request' ? INPUT_REQUEST : INPUT_FIRE);
  putTime(batch, input.at);
  if (input.type === 'request') {
    w.uint(input.request);
    w.text(input.body);
  } else if (input.type === 'fire') w.text(input.timer);
}

/** An input that came while the node could not go on is as good as one of this window: it is taken in later anyway. */
function putTime(batch: Batch, at: number): void {
  const time = Math.max(at, batch.lastAt);
  batch.writer.uint(time - batch.lastAt);
  batch.lastAt = time;
}
