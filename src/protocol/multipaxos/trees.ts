/** Memory and disk of a server as trees of the same shape, and its records as sentences. */
import { formatBallot } from '../ballot.ts';
import { loadDatabase, viewDatabase } from '../machine/database.ts';
import type { Database } from '../machine/database.ts';
import { getPaged, latestPaged } from '../paged.ts';
import type { Json, Saved } from '../protocol.ts';
import { textOf, textOfMember } from './command.ts';
import { standingOf } from './members.ts';
import type { MemberConfig } from './messages.ts';
import { readRecord, slotOfRecord } from './records.ts';
import { waitingCount } from './queue.ts';
import type { SavedSnapshot, ServerState, Term, Vote } from './state.ts';

/** Most slots in a tree, latest first: a person reads them. */
const TREE_SLOTS_MAX = 100;

type Tree = { [key: string]: Json };

/**
 * Memory. `born`, `round`, `promised`, `votes` and `snapshot` stand where they stand in the tree of the disk; the rest
 * is on no disk.
 */
export function memoryOfServer(state: ServerState): Json {
  const chosen: Tree = {};
  for (const slot of latestPaged(state.chosen, TREE_SLOTS_MAX)) chosen[slot] = textOf(getPaged(state.chosen, slot)!.command);
  const votes: Tree = {};
  for (const slot of latestPaged(state.votes, TREE_SLOTS_MAX)) votes[slot] = voteTree(getPaged(state.votes, slot)!);
  return {
    born: { epoch: state.epoch, member: state.wasMember },
    round: state.round,
    promised: formatBallot(state.promised),
    votes,
    snapshot: snapshotTree(state.snapshot),
    standing: standingOf(state),
    mode: state.mode,
    leader: state.leader && formatBallot(state.leader),
    lease: state.granted,
    term: state.term && termTree(state.term),
    applied: state.applied,
    known: state.known,
    edge: state.edge,
    chosen,
    members: configsTree(state.configs),
    database: databaseTree(state.database),
    waiting: waitingCount(state),
    pending: state.pending.size,
  };
}

function termTree(term: Term): Json {
  const answers: Tree = {};
  for (const [node, { cursor, above }] of term.answers) {
    answers[node] = cursor === 0 ? `promised, above ${above}` : `asked, from ${cursor} on`;
  }
  const proposals: Tree = {};
  for (const { slot, command, voters } of term.proposals.values()) {
    proposals[slot] = { command: textOf(command), voters: [...voters] };
  }
  return {
    ballot: formatBallot(term.ballot),
    answers,
    reportedUpTo: term.reportedUpTo,
    next: term.next,
    proposals,
    proposed: term.proposed,
    told: term.told,
    change: term.change && textOf({ type: 'members', members: term.change.members }),
    round: term.round,
    confirmed: term.confirmed,
    reads: term.reads.length,
  };
}

/**
 * What the disk holds.
 * @throws ProtocolError when a record is none of this protocol.
 */
export function disk(stored: readonly Saved[]): Json {
  let born: Json = null;
  let round = 0;
  let promised = '–';
  let snapshot: SavedSnapshot | null = null;
  const voted = new Map<number, Vote>();
  for (const record of stored) {
    const fact = readRecord(record);
    if (fact?.type === 'born') born = { epoch: fact.epoch, member: fact.member };
    else if (fact?.type === 'round') round = fact.round;
    else if (fact?.type === 'ballot') promised = formatBallot(fact.ballot);
    else if (fact?.type === 'snapshot') ({ snapshot } = fact);
    else if (fact?.type === 'vote') voted.set(fact.slot, fact.vote);
  }
  const votes: Tree = {};
  const latest = [...voted.keys()].sort((a, b) => b - a).slice(0, TREE_SLOTS_MAX);
  for (const slot of latest) votes[slot] = voteTree(voted.get(slot)!);
  return { born, round, promised, votes, snapshot: snapshotTree(snapshot) };
}

function voteTree({ ballot, command }: Vote): Json {
  return `${formatBallot(ballot)} = ${textOf(command)}`;
}

function snapshotTree(snapshot: SavedSnapshot | null): Json {
  if (snapshot === null) return null;
  const { upTo, configs, database } = snapshot;
  return { upTo, members: configsTree(configs), database: databaseTree(loadDatabase(database)) };
}

function configsTree(configs: readonly MemberConfig[]): Json {
  const tree: Tree = {};
  for (const { from, members } of configs) tree[`from slot ${from}`] = members.map(textOfMember).join(' ');
  return tree;
}

function databaseTree(database: Database): Json {
  const { next, openCount, committed, entryCount, entries } = viewDatabase(database);
  const latest: Tree = {};
  for (const { key, value } of entries) latest[key] = value;
  return { next, open: openCount, committed, entries: entryCount, latest };
}

/** `promised 3.1`; `accepted 2.3 = put x = 3 (slot 4)`. */
export function describeSaved(record: Saved): string {
  const fact = readRecord(record);
  if (fact === null) {
    const slot = slotOfRecord(record);
    return slot > 0 ? `lets go of its vote (slot ${slot})` : `lets go of ${record.key}`;
  }
  switch (fact.type) {
    case 'born':
      return `a disk of epoch ${fact.epoch}${fact.member ? ', a member’s' : ''}`;
    case 'ballot':
      return `promised ${formatBallot(fact.ballot)}`;
    case 'round':
      return `used round ${fact.round}`;
    case 'vote':
      return `accepted ${formatBallot(fact.vote.ballot)} = ${textOf(fact.vote.command)} (slot ${fact.slot})`;
    case 'snapshot':
      return `the state after slot ${fact.snapshot.upTo}`;
  }
}
