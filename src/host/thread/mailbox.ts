/**
 * Memory that the router and one node share, and the short way between them. A message on a port has to wake an event
 * loop, which takes longer than most batches do; a thread that waits on a cell of shared memory is back at once. So
 * after its batch a node waits there for the next one, for a moment, and the router for what it makes of it; whoever
 * has waited for longer than that goes back to its event loop, and gets what comes by the port. The port always works;
 * this only saves the way around.
 *
 * Who may write what is settled by two cells, each changed by both ends with compare-and-exchange only:
 *
 * - `BATCH`: `AWAY`, the node is at work or in its event loop; `PARKED`, it waits here; `GIVEN`, the batch is here for it.
 * - `OUTPUT`: `BY_PORT`, it goes by the port; `AWAITED`, the router waits here; `HERE`; `POSTED`, it has gone by the port
 *   all the same, because it does not fit or has a view in it, and is to be had there at once.
 *
 * The bytes are a batch's while it is `GIVEN`, until the node has run it, and then its output's until the next batch.
 */
import type { NodeOutput } from '../../cluster/batch.ts';
import type { NodeId } from '../../protocol/protocol.ts';

/** Cells of 32 bits. */
const BATCH = 0;
const OUTPUT = 1;
const OPEN = 2;
const LENGTH = 3;
const BUSY = 4;
/** Cells of 64 bits, after the others. */
const NEXT_DUE = 4;
const BLOCKED_UNTIL = 5;
const HEAD_BYTES = 64;
/** Batches and outputs of at most so many bytes go through here: some hundreds of messages. */
const BODY_BYTES = 128 * 1024;

const AWAY = 0;
const PARKED = 1;
const GIVEN = 2;

const BY_PORT = 0;
const AWAITED = 1;
const HERE = 2;
const POSTED = 3;

/** What both ends are made from. */
export interface MailboxData {
  readonly memory: SharedArrayBuffer;
  /** One cell, shared by all nodes of a router: how often an output has come that was awaited. */
  readonly bell: SharedArrayBuffer;
}

class Mailbox {
  protected readonly cells: Int32Array;
  protected readonly times: Float64Array;
  protected readonly body: Uint8Array;
  protected readonly bell: Int32Array;

  constructor({ memory, bell }: MailboxData) {
    this.cells = new Int32Array(memory, 0, HEAD_BYTES / 4);
    this.times = new Float64Array(memory, 0, HEAD_BYTES / 8);
    this.body = new Uint8Array(memory, HEAD_BYTES);
    this.bell = new Int32Array(bell);
  }

  /** Whether the cell was `before`; it is `after` then. */
  protected turn(cell: number, before: number, after: number): boolean {
    return Atomics.compareExchange(this.cells, cell, before, after) === before;
  }
}

/** The router's end. */
export class RouterMailbox extends Mailbox {
  readonly data: MailboxData;

  /** @param bell of all mailboxes of this router. */
  constructor(bell: SharedArrayBuffer) {
    const data = { memory: new SharedArrayBuffer(HEAD_BYTES + BODY_BYTES), bell };
    super(data);
    this.data = data;
  }

  /** Whether the node knows of it by now. */
  get open(): boolean {
    return Atomics.load(this.cells, OPEN) === 1;
  }

  /** The router waits here for the output of the batch that it gives next. */
  awaitOutput(): void {
    Atomics.store(this.cells, OUTPUT, AWAITED);
  }

  /** Puts a batch here; whether the node has it. If not, it is to go by the port. */
  give(batch: Uint8Array): boolean {
    if (batch.length > BODY_BYTES || Atomics.load(this.cells, BATCH) !== PARKED) return false;
    this.body.set(batch);
    this.cells[LENGTH] = batch.length;
    if (!this.turn(BATCH, PARKED, GIVEN)) return false;
    Atomics.notify(this.cells, BATCH);
    return true;
  }

  /** What has come of the batch: the output, whose bytes stay until the next batch; where it is; or nothing yet. */
  take(node: NodeId): NodeOutput | 'posted' | null {
    const state = Atomics.load(this.cells, OUTPUT);
    if (state === POSTED) return 'posted';
    if (state !== HERE) return null;
    return {
      node,
      bytes: this.body.subarray(0, this.cells[LENGTH]),
      nextDue: this.times[NEXT_DUE]!,
      blockedUntil: this.times[BLOCKED_UNTIL]!,
      busy: this.cells[BUSY] === 1,
      view: null,
    };
  }

  /** The router waits here no longer; whether the output comes by the port now. If not, it is to be had here. */
  leave(): boolean {
    return this.turn(OUTPUT, AWAITED, BY_PORT);
  }
}

/** The node's end. */
export class NodeMailbox extends Mailbox {
  constructor(data: MailboxData) {
    super(data);
    Atomics.store(this.cells, OPEN, 1);
  }

  /** Puts an output here; whether the router has it. If not, it is to go by the port. */
  deliver(output: NodeOutput): boolean {
    const { bytes, nextDue, blockedUntil, busy, view } = output;
    if (view !== null || bytes.length > BODY_BYTES || Atomics.load(this.cells, OUTPUT) !== AWAITED) return false;
    this.body.set(bytes);
    this.cells[LENGTH] = bytes.length;
    this.cells[BUSY] = busy ? 1 : 0;
    this.times[NEXT_DUE] = nextDue;
    this.times[BLOCKED_UNTIL] = blockedUntil;
    return this.ring(HERE);
  }

  /** The output has gone by the port. */
  posted(): void {
    this.ring(POSTED);
  }

  /** Waits for a batch, for at most `ms`; its bytes stay until it has been run. `null`: the next one comes by the port. */
  park(ms: number): Uint8Array | null {
    Atomics.store(this.cells, BATCH, PARKED);
    Atomics.wait(this.cells, BATCH, PARKED, ms);
    if (this.turn(BATCH, PARKED, AWAY)) return null;
    Atomics.store(this.cells, BATCH, AWAY);
    return this.body.subarray(0, this.cells[LENGTH]);
  }

  private ring(state: number): boolean {
    if (!this.turn(OUTPUT, AWAITED, state)) return false;
    Atomics.add(this.bell, 0, 1);
    Atomics.notify(this.bell, 0);
    return true;
  }
}
