/**
 * A way through the states, done on the real engine: every packet is held, and delivered by hand when its turn comes. What
 * comes of it is a run like any other, which opens in the app, and what is wrong with it is what the live checks say.
 */
import type { Command } from '../../cluster/commands.ts';
import type { LogMark } from '../../cluster/event-log.ts';
import type { RunHeader } from '../../cluster/run.ts';
import type { Packet } from '../../network/packet.ts';
import type { NodeId } from '../../protocol/protocol.ts';
import { encoded } from './steps.ts';
import { InlineCluster } from '../../host/inline.ts';
import { replayTo } from '../../host/replay.ts';
import type { BegunRun } from '../job.ts';
import type { Label } from './labels.ts';
import type { Locals } from './locals.ts';
import type { Ask, Model, Saying } from './model.ts';
import type { Step } from './search.ts';

/** Between two steps, µs: of a run of its own; of one that goes on where another was, whose timers run meanwhile. */
const APART_US = 500_000;
const APART_LATER_US = 4;

/** A timer is fired so often at most, for a message that it does not always send. */
const FIRINGS_MAX = 64;

/** Before the first event of a run. */
export const BEGINNING: LogMark = { chunk: 0, offset: 0, seq: 0, at: 0 };

type Message = Extract<Saying, { type: 'message' }>;

/** The engine did not do what the search did. */
export class RehearsalError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RehearsalError';
  }
}

export class Rehearsal {
  readonly cluster: InlineCluster;
  /** How many violations there were before it began. */
  readonly already: number;
  readonly #model: Model;
  readonly #locals: Locals;
  readonly #apart: number;
  #at: number;

  /** @param from the run to go on with, at its end; `null`: a run of its own */
  constructor(model: Model, locals: Locals, header: RunHeader, from: BegunRun | null) {
    this.#model = model;
    this.#locals = locals;
    this.#apart = from === null ? APART_US : APART_LATER_US;
    this.cluster = had(header, from);
    this.already = this.cluster.scheduler.violations.length;
    this.#at = this.cluster.now;
    const { router } = this.cluster.scheduler;
    const { cuts } = router.save().reach;
    if (!router.holding) this.#do({ type: 'hold', on: true });
    if (router.groups.length > 1) this.#do({ type: 'partition', groups: [[...this.cluster.scheduler.actors]] });
    if (cuts.length > 0) this.#do({ type: 'mend' });
    this.#goOn(1);
  }

  /** @throws RehearsalError */
  take(steps: readonly Step[]): void {
    const begun = this.#at - 1;
    for (const [index, step] of steps.entries()) {
      // Evenly, if a step has not taken longer.
      this.#goOn(Math.max(1, begun + (index + 1) * this.#apart - this.#at));
      this.#take(step, steps.slice(index + 1));
      this.#goOn(1);
    }
  }

  #take({ place, label: number, crash }: Step, later: readonly Step[]): void {
    const node = this.#model.nodes[place]!;
    const label = this.#locals.labels[number]!;
    if (label.type === 'message') this.#bring(label, later.some((step) => step.label === number));
    else this.#give(node, label);
    if (crash === null) return;
    if (crash.input > 0) for (let input = 0; input < crash.input; input++) this.cluster.step(this.#at + 1);
    // Before a step that would come next is between two steps.
    this.#do({ type: 'crash', node, point: crash.point === 'after-save' ? 'after-save' : 'now' });
    this.#restart(node);
  }

  #give(node: NodeId, label: Exclude<Label, Message>): void {
    switch (label.type) {
      case 'timer':
        return this.#do({ type: 'fire', node, timer: label.name });
      case 'request':
        return this.#ask(node, label.ask);
      case 'crash':
        this.#do({ type: 'crash', node, point: 'now' });
        return this.#restart(node);
      case 'start':
        return this.#do({ type: 'restart', node, disk: 'kept' });
      default:
        throw new RehearsalError(`nobody can be given what was ${label.type}`);
    }
  }

  /** By a client: whoever that asked before it asks now, after a while, and its request stays on its way for others too. */
  #ask(node: NodeId, ask: Ask): void {
    const { protocol } = this.#model;
    const { request, by } = ask;
    if (by === undefined) return this.#do({ type: 'request', node, request: { ...(request as object) } });
    const { client, wish, timer } = by;
    const message: Message = { type: 'message', from: client, to: node, kind: protocol.kindOf(request), body: encoded(protocol, request), message: request, open: true };
    if (!this.#held().some((packet) => packet.from === client)) {
      this.#do({ type: 'request', node: client, request: { ...wish, server: node } });
      this.#goOn(1);
    }
    this.#bring(message, true, timer);
  }

  #restart(node: NodeId): void {
    this.#goOn(Math.ceil(this.#apart / 2));
    this.#do({ type: 'restart', node, disk: 'kept' });
  }

  /** Has a message arrive; a copy of it stays on its way if it is wanted again. */
  #bring(message: Message, again: boolean, timer = this.#model.chatter): void {
    const copies = this.#copies(message, timer);
    const [packet] = copies;
    if (packet === undefined) throw new RehearsalError(`no packet with ${this.#model.protocol.describe(message.message)} is on its way`);
    if (again && copies.length === 1) this.#do({ type: 'packet', packet: packet.packet, action: 'duplicate', by: 1_000_000 });
    this.#do({ type: 'packet', packet: packet.packet, action: 'deliver', by: 1_000_000 });
  }

  /** The packets with this message. Where it is a timer that sends it now and then, that is fired until it has. */
  #copies(message: Message, timer: string | null): readonly Packet[] {
    for (let firings = 0; ; firings++) {
      const copies = this.#held().filter((packet) => isCopy(packet, message));
      if (copies.length > 0 || firings === FIRINGS_MAX) return copies;
      if (timer === null) return copies;
      this.#do({ type: 'fire', node: message.from, timer });
      this.#goOn(1);
    }
  }

  #held(): readonly Packet[] {
    return this.cluster.scheduler.router.save().traffic.held;
  }

  #do(command: Command): void {
    this.cluster.command(command);
  }

  #goOn(by: number): void {
    this.#at += by;
    this.cluster.runUntil(this.#at);
  }
}

/** A cluster that has begun, or has come to the end of a run. @throws RehearsalError when the run cannot be had again. */
export function had(header: RunHeader, from: BegunRun | null): InlineCluster {
  const cluster = new InlineCluster(header);
  if (from === null) return cluster;
  const replaying = replayTo(cluster, from.journal, from.end ?? null);
  for (let next = replaying.next(); ; next = replaying.next()) {
    if (next.done !== true) continue;
    if (next.value !== null) throw new RehearsalError(next.value);
    return cluster;
  }
}

function isCopy(packet: Packet, { from, to, kind, body }: Message): boolean {
  if (packet.from !== from || packet.to !== to || packet.kind !== kind) return false;
  if (packet.end - packet.start !== body.length) return false;
  return body.every((byte, at) => packet.bytes[packet.start + at] === byte);
}
