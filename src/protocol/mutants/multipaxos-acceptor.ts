/** The acceptor of Multi-Paxos broken on purpose, and its disk. */
import { compareBallots, NO_BALLOT } from '../ballot.ts';
import type { MultiPaxosMessage } from '../multipaxos/messages.ts';
import { bornRecord, slotOfRecord } from '../multipaxos/records.ts';
import type { ServerState } from '../multipaxos/state.ts';
import { deletePaged, getPaged, setPaged } from '../paged.ts';
import type { Effect, Saved } from '../protocol.ts';
import { savingLast, type Mutant } from './mutant.ts';
import { logMutant, messageOf, saying, type ServerTampering } from './multipaxos.ts';

const isPromise = ({ key }: Saved): boolean => key === 'ballot';
const isVote = (record: Saved): boolean => slotOfRecord(record) > 0;

/** The effects without those records in their saves. */
function without(effects: readonly Effect<MultiPaxosMessage>[], lost: (record: Saved) => boolean): Effect<MultiPaxosMessage>[] {
  return effects.flatMap((effect): Effect<MultiPaxosMessage>[] => {
    if (effect.type !== 'save') return [effect];
    const records = effect.records.filter((record) => !lost(record));
    return records.length === 0 ? [] : [{ ...effect, records }];
  });
}

/** An acceptor that answers prepares as it should, and keeps nothing of it. */
const forgetsPromises: ServerTampering = {
  before(state, input) {
    if (messageOf(input, 'prepare') === null) return;
    const { promised } = state;
    return () => void (state.promised = promised);
  },
  effects: (effects, _, input) => (messageOf(input, 'prepare') === null ? effects : without(effects, isPromise)),
};

/** An acceptor that votes as it should, and keeps nothing of it but the promise. */
const forgetsVotes: ServerTampering = {
  before(state, input) {
    const accept = messageOf(input, 'accept');
    if (accept === null) return;
    const vote = getPaged(state.votes, accept.slot);
    return () => {
      if (vote === undefined) deletePaged(state.votes, accept.slot);
      else if (accept.slot > state.edge) setPaged(state.votes, accept.slot, vote);
    };
  },
  effects: (effects, _, input) => (messageOf(input, 'accept') === null ? effects : without(effects, isVote)),
};

/** The promise is taken for this one while a step goes on that would refuse. */
const withPromise = (
  type: 'prepare' | 'accept',
  lowered: (state: ServerState, ballot: ServerState['promised']) => ServerState['promised'],
  restored: boolean,
): ServerTampering => ({
  before(state, input) {
    const message = messageOf(input, type);
    if (message === null || compareBallots(message.ballot, state.promised) >= 0) return;
    const { promised } = state;
    state.promised = lowered(state, message.ballot);
    return () => {
      if (restored) state.promised = promised;
    };
  },
});

/** A server whose disk does not get these records: its memory has them until it crashes. */
const unsaved = (lost: (record: Saved) => boolean): ServerTampering => ({ effects: (effects) => without(effects, lost) });

/** An acceptor that tells first, and saves then. */
const tellingFirst = (type: 'prepare' | 'accept'): ServerTampering => ({
  effects: (effects, _, input) => (messageOf(input, type) === null ? effects : savingLast(effects)),
});

/** What a server finds on its disk when it comes up. */
const finding = (find: (stored: readonly Saved[], state: ServerState) => readonly Saved[]): ServerTampering => ({
  input: (input, state) => (input.type === 'start' ? { ...input, stored: find(input.stored, state) } : input),
});

export const logAcceptorMutants: readonly Mutant[] = [
  logMutant(
    'accept-without-ballot-check',
    'An acceptor votes at whatever ballot it is asked to, also below the one that it has promised.',
    withPromise('accept', (_, ballot) => ballot, true),
  ),
  logMutant(
    'lower-prepare-answered',
    'An acceptor promises a lower ballot than it did before, and takes the higher promise back with it.',
    withPromise('prepare', () => NO_BALLOT, false),
  ),
  logMutant('promise-not-stored', 'An acceptor promises, and keeps nothing of it, neither in memory nor on its disk.', forgetsPromises),
  logMutant('vote-not-stored', 'An acceptor votes, and keeps only the promise that goes with it.', forgetsVotes),
  logMutant('promise-not-saved', 'An acceptor has its promises in memory only: a crash takes them.', unsaved(isPromise)),
  logMutant('vote-not-saved', 'An acceptor has its votes in memory only: a crash takes them.', unsaved(isVote)),
  logMutant('promise-told-before-saved', 'An acceptor tells of its promise while that is still being saved.', tellingFirst('prepare')),
  logMutant('vote-told-before-saved', 'An acceptor tells of its vote while that is still being saved.', tellingFirst('accept')),
  logMutant(
    'promise-hides-votes',
    'An acceptor promises without a word about its votes.',
    saying('promise', (message) => ({ ...message, items: [] })),
  ),
  logMutant(
    'slots-above-not-reported',
    'An acceptor reports its vote in the first slot that it was asked about, and none in those above.',
    saying('promise', (message) => ({ ...message, items: message.items.filter(({ slot }) => slot === message.from), next: 0 })),
  ),
  logMutant(
    'disk-lost-at-restart',
    'A server that comes up again has lost all but its name, and votes on as the member it was.',
    finding((stored) => stored.filter(({ key }) => key === 'born')),
  ),
  logMutant('promise-lost-at-restart', 'A server that comes up again has forgotten what it promised.', finding((stored) => stored.filter((record) => !isPromise(record)))),
  logMutant('votes-lost-at-restart', 'A server that comes up again has forgotten its votes.', finding((stored) => stored.filter((record) => !isVote(record)))),
  logMutant(
    'erased-server-votes-on',
    'A server whose disk was erased takes itself for the member it was, instead of asking to be made one.',
    finding((stored, { incarnation, founders, node }) => {
      return stored.length === 0 && incarnation > 1 && founders.includes(node) ? [bornRecord(1, true)] : stored;
    }),
  ),
  logMutant(
    'promise-repeated',
    'An acceptor sends every promise twice: harmless.',
    {
      effects: (effects) =>
        effects.flatMap((effect) => (effect.type === 'send' && effect.message.type === 'promise' ? [effect, effect] : [effect])),
    },
    true,
  ),
  logMutant(
    'disk-read-backwards',
    'A server that comes up again reads its disk in another order, and writes its promise once more: harmless.',
    {
      ...finding((stored) => stored.toReversed()),
      effects: (effects, _, input) =>
        input.type === 'start' && input.stored.some(isPromise) ? [{ type: 'save', records: input.stored.filter(isPromise) }, ...effects] : effects,
    },
    true,
  ),
];
