/**
 * Servers and clients in a soup of messages: a schedule is a list of numbers, each of which picks one of the things that
 * could happen next: any message, in any order, twice or never; any timer, whatever the time; a crash after any effect.
 * Any list is a valid schedule, so that fast-check can draw and shrink it. Every fact goes past the invariants.
 */
import type { Call } from '../../src/check/linearizability/history.ts';
import { Reader, Writer } from '../../src/protocol/codec.ts';
import type { Operation, OperationResult } from '../../src/protocol/machine/operation.ts';
import type { MultiPaxosConfig, MultiPaxosRequest } from '../../src/protocol/multipaxos/config.ts';
import type { MultiPaxosMessage } from '../../src/protocol/multipaxos/messages.ts';
import { multipaxos } from '../../src/protocol/multipaxos/multipaxos.ts';
import type { MultiPaxosState } from '../../src/protocol/multipaxos/multipaxos.ts';
import { checkersOf } from '../../src/check/checkers.ts';
import type { Violation } from '../../src/protocol/checker.ts';
import { CLIENT_FIRST, isClient, nameOf } from '../../src/protocol/protocol.ts';
import type { Effect, Input, NodeId, ReplicaView, Saved, View } from '../../src/protocol/protocol.ts';

export interface Setting {
  readonly servers: number;
  readonly clients: number;
  readonly config: object;
  /** Whether disks are lost, members change. @default false */
  readonly lostDisks?: boolean;
  readonly changes?: boolean;
}

/** Multi-Paxos, or a mutant of it. */
export type WorldProtocol = typeof multipaxos;

interface Actor {
  readonly id: NodeId;
  state: MultiPaxosState | null;
  disk: Map<string, Saved>;
  readonly timers: Map<string, number>;
  starts: number;
  /** Taken off the stage for good. */
  gone: boolean;
}

type Told =
  | { readonly node: NodeId; readonly input: Input<MultiPaxosMessage, MultiPaxosRequest> }
  | { readonly node: NodeId; readonly effect: Effect<MultiPaxosMessage> };

interface Packet {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly message: MultiPaxosMessage;
}

const checkers = checkersOf('multipaxos');
/** More are not in flight: the oldest are lost. */
const PACKETS_MAX = 60;
const SERVERS_MAX = 7;
const KEYS = ['x', 'y'];
const HOP = 20_000;

export class World {
  readonly violations: Violation[] = [];
  readonly calls: Call[] = [];
  /** By type, how often they took place. */
  readonly effects = new Map<string, number>();
  /** Snapshots taken over, no-ops chosen, servers given a vote. */
  snapshots = 0;
  noOps = 0;
  votersChanged = 0;
  readonly config: MultiPaxosConfig;
  now = 0;
  private readonly setting: Setting;
  private readonly protocol: WorldProtocol;
  private readonly facts: readonly unknown[];
  private readonly founders: NodeId[];
  private readonly actors: Actor[] = [];
  private readonly open = new Map<string, Call>();
  private packets: Packet[] = [];
  private requests = 0;
  private told = 0;
  /** By how far it was applied: a database as it was shown first. */
  private readonly shown = new Map<number, { readonly node: NodeId; readonly json: string }>();
  private places = 0;

  constructor(setting: Setting, protocol: WorldProtocol = multipaxos) {
    this.setting = setting;
    this.protocol = protocol;
    this.founders = Array.from({ length: setting.servers }, (_, i) => i + 1);
    this.config = protocol.config(setting.config, this.founders);
    this.facts = checkers.map((checker): unknown => checker.create(this.founders, this.config));
    const clients = Array.from({ length: setting.clients }, (_, i) => CLIENT_FIRST + i);
    for (const id of [...this.founders, ...clients]) this.add(id);
    for (const actor of this.actors) this.start(actor);
  }

  /** The servers that are there. */
  get servers(): Actor[] {
    return this.actors.filter(({ id, gone }) => !isClient(id) && !gone);
  }

  get clients(): Actor[] {
    return this.actors.filter(({ id }) => isClient(id));
  }

  play(schedule: readonly number[]): this {
    for (const choice of schedule) this.act(choice % 100, Math.floor(choice / 100));
    return this;
  }

  private act(kind: number, which: number): void {
    this.now += 1_000;
    const server = pick(this.servers, which)!;
    const packet = pick(this.packets, which);
    if (kind < 44) this.deliver(packet, null);
    else if (kind < 66) this.hop();
    else if (kind < 69) this.forget(packet);
    else if (kind < 73) this.receive(packet, null);
    else if (kind < 80) this.fireAny(server, which);
    else if (kind < 83) this.fireAny(pick(this.clients, which)!, which);
    else if (kind < 85) this.operate(which);
    else if (kind < 89) this.deliver(packet, which % 5);
    else if (kind < 91) this.crash(server);
    else if (kind < 95) this.restart(which);
    else if (kind < 96) {
      if (this.setting.lostDisks) this.loseDisk(server);
    }
    else if (kind < 97) this.changeMembers(which);
    else if (kind < 98) this.ask(server.id, { type: 'campaign' });
    else if (kind < 99) this.restartClient(which);
    else this.ask(server.id, { type: 'configure', config: this.config });
  }

