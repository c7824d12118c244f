/**
 * One step of one node, taken by the protocol itself, as a host takes it: what the node sends itself comes right after
 * it, a save is on the disk before what follows it leaves, and a crash can strike in between. Time plays no part: that a
 * timer is set is all that is known of it.
 */
import { Reader, Writer } from '../../protocol/codec.ts';
import type { AnyProtocol, Effect, Input, NodeId, NodeSetup, Saved } from '../../protocol/protocol.ts';
import type { Ask, Model, Moment } from './model.ts';

/** A node, apart from what it has said. Plain data, never changed. */
export interface Core {
  readonly node: NodeId;
  /** As the protocol keeps it; `null`: it is down. */
  readonly state: unknown;
  /** Ascending by key. */
  readonly disk: readonly Saved[];
  /** The timers that are set, ascending. */
  readonly timers: readonly string[];
  /** How often it has crashed. */
  readonly crashes: number;
}

/** What a node is given. */
export type Given =
  | { readonly type: 'message'; readonly from: NodeId; readonly kind: number; readonly body: Uint8Array }
  | { readonly type: 'timer'; readonly name: string }
  | { readonly type: 'request'; readonly ask: Ask }
  /** It comes up. */
  | { readonly type: 'start' }
  | { readonly type: 'crash' };

/**
 * Where a crash strikes, after which the node comes up again: of the inputs that it takes one after another, the first
 * from outside and the others from itself, at the one with this number, before it, or after what it saves first.
 */
export interface CrashPlace {
  readonly input: number;
  readonly point: 'before-step' | 'after-save';
}

export interface Outcome {
  readonly core: Core;
  readonly moments: readonly Moment[];
  /** Where a crash could have struck, so that something else would have come of it. */
  readonly places: readonly CrashPlace[];
}

/** Step for step. */
interface Work {
  readonly model: Model;
  readonly node: NodeId;
  state: unknown;
  readonly disk: Map<string, Saved>;
  readonly timers: Set<string>;
  crashes: number;
  readonly moments: Moment[];
  readonly places: CrashPlace[];
}

/** Any number: what a node draws from it when it comes up is brought about by its timers too. */
const SEED = 1;

/** A node before it has come up for the first time. */
export function newcomer(node: NodeId): Core {
  return { node, state: null, disk: [], timers: [], crashes: 0 };
}

/**
 * Takes a step.
 * @param seed of the random numbers that are drawn in it
 * @param crash where a crash strikes in it; the node then comes up again. `null`: nowhere
 */
export function takeStep(model: Model, core: Core, given: Given, seed: number, crash: CrashPlace | null): Outcome {
  const work: Work = {
    model,
    node: core.node,
    state: core.state === null ? null : model.protocol.fork(core.state),
    disk: new Map(core.disk.map((record) => [record.key, record])),
    timers: new Set(core.timers),
    crashes: core.crashes,
    moments: [],
    places: [],
  };
  if (given.type === 'start') comeUp(work);
  else if (given.type === 'crash') restart(work);
  else {
    model.reseed(work.state, seed);
    if (!goOn(work, inputOf(model, work, given), crash)) restart(work);
  }
  const { node, state, crashes, moments, places } = work;
  const disk = [...work.disk.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  return { core: { node, state, disk, timers: [...work.timers].sort(), crashes }, moments, places };
}

function inputOf({ protocol }: Model, { timers }: Work, given: Exclude<Given, { type: 'start' | 'crash' }>): Input<unknown, unknown> {
  if (given.type === 'message') {
    const { from, kind, body } = given;
    return { type: 'message', from, message: protocol.decode(kind, new Reader(body)) };
  }
  if (given.type === 'request') {
    const { request, by } = given.ask;
    return by === undefined ? { type: 'request', id: 1, request } : { type: 'message', from: by.client, message: request };
  }
  timers.delete(given.name);
  return { type: 'timer', name: given.name };
}

/** It crashes, and is up again: what happens meanwhile could as well happen before or after. */
function restart(work: Work): void {
  work.crashes++;
  comeUp(work);
}

function comeUp(work: Work): void {
  const { model, node, disk } = work;
  const { protocol, nodes, config } = model;
  work.timers.clear();
  const setup: NodeSetup<unknown> = { node, nodes, peers: nodes, clients: [], incarnation: work.crashes + 1, config, seed: SEED };
  work.state = protocol.init(setup);
  const stored = [...disk.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  work.moments.push({ type: 'start', stored });
  for (const saying of model.found(node, stored)) work.moments.push({ type: 'said', saying });
  goOn(work, { type: 'start', stored }, null);
}

/** An input, and what the node then sends itself. @returns false: it has crashed. */
function goOn(work: Work, first: Input<unknown, unknown>, crash: CrashPlace | null): boolean {
  const queue = [first];
  for (let input = 0; input < queue.length; input++) {
    const at = crash?.input === input ? crash.point : null;
    if (at === 'before-step') return false;
    if (input > 0) work.places.push({ input, point: 'before-step' });
    if (!perform(work, work.model.protocol.step(work.state, queue[input]!), input, at, queue)) return false;
  }
  return true;
}

function perform(
  work: Work,
  effects: readonly Effect<unknown>[],
  input: number,
  crash: CrashPlace['point'] | null,
  queue: Input<unknown, unknown>[],
): boolean {
  let saved = false;
  for (const effect of effects) {
    switch (effect.type) {
      case 'save':
        save(work, effect.records);
        if (crash === 'after-save') return false;
        if (!saved) work.places.push({ input, point: 'after-save' });
        saved = true;
        break;
      case 'send':
        send(work, effect.to, effect.message);
        if (effect.to === work.node) queue.push({ type: 'message', from: work.node, message: effect.message });
        break;
      case 'setTimer':
        if (work.model.fires?.(effect.name) !== false) work.timers.add(effect.name);
        break;
      case 'cancelTimer':
        work.timers.delete(effect.name);
        break;
      case 'chosen': {
        const { slot, value, ballot, quorum } = effect;
        work.moments.push({ type: 'said', saying: { type: 'chosen', from: work.node, slot, value, ballot, quorum } });
        break;
      }
      case 'apply':
        work.moments.push({ type: 'said', saying: { type: 'applied', from: work.node, first: effect.from, last: effect.to } });
    }
  }
  return true;
}

function save({ model, node, disk, moments }: Work, records: readonly Saved[]): void {
  for (const record of records) {
    if (record.value === null) disk.delete(record.key);
    else disk.set(record.key, record);
  }
  moments.push({ type: 'save', records });
  for (const saying of model.saved?.(node, records) ?? []) moments.push({ type: 'said', saying });
}

function send({ model, node, moments }: Work, to: NodeId, message: unknown): void {
  if (model.inert(message)) return;
  const kind = model.protocol.kindOf(message);
  const body = encoded(model.protocol, message);
  moments.push({ type: 'said', saying: { type: 'message', from: node, to, kind, body, message, open: true } });
}

/** A message as it travels. */
export function encoded(protocol: AnyProtocol, message: unknown): Uint8Array {
  const writer = new Writer(32);
  protocol.encode(message, writer);
  return writer.bytes.slice(0, writer.length);
}
