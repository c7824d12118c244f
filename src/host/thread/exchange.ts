/** Hands the batches of a window to the nodes' threads, and gathers what they make of them. */
import type { NodeOutput } from '../../cluster/batch.ts';
import type { Writer } from '../../protocol/codec.ts';
import type { NodeId } from '../../protocol/protocol.ts';
import type { NodeLink } from './node-link.ts';

/** Wall time for which the router waits for outputs where it is, ms, before it goes back to its event loop. */
const PATIENCE_MS = 8;
/**
 * For so long of it, ms, it does not sleep: most batches are done by then, and to be woken takes longer than to run one.
 * Nodes always sleep: with more threads than processors, who waits awake is in the way of who has something to do.
 */
const SPIN_MS = 0.03;

/** A node, and what it is given to do. */
interface Given {
  readonly node: NodeId;
  readonly writer: Pick<Writer, 'bytes' | 'length'>;
}

export class Exchange {
  /** Shared with all nodes: it changes whenever an output has come that was awaited. */
  readonly bell = new SharedArrayBuffer(4);
  private readonly rung = new Int32Array(this.bell);
  private readonly clock: () => number;

  /** @param clock wall time in ms, never falling. */
  constructor(clock: () => number) {
    this.clock = clock;
  }

  /**
   * Runs batches side by side.
   * @param late waits for a node that takes long, in the event loop; its promise gives what `link.whenDone` does.
   * @returns the outputs, in any order; a node that ended over its batch, or has no thread, has none.
   */
  async run(
    batches: readonly Given[],
    links: ReadonlyMap<NodeId, NodeLink>,
    late: (link: NodeLink) => Promise<NodeOutput | null>,
  ): Promise<NodeOutput[]> {
    const outputs: NodeOutput[] = [];
    let working: NodeLink[] = [];
    for (const batch of batches) {
      const link = links.get(batch.node);
      if (link === undefined) continue;
      link.give(batch.writer);
      working.push(link);
    }
    const polled = working.every((link) => link.polled);
    const until = this.clock() + PATIENCE_MS;
    for (;;) {
      const seen = Atomics.load(this.rung, 0);
      working = working.filter((link) => {
        const output = link.poll();
        if (output) outputs.push(output);
        return output === undefined;
      });
      if (working.length === 0) return outputs;
      const rest = until - this.clock();
      if (!polled || rest <= 0) break;
      for (const end = this.clock() + SPIN_MS; Atomics.load(this.rung, 0) === seen && this.clock() < end; );
      Atomics.wait(this.rung, 0, seen, rest);
    }
    for (const output of await Promise.all(working.map(late))) if (output !== null) outputs.push(output);
    return outputs;
  }
}