  /** All that is in flight arrives, in the order in which it was sent. */
  private hop(): void {
    const arriving = this.packets;
    this.packets = [];
    for (const packet of arriving) this.receive(packet, null);
  }

  /** Something that a person asks for at a client. */
  private operate(which: number): void {
    const key = pick(KEYS, which)!;
    const value = `p${++this.requests}`;
    const transaction = 1 + (which % 7);
    const operations: Operation[] = [
      { type: 'begin' },
      { type: 'get', key },
      { type: 'put', key, value },
      { type: 'cas', key, expected: pick([null, 'p1', 'p2', 'p3'], which >> 3)!, value },
      { type: 'write', transaction, key, value },
      { type: 'commit', transaction },
    ];
    this.ask(pick(this.clients, which)!.id, { type: 'operate', operation: pick(operations, which >> 2)! });
  }

  ask(node: NodeId, request: MultiPaxosRequest): void {
    const actor = this.actors.find(({ id }) => id === node)!;
    if (actor.state) this.step(actor, { type: 'request', id: ++this.requests, request }, null);
  }

  crash(actor: Actor): void {
    actor.state = null;
    actor.timers.clear();
    for (const [name, call] of this.open) {
      if (call.client !== nameOf(actor.id)) continue;
      this.open.delete(name);
      this.calls.push(call);
    }
  }

  private restart(which: number): void {
    const down = this.actors.filter(({ state, gone }) => !state && !gone);
    const actor = pick(down, which);
    if (actor) this.start(actor);
  }

  /** It comes up again with an empty disk. */
  loseDisk(actor: Actor): void {
    this.crash(actor);
    actor.disk = new Map();
    this.start(actor);
  }

  private restartClient(which: number): void {
    const client = pick(this.clients, which)!;
    this.crash(client);
    this.start(client);
  }

  /** One is added, replaced or taken away; who is taken away may go on for a while. */
  private changeMembers(which: number): void {
    if (!this.setting.changes) return;
    const next = Math.max(...this.actors.filter(({ id }) => !isClient(id)).map(({ id }) => id)) + 1;
    const server = pick(this.servers, which)!;
    const other = pick(this.servers, which >> 4)!;
    if (which % 3 !== 0 && next <= SERVERS_MAX) this.addServer(next);
    if (which % 3 !== 1 && this.servers.length > 1) {
      this.ask(server.id, { type: 'change-members', add: [], remove: [other.id] });
      if (which % 7 === 0) {
        other.gone = true;
        this.crash(other);
      }
    }
  }

  /** A server that nobody knows yet comes up. */
  addServer(id: NodeId): void {
    this.start(this.add(id));
  }

  private add(id: NodeId): Actor {
    const actor = { id, state: null, disk: new Map(), timers: new Map(), starts: 0, gone: false };
    this.actors.push(actor);
    return actor;
  }

  start(actor: Actor): void {
    const stored = [...actor.disk.values()];
    const incarnation = ++actor.starts;
    const peers = this.servers.map(({ id }) => id).sort((a, b) => a - b);
    const clients = this.clients.map(({ id }) => id);
    const setup = { node: actor.id, nodes: this.founders, peers, clients, incarnation, config: this.config };
    actor.state = this.protocol.init({ ...setup, seed: 100 * actor.id + incarnation });
    this.step(actor, { type: 'start', stored }, null);
  }

  /** Ends the load, brings these up, and lets time pass, 20 ms a hop; whoever else is down stays down. */
  heal(span: number, up: readonly NodeId[]): void {
    for (const actor of this.actors) if (!actor.state && up.includes(actor.id)) this.start(actor);
    for (const end = this.now + span; this.now < end; ) {
      const due = Math.min(...this.actors.flatMap(({ timers }) => [...timers.values()]));
      this.now = this.packets.length > 0 ? this.now + HOP : Math.max(this.now + 1, Math.min(due, end));
      this.hop();
      for (const actor of this.actors) {
        for (const [name, at] of [...actor.timers]) if (at <= this.now && actor.timers.has(name)) this.fire(actor, name);
      }
    }
  }

  view(node: NodeId): View {
    return multipaxos.view(this.actors.find(({ id }) => id === node)!.state!);
  }

  /** What clients asked for and were answered; with no answer, what they wait for or crashed over. */
  history(): Call[] {
    return [...this.calls, ...this.open.values()];
  }

  /** Operations that a client which is up waits for. */
  get waiting(): number {
    return this.open.size;
  }

