/** The acceptor of single-decree Paxos broken on purpose, and its disk. */
import { compareBallots, NO_BALLOT, sameBallot } from '../ballot.ts';
import { deletePaged, getPaged, setPaged } from '../paged.ts';
import type { PaxosMessage } from '../paxos/messages.ts';
import type { PaxosState } from '../paxos/paxos.ts';
import { readRecord, slotRecord, type AcceptorSlot } from '../paxos/state.ts';
import type { Effect, Saved } from '../protocol.ts';
import { savingLast, sending, type Mutant } from './mutant.ts';
import { paxosMutant, type PaxosTampering } from './paxos.ts';

const NO_SLOT: AcceptorSlot = { promised: NO_BALLOT, acceptedBallot: NO_BALLOT, acceptedValue: '' };

/** What an acceptor keeps of a step that changed its memory of an instance from `before` to `after`. */
type Keep = (before: AcceptorSlot, after: AcceptorSlot) => AcceptorSlot;

/** An acceptor that answers a message as it should, and keeps something else, in memory and on its disk. */
const keeping = (type: 'prepare' | 'accept', keep: Keep): PaxosTampering => ({
  before(state, input) {
    if (input.type !== 'message' || input.message.type !== type) return;
    const { instance } = input.message;
    const before = getPaged(state.acceptor, instance) ?? NO_SLOT;
    return () => {
      const after = getPaged(state.acceptor, instance);
      if (after !== undefined && after !== before) setPaged(state.acceptor, instance, keep(before, after));
    };
  },
  effects(effects, state, input) {
    if (input.type !== 'message' || input.message.type !== type) return effects;
    return savingSlots(effects, (instance) => getPaged(state.acceptor, instance)!);
  },
});

/** The effects, with what `kept` gives in place of what an acceptor would save of an instance. */
function savingSlots(effects: readonly Effect<PaxosMessage>[], kept: (instance: number) => AcceptorSlot): Effect<PaxosMessage>[] {
  return effects.map((effect) => {
    if (effect.type !== 'save') return effect;
    const records = effect.records.map((record) => {
      const fact = readRecord(record);
      return fact.type === 'slot' ? slotRecord(fact.instance, kept(fact.instance)) : record;
    });
    return { ...effect, records };
  });
}

/** An acceptor that takes every ballot of a message for high enough. @param keep what it keeps of it */
const unchecked = (type: 'prepare' | 'accept', keep: Keep): PaxosTampering => {
  const { before: remember, effects } = keeping(type, keep);
  return {
    before(state, input) {
      if (input.type !== 'message' || input.message.type !== type) return;
      const { instance, ballot } = input.message;
      const undo = remember!(state, input);
      const slot = getPaged(state.acceptor, instance);
      if (slot !== undefined && compareBallots(ballot, slot.promised) < 0) {
        setPaged(state.acceptor, instance, { ...slot, promised: NO_BALLOT });
      }
      return undo;
    },
    ...(effects && { effects }),
  };
};

/** An acceptor whose disk does not get what it saves when it takes in a message: its memory has it until it crashes. */
const unsaved = (type: 'prepare' | 'accept'): PaxosTampering => ({
  effects: (effects, _, input) =>
    input.type === 'message' && input.message.type === type ? effects.filter((effect) => effect.type !== 'save') : effects,
});

/** An acceptor that tells first, and saves then. */
const tellingFirst = (type: 'prepare' | 'accept'): PaxosTampering => ({
  effects: (effects, _, input) => (input.type === 'message' && input.message.type === type ? savingLast(effects) : effects),
});

/** What a node finds on its disk when it comes up. */
const finding = (find: (stored: readonly Saved[]) => readonly Saved[]): PaxosTampering => ({
  input: (input) => (input.type === 'start' ? { ...input, stored: find(input.stored) } : input),
});

const slots =
  (change: (slot: AcceptorSlot) => AcceptorSlot) =>
  (stored: readonly Saved[]): readonly Saved[] =>
    stored.map((record) => {
      const fact = readRecord(record);
      return fact.type === 'slot' ? slotRecord(fact.instance, change(fact.slot)) : record;
    });

