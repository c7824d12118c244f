/** What the log holds. */
import { nameOf } from '../protocol.ts';
import type { NodeId, ValueSort } from '../protocol.ts';
import type { Operation } from '../machine/operation.ts';

/**
 * An acceptor: a server and its *epoch*, the incarnation in which it came up with the disk it has. A server whose disk
 * was lost is another acceptor than the one it was: what it had promised and voted for is gone with it.
 */
export interface Member {
  readonly node: NodeId;
  readonly epoch: number;
}

export type LogCommand =
  /** Closes a gap that nobody reported a vote for. */
  | { readonly type: 'no-op' }
  /** A client's operation; `client`, `session` and `sequence` name it, so that it takes effect once. */
  | {
      readonly type: 'operation';
      readonly client: NodeId;
      readonly session: number;
      readonly sequence: number;
      readonly operation: Operation;
    }
  /** These are the acceptors from `config.window` slots after this one; ascending by node. */
  | { readonly type: 'members'; readonly members: readonly Member[] };

export const NO_OP: LogCommand = Object.freeze({ type: 'no-op' });

/** `c1.1003#4 put x = 3`, `no-op`, `members n1 n2 n3`. Different commands have different texts. */
export function textOf(command: LogCommand): string {
  switch (command.type) {
    case 'no-op':
      return 'no-op';
    case 'members':
      return `members ${command.members.map(textOfMember).join(' ')}`;
    case 'operation': {
      const { client, session, sequence, operation } = command;
      return `${nameOf(client)}.${session}#${sequence} ${textOfOperation(operation)}`;
    }
  }
}

/** `n3`; after a lost disk, with the epoch: `n3@2`. */
export function textOfMember({ node, epoch }: Member): string {
  return epoch === 1 ? nameOf(node) : `${nameOf(node)}@${epoch}`;
}

/** What a command is, by its text. */
export function sortOf(value: string): ValueSort {
  if (value === 'no-op') return 'no-op';
  return value.startsWith('members ') ? 'members' : 'command';
}

/** As `describeOperation`, with quotation marks around whatever could be read in two ways. */
function textOfOperation(operation: Operation): string {
  switch (operation.type) {
    case 'begin':
      return 'begin';
    case 'write':
      return `write ${word(operation.key)} = ${word(operation.value)} in #${operation.transaction}`;
    case 'commit':
    case 'abort':
      return `${operation.type} #${operation.transaction}`;
    case 'get':
      return `get ${word(operation.key)}`;
    case 'put':
      return `put ${word(operation.key)} = ${word(operation.value)}`;
    case 'cas': {
      const expected = operation.expected === null ? 'nothing' : word(operation.expected);
      return `cas ${word(operation.key)}: ${expected} → ${word(operation.value)}`;
    }
  }
}

/** A word is written as it is; anything else, and the word for none, in quotation marks. */
function word(text: string): string {
  return /^[\p{L}\p{N}_.-]+$/u.test(text) && text !== 'nothing' ? text : JSON.stringify(text);
}
