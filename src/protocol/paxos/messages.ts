/**
 * The messages of single-decree Paxos, how they look and how they are written. Every message names the *instance* it
 * belongs to: instances are independent runs of the one-value protocol, one after another in the same session.
 */
import { NO_BALLOT, formatBallot, isBallot } from '../ballot.ts';
import type { Ballot } from '../ballot.ts';
import { CodecError } from '../codec.ts';
import type { Reader, Writer } from '../codec.ts';
import type { MessageKind } from '../protocol.ts';

/** Phase 1a: a proposer asks for the promise of a ballot. */
export interface Prepare {
  readonly type: 'prepare';
  readonly instance: number;
  readonly ballot: Ballot;
}

/** Phase 1b: an acceptor promises the ballot and reports its last vote (`acceptedBallot` is `NO_BALLOT` for none). */
export interface Promised {
  readonly type: 'promise';
  readonly instance: number;
  readonly ballot: Ballot;
  readonly acceptedBallot: Ballot;
  readonly acceptedValue: string;
}

/** Phase 2a: a proposer asks the acceptors to vote for its value. */
export interface Accept {
  readonly type: 'accept';
  readonly instance: number;
  readonly ballot: Ballot;
  readonly value: string;
}

/** Phase 2b: an acceptor tells a learner its vote. */
export interface Accepted {
  readonly type: 'accepted';
  readonly instance: number;
  readonly ballot: Ballot;
  readonly value: string;
}

/** An acceptor refuses `ballot`, because it has promised `promised`. For liveness only: no rule depends on it. */
export interface Nack {
  readonly type: 'nack';
  readonly instance: number;
  readonly ballot: Ballot;
  readonly promised: Ballot;
}

/** What a learner knows about one instance. */
export interface LearnedItem {
  readonly instance: number;
  readonly ballot: Ballot;
  readonly value: string;
}

/** A learner tells what it knows to be chosen. */
export interface Learned {
  readonly type: 'learned';
  /** The first instance in `items`. */
  readonly instance: number;
  /** At least one, at most `LEARNED_ITEMS_MAX`, ascending. */
  readonly items: readonly LearnedItem[];
  /** The teller knows more of what was asked for than it put in. */
  readonly more: boolean;
}

/** A learner asks for what it does not know. */
export interface Query {
  readonly type: 'query';
  /** The first instance the asker does not know. */
  readonly instance: number;
  /** Ranges of unknown instances (see ranges.ts), at most `QUERY_RANGES_MAX` of them. */
  readonly missing: readonly number[];
}

export type PaxosMessage = Prepare | Promised | Accept | Accepted | Nack | Learned | Query;

/** Most instances in one `learned`. */
export const LEARNED_ITEMS_MAX = 32;

/** Most ranges in one `query`. */
export const QUERY_RANGES_MAX = 16;

const KIND = { prepare: 0, promise: 1, accept: 2, accepted: 3, nack: 4, learned: 5, query: 6 } as const;

/** In the order of their numbers on the wire. */
export const messageKinds: readonly MessageKind[] = [
  {
    name: 'prepare',
    letter: 'P',
    shape: 'circle',
    family: 'phase1',
    meaning: 'Phase 1a: a proposer asks an acceptor to promise its ballot, and to say what it has accepted.',
  },
  {
    name: 'promise',
    letter: 'p',
    shape: 'diamond',
    family: 'phase1',
    meaning: 'Phase 1b: the acceptor will take no lower ballot from now on, and reports its last vote.',
  },
  {
    name: 'accept',
    letter: 'A',
    shape: 'square',
    family: 'phase2',
    meaning: 'Phase 2a: a proposer with a quorum of promises asks an acceptor to vote for a value.',
  },
  {
    name: 'accepted',
    letter: 'a',
    shape: 'hexagon',
    family: 'phase2',
    meaning: 'Phase 2b: the acceptor tells a learner that it voted for the value at this ballot.',
  },
  {
    name: 'nack',
    letter: '×',
    shape: 'cross',
    family: 'refuse',
    meaning: 'The acceptor refuses, because it has promised a higher ballot. Saves the proposer a wait, nothing more.',
  },
  {
    name: 'learned',
    letter: 'L',
    shape: 'triangle',
    family: 'learn',
    meaning: 'A learner tells what it knows to be chosen.',
  },
  {
    name: 'query',
    letter: '?',
    shape: 'triangle',
    family: 'learn',
    meaning: 'A learner that may have missed something asks what has been chosen.',
  },
];

/** Index into `messageKinds`. */
export function kindOf(message: PaxosMessage): number {
  return KIND[message.type];
}

