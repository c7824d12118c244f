/**
 * A cluster held by hand: nothing moves until a command moves it, and everything that happens is a line of the log.
 * The commands are listed in `COMMANDS`; the golden files in `paxos/` are written in them.
 */
import { formatBallot } from '../../src/protocol/ballot.ts';
import type { Ballot } from '../../src/protocol/ballot.ts';
import { paxos } from '../../src/protocol/paxos/paxos.ts';
import type { PaxosConfig, PaxosMessage, PaxosRequest, PaxosState } from '../../src/protocol/paxos/paxos.ts';
import { noFacts } from '../../src/protocol/paxos/facts.ts';
import type { PaxosFacts } from '../../src/protocol/paxos/facts.ts';
import { observe } from '../../src/protocol/paxos/invariants.ts';
import type { Fact } from '../../src/protocol/paxos/invariants.ts';
import { ProtocolError } from '../../src/protocol/protocol.ts';
import type { Effect, Input, NodeId, Saved } from '../../src/protocol/protocol.ts';
import { setupOf } from '../support/setup.ts';

interface Node {
  state: PaxosState | null;
  disk: Map<string, Saved>;
  /** Deadlines by name, µs. */
  timers: Map<string, number>;
  starts: number;
}

interface Packet {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly message: PaxosMessage;
  /** Used by `run` only. */
  due: number;
}

type Command = (words: string[]) => void;

const ROLE_LETTERS = { p: 'proposer', a: 'acceptor', l: 'learner' } as const;

export class Conversation {
  private nodes = new Map<NodeId, Node>();
  private packets: Packet[] = [];
  private config: PaxosConfig = paxos.config({}, [1]);
  private facts: PaxosFacts = noFacts([], this.config);
  private lines: string[] = [];
  private now = 0;
  private requests = 0;
  /** Set by `run`: only what matters from afar is logged. */
  private quiet = false;

  private readonly commands: Record<string, Command> = {
    /** `cluster 3 backoff=off nacks=off quorum=2/2 roles=pal,a,l`: starts nodes; their first queries are dropped. */
    cluster: (words) => this.startCluster(words),
    /** `configure n1 backoff=off`: the operator's change of a running node. */
    configure: ([node, ...words]) => this.ask(id(node!), paxos.configure(this.configFrom(words, this.config))),
    /** `check {"backoff": 3}`: what a configuration, or with `check request {…}` a request, is refused for. */
    check: (words) => this.check(words),
    /** `propose n1 1 red`: a client asks n1 to have "red" chosen in instance 1. */
    propose: ([node, instance, value]) => this.ask(id(node!), paxos.propose!(Number(instance), value!)),
    /** `forge n1 n2 prepare 1 3.1`: a message that nobody sent (also promise, accept, accepted, nack). */
    forge: ([from, to, ...words]) => this.receive(id(from!), id(to!), parseMessage(words)),
    /** `deliver n1->n2 prepare`: what is under way and matches; words left out match everything. */
    deliver: (words) => this.take(words, (packet) => this.receive(packet.from, packet.to, packet.message)),
    /** `drop n1->n2`: loses what is under way and matches. */
    drop: (words) => this.take(words, (packet) => this.line(`lost: ${this.named(packet)}`)),
    /** `duplicate n1->n2 promise`: delivers a copy, and leaves the packet under way. */
    duplicate: (words) => {
      for (const packet of this.matching(words)) this.receive(packet.from, packet.to, packet.message);
    },
    /** `settle`: delivers everything, and what comes of it, until nothing is under way. */
    settle: () => {
      for (let packet = this.packets.shift(); packet; packet = this.packets.shift()) {
        this.receive(packet.from, packet.to, packet.message);
      }
    },
    /** `fire n1 retry/1`: the timer goes off. */
    fire: ([node, name]) => this.fire(id(node!), name!),
    /** `crash n1`: it forgets all but its disk. */
    crash: ([node]) => {
      this.node(id(node!)).state = null;
      this.node(id(node!)).timers.clear();
    },
    /** `restart n1` or `restart n1 erased`. */
    restart: ([node, erased]) => this.start(id(node!), erased === 'erased'),
    /** `show n1`: what a person sees of it. */
    show: ([node]) => this.show(id(node!)),
    /** `disk n1`: what is on its disk. */
    disk: ([node]) => {
      for (const record of this.node(id(node!)).disk.values()) this.line(paxos.describeSaved(record));
    },
    /** `network`: what is under way. */
    network: () => this.packets.forEach((packet) => this.line(this.named(packet))),
    /** `run 20s 100ms`: lets virtual time pass with this latency on every link; logs notes, replies and choices. */
    run: ([span, latency]) => this.run(microseconds(span!), microseconds(latency!)),
  };

  /** Executes one command; gives its log. */
  execute(command: string): string {
    const [name = '', ...words] = command.trim().split(/\s+/);
    const action = this.commands[name];
    if (!action) throw new Error(`no such command: ${name}`);
    this.lines = [];
    action(words);
    return this.lines.length > 0 ? this.lines.join('\n') : 'ok';
  }

