/**
 * What invariants.ts remembers of everything the servers and clients said and did. Plain data, bounded: of slots long
 * chosen, and of operations long answered, nothing is kept but what the log has made of them.
 */
import { NO_BALLOT, formatBallot, sameBallot } from '../ballot.ts';
import type { Ballot } from '../ballot.ts';
import { applyOperation, createDatabase, viewDatabase } from '../machine/database.ts';
import type { Database } from '../machine/database.ts';
import type { NodeId } from '../protocol.ts';
import type { LogCommand, Member } from './command.ts';
import type { MultiPaxosConfig } from './config.ts';
import type { MemberConfig } from './messages.ts';

/** So many slots are remembered of those in the log. */
const SLOTS_KEPT = 2_000;
/** So many ballots and operations are remembered, those heard of first forgotten first. */
const NAMES_MAX = 20_000;

export type InvariantName =
  | 'Agreement'
  | 'Validity'
  | 'ChosenByQuorum'
  | 'ChosenStays'
  | 'ShowsSafe'
  | 'NoOpOnlyInGaps'
  | 'OneValuePerBallot'
  | 'BallotsUnique'
  | 'P1a'
  | 'PromiseTruthful'
  | 'VoteDurable'
  | 'PromisedNeverFalls'
  | 'OnlyMembersVote'
  | 'AppliedInOrder'
  | 'SameState'
  | 'OnceInEffect'
  | 'IdsUnique'
  | 'IdsNeverFall';

/** Two facts that contradict each other. */
export interface Violation {
  readonly invariant: InvariantName;
  /** 0: it is about none. */
  readonly slot: number;
  /** One sentence that names both facts. */
  readonly text: string;
}

/** A vote, as it was cast or reported. */
export interface Vote {
  readonly ballot: Ballot;
  readonly text: string;
}

/** One piece of a promise that a candidate was given. */
export interface PromisePiece extends Member {
  readonly from: number;
  /** As in the message; 0: it reports on every slot from `from` on. */
  readonly next: number;
  /** Of slots up to this one it reports nothing. */
  readonly edge: number;
  readonly votes: ReadonlyMap<number, Vote>;
}

/** What is known of one server. */
export interface ServerFacts {
  config: MultiPaxosConfig;
  /** How often it came up; 0: not yet. */
  incarnation: number;
  /** In which life it came up with the disk it has. */
  epoch: number;
  /** The promise and the highest round on its disk. */
  saved: Ballot;
  round: number;
  /** The highest ballot that it told others it promised or accepted, with this disk. */
  told: Ballot;
  /** By slot, its last vote: that on its disk, and that of which it told. */
  readonly cast: Map<number, Vote>;
  readonly toldVotes: Map<number, Vote>;
  /** Its state machine has taken in the slots up to here. */
  applied: number;
  /** What it was promised as the candidate of its last ballot. */
  candidacy: { readonly ballot: Ballot; readonly promises: PromisePiece[] };
}

/** What is known of one slot. */
export interface SlotFacts {
  /** What was proposed at each ballot. */
  readonly proposals: { readonly ballot: Ballot; readonly text: string; readonly command: LogCommand }[];
  /** Who told of a vote at each ballot. */
  readonly tallies: { readonly ballot: Ballot; readonly voters: Member[] }[];
  chosen: (Vote & { readonly how: string }) | null;
}

/** What the log makes of its chosen slots, in order: what every replica must have come to. */
export interface Reference {
  applied: number;
  readonly database: Database;
  /** By slot, what a view of the database shows after it, as JSON. */
  readonly views: Map<number, string>;
  /** Ascending by slot. */
  configs: readonly MemberConfig[];
}

export interface MultiPaxosFacts {
  readonly config: MultiPaxosConfig;
  readonly servers: Map<NodeId, ServerFacts>;
  readonly slots: Map<number, SlotFacts>;
  readonly reference: Reference;
  /** The texts of the commands that clients asked for. */
  readonly asked: Set<string>;
  /** In which life its proposer prepared a ballot; by its name and the proposer's epoch. */
  readonly prepared: Map<string, number>;
  /** Transaction IDs given to clients, and to whom. */
  readonly ids: Map<number, string>;
  /** By client, the highest ID that it was given. */
  readonly highestId: Map<NodeId, number>;
  /** By client and session: what it waits for. */
  readonly waiting: Map<string, Waiting>;
}

