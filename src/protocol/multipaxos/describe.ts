/** What messages, requests and timers say, as sentences. */
import { formatBallot } from '../ballot.ts';
import { describeOperation, describeResult } from '../machine/operation.ts';
import { nameOf } from '../protocol.ts';
import type { NodeId } from '../protocol.ts';
import { textOf, textOfMember } from './command.ts';
import type { MultiPaxosRequest } from './config.ts';
import type { MultiPaxosMessage, Promised, SlotItem } from './messages.ts';

/** So many slots of a message are spelled out. */
const ITEMS_SHOWN = 4;

/** What a message says, without sender and receiver. */
export function describe(message: MultiPaxosMessage): string {
  switch (message.type) {
    case 'prepare':
      return `asks for a promise of ${formatBallot(message.ballot)} from slot ${message.from} on`;
    case 'promise':
      return describePromise(message);
    case 'accept':
      return `asks to accept ${formatItem(message)} (slot ${message.slot}); chosen up to ${message.upTo}`;
    case 'accepted':
      return `accepted ${formatBallot(message.ballot)} (slot ${message.slot})`;
    case 'refuse':
      return `refused ${formatBallot(message.ballot)}; it has promised ${formatBallot(message.promised)}`;
    case 'decide':
      return `all up to slot ${message.upTo} is chosen, says ${formatBallot(message.ballot)}`;
    case 'heartbeat': {
      const lease = message.lease > 0 ? `; asks for a lease of ${message.lease / 1000} ms` : '';
      return `${formatBallot(message.ballot)} leads, round ${message.round}; chosen up to ${message.upTo}${lease}`;
    }
    case 'alive':
      return `goes along with ${formatBallot(message.ballot)}, round ${message.round}`;
    case 'query':
      return `asks what was chosen from slot ${message.from} on`;
    case 'learned':
      return `chosen: ${formatItems(message.items)}${message.more ? ', and more' : ''}`;
    case 'snapshot':
      return `the state after slot ${message.upTo}, ${message.database.length} characters`;
    case 'request':
      return `${nameOf(message.client)}.${message.session}#${message.sequence} wants ${describeOperation(message.operation)}`;
    case 'response':
      return `${message.session}#${message.sequence}: ${describeResult(message.result)}`;
    case 'redirect': {
      const whom = message.leader === 0 ? 'it knows no leader' : `ask ${nameOf(message.leader)}`;
      return `does not take ${message.session}#${message.sequence}: ${message.why}; ${whom}`;
    }
    case 'join':
      return `${textOfMember(message)} asks to be a member`;
    case 'change':
      return describeChange(message.add, message.remove);
    case 'answer':
      return `${message.ok ? 'done' : 'refused'}: ${message.text}`;
  }
}

function describePromise({ ballot, items, next, edge }: Promised): string {
  const votes = items.length === 0 ? 'nothing' : formatItems(items);
  const more = next === 0 ? '' : `, and more from slot ${next} on`;
  const gone = edge === 0 ? '' : `; all up to slot ${edge} is chosen and let go`;
  return `promised ${formatBallot(ballot)}; it had accepted ${votes}${more}${gone}`;
}

function formatItems(items: readonly SlotItem[]): string {
  const shown = items.slice(0, ITEMS_SHOWN).map((item) => `slot ${item.slot} ${formatItem(item)}`);
  const hidden = items.length - shown.length;
  return shown.join(', ') + (hidden > 0 ? ` … ${hidden} more, the last in slot ${items.at(-1)!.slot}` : '');
}

/** `2.3 = put x = 3`. */
function formatItem({ ballot, command }: Pick<SlotItem, 'ballot' | 'command'>): string {
  return `${formatBallot(ballot)} = ${textOf(command)}`;
}

function describeChange(add: readonly NodeId[], remove: readonly NodeId[]): string {
  const parts = [];
  if (add.length > 0) parts.push(`adds ${add.map(nameOf).join(', ')}`);
  if (remove.length > 0) parts.push(`removes ${remove.map(nameOf).join(', ')}`);
  return parts.join(' and ') || 'changes nobody';
}

export function describeRequest(request: MultiPaxosRequest): string {
  switch (request.type) {
    case 'operate':
      return `is to ask for ${describeOperation(request.operation)}${request.server ? ` at ${nameOf(request.server)}` : ''}`;
    case 'change-members':
      return describeChange(request.add, request.remove);
    case 'campaign':
      return 'is to campaign';
    case 'configure': {
      const { quorum, reads, window, followers } = request.config;
      const sizes = quorum.type === 'majority' ? 'majorities' : quorum.type;
      return `configures ${sizes}, a window of ${window}, reads by ${reads}, followers ${followers}`;
    }
  }
}