  private startCluster(words: string[]): void {
    const count = Number(words.shift());
    this.nodes.clear();
    for (let node = 1; node <= count; node++) {
      this.nodes.set(node, { state: null, disk: new Map(), timers: new Map(), starts: 0 });
    }
    this.config = this.configFrom(words, {});
    this.facts = noFacts([...this.nodes.keys()], this.config);
    this.packets = [];
    this.now = 0;
    for (const node of this.nodes.keys()) this.start(node, false);
    this.packets = [];
    this.lines = [];
  }

  private configFrom(words: string[], base: object): PaxosConfig {
    const given: Record<string, unknown> = { ...base };
    for (const word of words) {
      const [key = '', value = ''] = word.split('=');
      if (key === 'quorum') {
        const [phase1, phase2] = value.split('/').map(Number);
        given[key] = { type: 'counted', phase1, phase2 };
      } else if (key === 'roles') {
        given[key] = value.split(',').map((letters) => [...letters].map((l) => ROLE_LETTERS[l as 'p' | 'a' | 'l']));
      } else given[key] = value === 'on' || value === 'off' ? value === 'on' : Number(value);
    }
    return paxos.config(given, [...this.nodes.keys()]);
  }

  private check(words: string[]): void {
    const isRequest = words[0] === 'request';
    const given: unknown = JSON.parse(words.slice(isRequest ? 1 : 0).join(' '));
    try {
      if (isRequest) paxos.request(given);
      else paxos.config(given, [1, 2, 3]);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.line(`refused: ${error.message}`);
    }
  }

  private node(node: NodeId): Node {
    const found = this.nodes.get(node);
    if (!found) throw new Error(`there is no n${node}`);
    return found;
  }

  private ask(node: NodeId, request: PaxosRequest): void {
    const input = { type: 'request', id: ++this.requests, request } as const;
    this.step(node, input, `n${node} request: ${paxos.describeRequest(request)}`);
  }

  private receive(from: NodeId, to: NodeId, message: PaxosMessage): void {
    const what = `n${from} → n${to} ${message.type}: ${paxos.describe(message)}`;
    if (this.node(to).state === null) this.line(`lost at n${to}, which is down: ${what}`);
    else this.step(to, { type: 'message', from, message }, what);
  }

  private fire(node: NodeId, name: string): void {
    if (!this.node(node).timers.delete(name)) throw new Error(`n${node} has not set ${name}`);
    this.step(node, { type: 'timer', name }, `n${node} timer: ${paxos.describeTimer(name)}`);
  }

  private start(id: NodeId, erased: boolean): void {
    const node = this.node(id);
    if (erased) node.disk.clear();
    const seed = 1000 * id + node.starts++;
    node.state = paxos.init(setupOf(id, [...this.nodes.keys()], this.config, seed));
    const what = node.disk.size > 0 ? 'with its disk' : 'with an empty disk';
    this.step(id, { type: 'start', stored: [...node.disk.values()] }, `n${id} starts ${what}`);
  }

  private step(id: NodeId, input: Input<PaxosMessage, PaxosRequest>, what: string): void {
    const node = this.node(id);
    if (!this.quiet) this.line(what);
    this.witness({ node: id, input });
    const effects = paxos.step(node.state!, input);
    const toItself: PaxosMessage[] = [];
    for (const [i, effect] of effects.entries()) {
      this.witness({ node: id, effect });
      this.report(id, effect, effects, i);
      if (effect.type === 'save') for (const record of effect.records) node.disk.set(record.key, record);
      else if (effect.type === 'setTimer') node.timers.set(effect.name, this.now + effect.after);
      else if (effect.type === 'cancelTimer') node.timers.delete(effect.name);
      else if (effect.type === 'send') {
        if (effect.to === id) toItself.push(effect.message);
        else this.packets.push({ from: id, to: effect.to, message: effect.message, due: Infinity });
      }
    }
    // Takes no time and cannot be lost.
    for (const message of toItself) this.receive(id, id, message);
  }

  private witness(fact: Fact): void {
    const violation = observe(this.facts, fact);
    if (violation) this.line(`VIOLATION of ${violation.invariant}: ${violation.text}`);
  }

