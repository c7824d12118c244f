/**
 * A cluster under a schedule: a list of numbers, each of which picks one of the things that could happen next. Any list
 * is a valid schedule, so that fast-check can draw and shrink it. Every fact goes past the invariants and the specification.
 */
import { checkersOf } from '../../src/check/checkers.ts';
import type { Violation } from '../../src/protocol/checker.ts';
import { paxos } from '../../src/protocol/paxos/paxos.ts';
import type { PaxosConfig, PaxosMessage, PaxosRequest, PaxosState } from '../../src/protocol/paxos/paxos.ts';
import type { Effect, Input, NodeId, Saved } from '../../src/protocol/protocol.ts';
import { setupOf } from '../support/setup.ts';

/** What a broken cluster does differently; `{}` breaks nothing. */
export interface Faults {
  /** What a restarted node finds on its disk. */
  readonly stored?: (records: readonly Saved[]) => readonly Saved[];
  /** What a node does instead. */
  readonly effects?: (effects: Effect<PaxosMessage>[]) => Effect<PaxosMessage>[];
}

interface Node {
  readonly id: NodeId;
  state: PaxosState | null;
  disk: Map<string, Saved>;
  timers: Map<string, number>;
  starts: number;
}

type Told =
  | { readonly node: NodeId; readonly input: Input<PaxosMessage, PaxosRequest> }
  | { readonly node: NodeId; readonly effect: Effect<PaxosMessage> };

interface Packet {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly message: PaxosMessage;
}

const checkers = checkersOf('paxos');
const INSTANCES = 2;
const VALUES = ['red', 'blue', 'green'];

export class World {
  readonly violations: Violation[] = [];
  /** By instance, the value each learner reported, in order. */
  readonly chosen: { node: NodeId; instance: number; value: string }[] = [];
  /** How often a proposer took over another's value. */
  adoptions = 0;
  replies = 0;
  private readonly nodes: Node[];
  private readonly facts: readonly unknown[];
  private packets: Packet[] = [];
  private requests = 0;
  private told = 0;
  private now = 0;
  readonly config: PaxosConfig;
  private readonly faults: Faults;

  constructor(count: number, given: object, faults: Faults = {}) {
    const ids = Array.from({ length: count }, (_, i) => i + 1);
    this.config = paxos.config(given, ids);
    this.faults = faults;
    this.facts = checkers.map((checker): unknown => checker.create(ids, this.config));
    this.nodes = ids.map((id) => ({ id, state: null, disk: new Map(), timers: new Map(), starts: 0 }));
    for (const node of this.nodes) this.start(node);
  }

  /** Plays a schedule. */
  play(schedule: readonly number[]): this {
    for (const choice of schedule) this.act(choice % 100, Math.floor(choice / 100));
    return this;
  }

  private act(kind: number, which: number): void {
    const node = this.nodes[which % this.nodes.length]!;
    const packet = this.packets[which % Math.max(1, this.packets.length)];
    if (kind < 62) {
      if (packet) this.deliver(packet, false);
    } else if (kind < 67) {
      if (packet) this.forget(packet);
    } else if (kind < 73) {
      if (packet) this.receive(packet, false);
    } else if (kind < 83) {
      const names = [...node.timers.keys()];
      if (names.length > 0) this.fire(node, names[which % names.length]!);
    } else if (kind < 90) {
      this.propose(node.id, 1 + (which % INSTANCES), VALUES[Math.floor(which / 7) % VALUES.length]!);
    } else if (kind < 93) {
      if (packet) this.deliver(packet, true);
    } else if (kind < 96) this.crash(node);
    else if (!node.state) this.start(node);
  }

  propose(id: NodeId, instance: number, value: string): void {
    const node = this.nodes[id - 1]!;
    if (!node.state) return;
    this.step(node, { type: 'request', id: ++this.requests, request: paxos.propose!(instance, value) }, false);
  }

  /** Heals everything and lets time pass, 20 ms a hop, until nothing but idle learners is left or time is up. */
  heal(span: number): void {
    for (const node of this.nodes) if (!node.state) this.start(node);
    const hop = 20_000;
    const end = this.now + span;
    while (this.now < end) {
      const due = Math.min(...this.nodes.flatMap((node) => [...node.timers.values()]));
      this.now = this.packets.length > 0 ? this.now + hop : Math.max(this.now, due);
      const arriving = this.packets;
      this.packets = [];
      for (const packet of arriving) this.receive(packet, false);
      for (const node of this.nodes) {
        for (const [name, at] of node.timers) if (at <= this.now) this.fire(node, name);
      }
    }
  }

  /** What a node's learner knows of an instance. */
  known(id: NodeId, instance: number): string | null {
    const view = paxos.view(this.nodes[id - 1]!.state!);
    return view.slots.find((slot) => slot.slot === instance)?.chosen?.value ?? null;
  }

  private deliver(packet: Packet, crashing: boolean): void {
    this.forget(packet);
    this.receive(packet, crashing);
  }

  private forget(packet: Packet): void {
    this.packets.splice(this.packets.indexOf(packet), 1);
  }

  private receive({ from, to, message }: Packet, crashing: boolean): void {
    const node = this.nodes[to - 1]!;
    if (node.state) this.step(node, { type: 'message', from, message }, crashing);
  }

  private fire(node: Node, name: string): void {
    node.timers.delete(name);
    this.step(node, { type: 'timer', name }, false);
  }

  private crash(node: Node): void {
    node.state = null;
    node.timers.clear();
  }

  private start(node: Node): void {
    const records = [...node.disk.values()];
    const stored = node.starts > 0 && this.faults.stored ? this.faults.stored(records) : records;
    node.disk = new Map(stored.map((record) => [record.key, record]));
    const seed = 100 * node.id + node.starts++;
    node.state = paxos.init(setupOf(node.id, this.nodes.map(({ id }) => id), this.config, seed));
    this.step(node, { type: 'start', stored }, false);
  }

  /** @param crashing the node crashes after its first save: what follows it does not take place. */
  private step(node: Node, input: Input<PaxosMessage, PaxosRequest>, crashing: boolean): void {
    this.witness({ node: node.id, input });
    let effects = paxos.step(node.state!, input);
    if (this.faults.effects) effects = this.faults.effects(effects);
    const toItself: PaxosMessage[] = [];
    for (const effect of effects) {
      this.witness({ node: node.id, effect });
      if (effect.type === 'save') {
        for (const record of effect.records) node.disk.set(record.key, record);
        if (crashing) {
          this.crash(node);
          return;
        }
      } else if (effect.type === 'setTimer') node.timers.set(effect.name, this.now + effect.after);
      else if (effect.type === 'cancelTimer') node.timers.delete(effect.name);
      else if (effect.type === 'reply') this.replies++;
      else if (effect.type === 'chosen') {
        this.chosen.push({ node: node.id, instance: effect.slot, value: effect.value });
      } else if (effect.type === 'note') {
        if (effect.text.startsWith('must propose')) this.adoptions++;
      } else if (effect.type !== 'send') continue;
      else if (effect.to === node.id) toItself.push(effect.message);
      else this.packets.push({ from: node.id, to: effect.to, message: effect.message });
    }
    for (const message of toItself) this.receive({ from: node.id, to: node.id, message }, false);
  }

  private witness(fact: Told): void {
    const seq = this.told++;
    checkers.forEach((checker, i) => {
      const violation = checker.observe(this.facts[i], { seq, ...fact });
      if (violation) this.violations.push(violation);
    });
  }
}