/** The acceptor forgets an instance when it refuses: the next ballot, however low, finds nothing promised. */
const forgetsWhenRefusing: PaxosTampering = {
  effects(effects, state) {
    for (const effect of effects) {
      if (effect.type === 'send' && effect.message.type === 'nack') forgetPromise(state, effect.message.instance);
    }
    return effects;
  },
};

function forgetPromise(state: PaxosState, instance: number): void {
  const slot = getPaged(state.acceptor, instance);
  if (slot === undefined) return;
  if (slot.acceptedBallot.round === 0) deletePaged(state.acceptor, instance);
  else setPaged(state.acceptor, instance, { ...slot, promised: slot.acceptedBallot });
}

/** A prepare that is there again is answered again. */
const repeatsPromise: PaxosTampering = {
  effects(effects, state, input) {
    if (input.type !== 'message' || input.message.type !== 'prepare' || effects.length > 0) return effects;
    const { instance, ballot } = input.message;
    const slot = getPaged(state.acceptor, instance);
    if (slot === undefined || !sameBallot(slot.promised, ballot)) return effects;
    const { acceptedBallot, acceptedValue } = slot;
    return [{ type: 'send', to: input.from, message: { type: 'promise', instance, ballot, acceptedBallot, acceptedValue } }];
  },
};

export const paxosAcceptorMutants: readonly Mutant[] = [
  paxosMutant(
    'accept-without-ballot-check',
    'An acceptor votes at whatever ballot it is asked to, also below the one that it has promised.',
    unchecked('accept', ({ promised }, after) => ({ ...after, promised: compareBallots(promised, after.promised) > 0 ? promised : after.promised })),
  ),
  paxosMutant(
    'lower-prepare-answered',
    'An acceptor promises a lower ballot than it did before, and takes the higher promise back with it.',
    unchecked('prepare', (_, after) => after),
  ),
  paxosMutant(
    'promise-not-stored',
    'An acceptor promises, and keeps nothing of it, neither in memory nor on its disk.',
    keeping('prepare', (before) => before),
  ),
  paxosMutant(
    'vote-not-stored',
    'An acceptor votes, and keeps only the promise that goes with it.',
    keeping('accept', (before, { promised }) => ({ ...before, promised })),
  ),
  paxosMutant('promise-not-saved', 'An acceptor has its promises in memory only: a crash takes them.', unsaved('prepare')),
  paxosMutant('vote-not-saved', 'An acceptor has its votes in memory only: a crash takes them.', unsaved('accept')),
  paxosMutant('promise-told-before-saved', 'An acceptor tells of its promise while that is still being saved.', tellingFirst('prepare')),
  paxosMutant('vote-told-before-saved', 'An acceptor tells of its vote while that is still being saved.', tellingFirst('accept')),
  paxosMutant(
    'promise-hides-vote',
    'An acceptor promises without a word about its last vote.',
    { effects: (effects) => sending(effects, (m) => (m.type === 'promise' ? { ...m, acceptedBallot: NO_BALLOT, acceptedValue: '' } : m)) },
  ),
  paxosMutant('promise-lost-by-refusing', 'An acceptor that refuses a ballot forgets the promise because of which it did.', forgetsWhenRefusing),
  paxosMutant('disk-lost-at-restart', 'A node that comes up again has nothing on its disk, and takes part as if nothing had been.', finding(() => [])),
  paxosMutant(
    'promises-lost-at-restart',
    'A node that comes up again has forgotten what it promised; its votes are there.',
    finding(slots((slot) => ({ ...slot, promised: NO_BALLOT }))),
  ),
  paxosMutant(
    'votes-lost-at-restart',
    'A node that comes up again has forgotten its votes; its promises are there.',
    finding(slots(({ promised }) => ({ ...NO_SLOT, promised }))),
  ),
  paxosMutant('promise-repeated', 'An acceptor answers a prepare that comes again with the same promise once more: harmless.', repeatsPromise, true),
  paxosMutant(
    'disk-read-backwards',
    'A node that comes up again reads its disk in another order and writes all of it once more: harmless.',
    {
      ...finding((stored) => stored.toReversed()),
      effects: (effects, _, input) =>
        input.type === 'start' && input.stored.length > 0 ? [{ type: 'save', records: input.stored }, ...effects] : effects,
    },
    true,
  ),
];
