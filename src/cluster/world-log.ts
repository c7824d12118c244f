/** The part of the world's fold that is about the log and its clients: what is chosen, who leads, what was asked for. */
import type { NodeId } from '../protocol/protocol.ts';
import type { RunEvent } from './events.ts';
import {
  CHOSEN_KEPT_MAX,
  OPERATIONS_KEPT_MAX,
  operationKey,
  SPECIAL_KEPT_MAX,
  TERMS_KEPT_MAX,
  type ChosenWorld,
  type World,
} from './world-types.ts';

type Of<Type extends RunEvent['type']> = Extract<RunEvent, { type: Type }>;

/** A term of office begins, or ends. */
export function lead(world: World, { node, ballot, on, at, seq }: Of<'lead'>): void {
  const before = endTerms(world, node, at);
  if (!on) {
    world.terms = before;
    return;
  }
  world.terms = [...before, { node, ballot, from: at, seq, until: null }].slice(-TERMS_KEPT_MAX);
  world.termBase = { byKind: [...world.counters.byKind], chosen: world.chosenCount };
}

/** A node went down: what is in its memory only is gone. */
export function forget(world: World, node: NodeId, at: number): void {
  world.terms = endTerms(world, node, at);
  for (const [id, request] of world.requests) if (request.node === node) world.requests.delete(id);
  for (const [key, operation] of world.operations) {
    if (operation.client !== node || operation.result !== null) continue;
    world.operations.set(key, { ...operation, lost: true });
    world.settled.add(key);
  }
  // What a learner knows is in its memory; restarted, it has to learn anew.
  for (const chosen of world.chosen.values()) {
    if (!chosen.knownTo.has(node)) continue;
    const knownTo = new Map(chosen.knownTo);
    knownTo.delete(node);
    world.chosen.set(chosen.slot, { ...chosen, knownTo });
  }
}

/** A client asks for something. */
export function invoke(world: World, { node, session, sequence, operation, at }: Of<'invoke'>): void {
  world.counters.invoked++;
  const one = { client: node, session, sequence, operation, result: null, from: at, until: null, lost: false };
  world.operations.set(operationKey(one), one);
  if (world.operations.size <= OPERATIONS_KEPT_MAX) return;
  for (const key of world.settled) {
    world.operations.delete(key);
    world.settled.delete(key);
    return;
  }
}

/** A client has its answer. */
export function respond(world: World, { node, session, sequence, result, at }: Of<'return'>): void {
  world.counters.returned++;
  const key = operationKey({ client: node, session, sequence });
  const operation = world.operations.get(key);
  if (operation === undefined) return;
  world.operations.set(key, { ...operation, result, until: at });
  world.settled.add(key);
}

function endTerms(world: World, node: NodeId, at: number): World['terms'] {
  if (!world.terms.some((term) => term.node === node && term.until === null)) return world.terms;
  return world.terms.map((term) => (term.node === node && term.until === null ? { ...term, until: at } : term));
}

function keepLatest<T>(kept: Map<number, T>, slot: number, one: T, max: number): void {
  kept.set(slot, one);
  for (const first of kept.keys()) {
    if (kept.size <= max) return;
    kept.delete(first);
  }
}

/** A learner takes a value to be chosen. */
export function learn(world: World, event: Extract<RunEvent, { type: 'chosen' }>): void {
  const known = world.chosen.get(event.slot);
  if (known === undefined) {
    if (event.slot <= world.chosenLetGo) return;
    world.chosenCount++;
    letGo(world);
    if (event.sort !== 'command') keepLatest(world.special, event.slot, event.sort, SPECIAL_KEPT_MAX);
    world.chosen.set(event.slot, {
      slot: event.slot,
      value: event.value,
      sort: event.sort,
      ballot: event.ballot,
      quorum: event.quorum,
      at: event.at,
      seq: event.seq,
      knownTo: new Map([[event.node, event.at]]),
      conflict: null,
    });
    return;
  }
  world.chosen.set(event.slot, {
    ...known,
    conflict: conflictWith(known, event.value, event.node),
    quorum: known.quorum.length === 0 ? event.quorum : known.quorum,
    knownTo: known.knownTo.has(event.node) ? known.knownTo : new Map(known.knownTo).set(event.node, event.at),
  });
}

/** Which learners take another value to be chosen, now that `node` takes `value` to be. */
function conflictWith({ value: chosen, conflict }: ChosenWorld, value: string, node: NodeId): ChosenWorld['conflict'] {
  if (value === chosen) {
    if (conflict === null || !conflict.nodes.includes(node)) return conflict;
    // It has forgotten, and learned the first value this time. That the other was chosen stays true.
    return { ...conflict, nodes: conflict.nodes.filter((one) => one !== node) };
  }
  const before = conflict?.value === value ? conflict.nodes.filter((one) => one !== node) : [];
  return { value, nodes: [...before, node].sort((a, b) => a - b) };
}

/** Makes room for one more chosen slot. One in which Agreement is broken stays. */
function letGo(world: World): void {
  if (world.chosen.size < CHOSEN_KEPT_MAX) return;
  for (const chosen of world.chosen.values()) {
    if (chosen.conflict !== null) continue;
    world.chosen.delete(chosen.slot);
    world.chosenLetGo = Math.max(world.chosenLetGo, chosen.slot);
    return;
  }
}
