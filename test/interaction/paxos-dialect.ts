/** How conversations talk about single-decree Paxos. */
import { paxosInvariants } from '../../src/protocol/paxos/invariants.ts';
import { paxos } from '../../src/protocol/paxos/paxos.ts';
import type { PaxosMessage } from '../../src/protocol/paxos/paxos.ts';
import { ballot, id } from './conversation.ts';
import type { Dialect } from './conversation.ts';

const ROLE_LETTERS = { p: 'proposer', a: 'acceptor', l: 'learner' } as const;

export const paxosDialect: Dialect = {
  protocol: paxos,
  commands: (conversation) => ({
    /** `propose n1 1 red`: a client asks n1 to have "red" chosen in instance 1. */
    propose: ([node, instance, value]) => conversation.ask(id(node!), paxos.propose!(Number(instance), value!)),
  }),
  /** `backoff=off nacks=off quorum=2/2 roles=pal,a,l`. */
  config(words, base, nodes) {
    const given: Record<string, unknown> = { ...base };
    for (const word of words) {
      const [key = '', value = ''] = word.split('=');
      if (key === 'quorum') {
        const [phase1, phase2] = value.split('/').map(Number);
        given[key] = { type: 'counted', phase1, phase2 };
      } else if (key === 'roles') {
        given[key] = value.split(',').map((letters) => [...letters].map((l) => ROLE_LETTERS[l as 'p' | 'a' | 'l']));
      } else given[key] = value === 'on' || value === 'off' ? value === 'on' : Number(value);
    }
    return paxos.config(given, nodes);
  },
  forge: parseMessage,
  quote: (value) => `"${value}"`,
  checker: paxosInvariants,
};

/** `prepare 1 3.1`, `promise 1 3.1 2.3=red` (or `-`), `accept 1 3.1=red`, `accepted 1 3.1=red`, `nack 1 2.1 3.2`. */
function parseMessage([type, where, first = '', second = '-']: readonly string[]): PaxosMessage {
  const instance = Number(where);
  const [at = '', value = ''] = first.split('=');
  switch (type) {
    case 'prepare':
      return { type, instance, ballot: ballot(first) };
    case 'promise': {
      const [reported, acceptedValue = ''] = second.split('=');
      const acceptedBallot = reported === '-' ? { round: 0, node: 0 } : ballot(reported!);
      return { type, instance, ballot: ballot(first), acceptedBallot, acceptedValue };
    }
    case 'accept':
    case 'accepted':
      return { type, instance, ballot: ballot(at), value };
    case 'nack':
      return { type, instance, ballot: ballot(first), promised: ballot(second) };
    default:
      throw new Error(`cannot forge ${type}`);
  }
}
