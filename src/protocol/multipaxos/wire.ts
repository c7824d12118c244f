/** How the messages of Multi-Paxos are written: the body only, for the kind travels beside it. */
import { NO_BALLOT } from '../ballot.ts';
import type { Ballot } from '../ballot.ts';
import { CodecError } from '../codec.ts';
import type { Reader, Writer } from '../codec.ts';
import { readModes } from '../machine/operation.ts';
import { readOperation, readResult, writeOperation, writeResult } from '../machine/wire.ts';
import { NODES_MAX } from '../protocol.ts';
import type { NodeId } from '../protocol.ts';
import { NO_OP } from './command.ts';
import type { LogCommand, Member } from './command.ts';
import { ITEMS_MAX, KIND } from './messages.ts';
import type { ClientRequest, MemberConfig, MultiPaxosMessage, SlotItem } from './messages.ts';

const COMMAND = { noOp: 0, operation: 1, members: 2 } as const;

/** Most changes of members in one snapshot. */
const CONFIGS_MAX = 64;

/** Writes the body of a message. */
export function encode(message: MultiPaxosMessage, writer: Writer): void {
  switch (message.type) {
    case 'prepare':
      writeBallot(writer, message.ballot);
      writer.uint(message.from);
      return;
    case 'promise':
      writeBallot(writer, message.ballot);
      writer.uint(message.epoch);
      writer.uint(message.from);
      writer.uint(message.next);
      writer.uint(message.edge);
      writer.uint(message.upTo);
      writeItems(writer, message.items);
      return;
    case 'accept':
      writeBallot(writer, message.ballot);
      writer.uint(message.slot);
      writer.uint(message.upTo);
      writeCommand(writer, message.command);
      return;
    case 'accepted':
      writeBallot(writer, message.ballot);
      writer.uint(message.slot);
      writer.uint(message.epoch);
      return;
    case 'refuse':
      writeBallot(writer, message.ballot);
      writeBallot(writer, message.promised);
      return;
    case 'decide':
      writeBallot(writer, message.ballot);
      writer.uint(message.upTo);
      return;
    case 'heartbeat':
      writeBallot(writer, message.ballot);
      writer.uint(message.upTo);
      writer.uint(message.round);
      writer.uint(message.lease);
      return;
    case 'alive':
      writeBallot(writer, message.ballot);
      writer.uint(message.epoch);
      writer.uint(message.round);
      return;
    case 'query':
      writer.uint(message.from);
      return;
    case 'learned':
      writer.byte(message.more ? 1 : 0);
      writeItems(writer, message.items);
      return;
    case 'snapshot':
      writer.uint(message.upTo);
      writeBallot(writer, message.ballot);
      writer.uint(message.configs.length);
      for (const { from, members } of message.configs) {
        writer.uint(from);
        writeMembers(writer, members);
      }
      writer.text(message.database);
      return;
    default:
      encodeRequest(message, writer);
  }
}

/** Messages to and from those who ask. */
function encodeRequest(message: Extract<MultiPaxosMessage, { type: Asking }>, writer: Writer): void {
  switch (message.type) {
    case 'request':
      writer.uint(message.client);
      writer.uint(message.session);
      writer.uint(message.sequence);
      writer.byte(message.reads === null ? 0 : readModes.indexOf(message.reads) + 1);
      writer.uint(message.hops);
      writeOperation(writer, message.operation);
      return;
    case 'response':
      writer.uint(message.session);
      writer.uint(message.sequence);
      writeResult(writer, message.result);
      return;
    case 'redirect':
      writer.uint(message.session);
      writer.uint(message.sequence);
      writer.uint(message.leader);
      writer.text(message.why);
      return;
    case 'join':
      writer.uint(message.node);
      writer.uint(message.epoch);
      writer.uint(message.hops);
      return;
    case 'change':
      writer.uint(message.server);
      writer.uint(message.id);
      writeNodes(writer, message.add);
      writeNodes(writer, message.remove);
      writer.uint(message.hops);
      return;
    case 'answer':
      writer.uint(message.id);
      writer.byte(message.ok ? 1 : 0);
      writer.text(message.text);
  }
}

type Asking = 'request' | 'response' | 'redirect' | 'join' | 'change' | 'answer';

/**
 * Reads the body of a message of the kind.
 * @throws CodecError when the bytes are not such a message.
 */
