/**
 * A cluster held by hand: nothing moves until a command moves it, and everything that happens is a line of the log.
 * The commands are listed in `own`, those of one protocol in its dialect; the golden files are written in them.
 */
import { formatBallot } from '../../src/protocol/ballot.ts';
import type { Ballot } from '../../src/protocol/ballot.ts';
import type { AnyChecker } from '../../src/protocol/checker.ts';
import { CLIENT_FIRST, ProtocolError, actorNamed, isClient, nameOf } from '../../src/protocol/protocol.ts';
import type { AnyProtocol, Effect, Input, NodeId, ReplicaView, Saved } from '../../src/protocol/protocol.ts';

/** What of a conversation depends on the protocol. */
export interface Dialect {
  readonly protocol: AnyProtocol;
  /** Commands of its own. */
  commands(conversation: Conversation): Record<string, Command>;
  /** A configuration from `key=value` words, over `base`. */
  config(words: readonly string[], base: object, nodes: readonly NodeId[]): object;
  /** A message that nobody sent. */
  forge(words: readonly string[]): Message;
  /** A chosen value in a sentence. */
  quote(value: string): string;
  /** What must hold of all that happens. */
  readonly checker: AnyChecker;
}

export type Command = (words: string[]) => void;

interface Message {
  readonly type: string;
  readonly slot?: number;
}

type Fact =
  | { readonly node: NodeId; readonly input: Input<Message, unknown> }
  | { readonly node: NodeId; readonly effect: Effect<Message> };

interface Actor {
  state: unknown;
  readonly disk: Map<string, Saved>;
  /** Deadlines by name, µs. */
  readonly timers: Map<string, number>;
  /** How often it came up. */
  incarnation: number;
}

interface Packet {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly message: Message;
  /** Used by `run` only. */
  due: number;
}

export class Conversation {
  private readonly nodes = new Map<NodeId, Actor>();
  private packets: Packet[] = [];
  private founders: NodeId[] = [];
  private clients: NodeId[] = [];
  private config: object = {};
  private facts: unknown = null;
  private told = 0;
  private lines: string[] = [];
  private now = 0;
  private requests = 0;
  /** Set by `run` and `quietly`: only what matters from afar is logged. */
  private quiet = false;
  private readonly dialect: Dialect;
  private readonly protocol: AnyProtocol;
  private readonly commands: Record<string, Command>;

  constructor(dialect: Dialect) {
    this.dialect = dialect;
    this.protocol = dialect.protocol;
    this.commands = { ...this.own(), ...dialect.commands(this) };
  }

  /** Executes one command; gives its log. */
  execute(command: string): string {
    this.lines = [];
    this.perform(command.trim().split(/\s+/));
    return this.lines.length > 0 ? this.lines.join('\n') : 'ok';
  }

  /** Hands a request to an actor. */
  ask(node: NodeId, request: unknown): void {
    const input = { type: 'request', id: ++this.requests, request } as const;
    this.step(node, input, `${nameOf(node)} request: ${this.protocol.describeRequest(request)}`);
  }

  private perform([name = '', ...words]: string[]): void {
    const action = this.commands[name];
    if (!action) throw new Error(`no such command: ${name}`);
    action(words);
  }