  /** One indented line for an effect; a message sent to several nodes is one line. */
  private report(id: NodeId, effect: Effect<PaxosMessage>, effects: readonly Effect<PaxosMessage>[], i: number): void {
    const lead = this.quiet ? `${(this.now / 1e6).toFixed(2)} s n${id}` : ' ';
    switch (effect.type) {
      case 'note':
        this.line(`${lead} ${effect.text}`);
        return;
      case 'reply':
        this.line(`${lead} replies ${effect.reply.ok ? 'yes' : 'no'}: ${effect.reply.text}`);
        return;
      case 'chosen': {
        const by = effect.quorum.length > 0 ? `by ${names(effect.quorum)}` : 'as it was told';
        const what = `"${effect.value}" is chosen in instance ${effect.slot} at ${formatBallot(effect.ballot)}`;
        this.line(`${lead} learns that ${what}, ${by}`);
        return;
      }
    }
    if (this.quiet) return;
    if (effect.type === 'save') effect.records.forEach((r) => this.line(`  saves: ${paxos.describeSaved(r)}`));
    else if (effect.type === 'setTimer') this.line(`  sets timer: ${paxos.describeTimer(effect.name)}`);
    else if (effect.type === 'cancelTimer') this.line(`  cancels timer: ${paxos.describeTimer(effect.name)}`);
    else if (effect.type === 'send') {
      const before = effects[i - 1];
      if (before?.type === 'send' && same(before.message, effect.message)) return;
      const to: NodeId[] = [];
      for (const later of effects.slice(i)) {
        if (later.type !== 'send' || !same(later.message, effect.message)) break;
        to.push(later.to);
      }
      this.line(`  sends ${effect.message.type} to ${names(to)}: ${paxos.describe(effect.message)}`);
    }
  }

  private show(id: NodeId): void {
    const { state } = this.node(id);
    if (!state) {
      this.line(`n${id} is down`);
      return;
    }
    const seen = paxos.view(state);
    this.line(`n${id} ${seen.roles.join(', ')}: ${seen.status}`);
    for (const { slot, promised, accepted, chosen } of seen.slots) {
      const vote = accepted ? `${formatBallot(accepted.ballot)} = "${accepted.value}"` : 'nothing';
      const known = chosen ? `chosen "${chosen.value}"` : 'not known chosen';
      this.line(`  instance ${slot}: promised ${formatBallot(promised)}, accepted ${vote}, ${known}`);
    }
  }

  private matching(words: string[]): Packet[] {
    const [from, to] = words[0]?.includes('->') ? words[0].split('->').map((w) => (w === '*' ? 0 : id(w))) : [0, 0];
    const kinds = words.filter((word) => !word.includes('->'));
    return this.packets.filter(
      (p) => (!from || p.from === from) && (!to || p.to === to) && (!kinds.length || kinds.includes(p.message.type)),
    );
  }

  private take(words: string[], action: (packet: Packet) => void): void {
    const taken = this.matching(words);
    if (taken.length === 0) throw new Error(`nothing under way matches ${words.join(' ')}`);
    this.packets = this.packets.filter((packet) => !taken.includes(packet));
    taken.forEach(action);
  }

  private named({ from, to, message }: Packet): string {
    return `n${from} → n${to} ${message.type}: ${paxos.describe(message)}`;
  }

  /** What happens next, packet before timer, the one sent first before the other. */
  private run(span: number, latency: number): void {
    const end = this.now + span;
    this.quiet = true;
    for (;;) {
      for (const packet of this.packets) if (packet.due === Infinity) packet.due = this.now + latency;
      let next = Infinity;
      let action = (): void => {};
      for (const packet of this.packets) {
        if (packet.due >= next) continue;
        next = packet.due;
        action = () => {
          this.packets.splice(this.packets.indexOf(packet), 1);
          this.receive(packet.from, packet.to, packet.message);
        };
      }
      for (const [node, { timers }] of this.nodes) {
        for (const [name, due] of timers) {
          if (due >= next) continue;
          next = due;
          action = () => this.fire(node, name);
        }
      }
      if (next > end) break;
      this.now = next;
      action();
    }
    this.now = end;
    this.quiet = false;
  }

  private line(text: string): void {
    this.lines.push(text);
  }
}

function same(a: PaxosMessage, b: PaxosMessage): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function names(nodes: readonly NodeId[]): string {
  return nodes.map((node) => `n${node}`).join(', ');
}

function id(word: string): NodeId {
  return Number(word.replace('n', ''));
}

function microseconds(word: string): number {
  return Number.parseFloat(word) * (word.endsWith('ms') ? 1e3 : 1e6);
}

function ballot(word: string): Ballot {
  const [round, node] = word.split('.').map(Number);
  return { round: round!, node: node! };
}

/** `prepare 1 3.1`, `promise 1 3.1 2.3=red` (or `-`), `accept 1 3.1=red`, `accepted 1 3.1=red`, `nack 1 2.1 3.2`. */
function parseMessage([type, where, first = '', second = '-']: string[]): PaxosMessage {
  const instance = Number(where);
  const [at = '', value = ''] = first.split('=');
  switch (type) {
    case 'prepare':
      return { type, instance, ballot: ballot(first) };
    case 'promise': {
      const [reported, acceptedValue = ''] = second.split('=');
      const acceptedBallot = reported === '-' ? { round: 0, node: 0 } : ballot(reported!);
      return { type, instance, ballot: ballot(first), acceptedBallot, acceptedValue };
    }
    case 'accept':
    case 'accepted':
      return { type, instance, ballot: ballot(at), value };
    case 'nack':
      return { type, instance, ballot: ballot(first), promised: ballot(second) };
    default:
      throw new Error(`cannot forge ${type}`);
  }
}