/** Writes the body of a message; its kind travels beside it. */
export function encode(message: PaxosMessage, writer: Writer): void {
  switch (message.type) {
    case 'prepare':
      writer.uint(message.instance);
      writeBallot(writer, message.ballot);
      return;
    case 'promise':
      writer.uint(message.instance);
      writeBallot(writer, message.ballot);
      writeBallot(writer, message.acceptedBallot);
      if (isBallot(message.acceptedBallot)) writer.text(message.acceptedValue);
      return;
    case 'accept':
    case 'accepted':
      writer.uint(message.instance);
      writeBallot(writer, message.ballot);
      writer.text(message.value);
      return;
    case 'nack':
      writer.uint(message.instance);
      writeBallot(writer, message.ballot);
      writeBallot(writer, message.promised);
      return;
    case 'learned':
      writer.byte(message.more ? 1 : 0);
      writer.uint(message.items.length);
      for (const item of message.items) {
        writer.uint(item.instance);
        writeBallot(writer, item.ballot);
        writer.text(item.value);
      }
      return;
    case 'query':
      writer.uint(message.missing.length);
      for (const bound of message.missing) writer.uint(bound);
  }
}

/**
 * Reads the body of a message of the kind.
 * @throws CodecError when the bytes are not such a message.
 */
export function decode(kind: number, reader: Reader): PaxosMessage {
  switch (kind) {
    case KIND.prepare:
      return { type: 'prepare', instance: reader.uint(), ballot: readBallot(reader) };
    case KIND.promise: {
      const instance = reader.uint();
      const ballot = readBallot(reader);
      const acceptedBallot = readBallot(reader);
      const acceptedValue = isBallot(acceptedBallot) ? reader.text() : '';
      return { type: 'promise', instance, ballot, acceptedBallot, acceptedValue };
    }
    case KIND.accept:
      return { type: 'accept', instance: reader.uint(), ballot: readBallot(reader), value: reader.text() };
    case KIND.accepted:
      return { type: 'accepted', instance: reader.uint(), ballot: readBallot(reader), value: reader.text() };
    case KIND.nack:
      return { type: 'nack', instance: reader.uint(), ballot: readBallot(reader), promised: readBallot(reader) };
    case KIND.learned:
      return decodeLearned(reader);
    case KIND.query:
      return decodeQuery(reader);
    default:
      throw new CodecError(`no message of Paxos has kind ${kind}`);
  }
}

function decodeLearned(reader: Reader): Learned {
  const more = reader.byte() !== 0;
  const count = reader.uint();
  if (count < 1 || count > LEARNED_ITEMS_MAX) throw new CodecError(`learned: ${count} instances`);
  const items: LearnedItem[] = [];
  for (let i = 0; i < count; i++) {
    items.push({ instance: reader.uint(), ballot: readBallot(reader), value: reader.text() });
  }
  return { type: 'learned', instance: items[0]!.instance, items, more };
}

function decodeQuery(reader: Reader): Query {
  const count = reader.uint();
  if (count < 2 || count % 2 !== 0 || count > 2 * QUERY_RANGES_MAX) throw new CodecError(`query: ${count} bounds`);
  const missing: number[] = [];
  for (let i = 0; i < count; i++) missing.push(reader.uint());
  return { type: 'query', instance: missing[0]!, missing };
}

function writeBallot(writer: Writer, ballot: Ballot): void {
  writer.uint(ballot.round);
  if (ballot.round > 0) writer.uint(ballot.node);
}

function readBallot(reader: Reader): Ballot {
  const round = reader.uint();
  return round === 0 ? NO_BALLOT : { round, node: reader.uint() };
}

/** What a message says, without sender and receiver. */
export function describe(message: PaxosMessage): string {
  const where = `(instance ${message.instance})`;
  switch (message.type) {
    case 'prepare':
      return `asks for a promise of ${formatBallot(message.ballot)} ${where}`;
    case 'promise': {
      const vote = formatVote(message.acceptedBallot, message.acceptedValue);
      return `promised ${formatBallot(message.ballot)}; it had accepted ${vote} ${where}`;
    }
    case 'accept':
      return `asks to accept ${formatVote(message.ballot, message.value)} ${where}`;
    case 'accepted':
      return `accepted ${formatVote(message.ballot, message.value)} ${where}`;
    case 'nack':
      return `refused ${formatBallot(message.ballot)}; it has promised ${formatBallot(message.promised)} ${where}`;
    case 'learned':
      return describeLearned(message);
    case 'query':
      return `asks what has been chosen ${formatMissing(message.missing)}`;
  }
}

function describeLearned(message: Learned): string {
  const [first] = message.items;
  const last = message.items.at(-1)!;
  if (first === last) {
    return `${quote(last.value)} is chosen, at ${formatBallot(last.ballot)} (instance ${last.instance})`;
  }
  const values = message.items.map((item) => `${item.instance} ${quote(item.value)}`).join(', ');
  return `chosen are ${values}${message.more ? ', and more' : ''}`;
}

function formatMissing(missing: readonly number[]): string {
  const parts: string[] = [];
  for (let i = 0; i + 1 < missing.length; i += 2) {
    const from = missing[i]!;
    const to = missing[i + 1]!;
    if (to === 0) parts.push(`from instance ${from} on`);
    else parts.push(from === to ? `in instance ${from}` : `in instances ${from} to ${to}`);
  }
  return parts.join(', ');
}

/** `2.3 = "red"`, or `nothing` for no ballot. */
export function formatVote(ballot: Ballot, value: string): string {
  return isBallot(ballot) ? `${formatBallot(ballot)} = ${quote(value)}` : 'nothing';
}

/** A value in quotation marks, on one line. */
export function quote(value: string): string {
  return JSON.stringify(value);
}