  private own(): Record<string, Command> {
    return {
      /** `cluster 3 clients=1 quorum=2/2`: starts actors, configured so; what they send at first is dropped. */
      cluster: (words) => this.startCluster(words),
      /** `configure n1 backoff=off`: the operator's change of a running node. */
      configure: ([node, ...words]) => {
        this.ask(id(node!), this.protocol.configure(this.dialect.config(words, this.config, this.founders)));
      },
      /** `check {"backoff": 3}`: what a configuration, or with `check request {…}` a request, is refused for. */
      check: (words) => this.refusal(words),
      /** `quietly settle`: the same, with only what matters from afar logged. */
      quietly: (words) => {
        this.quiet = true;
        this.perform(words);
        this.quiet = false;
      },
      /** `forge n1 n2 prepare …`: a message that nobody sent. */
      forge: ([from, to, ...words]) => this.receive(id(from!), id(to!), this.dialect.forge(words)),
      /** `deliver n1->n2 prepare`: what is under way and matches, with `#4` of slot 4; words left out match everything. */
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
      fire: ([node, ...name]) => this.fire(id(node!), name.join(' ')),
      /** `crash n1`: it forgets all but its disk. */
      crash: ([node]) => {
        this.node(id(node!)).state = null;
        this.node(id(node!)).timers.clear();
      },
      /** `add n4`: a server that the cluster was not founded with comes up. */
      add: ([node]) => {
        this.nodes.set(id(node!), newActor());
        this.start(id(node!), false);
      },
      /** `restart n1` or `restart n1 erased`. */
      restart: ([node, erased]) => this.start(id(node!), erased === 'erased'),
      /** `show n1`: what a person sees of it. */
      show: ([node]) => this.show(id(node!)),
      /** `disk n1`: what is on its disk. */
      disk: ([node]) => {
        for (const record of this.node(id(node!)).disk.values()) this.line(this.protocol.describeSaved(record));
      },
      /** `network`: what is under way. */
      network: () => this.packets.forEach((packet) => this.line(this.named(packet))),
      /** `run 20s 100ms`: lets virtual time pass with this latency on every link; logs notes, replies and choices. */
      run: ([span, latency]) => this.run(microseconds(span!), microseconds(latency!)),
    };
  }

  private startCluster(words: string[]): void {
    const isOurs = (word: string): boolean => word.startsWith('clients=');
    const clients = Number(words.find(isOurs)?.slice('clients='.length) ?? 0);
    this.founders = Array.from({ length: Number(words[0]) }, (_, i) => i + 1);
    this.clients = Array.from({ length: clients }, (_, i) => CLIENT_FIRST + i);
    this.config = this.dialect.config(words.slice(1).filter((word) => !isOurs(word)), {}, this.founders);
    this.facts = this.dialect.checker.create(this.founders, this.config);
    this.now = 0;
    this.nodes.clear();
    for (const node of [...this.founders, ...this.clients]) this.nodes.set(node, newActor());
    for (const node of this.nodes.keys()) this.start(node, false);
    this.packets = [];
    this.lines = [];
  }

  private refusal(words: string[]): void {
    const isRequest = words[0] === 'request';
    const given: unknown = JSON.parse(words.slice(isRequest ? 1 : 0).join(' '));
    try {
      if (isRequest) this.protocol.request(given);
      else this.protocol.config(given, [1, 2, 3]);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.line(`refused: ${error.message}`);
    }
  }

  private node(node: NodeId): Actor {
    const found = this.nodes.get(node);
    if (!found) throw new Error(`there is no ${nameOf(node)}`);
    return found;
  }

  private receive(from: NodeId, to: NodeId, message: Message): void {
    const what = this.named({ from, to, message });
    if (this.node(to).state === null) this.line(`lost at ${nameOf(to)}, which is down: ${what}`);
    else this.step(to, { type: 'message', from, message }, what);
  }

  private fire(node: NodeId, name: string): void {
    if (!this.node(node).timers.delete(name)) throw new Error(`${nameOf(node)} has not set ${name}`);
    this.step(node, { type: 'timer', name }, `${nameOf(node)} timer: ${this.protocol.describeTimer(name)}`);
  }

  private start(id: NodeId, erased: boolean): void {
    const actor = this.node(id);
    if (erased) actor.disk.clear();
    const seed = 1000 * id + actor.incarnation++;
    const { founders: nodes, clients, config } = this;
    const { incarnation } = actor;
    const peers = [...this.nodes.keys()].filter((other) => !isClient(other)).sort((a, b) => a - b);
    actor.state = this.protocol.init({ node: id, nodes, peers, clients, incarnation, config, seed });
    const what = actor.disk.size > 0 ? 'with its disk' : 'with an empty disk';
    this.step(id, { type: 'start', stored: [...actor.disk.values()] }, `${nameOf(id)} starts ${what}`);
  }

