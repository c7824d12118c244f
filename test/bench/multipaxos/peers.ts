/**
 * Peers: consensus libraries for JavaScript, in one process, without threads, sockets or disks. Each is driven as fast as
 * it goes: its messages are calls, its timers never have to fire, and its values are passed on as objects, not written.
 */
import Raft from '@markwylde/liferaft';
import PackagedLog from '@markwylde/liferaft/log.js';
import memdown from 'memdown';
import Paxos from 'paxos';
import type { LiferaftEntry, LiferaftLog, LiferaftNode, LiferaftPacket, PaxosNode } from './modules.ts';

/** What is chosen: a client's put, as in Multi-Paxos. */
interface Put {
  readonly client: number;
  readonly session: number;
  readonly sequence: number;
  readonly operation: { readonly type: 'put'; readonly key: string; readonly value: string };
}

function put(sequence: number): Put {
  return { client: 16, session: 1001, sequence, operation: { type: 'put', key: 'x1', value: `c1-${sequence}` } };
}

/** The log of liferaft, in plain arrays: what it says of its own, without a database under it. */
class ArrayLog implements LiferaftLog {
  committedIndex = 0;
  private readonly node: LiferaftNode;
  private readonly entries: LiferaftEntry[] = [];

  constructor(node: LiferaftNode) {
    this.node = node;
  }

  saveCommand(command: unknown, term: number, index = this.entries.length + 1): Promise<LiferaftEntry> {
    const entry = { term, index, committed: false, responses: [{ address: this.node.address, ack: true }], command };
    this.entries[index - 1] = entry;
    return Promise.resolve(entry);
  }

  has(index: number): Promise<boolean> {
    return Promise.resolve(this.entries[index - 1] !== undefined);
  }

  get(index: number): Promise<LiferaftEntry> {
    return Promise.resolve(this.entries[index - 1]!);
  }

  removeEntriesAfter(index: number): Promise<void> {
    this.entries.length = index;
    return Promise.resolve();
  }

  getLastInfo(): ReturnType<LiferaftLog['getLastInfo']> {
    return this.infoOf(this.entries.length);
  }

  getEntryInfoBefore(entry: LiferaftEntry): ReturnType<LiferaftLog['getLastInfo']> {
    return this.infoOf(entry.index - 1);
  }

  commandAck(index: number, address: string): Promise<LiferaftEntry> {
    const entry = this.entries[index - 1]!;
    if (!entry.responses.some((response) => response.address === address)) entry.responses.push({ address, ack: true });
    return Promise.resolve(entry);
  }

  commit(index: number): Promise<LiferaftEntry> {
    const entry = this.entries[index - 1]!;
    entry.committed = true;
    this.committedIndex = index;
    return Promise.resolve(entry);
  }

  getUncommittedEntriesUpToIndex(index: number): Promise<LiferaftEntry[]> {
    return Promise.resolve(this.entries.slice(this.committedIndex, index).filter(({ committed }) => !committed));
  }

  end(): void {}

  private infoOf(index: number): ReturnType<LiferaftLog['getLastInfo']> {
    const { term } = this.entries[index - 1] ?? this.node;
    return Promise.resolve({ index, term, committedIndex: this.committedIndex });
  }
}

/**
 * Commands that liferaft commits a second.
 * @param packaged with the log that comes with it, over a database in memory; or with plain arrays
 */
export async function liferaft(servers: number, inFlight: number, commands: number, packaged: boolean): Promise<number> {
  // There are no failures, and so nobody needs to hear of a leader.
  const timers = { 'election min': '1 day', 'election max': '2 days', heartbeat: '1 day' };
  const log = packaged ? { Log: PackagedLog, adapter: memdown, path: '' } : { Log: ArrayLog };
  const rafts = Array.from({ length: servers }, (_, i) => new Raft({ address: `n${i + 1}`, ...timers, ...log }));
  for (const raft of rafts) wire(raft, rafts);
  const [leader] = rafts as [LiferaftNode];
  await leader.promote();
  while (leader.state !== Raft.LEADER) await new Promise((resume) => setImmediate(resume));
  let [asked, committed] = [0, 0];
  // It takes commands one after the other, and does not wait until one is committed.
  let asking = Promise.resolve();
  const ask = (): void => {
    const command = put(++asked);
    asking = asking.then(() => leader.command(command));
  };
  const begun = performance.now();
  await new Promise<void>((finish) => {
    leader.on('commit', () => {
      committed++;
      if (committed === commands) finish();
      else if (asked < commands) ask();
    });
    for (let i = 0; i < inFlight; i++) ask();
  });
  const rate = commands / ((performance.now() - begun) / 1000);
  await asking;
  for (const raft of rafts) raft.end();
  return rate;
}

