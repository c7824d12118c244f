/**
 * What the invariants remember of everything the servers and clients said and did. Plain data, bounded: of slots long
 * chosen, and of operations long answered, nothing is kept but what the log has made of them. With each fact goes the
 * number of the event that told of it. A fork shares what neither side changes (`owner`).
 */
import { NO_BALLOT, formatBallot, sameBallot } from '../ballot.ts';
import type { Ballot } from '../ballot.ts';
import { createBounded, forkBounded } from '../bounded.ts';
import type { Bounded } from '../bounded.ts';
import { applyOperation, createDatabase, forkDatabase } from '../machine/database.ts';
import type { Database } from '../machine/database.ts';
import { SESSION_NUMBER_MAX } from '../machine/sessions.ts';
import { createPaged, deletePaged, forkPaged, getPaged, setPaged } from '../paged.ts';
import type { Paged } from '../paged.ts';
import type { NodeId } from '../protocol.ts';
import { NO_EVENT } from '../violation.ts';
import type { LogCommand, Member } from './command.ts';
import type { MultiPaxosConfig } from './config.ts';

/** So many slots are remembered of those in the log, and of those after them. */
const SLOTS_KEPT = 2_000;
/** So many ballots, sessions and transaction IDs are remembered, those heard of first forgotten first. */
export const NAMES_MAX = 20_000;
/** Snapshots are compared with the first of the same slot, for so many slots with one. */
export const SNAPSHOTS_MAX = 8;

/** A vote, as it was cast or reported. */
export interface Vote {
  readonly ballot: Ballot;
  readonly text: string;
  readonly seq: number;
}

/** One piece of a promise that a candidate was given. */
export interface PromisePiece extends Member {
  readonly from: number;
  /** As in the message; 0: it reports on every slot from `from` on. */
  readonly next: number;
  /** Of slots up to this one it reports nothing. */
  readonly edge: number;
  /** By slot. */
  readonly votes: Paged<Vote>;
  readonly seq: number;
}

/** What is known of one server. */
export interface ServerFacts {
  config: MultiPaxosConfig;
  /** How often it came up; 0: not yet. */
  incarnation: number;
  startSeq: number;
  /** In which life it came up with the disk it has. */
  epoch: number;
  /** The promise and the highest round on its disk. */
  saved: Ballot;
  savedSeq: number;
  round: number;
  roundSeq: number;
  /** The highest ballot that it told others it promised or accepted, with this disk. */
  told: Ballot;
  toldSeq: number;
  /** By slot, its last vote: that on its disk, and that of which it told. */
  cast: Paged<Vote>;
  toldVotes: Paged<Vote>;
  /** Its state machine has taken in the slots up to here. */
  applied: number;
  appliedSeq: number;
  /** What it was promised as the candidate of its last ballot. */
  candidacy: { readonly ballot: Ballot; readonly promises: readonly PromisePiece[] };
}

/** What was proposed in a slot at a ballot. */
export interface Proposal extends Vote {
  readonly command: LogCommand;
}

/** Who told of a vote. */
export interface Voter extends Member {
  readonly seq: number;
}

export interface Tally {
  readonly ballot: Ballot;
  readonly voters: Voter[];
}

/** What is chosen in a slot: by whose votes. */
export interface ChosenFact extends Vote {
  readonly nodes: readonly NodeId[];
  readonly seqs: readonly number[];
}

/** What is known of one slot. */
export interface SlotFacts {
  /** Of the facts that may change this record; others copy it first. */
  readonly owner: object;
  readonly proposals: Proposal[];
  readonly tallies: Tally[];
  chosen: ChosenFact | null;
}

/** The acceptors from a slot on, and the event by which that was chosen. */
export interface ConfigFact {
  readonly from: number;
  readonly members: readonly Member[];
  readonly nodes: readonly NodeId[];
  readonly seq: number;
}