  private step(id: NodeId, input: Input<Message, unknown>, what: string): void {
    const actor = this.node(id);
    if (!this.quiet) this.line(what);
    this.witness({ node: id, input });
    const effects = this.protocol.step(actor.state, input);
    const toItself: Message[] = [];
    for (const [i, effect] of effects.entries()) {
      this.witness({ node: id, effect });
      this.report(id, effect, effects, i);
      if (effect.type === 'save') for (const record of effect.records) write(actor.disk, record);
      else if (effect.type === 'setTimer') actor.timers.set(effect.name, this.now + effect.after);
      else if (effect.type === 'cancelTimer') actor.timers.delete(effect.name);
      else if (effect.type === 'send') {
        if (effect.to === id) toItself.push(effect.message);
        else this.packets.push({ from: id, to: effect.to, message: effect.message, due: Infinity });
      }
    }
    // Takes no time and cannot be lost.
    for (const message of toItself) this.receive(id, id, message);
  }

  private witness(fact: Fact): void {
    const violation = this.dialect.checker.observe(this.facts, { seq: this.told++, ...fact });
    if (violation) this.line(`VIOLATION of ${violation.check}: ${violation.text}`);
  }

  /** What matters from afar; whether the effect is of that kind. */
  private reportNews(id: NodeId, effect: Effect<Message>): boolean {
    const lead = this.quiet ? `${(this.now / 1e6).toFixed(2)} s ${nameOf(id)}` : ' ';
    switch (effect.type) {
      case 'note':
        this.line(`${lead} ${effect.text}`);
        return true;
      case 'reply':
        this.line(`${lead} replies ${effect.reply.ok ? 'yes' : 'no'}: ${effect.reply.text}`);
        return true;
      case 'chosen': {
        const by = effect.quorum.length > 0 ? `by ${names(effect.quorum)}` : 'as it was told';
        const where = `${this.slot(effect.slot)} at ${formatBallot(effect.ballot)}`;
        this.line(`${lead} learns that ${this.dialect.quote(effect.value)} is chosen in ${where}, ${by}`);
        return true;
      }
      case 'lead':
        this.line(`${lead} ${effect.on ? 'takes office' : 'leaves office'} with ${formatBallot(effect.ballot)}`);
        return true;
      case 'members':
        this.line(`${lead} learns that from ${this.slot(effect.slot)} on the members are ${names(effect.members)}`);
        return true;
      case 'return':
        this.line(`${lead} has the answer to ${effect.session}#${effect.sequence}: ${effect.result}`);
        return true;
      default:
        return false;
    }
  }

  /** One indented line for an effect; a message sent to several nodes is one line. */
  private report(id: NodeId, effect: Effect<Message>, effects: readonly Effect<Message>[], i: number): void {
    if (this.reportNews(id, effect) || this.quiet) return;
    if (effect.type === 'save') effect.records.forEach((r) => this.line(`  saves: ${this.protocol.describeSaved(r)}`));
    else if (effect.type === 'setTimer') this.line(`  sets timer: ${this.protocol.describeTimer(effect.name)}`);
    else if (effect.type === 'cancelTimer') this.line(`  cancels timer: ${this.protocol.describeTimer(effect.name)}`);
    else if (effect.type === 'invoke') this.line(`  asks, as ${effect.session}#${effect.sequence}: ${effect.operation}`);
    else if (effect.type === 'apply') {
      const to = effect.from === effect.to ? '' : ` to ${effect.to}`;
      this.line(`  takes in ${this.slot(effect.from)}${to}${effect.by === 'snapshot' ? ', by a snapshot' : ''}`);
    } else if (effect.type === 'send') {
      const before = effects[i - 1];
      if (before?.type === 'send' && same(before.message, effect.message)) return;
      const to: NodeId[] = [];
      for (const later of effects.slice(i)) {
        if (later.type !== 'send' || !same(later.message, effect.message)) break;
        to.push(later.to);
      }
      this.line(`  sends ${effect.message.type} to ${names(to)}: ${this.protocol.describe(effect.message)}`);
    }
  }