/** An operation that was asked for and not answered. */
export interface Waiting {
  readonly sequence: number;
  readonly operation: string;
  /** The highest ID that its client had been given before. */
  readonly highestId: number;
}

/** No facts yet. @param nodes the founding servers */
export function noFacts(nodes: readonly NodeId[], config: MultiPaxosConfig): MultiPaxosFacts {
  const members = nodes.map((node) => ({ node, epoch: 1 }));
  return {
    config,
    servers: new Map(),
    slots: new Map(),
    reference: { applied: 0, database: createDatabase(), views: new Map(), configs: [{ from: 1, members }] },
    asked: new Set(),
    prepared: new Map(),
    ids: new Map(),
    highestId: new Map(),
    waiting: new Map(),
  };
}

export function serverOf(facts: MultiPaxosFacts, node: NodeId): ServerFacts {
  const known = facts.servers.get(node);
  if (known) return known;
  const fresh: ServerFacts = {
    config: facts.config,
    incarnation: 0,
    epoch: 1,
    saved: NO_BALLOT,
    round: 0,
    told: NO_BALLOT,
    cast: new Map(),
    toldVotes: new Map(),
    applied: 0,
    candidacy: { ballot: NO_BALLOT, promises: [] },
  };
  facts.servers.set(node, fresh);
  return fresh;
}

export function slotOf(facts: MultiPaxosFacts, slot: number): SlotFacts {
  const known = facts.slots.get(slot);
  if (known) return known;
  const fresh: SlotFacts = { proposals: [], tallies: [], chosen: null };
  facts.slots.set(slot, fresh);
  return fresh;
}

/** What was proposed in a slot at a ballot. */
export function proposalAt(slot: SlotFacts | undefined, ballot: Ballot): SlotFacts['proposals'][number] | null {
  return slot?.proposals.find((proposal) => sameBallot(proposal.ballot, ballot)) ?? null;
}

export function tallyAt(slot: SlotFacts, ballot: Ballot): SlotFacts['tallies'][number] {
  const known = slot.tallies.find((tally) => sameBallot(tally.ballot, ballot));
  if (known) return known;
  const fresh = { ballot, voters: [] };
  slot.tallies.push(fresh);
  return fresh;
}

/** The acceptors of a slot. Of one so far ahead that they are not settled: as far as is known. */
export function membersAt({ reference }: MultiPaxosFacts, slot: number): readonly Member[] {
  const { configs } = reference;
  for (let i = configs.length - 1; i > 0; i--) if (configs[i]!.from <= slot) return configs[i]!.members;
  return configs[0]!.members;
}

/** Takes the slots that are chosen, one after the other, into the reference; forgets those long past. */
export function advance(facts: MultiPaxosFacts): void {
  const { reference } = facts;
  for (let slot = reference.applied + 1; ; slot++) {
    const { chosen, proposals } = facts.slots.get(slot) ?? { chosen: null, proposals: [] };
    const command = proposals.find(({ text }) => text === chosen?.text)?.command;
    if (!command) return;
    applyTo(facts, slot, command);
    facts.slots.delete(slot - SLOTS_KEPT);
    reference.views.delete(slot - SLOTS_KEPT);
    for (const { cast, toldVotes } of facts.servers.values()) {
      cast.delete(slot - SLOTS_KEPT);
      toldVotes.delete(slot - SLOTS_KEPT);
    }
  }
}

function applyTo({ config, reference }: MultiPaxosFacts, slot: number, command: LogCommand): void {
  if (command.type === 'operation') {
    const { client, session, sequence, operation } = command;
    applyOperation(reference.database, client, session, sequence, operation);
  } else if (command.type === 'members') {
    reference.configs = [...reference.configs, { from: slot + config.window, members: command.members }];
  }
  reference.applied = slot;
  reference.views.set(slot, JSON.stringify(viewDatabase(reference.database)));
}

/** Adds to a set, or notes under a name, what need not be remembered for ever. */
export function remember<T>(names: Set<T> | Map<T, unknown>, add: () => void): void {
  add();
  if (names.size > NAMES_MAX) names.delete(names.keys().next().value!);
}

export function firstOf(violations: Iterable<Violation | null>): Violation | null {
  for (const violation of violations) if (violation) return violation;
  return null;
}

/** `2.3 "c1.1001#1 put x = 3"`. */
export function formatVote({ ballot, text }: Vote): string {
  return `${formatBallot(ballot)} ${JSON.stringify(text)}`;
}
