/**
 * Merges what the nodes made of a window into the event log, in the order (time, node, position in the output), and
 * hands what they sent to the network. Losses take their place as events of node 0.
 */
import { Reader } from '../protocol/codec.ts';
import {
  EFFECT_APPLY,
  EFFECT_CANCEL_TIMER,
  EFFECT_CHOSEN,
  EFFECT_INVOKE,
  EFFECT_LEAD,
  EFFECT_MEMBERS,
  EFFECT_NOTE,
  EFFECT_REPLY,
  EFFECT_RETURN,
  EFFECT_SAVE,
  EFFECT_SEND,
  EFFECT_SET_TIMER,
  STEP_CORRUPT,
  STEP_CRASH,
  STEP_FIRED,
  STEP_INPUT,
  STEP_SELF,
  STEP_SYNCED,
  STEP_TIMER,
  STEP_UNFIRED,
  type NodeOutput,
} from './batch.ts';
import { readChecksum } from './checksum.ts';
import type { CrashPoint } from './events.ts';
import type { NodeState } from './node-state.ts';
import type { Packet } from '../network/packet.ts';
import type { Scheduler, Window } from './scheduler.ts';

/** Where the merge stands in one node's output. */
interface Cursor {
  readonly state: NodeState;
  readonly reader: Reader;
  /** Type and time of the step that comes next; type 0 at the end. */
  type: number;
  at: number;
}

export function mergeOutputs(scheduler: Scheduler, window: Window, outputs: readonly NodeOutput[]): void {
  const cursors: Cursor[] = [];
  for (const output of outputs) {
    const state = scheduler.stateOf(output.node);
    state.nextDue = output.nextDue;
    state.blockedUntil = output.blockedUntil;
    state.busy = output.busy;
    const cursor = { state, reader: new Reader(output.bytes), type: 0, at: window.from };
    advance(cursor);
    cursors.push(cursor);
  }
  for (;;) {
    let first: Cursor | null = null;
    for (const cursor of cursors) {
      if (cursor.type === 0) continue;
      if (first === null || cursor.at < first.at || (cursor.at === first.at && cursor.state.node < first.state.node)) {
        first = cursor;
      }
    }
    // All that is in flight and due in this window ends without a node: it is lost, or its receiver is down.
    const packet = window.single ? undefined : scheduler.router.next();
    if (
      packet !== undefined &&
      packet.time < window.until &&
      (first === null || packet.time < first.at || (packet.time === first.at && packet.place < first.state.node))
    ) {
      scheduler.router.takeNext();
      scheduler.lose(packet);
    } else if (first !== null) {
      mergeStep(scheduler, first);
      advance(first);
    } else break;
  }
}

function advance(cursor: Cursor): void {
  const { reader } = cursor;
  if (reader.done) {
    cursor.type = 0;
    return;
  }
  cursor.type = reader.byte();
  cursor.at += reader.uint();
}

/** One step, with its effects up to the next. */
function mergeStep(scheduler: Scheduler, cursor: Cursor): void {
  const { reader, state, at } = cursor;
  const { log } = scheduler;
  const node = state.node;
  switch (cursor.type) {
    case STEP_INPUT: {
      const input = state.given.shift()!;
      if ('packet' in input) {
        scheduler.delivered++;
        log.deliver(at, node, input.packet);
      } else if (input.type === 'request') log.request(at, node, input.request, input.client, input.body);
      else log.start(at, node, state.incarnation, state.disk);
      break;
    }
    case STEP_CORRUPT: {
      const packet = state.given.shift() as Packet;
      log.lost(at, packet.packet, 'corrupt', 1);
      break;
    }
    case STEP_SYNCED:
      log.write(at, { type: 'synced', node });
      break;
    case STEP_UNFIRED:
      state.given.shift();
      break;
    case STEP_SELF:
      log.deliver(at, node, state.selfPackets.shift()!);
      break;
    case STEP_FIRED:
    case STEP_TIMER: {
      if (cursor.type === STEP_FIRED) state.given.shift();
      const start = reader.at;
      skipText(reader);
      log.effect('timer', at, node, reader.bytes, start, reader.at);
      break;
    }
    default:
      throw new RangeError(`no step has the number ${cursor.type}`);
  }
  while (!reader.done && (reader.bytes[reader.at]! >= EFFECT_SAVE || reader.bytes[reader.at] === STEP_CRASH)) {
    mergeEffect(scheduler, cursor, reader.byte());
  }
  scheduler.stepDone();
}

