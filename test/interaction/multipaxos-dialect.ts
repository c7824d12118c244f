/** How conversations talk about Multi-Paxos. */
import { multipaxos } from '../../src/protocol/multipaxos/multipaxos.ts';
import type { MultiPaxosMessage } from '../../src/protocol/multipaxos/multipaxos.ts';
import type { LogCommand } from '../../src/protocol/multipaxos/command.ts';
import { multipaxosInvariants } from '../../src/protocol/multipaxos/invariants.ts';
import type { NodeId } from '../../src/protocol/protocol.ts';
import { ballot, id } from './conversation.ts';
import type { Dialect } from './conversation.ts';

export const multipaxosDialect: Dialect = {
  protocol: multipaxos,
  commands: (conversation) => ({
    /** `ask c1 put x 3 at n2 by local`: a person has the client ask for it. */
    ask: ([client, ...words]) => {
      const server = after(words, 'at');
      const reads = after(words, 'by');
      const operation = parseOperation(words);
      const request = { type: 'operate', operation, ...(server && { server: id(server) }), ...(reads && { reads }) };
      conversation.ask(id(client!), multipaxos.request(request));
    },
    /** `change n1 +n4 -n2`: the operator asks n1 to add n4 and to remove n2. */
    change: ([server, ...words]) => {
      const those = (sign: string): NodeId[] => words.filter((w) => w.startsWith(sign)).map((w) => id(w.slice(1)));
      const request = { type: 'change-members', add: those('+'), remove: those('-') };
      conversation.ask(id(server!), multipaxos.request(request));
    },
    /** `campaign n1`: the operator has n1 campaign now. */
    campaign: ([server]) => conversation.ask(id(server!), { type: 'campaign' }),
  }),
  /** `window=4 reads=quorum quorum=2/2`; clients ask for nothing by themselves. */
  config(words, base, nodes) {
    const given: Record<string, unknown> = { load: { sessions: 0 }, ...base };
    for (const word of words) {
      const [key = '', value = ''] = word.split('=');
      if (key === 'quorum') {
        const [phase1, phase2] = value.split('/').map(Number);
        given[key] = { type: 'counted', phase1, phase2 };
      } else if (value === 'on' || value === 'off') given[key] = value === 'on';
      else given[key] = Number.isNaN(Number(value)) ? value : Number(value);
    }
    return multipaxos.config(given, nodes);
  },
  forge: parseMessage,
  quote: (value) => value,
  checker: multipaxosInvariants,
};

/** The word after `word`; both are taken out. */
function after(words: string[], word: string): string | undefined {
  const at = words.indexOf(word);
  return at < 0 ? undefined : words.splice(at, 2)[1];
}

/** `begin`, `put x 3`, `get x`, `cas x 2 3`, `write 1 x 3`, `commit 1`. */
function parseOperation([type, first = '', second = '', third = '']: readonly string[]): object {
  switch (type) {
    case 'get':
      return { type, key: first };
    case 'put':
      return { type, key: first, value: second };
    case 'cas':
      return { type, key: first, expected: second, value: third };
    case 'write':
      return { type, transaction: Number(first), key: second, value: third };
    case 'commit':
    case 'abort':
      return { type, transaction: Number(first) };
    default:
      return { type };
  }
}

/** `prepare 2.3 1`, `accept 1.1 4 upTo` (a no-op), `accepted 1.1 4`, `heartbeat 1.1 3`, `decide 1.1 3`. */
function parseMessage([type, at = '', number = '', upTo = '0']: readonly string[]): MultiPaxosMessage {
  const command: LogCommand = { type: 'no-op' };
  switch (type) {
    case 'prepare':
      return { type, ballot: ballot(at), from: Number(number) };
    case 'accept':
      return { type, ballot: ballot(at), slot: Number(number), command, upTo: Number(upTo) };
    case 'accepted':
      return { type, ballot: ballot(at), slot: Number(number), epoch: 1 };
    case 'heartbeat':
      return { type, ballot: ballot(at), upTo: Number(number), round: 1, lease: 0 };
    case 'decide':
      return { type, ballot: ballot(at), upTo: Number(number) };
    default:
      throw new Error(`cannot forge ${type}`);
  }
}
