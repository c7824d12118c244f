/** What multipaxos.ts knows of the log: the variables of each slot, who its acceptors are, and which disks there are. */
import { createBounded, forkBounded, getBounded, setBounded, type Bounded } from '../../protocol/bounded.ts';
import type { Operation } from '../../protocol/machine/operation.ts';
import { textOf, type LogCommand, type Member } from '../../protocol/multipaxos/command.ts';
import type { MultiPaxosConfig } from '../../protocol/multipaxos/config.ts';
import type { Violation } from '../../protocol/checker.ts';
import type { NodeId } from '../../protocol/protocol.ts';
import type { QuorumSystem } from '../../protocol/quorum.ts';
import { phase2a, type Electorate, type Language } from './actions.ts';
import { acceptorOf, copyPhase1, copyPhase2, noPhase1, noPhase2 } from './state.ts';
import type { Phase1, Phase2 } from './state.ts';

/** So many slots are remembered; those below are not judged any more. */
const SLOTS_MAX = 2_000;
/** The epoch of a founder's first disk. */
const FIRST_EPOCH = 1;

export const language: Language<LogCommand> = { same: isSameCommand, text: (command) => JSON.stringify(textOf(command)), place: 'slot' };

/** As by their texts, which need not be made for it. */
function isSameCommand(one: LogCommand, other: LogCommand): boolean {
  if (one.type !== 'operation' || other.type !== 'operation') return one.type === other.type && textOf(one) === textOf(other);
  const { client, session, sequence } = one;
  return client === other.client && session === other.session && sequence === other.sequence && isSameOperation(one.operation, other.operation);
}

/** Whatever fields there are, of any kind of operation: it is asked for every vote. */
function isSameOperation(one: Fields, other: Fields): boolean {
  return (
    one.type === other.type &&
    one.key === other.key &&
    one.value === other.value &&
    one.transaction === other.transaction &&
    one.expected === other.expected
  );
}

type Fields = { readonly [field in 'key' | 'value' | 'transaction' | 'expected']?: unknown } & Pick<Operation, 'type'>;

/** One slot. Changed in place by whoever owns it (`Paged.owner`); others copy it first. */
interface SlotState {
  readonly owner: object;
  readonly phase2: Phase2<LogCommand>;
}

/** A server with the disk it has. */
export interface Server {
  quorum: QuorumSystem;
  /** 0: a new disk, of which it is not known yet. */
  epoch: number;
  acceptor: number;
  /** The slots up to here are in the snapshot on its disk, which may let their votes go. */
  edge: number;
}

/** The acceptors from a slot on. */
interface Members extends Electorate {
  readonly from: number;
}

export interface LogConformance {
  readonly phase1: Phase1;
  readonly slots: Bounded<SlotState>;
  /** The slots up to here are not remembered. */
  forgotten: number;
  /** The highest slot heard of. */
  highest: number;
  /** All slots up to here are chosen. */
  chosenUpTo: number;
  /** Ascending; never changed, but replaced. */
  members: readonly Members[];
  readonly window: number;
  readonly servers: Map<NodeId, Server>;
  /** With which a server comes up. */
  quorum: QuorumSystem;
}

export function noLog(nodes: readonly NodeId[], { quorum, window }: MultiPaxosConfig): LogConformance {
  return {
    phase1: noPhase1(),
    slots: createBounded(),
    forgotten: 0,
    highest: 0,
    chosenUpTo: 0,
    members: [membersFrom(1, nodes.map((node) => ({ node, epoch: FIRST_EPOCH })))],
    window,
    servers: new Map(),
    quorum,
  };
}

export function forkLog(log: LogConformance): LogConformance {
  return {
    ...log,
    phase1: copyPhase1(log.phase1),
    slots: forkBounded(log.slots),
    servers: new Map([...log.servers].map(([node, server]) => [node, { ...server }])),
  };
}

function membersFrom(from: number, members: readonly Member[]): Members {
  return { from, nodes: members.map(({ node }) => node), acceptors: members.map(({ node, epoch }) => acceptorOf(node, epoch)) };
}

/** The acceptors of a slot; of one so far ahead that they are not settled, as far as is known. */
export function membersAt({ members }: LogConformance, slot: number): Electorate {
  let at = members.length - 1;
  while (at > 0 && members[at]!.from > slot) at--;
  return members[at]!;
}

export function serverOf(log: LogConformance, node: NodeId): Server {
  let server = log.servers.get(node);
  if (server === undefined) {
    server = { quorum: log.quorum, epoch: 0, acceptor: acceptorOf(node, 0), edge: 0 };
    log.servers.set(node, server);
  }
  return server;
}

/** The variables of a slot, to be changed; of one not heard of before, the initial ones. `null`: forgotten. */
export function slotOf(log: LogConformance, slot: number): Phase2<LogCommand> | null {
  const { slots } = log;
  const { owner } = slots.records;
  const known = getBounded(slots, slot);
  if (known?.owner === owner) return known.phase2;
  if (known === undefined && slot <= log.forgotten) return null;
  const own = { owner, phase2: known === undefined ? noPhase2<LogCommand>() : copyPhase2(known.phase2) };
  log.forgotten = Math.max(log.forgotten, setBounded(slots, slot, own, SLOTS_MAX));
  log.highest = Math.max(log.highest, slot);
  return own.phase2;
}

/** The variables of a slot, to be read; `null`: nothing is known of it. */
export function lookAt({ slots }: LogConformance, slot: number): Phase2<LogCommand> | null {
  return getBounded(slots, slot)?.phase2 ?? null;
}

/** Something was chosen: goes on to the first slot that is not, and takes in who the acceptors are. */
export function advance(log: LogConformance): void {
  for (;;) {
    const command = lookAt(log, log.chosenUpTo + 1)?.chosen?.value;
    if (command === undefined) return;
    log.chosenUpTo++;
    if (command.type !== 'members') continue;
    const now = log.members.filter(({ from }, i) => from > log.forgotten || (log.members[i + 1]?.from ?? Infinity) > log.forgotten);
    log.members = [...now, membersFrom(log.chosenUpTo + log.window, command.members)];
  }
}

/** Phase2a, by an accept or by the leader's own vote. */
export function propose(log: LogConformance, seq: number, node: NodeId, slot: number, ballot: number, command: LogCommand): Violation | null {
  const phase2 = slotOf(log, slot);
  if (phase2 === null) return null;
  const { quorum } = serverOf(log, node);
  return phase2a(language, log.phase1, phase2, slot, node, ballot, command, quorum, membersAt(log, slot), seq);
}