type TakePacket = (packet: LiferaftPacket, reply: (packet?: LiferaftPacket) => void) => Promise<void>;

/** What each node has still to take in. */
const inboxes = new WeakMap<LiferaftNode, Promise<void>>();

/** Connects a node with the others. Each takes in one packet at a time: its log is not made for more. */
function wire(raft: LiferaftNode, rafts: readonly LiferaftNode[]): void {
  for (const other of rafts) {
    if (other === raft) continue;
    raft.join(other.address, (packet, done) => {
      const before = inboxes.get(other);
      const [take] = other.listeners('data') as [TakePacket];
      const takeInTurn = async (): Promise<void> => {
        await before;
        await take(packet, (reply) => done(undefined, reply));
      };
      inboxes.set(other, takeInTurn());
    });
  }
}

/** Ticks of its clock that the package `paxos` is given to settle after each change of its government. */
const SETTLE_TICKS = 10;

/** Commands that the package `paxos` commits a second. It has one proposal under way at a time; others wait. */
export function paxosPackage(servers: number, inFlight: number, commands: number): number {
  const island = new Island(servers);
  const { leader } = island;
  let [asked, committed] = [0, 0];
  const entries = leader.log.shifter();
  const begun = performance.now();
  while (committed < commands) {
    for (; asked - committed < inFlight && asked < commands; asked++) leader.enqueue(island.now, 1, put(asked + 1));
    island.pass();
    for (let entry = entries.shift(); entry !== null; entry = entries.shift()) if (entry.method === 'entry') committed++;
  }
  return commands / ((performance.now() - begun) / 1000);
}

/** Nodes of the package `paxos`, and a clock that stands still while they have something to do. */
class Island {
  now = 0;
  readonly leader: PaxosNode;
  private readonly nodes = new Map<string, { readonly node: PaxosNode; readonly pass: () => boolean }>();

  constructor(servers: number) {
    for (let i = 1; i <= servers; i++) this.add(String(i), servers);
    this.leader = this.nodes.get('1')!.node;
    this.leader.bootstrap(1, this.now, {});
    for (const [id, { node }] of this.nodes) {
      if (node === this.leader) continue;
      node.join(1, Number(id));
      while (!this.leader.embark(this.now, 1, id, Number(id), {}, false).enqueued) this.settle();
      this.settle();
      node.acclimate();
      this.settle();
    }
    this.settle();
    const { majority, minority } = this.leader.government;
    if (majority.length + minority.length !== servers) throw new Error('the package paxos has not formed its government');
  }

  /** Has every node do what is due, and hands over what it sends. Whether anything was sent. */
  pass(): boolean {
    let any = false;
    for (const { pass } of this.nodes.values()) any = pass() || any;
    return any;
  }

  private add(id: string, servers: number): void {
    const node = new Paxos(this.now, id, { parliamentSize: servers, ping: 1, timeout: 3 });
    const outbox = node.outbox.shifter();
    const timers = node.scheduler.events.shifter();
    const pass = (): boolean => {
      node.scheduler.check(this.now);
      for (let timer = timers.shift(); timer !== null; timer = timers.shift()) node.event(timer);
      let any = false;
      for (let sent = outbox.shift(); sent !== null; sent = outbox.shift()) {
        any = true;
        const responses: Record<string, object> = {};
        for (const { to, request } of sent.envelopes) responses[to] = apart(this.nodes.get(to)!.node.request(this.now, apart(request)));
        node.response(this.now, sent.cookie, responses);
      }
      return any;
    };
    this.nodes.set(id, { node, pass });
  }

  private settle(): void {
    for (let tick = 0; tick < SETTLE_TICKS; tick++, this.now++) while (this.pass());
  }
}

/** Copies of those parts of a message that its sender changes later; the rest is shared. */
function apart<T extends object>(message: T): T {
  const parts = message as { readonly [part: string]: unknown };
  const copied = ['government', 'minimum', 'unreachable', 'acclimating'].filter((part) => typeof parts[part] === 'object');
  const sync = parts['sync'] as { readonly minimum?: object } | undefined;
  return {
    ...message,
    ...Object.fromEntries(copied.map((part) => [part, structuredClone(parts[part])])),
    ...(sync !== undefined && { sync: { ...sync, ...(sync.minimum && { minimum: { ...sync.minimum } }) } }),
  };
}