export function decode(kind: number, reader: Reader): MultiPaxosMessage {
  switch (kind) {
    case KIND.prepare:
      return { type: 'prepare', ballot: readBallot(reader), from: reader.uint() };
    case KIND.promise: {
      const [ballot, epoch, from] = [readBallot(reader), reader.uint(), reader.uint()];
      const [next, edge, upTo] = [reader.uint(), reader.uint(), reader.uint()];
      return { type: 'promise', ballot, epoch, from, next, edge, upTo, items: readItems(reader) };
    }
    case KIND.accept: {
      const [ballot, slot, upTo] = [readBallot(reader), reader.uint(), reader.uint()];
      return { type: 'accept', ballot, slot, upTo, command: readCommand(reader) };
    }
    case KIND.accepted:
      return { type: 'accepted', ballot: readBallot(reader), slot: reader.uint(), epoch: reader.uint() };
    case KIND.refuse:
      return { type: 'refuse', ballot: readBallot(reader), promised: readBallot(reader) };
    case KIND.decide:
      return { type: 'decide', ballot: readBallot(reader), upTo: reader.uint() };
    case KIND.heartbeat: {
      const [ballot, upTo] = [readBallot(reader), reader.uint()];
      return { type: 'heartbeat', ballot, upTo, round: reader.uint(), lease: reader.uint() };
    }
    case KIND.alive:
      return { type: 'alive', ballot: readBallot(reader), epoch: reader.uint(), round: reader.uint() };
    case KIND.query:
      return { type: 'query', from: reader.uint() };
    case KIND.learned: {
      const more = reader.byte() !== 0;
      return { type: 'learned', more, items: readItems(reader) };
    }
    case KIND.snapshot: {
      const [upTo, ballot] = [reader.uint(), readBallot(reader)];
      const configs = readMany(reader, CONFIGS_MAX, (): MemberConfig => ({ from: reader.uint(), members: readMembers(reader) }));
      return { type: 'snapshot', upTo, ballot, configs, database: reader.text() };
    }
    default:
      return decodeRequest(kind, reader);
  }
}

function decodeRequest(kind: number, reader: Reader): MultiPaxosMessage {
  switch (kind) {
    case KIND.request:
      return readRequest(reader);
    case KIND.response:
      return { type: 'response', session: reader.uint(), sequence: reader.uint(), result: readResult(reader) };
    case KIND.redirect: {
      const [session, sequence] = [reader.uint(), reader.uint()];
      return { type: 'redirect', session, sequence, leader: reader.uint(), why: reader.text() };
    }
    case KIND.join:
      return { type: 'join', node: reader.uint(), epoch: reader.uint(), hops: reader.uint() };
    case KIND.change: {
      const [server, id] = [reader.uint(), reader.uint()];
      return { type: 'change', server, id, add: readNodes(reader), remove: readNodes(reader), hops: reader.uint() };
    }
    case KIND.answer:
      return { type: 'answer', id: reader.uint(), ok: reader.byte() !== 0, text: reader.text() };
    default:
      throw new CodecError(`no message of Multi-Paxos has kind ${kind}`);
  }
}

function readRequest(reader: Reader): ClientRequest {
  const [client, session, sequence] = [reader.uint(), reader.uint(), reader.uint()];
  const mode = reader.byte();
  const reads = mode === 0 ? null : readModes[mode - 1];
  if (reads === undefined) throw new CodecError(`a request: there is no way to read of number ${mode}`);
  const hops = reader.uint();
  return { type: 'request', client, session, sequence, reads, hops, operation: readOperation(reader) };
}

export function writeCommand(writer: Writer, command: LogCommand): void {
  switch (command.type) {
    case 'no-op':
      writer.byte(COMMAND.noOp);
      return;
    case 'operation':
      writer.byte(COMMAND.operation);
      writer.uint(command.client);
      writer.uint(command.session);
      writer.uint(command.sequence);
      writeOperation(writer, command.operation);
      return;
    case 'members':
      writer.byte(COMMAND.members);
      writeMembers(writer, command.members);
  }
}

/** @throws CodecError when the bytes are no command. */
export function readCommand(reader: Reader): LogCommand {
  const tag = reader.byte();
  switch (tag) {
    case COMMAND.noOp:
      return NO_OP;
    case COMMAND.operation: {
      const [client, session, sequence] = [reader.uint(), reader.uint(), reader.uint()];
      return { type: 'operation', client, session, sequence, operation: readOperation(reader) };
    }
    case COMMAND.members:
      return { type: 'members', members: readMembers(reader) };
    default:
      throw new CodecError(`no command of the log has tag ${tag}`);
  }
}

function writeItems(writer: Writer, items: readonly SlotItem[]): void {
  writer.uint(items.length);
  for (const { slot, ballot, command } of items) {
    writer.uint(slot);
    writeBallot(writer, ballot);
    writeCommand(writer, command);
  }
}

function readItems(reader: Reader): SlotItem[] {
  return readMany(reader, ITEMS_MAX, () => ({ slot: reader.uint(), ballot: readBallot(reader), command: readCommand(reader) }));
}

function writeMembers(writer: Writer, members: readonly Member[]): void {
  writer.uint(members.length);
  for (const { node, epoch } of members) {
    writer.uint(node);
    writer.uint(epoch);
  }
}

function readMembers(reader: Reader): Member[] {
  return readMany(reader, NODES_MAX, () => ({ node: reader.uint(), epoch: reader.uint() }));
}

function writeNodes(writer: Writer, nodes: readonly NodeId[]): void {
  writer.uint(nodes.length);
  for (const node of nodes) writer.uint(node);
}

function readNodes(reader: Reader): NodeId[] {
  return readMany(reader, NODES_MAX, () => reader.uint());
}

function readMany<T>(reader: Reader, max: number, read: () => T): T[] {
  const count = reader.uint();
  if (count > max) throw new CodecError(`a list of ${count}; there are at most ${max}`);
  const list: T[] = [];
  for (let i = 0; i < count; i++) list.push(read());
  return list;
}

function writeBallot(writer: Writer, ballot: Ballot): void {
  writer.uint(ballot.round);
  if (ballot.round > 0) writer.uint(ballot.node);
}

function readBallot(reader: Reader): Ballot {
  const round = reader.uint();
  return round === 0 ? NO_BALLOT : { round, node: reader.uint() };
}