  private show(id: NodeId): void {
    const { state } = this.node(id);
    if (state === null) {
      this.line(`${nameOf(id)} is down`);
      return;
    }
    const seen = this.protocol.view(state);
    this.line(`${nameOf(id)}${seen.roles.map((role) => ` ${role}`).join(',')}: ${seen.status}`);
    if (seen.replica) this.line(`  ${describeReplica(seen.replica)}`);
    for (const { slot, promised, accepted, chosen } of seen.slots) {
      const vote = accepted ? `${formatBallot(accepted.ballot)} = ${this.dialect.quote(accepted.value)}` : 'nothing';
      const known = chosen ? `chosen ${this.dialect.quote(chosen.value)}` : 'not known chosen';
      this.line(`  ${this.slot(slot)}: promised ${formatBallot(promised)}, accepted ${vote}, ${known}`);
    }
  }

  private matching(words: string[]): Packet[] {
    const [from, to] = words[0]?.includes('->') ? words[0].split('->').map((w) => (w === '*' ? 0 : id(w))) : [0, 0];
    const kinds = words.filter((word) => !word.includes('->') && !word.startsWith('#'));
    const slot = words.find((word) => word.startsWith('#'))?.slice(1);
    return this.packets.filter(({ from: by, to: whom, message }) => {
      const isThere = (!from || by === from) && (!to || whom === to) && (!kinds.length || kinds.includes(message.type));
      return isThere && (slot === undefined || message.slot === Number(slot));
    });
  }

  private take(words: string[], action: (packet: Packet) => void): void {
    const taken = this.matching(words);
    if (taken.length === 0) throw new Error(`nothing under way matches ${words.join(' ')}`);
    this.packets = this.packets.filter((packet) => !taken.includes(packet));
    taken.forEach(action);
  }

  private named({ from, to, message }: Omit<Packet, 'due'>): string {
    return `${nameOf(from)} → ${nameOf(to)} ${message.type}: ${this.protocol.describe(message)}`;
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

  private slot(slot: number): string {
    return `${this.protocol.slotName} ${slot}`;
  }

  private line(text: string): void {
    this.lines.push(text);
  }
}

const newActor = (): Actor => ({ state: null, disk: new Map(), timers: new Map(), incarnation: 0 });

function write(disk: Map<string, Saved>, record: Saved): void {
  if (record.value === null) disk.delete(record.key);
  else disk.set(record.key, record);
}

function describeReplica({ standing, leader, members, snapshot, applied, highest }: ReplicaView): string {
  const edge = snapshot > 0 ? `, the log gone up to ${snapshot}` : '';
  const whom = leader === null ? 'no leader' : `leader ${nameOf(leader)}`;
  return `${standing}, ${whom}, members ${names(members)}; applied ${applied} of ${highest}${edge}`;
}

const same = (a: Message, b: Message): boolean => JSON.stringify(a) === JSON.stringify(b);

function names(nodes: readonly NodeId[]): string {
  return nodes.map(nameOf).join(', ');
}

/** The actor of that name. */
export function id(word: string): NodeId {
  const node = actorNamed(word);
  if (node === null) throw new Error(`nobody is called ${word}`);
  return node;
}

function microseconds(word: string): number {
  return Number.parseFloat(word) * (word.endsWith('ms') ? 1e3 : 1e6);
}

/** `3.1`. */
export function ballot(word: string): Ballot {
  const [round, node] = word.split('.').map(Number);
  return { round: round!, node: node! };
}