/** What the log makes of its chosen slots, in order: what every replica must have come to. */
export interface Reference {
  applied: number;
  /** By which event that slot was chosen. */
  appliedSeq: number;
  readonly database: Database;
  /** Ascending by slot. */
  configs: readonly ConfigFact[];
}

/** What was asked for in a session of a client. Replaced, never changed. */
export interface SessionFacts {
  /** The last operations, oldest first. */
  readonly asked: readonly { readonly sequence: number; readonly text: string; readonly seq: number }[];
  /** The last of them, as JSON, if it has no answer; the highest ID that its client had been given before. */
  readonly waiting: { readonly sequence: number; readonly operation: string; readonly highestId: number; readonly seq: number } | null;
}

/** In which life of its proposer, by epoch, a ballot was prepared. */
export type Preparations = readonly { readonly epoch: number; readonly incarnation: number; readonly seq: number }[];

/** A database as a server saved it. */
export interface SnapshotFact {
  readonly upTo: number;
  readonly node: NodeId;
  readonly database: string;
  readonly seq: number;
}

export interface MultiPaxosFacts {
  readonly config: MultiPaxosConfig;
  readonly servers: Map<NodeId, ServerFacts>;
  readonly slots: Paged<SlotFacts>;
  readonly reference: Reference;
  /** By `sessionKey`. */
  readonly sessions: Bounded<SessionFacts>;
  /** By `ballotKey`. */
  readonly prepared: Bounded<Preparations>;
  /** Transaction IDs given to clients: to which operation. */
  readonly ids: Bounded<{ readonly name: string; readonly seq: number }>;
  /** By client, the highest ID that it was given. */
  readonly highestId: Map<NodeId, { readonly id: number; readonly seq: number }>;
  /** Oldest first. */
  snapshots: readonly SnapshotFact[];
}

/** No facts yet. @param nodes the founding servers */
export function noFacts(nodes: readonly NodeId[], config: MultiPaxosConfig): MultiPaxosFacts {
  const members = nodes.map((node) => ({ node, epoch: 1 }));
  const configs = [{ from: 1, members, nodes, seq: NO_EVENT }];
  return {
    config,
    servers: new Map(),
    slots: createPaged(),
    reference: { applied: 0, appliedSeq: NO_EVENT, database: createDatabase(), configs },
    sessions: createBounded(),
    prepared: createBounded(),
    ids: createBounded(),
    highestId: new Map(),
    snapshots: [],
  };
}

export function forkFacts(facts: MultiPaxosFacts): MultiPaxosFacts {
  const servers = new Map<NodeId, ServerFacts>();
  for (const [node, server] of facts.servers) {
    servers.set(node, { ...server, cast: forkPaged(server.cast), toldVotes: forkPaged(server.toldVotes) });
  }
  return {
    ...facts,
    servers,
    slots: forkPaged(facts.slots),
    reference: { ...facts.reference, database: forkDatabase(facts.reference.database) },
    sessions: forkBounded(facts.sessions),
    prepared: forkBounded(facts.prepared),
    ids: forkBounded(facts.ids),
    highestId: new Map(facts.highestId),
  };
}

export function sessionKey(client: NodeId, session: number): number {
  return client * (SESSION_NUMBER_MAX + 1) + session;
}

export function ballotKey({ round, node }: Ballot): number {
  return round * 32 + node;
}

export function serverOf(facts: MultiPaxosFacts, node: NodeId): ServerFacts {
  const known = facts.servers.get(node);
  if (known !== undefined) return known;
  const fresh: ServerFacts = {
    config: facts.config,
    incarnation: 0,
    startSeq: NO_EVENT,
    epoch: 1,
    saved: NO_BALLOT,
    savedSeq: NO_EVENT,
    round: 0,
    roundSeq: NO_EVENT,
    told: NO_BALLOT,
    toldSeq: NO_EVENT,
    cast: createPaged(),
    toldVotes: createPaged(),
    applied: 0,
    appliedSeq: NO_EVENT,
    candidacy: { ballot: NO_BALLOT, promises: [] },
  };
  facts.servers.set(node, fresh);
  return fresh;
}