  private deliver(packet: Packet | undefined, crashAfter: number | null): void {
    this.forget(packet);
    this.receive(packet, crashAfter);
  }

  private forget(packet: Packet | undefined): void {
    if (packet) this.packets.splice(this.packets.indexOf(packet), 1);
  }

  private receive(packet: Packet | undefined, crashAfter: number | null): void {
    const actor = this.actors.find(({ id }) => id === packet?.to);
    if (!packet || !actor?.state) return;
    this.step(actor, { type: 'message', from: packet.from, message: travel(packet.message) }, crashAfter);
  }

  private fireAny(actor: Actor, which: number): void {
    const name = pick([...actor.timers.keys()], which >> 3);
    if (name !== undefined) this.fire(actor, name);
  }

  private fire(actor: Actor, name: string): void {
    actor.timers.delete(name);
    if (actor.state) this.step(actor, { type: 'timer', name }, null);
  }

  /** @param crashAfter the actor crashes after so many effects: those that follow do not take place. */
  private step(actor: Actor, input: Input<MultiPaxosMessage, MultiPaxosRequest>, crashAfter: number | null): void {
    this.witness({ node: actor.id, input });
    const { state } = actor;
    const effects = this.protocol.step(state!, input);
    const toItself: MultiPaxosMessage[] = [];
    for (const [i, effect] of effects.entries()) {
      if (i === crashAfter) {
        this.crash(actor);
        return;
      }
      this.count(effect);
      this.witness({ node: actor.id, effect });
      this.carryOut(actor, effect, toItself);
    }
    const { replica } = isClient(actor.id) ? {} : multipaxos.view(state!);
    if (replica) this.compare(actor.id, replica);
    for (const message of toItself) this.receive({ from: actor.id, to: actor.id, message }, null);
  }

  private count(effect: Effect<MultiPaxosMessage>): void {
    this.effects.set(effect.type, (this.effects.get(effect.type) ?? 0) + 1);
    if (effect.type === 'apply' && effect.by === 'snapshot' && effect.from > 1) this.snapshots++;
    if (effect.type === 'chosen' && effect.value === 'no-op') this.noOps++;
    if (effect.type === 'chosen' && effect.value.startsWith('members')) this.votersChanged++;
  }

  private carryOut(actor: Actor, effect: Effect<MultiPaxosMessage>, toItself: MultiPaxosMessage[]): void {
    switch (effect.type) {
      case 'save':
        for (const record of effect.records) {
          if (record.value === null) actor.disk.delete(record.key);
          else actor.disk.set(record.key, structuredClone(record));
        }
        return;
      case 'setTimer':
        actor.timers.delete(effect.name);
        actor.timers.set(effect.name, this.now + effect.after);
        return;
      case 'cancelTimer':
        actor.timers.delete(effect.name);
        return;
      case 'send':
        if (effect.to === actor.id) toItself.push(effect.message);
        else this.packets.push({ from: actor.id, to: effect.to, message: effect.message });
        if (this.packets.length > PACKETS_MAX) this.packets.shift();
        return;
      case 'invoke': {
        const operation = JSON.parse(effect.operation) as Operation;
        const { session } = effect;
        this.open.set(`${actor.id} ${session}`, {
          ...{ client: nameOf(actor.id), session, operation, result: null },
          ...{ invoked: ++this.places, returned: Infinity, at: null },
        });
        return;
      }
      case 'return': {
        const name = `${actor.id} ${effect.session}`;
        const call = this.open.get(name);
        this.open.delete(name);
        if (call) this.calls.push({ ...call, returned: ++this.places, result: JSON.parse(effect.result) as OperationResult });
      }
    }
  }

  private witness(fact: Told): void {
    const seq = this.told++;
    checkers.forEach((checker, i) => {
      const violation = checker.observe(this.facts[i], { seq, ...fact });
      if (violation) this.violations.push(violation);
    });
  }

  /** SameState, of what servers show: those that have applied the same slots hold the same. */
  private compare(node: NodeId, { applied, database }: ReplicaView): void {
    const json = JSON.stringify(database);
    const first = this.shown.get(applied);
    if (!first) this.shown.set(applied, { node, json });
    if (!first || first.json === json) return;
    const text = `${nameOf(node)} has applied the slots up to ${applied} and shows ${json}, but ${nameOf(first.node)} showed ${first.json}`;
    this.violations.push({ check: 'SameState', slot: applied, text, events: [this.told] });
  }
}

function pick<T>(items: readonly T[], which: number): T | undefined {
  return items[which % Math.max(1, items.length)];
}

/** The message as it comes out at the other end. */
function travel(message: MultiPaxosMessage): MultiPaxosMessage {
  const writer = new Writer();
  multipaxos.encode(message, writer);
  return multipaxos.decode(multipaxos.kindOf(message), new Reader(writer.view().slice()));
}
