/** Catching up: asking for what is chosen, and telling it. (*Paxos Made Live*, sections 4.2 and 5.5.) */
import { getPaged } from '../paged.ts';
import type { NodeId } from '../protocol.ts';
import { nextItem } from '../random.ts';
import { audience, standingOf } from './members.ts';
import { ITEMS_MAX } from './messages.ts';
import type { SlotItem } from './messages.ts';
import { send } from './state.ts';
import type { Out, ServerState } from './state.ts';
import { LEARN } from './timers.ts';

/** Somebody knows every slot up to `upTo`; if this server does not, it asks, at most once until the timer fires. */
export function behind(state: ServerState, whom: NodeId, upTo: number, out: Out): void {
  if (upTo > state.known) state.known = upTo;
  if (upTo > state.highest) state.highest = upTo;
  if (state.applied >= upTo) return;
  if (!state.asked) {
    state.asked = true;
    ask(state, whom, out);
  }
  if (!state.learning) setLearnTimer(state, out);
}

/** Asks again, and another server, while something is missing; a server without a vote asks on and on. */
export function onLearnTimer(state: ServerState, out: Out): void {
  state.learning = false;
  state.asked = false;
  const standing = standingOf(state);
  const waits = standing === 'joining' || standing === 'rebuilding';
  if (state.applied >= state.known && !waits) return;
  const others = audience(state);
  if (others.length > 0) ask(state, nextItem(state.random, others), out);
  setLearnTimer(state, out);
}

function setLearnTimer(state: ServerState, out: Out): void {
  state.learning = true;
  out.push({ type: 'setTimer', name: LEARN, after: state.config.retryAfter });
}

export function ask(state: ServerState, whom: NodeId, out: Out): void {
  send(whom, { type: 'query', from: state.applied + 1 }, out);
}

/** Tells what is chosen from a slot on: from the log, or, if it was let go there, the snapshot. Nothing known: silence. */
export function tellChosen(state: ServerState, to: NodeId, from: number, out: Out): void {
  if (from <= state.edge) {
    sendSnapshot(state, to, out);
    return;
  }
  const items: SlotItem[] = [];
  for (let slot = from; slot <= state.applied && items.length < ITEMS_MAX; slot++) {
    items.push({ slot, ...getPaged(state.chosen, slot)! });
  }
  if (items.length > 0) send(to, { type: 'learned', items, more: items.at(-1)!.slot < state.applied }, out);
}

function sendSnapshot({ snapshot }: ServerState, to: NodeId, out: Out): void {
  if (snapshot === null) return;
  const { upTo, ballot, configs, database } = snapshot;
  send(to, { type: 'snapshot', upTo, ballot, configs, database: JSON.stringify(database) }, out);
}