/** What is known of a slot, to be changed; of one not heard of before, nothing. */
export function slotOf({ slots }: MultiPaxosFacts, slot: number): SlotFacts {
  const known = getPaged(slots, slot);
  if (known?.owner === slots.owner) return known;
  const own = known === undefined ? freshSlot(slots.owner) : copyOf(known, slots.owner);
  // The log may have stopped at a slot that something is wrong with.
  if (known === undefined && slot > 2 * SLOTS_KEPT) deletePaged(slots, slot - 2 * SLOTS_KEPT);
  setPaged(slots, slot, own);
  return own;
}

function freshSlot(owner: object): SlotFacts {
  return { owner, proposals: [], tallies: [], chosen: null };
}

function copyOf({ proposals, tallies, chosen }: SlotFacts, owner: object): SlotFacts {
  const own = tallies.map(({ ballot, voters }) => ({ ballot, voters: voters.slice() }));
  return { owner, proposals: proposals.slice(), tallies: own, chosen };
}

/** What was proposed in a slot at a ballot. */
export function proposalAt({ proposals }: SlotFacts, ballot: Ballot): Proposal | null {
  for (const proposal of proposals) if (sameBallot(proposal.ballot, ballot)) return proposal;
  return null;
}

export function tallyAt({ tallies }: SlotFacts, ballot: Ballot): Tally {
  for (const tally of tallies) if (sameBallot(tally.ballot, ballot)) return tally;
  const fresh = { ballot, voters: [] };
  tallies.push(fresh);
  return fresh;
}

/** The acceptors of a slot. Of one so far ahead that they are not settled: as far as is known. */
export function configAt({ reference }: MultiPaxosFacts, slot: number): ConfigFact {
  const { configs } = reference;
  for (let i = configs.length - 1; i > 0; i--) if (configs[i]!.from <= slot) return configs[i]!;
  return configs[0]!;
}

export function isMember({ members }: ConfigFact, node: NodeId, epoch: number): boolean {
  for (const member of members) if (member.node === node) return member.epoch === epoch;
  return false;
}

/** Takes the slots that are chosen, one after the other, into the reference; forgets those long past. */
export function advance(facts: MultiPaxosFacts): void {
  const { reference, slots, servers } = facts;
  for (let slot = reference.applied + 1; ; slot++) {
    const known = getPaged(slots, slot);
    const chosen = known?.chosen;
    if (known === undefined || chosen == null) return;
    const command = known.proposals.find(({ text }) => text === chosen.text)?.command;
    if (command === undefined) return;
    applyTo(facts, slot, command, chosen.seqs.at(-1)!);
    const old = slot - SLOTS_KEPT;
    if (old <= 0) continue;
    deletePaged(slots, old);
    for (const server of servers.values()) {
      deletePaged(server.cast, old);
      deletePaged(server.toldVotes, old);
    }
  }
}

function applyTo({ config, reference }: MultiPaxosFacts, slot: number, command: LogCommand, seq: number): void {
  if (command.type === 'operation') {
    const { client, session, sequence, operation } = command;
    applyOperation(reference.database, client, session, sequence, operation);
  } else if (command.type === 'members') {
    const { members } = command;
    const nodes = members.map((member) => member.node);
    reference.configs = [...reference.configs, { from: slot + config.window, members, nodes, seq }];
  }
  reference.applied = slot;
  reference.appliedSeq = seq;
}

/** `2.3 "c1.1001#1 put x = 3"`. */
export function formatVote({ ballot, text }: Pick<Vote, 'ballot' | 'text'>): string {
  return `${formatBallot(ballot)} ${JSON.stringify(text)}`;
}
