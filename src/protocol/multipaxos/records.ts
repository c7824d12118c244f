/** What a server keeps on its disk: its promise, its rounds, its votes, its snapshot, and which disk this is. */
import type { Ballot } from '../ballot.ts';
import { checkOperation } from '../machine/database.ts';
import { ProtocolError } from '../protocol.ts';
import type { Json, Saved } from '../protocol.ts';
import { NO_OP } from './command.ts';
import type { LogCommand, Member } from './command.ts';
import type { MemberConfig } from './messages.ts';
import type { SavedSnapshot, Vote } from './state.ts';

const BORN = 'born';
const BALLOT = 'ballot';
const ROUND = 'round';
const SNAPSHOT = 'snapshot';
const LOG = 'log.';

/** That the disk was new in this incarnation, and whether the server knows that it was a member since. */
export function bornRecord(epoch: number, member: boolean): Saved {
  return { key: BORN, value: { epoch, member } };
}

/** The highest ballot promised, for all slots. */
export function ballotRecord(promised: Ballot): Saved {
  return { key: BALLOT, value: [promised.round, promised.node] };
}

/** The highest round used. */
export function roundRecord(round: number): Saved {
  return { key: ROUND, value: round };
}

/** The vote in a slot; `null` deletes it. */
export function logRecord(slot: number, vote: Vote | null): Saved {
  if (vote === null) return { key: LOG + slot, value: null };
  return { key: LOG + slot, value: { ballot: [vote.ballot.round, vote.ballot.node], command: commandJson(vote.command) } };
}

export function snapshotRecord({ upTo, ballot, configs, database }: SavedSnapshot): Saved {
  const written = configs.map(({ from, members }) => [from, membersJson(members)]);
  return { key: SNAPSHOT, value: { upTo, ballot: [ballot.round, ballot.node], configs: written, database } };
}

/** What a stored record says. */
export type StoredFact =
  | { readonly type: 'born'; readonly epoch: number; readonly member: boolean }
  | { readonly type: 'ballot'; readonly ballot: Ballot }
  | { readonly type: 'round'; readonly round: number }
  | { readonly type: 'vote'; readonly slot: number; readonly vote: Vote }
  | { readonly type: 'snapshot'; readonly snapshot: SavedSnapshot };

/**
 * Reads a stored record; what deletes one is `null`.
 * @throws ProtocolError naming the record when it is none that this protocol wrote.
 */
export function readRecord(record: Saved): StoredFact | null {
  const { key, value } = record;
  if (value === null) return null;
  switch (key) {
    case BORN: {
      const { epoch, member } = fieldsOf(key, value);
      return { type: 'born', epoch: count(key, epoch), member: member === true };
    }
    case BALLOT:
      return { type: 'ballot', ballot: readBallot(key, value) };
    case ROUND:
      return { type: 'round', round: count(key, value) };
    case SNAPSHOT: {
      const { upTo, ballot, configs, database } = fieldsOf(key, value);
      const read = listOf(key, configs).map((config): MemberConfig => {
        const [from, members] = listOf(key, config);
        return { from: count(key, from), members: readMembers(key, members) };
      });
      if (read.length === 0) throw broken(key);
      const snapshot = { upTo: count(key, upTo), ballot: readBallot(key, ballot), configs: read, database: database ?? null };
      return { type: 'snapshot', snapshot };
    }
  }
  if (!key.startsWith(LOG)) throw broken(key);
  const { ballot, command } = fieldsOf(key, value);
  const vote = { ballot: readBallot(key, ballot), command: readCommand(key, command) };
  return { type: 'vote', slot: count(key, Number(key.slice(LOG.length))), vote };
}

/** The slot of a vote's record; 0 for another record. */
export function slotOfRecord({ key }: Saved): number {
  return key.startsWith(LOG) ? Number(key.slice(LOG.length)) : 0;
}

function commandJson(command: LogCommand): Json {
  switch (command.type) {
    case 'no-op':
      return null;
    case 'members':
      return membersJson(command.members);
    case 'operation': {
      const { client, session, sequence, operation } = command;
      return { client, session, sequence, operation: { ...operation } };
    }
  }
}

function readCommand(key: string, json: Json | undefined): LogCommand {
  if (json === null) return NO_OP;
  if (Array.isArray(json)) return { type: 'members', members: readMembers(key, json) };
  const { client, session, sequence, operation } = fieldsOf(key, json);
  return {
    type: 'operation',
    client: count(key, client),
    session: count(key, session),
    sequence: count(key, sequence),
    operation: checkOperation(operation, `stored.${key}.operation`),
  };
}

function membersJson(members: readonly Member[]): Json {
  return members.map(({ node, epoch }) => [node, epoch]);
}

function readMembers(key: string, json: Json | undefined): Member[] {
  return listOf(key, json).map((member) => {
    const [node, epoch] = listOf(key, member);
    return { node: count(key, node), epoch: count(key, epoch) };
  });
}

function readBallot(key: string, json: Json | undefined): Ballot {
  const [round, node] = listOf(key, json);
  return { round: count(key, round), node: count(key, node) };
}

function fieldsOf(key: string, json: Json | undefined): { readonly [key: string]: Json } {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw broken(key);
  return json as { readonly [key: string]: Json };
}

function listOf(key: string, json: Json | undefined): readonly Json[] {
  if (!Array.isArray(json)) throw broken(key);
  return json;
}

function count(key: string, json: Json | undefined): number {
  if (!Number.isSafeInteger(json) || (json as number) < 0) throw broken(key);
  return json as number;
}

function broken(key: string): ProtocolError {
  return new ProtocolError(`stored.${key}`, 'is no record of this protocol; the disk is damaged or belongs to another');
}