function mergeEffect(scheduler: Scheduler, cursor: Cursor, effect: number): void {
  const { reader, state, at } = cursor;
  const { log } = scheduler;
  const node = state.node;
  const start = reader.at;
  switch (effect) {
    case EFFECT_SEND:
      mergeSend(scheduler, cursor);
      return;
    case EFFECT_SAVE:
      for (let count = reader.uint(); count > 0; count--) {
        skipText(reader);
        skipText(reader);
      }
      log.effect('save', at, node, reader.bytes, start, reader.at);
      return;
    case EFFECT_SET_TIMER:
      skipText(reader);
      reader.uint();
      log.effect('setTimer', at, node, reader.bytes, start, reader.at);
      return;
    case EFFECT_CANCEL_TIMER:
      skipText(reader);
      log.effect('cancelTimer', at, node, reader.bytes, start, reader.at);
      return;
    case EFFECT_REPLY: {
      const request = reader.uint();
      skipText(reader);
      log.effect('reply', at, node, reader.bytes, start, reader.at);
      for (const [slot, asked] of state.asked) if (asked === request) state.asked.delete(slot);
      return;
    }
    case EFFECT_CHOSEN: {
      const slot = reader.uint();
      skipText(reader);
      reader.uint();
      reader.byte();
      reader.skip(reader.uint());
      reader.byte();
      log.effect('chosen', at, node, reader.bytes, start, reader.at);
      scheduler.slotNext = Math.max(scheduler.slotNext, slot + 1);
      return;
    }
    case EFFECT_NOTE:
      skipText(reader);
      log.effect('note', at, node, reader.bytes, start, reader.at);
      return;
    case EFFECT_APPLY:
      reader.uint();
      reader.uint();
      reader.byte();
      log.effect('apply', at, node, reader.bytes, start, reader.at);
      return;
    case EFFECT_LEAD:
      reader.uint();
      reader.skip(2);
      log.effect('lead', at, node, reader.bytes, start, reader.at);
      return;
    case EFFECT_MEMBERS:
      reader.uint();
      reader.skip(reader.uint());
      log.effect('members', at, node, reader.bytes, start, reader.at);
      return;
    case EFFECT_INVOKE:
    case EFFECT_RETURN:
      reader.uint();
      reader.uint();
      skipText(reader);
      log.effect(effect === EFFECT_INVOKE ? 'invoke' : 'return', at, node, reader.bytes, start, reader.at);
      return;
    case STEP_CRASH: {
      const point = reader.text() as CrashPoint;
      scheduler.bringDown(state, at, point, reader.text());
      return;
    }
    default:
      throw new RangeError(`no effect has the number ${effect}`);
  }
}

function mergeSend(scheduler: Scheduler, cursor: Cursor): void {
  const { reader, state, at } = cursor;
  const { log, router } = scheduler;
  const from = state.node;
  const to = reader.byte();
  const kind = reader.byte();
  // What a node sends itself cannot be changed on its way.
  const checksum = to === from ? 0 : readChecksum(reader);
  const length = reader.uint();
  const start = reader.skip(length);
  const bytes = reader.bytes;
  const end = start + length;
  if (to === from) {
    const packet = router.numberForSelf();
    log.send(at, { from, to, packet, due: at, kind, bytes, start, end });
    state.selfPackets.push(packet);
    return;
  }
  const { packet, copy } = router.send({ from, to, kind, at, checksum, bytes, start, end });
  const kept = log.send(at, { from, to, packet: packet.packet, due: packet.due, kind, bytes, start, end });
  keep(packet, bytes, kept, length);
  if (copy !== null) {
    log.duplicate(at, copy.packet, packet.packet, copy.due);
    keep(copy, bytes, kept, length);
  }
  for (const one of copy === null ? [packet] : [packet, copy]) {
    if (one.doom?.cause === 'queue') log.lost(at, one.packet, 'queue', 0);
    else if (one.held) log.write(at, { type: 'held', packet: one.packet, progress: one.gone });
  }
}

/**
 * From now on the body is where the log keeps it; the sender's buffer is used again. One that was corrupted has a body
 * of its own.
 */
function keep(packet: Packet, sent: Uint8Array, kept: { readonly bytes: Uint8Array; readonly start: number }, length: number): void {
  if (packet.bytes !== sent) return;
  packet.bytes = kept.bytes;
  packet.start = kept.start;
  packet.end = kept.start + length;
}

function skipText(reader: Reader): void {
  reader.skip(reader.uint());
}
