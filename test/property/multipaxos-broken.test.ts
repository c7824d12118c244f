/** Multi-Paxos broken on purpose, in the harness around it: the invariants must say so, each in its own words. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkHistory } from '../../src/check/linearizability/check.ts';
import { NO_BALLOT } from '../../src/protocol/ballot.ts';
import { createSessions } from '../../src/protocol/machine/sessions.ts';
import { NO_OP } from '../../src/protocol/multipaxos/command.ts';
import { invariants } from '../../src/protocol/multipaxos/invariants.ts';
import type { MultiPaxosMessage } from '../../src/protocol/multipaxos/messages.ts';
import type { MultiPaxosState } from '../../src/protocol/multipaxos/multipaxos.ts';
import type { ServerState } from '../../src/protocol/multipaxos/state.ts';
import { getPaged } from '../../src/protocol/paged.ts';
import type { Effect, Saved } from '../../src/protocol/protocol.ts';
import { World } from './multipaxos-world.ts';
import type { Mutation, Setting } from './multipaxos-world.ts';
import { schedules } from './multipaxos-settings.ts';

type CheckName = (typeof invariants)[number]['name'];
type Effects = Effect<MultiPaxosMessage>[];

const saying =
  (change: (message: MultiPaxosMessage, to: number) => MultiPaxosMessage) =>
  (effects: Effects): Effects =>
    effects.map((effect) => (effect.type === 'send' ? { ...effect, message: change(effect.message, effect.to) } : effect));

/** After each step of a server. */
const spoiling =
  (spoil: (state: ServerState) => void) =>
  (state: MultiPaxosState): void => {
    if ('database' in state) spoil(state);
  };

const losing = (lost: (key: string) => boolean) => (records: readonly Saved[]): Saved[] => records.filter(({ key }) => !lost(key));

/** Answers an operation when it is proposed, not when it is chosen. */
function answerEarly(effects: Effects): Effects {
  return effects.flatMap((effect): Effects => {
    if (effect.type !== 'send' || effect.message.type !== 'accept') return [effect];
    const { command } = effect.message;
    if (command.type !== 'operation' || command.operation.type !== 'put') return [effect];
    const { client, session, sequence } = command;
    return [effect, { type: 'send', to: client, message: { type: 'response', session, sequence, result: { type: 'done' } } }];
  });
}

/** Goes on with the next slot when that is known and this one is not. */
function skipGap(state: ServerState): void {
  const { chosen, applied } = state;
  if (getPaged(chosen, applied + 1) === undefined && getPaged(chosen, applied + 2) !== undefined) state.applied++;
}

function invent(message: MultiPaxosMessage): MultiPaxosMessage {
  if (message.type !== 'accept' || message.command.type !== 'operation') return message;
  return { ...message, command: { ...message.command, operation: { type: 'put', key: 'x', value: 'invented' } } };
}

const load = { sessions: 1, pause: 0, keys: 2, hot: 60 };

interface Broken {
  readonly what: string;
  readonly mutation: Mutation;
  readonly caught: readonly CheckName[];
  readonly setting?: Partial<Setting>;
}

const broken: readonly Broken[] = [
  { what: 'nothing is saved', mutation: { effects: (effects) => effects.filter(({ type }) => type !== 'save') }, caught: ['PromiseTruthful'] },
  {
    what: 'votes are not saved',
    mutation: {
      effects: (effects) =>
        effects.map((effect) => (effect.type === 'save' ? { ...effect, records: losing((key) => key.startsWith('log.'))(effect.records) } : effect)),
    },
    caught: ['VoteDurable'],
  },
  { what: 'votes are lost at restart', mutation: { stored: losing((key) => key.startsWith('log.')) }, caught: ['VoteDurable'] },
  { what: 'the promise is lost at restart', mutation: { stored: losing((key) => key === 'ballot') }, caught: ['PromisedNeverFalls'] },
  {
    what: 'ballots are used again after a restart',
    mutation: { stored: losing((key) => key === 'round' || key === 'ballot') },
    caught: ['BallotsUnique'],
  },
  {
    what: 'all but its name is lost with the disk, and it votes on',
    mutation: { stored: losing((key) => key !== 'born') },
    caught: ['PromisedNeverFalls'],
  },
  {
    what: 'promises are not kept',
    mutation: { state: spoiling((state) => void (state.promised = NO_BALLOT)) },
    caught: ['P1a', 'PromisedNeverFalls'],
  },
  {
    what: 'a prepare is answered without the votes',
    mutation: { effects: saying((m) => (m.type === 'promise' ? { ...m, items: [] } : m)) },
    caught: ['PromiseTruthful'],
  },
  {
    what: 'reported votes are taken no notice of',
    mutation: { heard: (m) => (m.type === 'promise' ? { ...m, items: [] } : m) },
    caught: ['ShowsSafe', 'ChosenStays'],
  },
  {
    what: 'a no-op over a reported slot',
    mutation: { effects: saying((m) => (m.type === 'accept' && m.ballot.round % 2 === 0 ? { ...m, command: NO_OP } : m)) },
    caught: ['NoOpOnlyInGaps'],
  },
  {
    what: 'each acceptor is proposed something else',
    mutation: { effects: saying((m, to) => (m.type === 'accept' && to === 2 ? invent(m) : m)) },
    caught: ['OneValuePerBallot'],
  },
  { what: 'what nobody asked for is proposed', mutation: { effects: saying(invent) }, caught: ['Validity', 'OneValuePerBallot'] },
  {
    what: 'a promise of the disk that was lost',
    mutation: { effects: saying((m) => (m.type === 'promise' || m.type === 'accepted' ? { ...m, epoch: 1 } : m)) },
    setting: { lostDisks: true },
    caught: ['OnlyMembersVote'],
  },
  {
    what: 'more is said to be chosen than is',
    mutation: { effects: saying((m) => (m.type === 'decide' || m.type === 'heartbeat' ? { ...m, upTo: m.upTo + 1 } : m)) },
    caught: ['ChosenByQuorum'],
  },
  {
    what: 'a vote is taken for a choice',
    mutation: { heard: (m) => (m.type === 'accept' ? { ...m, upTo: m.slot } : m) },
    caught: ['ChosenByQuorum'],
  },
  { what: 'a gap is skipped', mutation: { state: spoiling(skipGap) }, setting: { config: { load: { ...load, sessions: 4 } } }, caught: ['AppliedInOrder'] },
  {
    what: 'nothing is remembered of sessions',
    mutation: { state: spoiling((state) => void (state.database = { ...state.database, sessions: createSessions() })) },
    caught: ['SameState', 'OnceInEffect'],
  },
  { what: 'an answer comes before the choice', mutation: { effects: answerEarly }, caught: ['OnceInEffect'] },
  {
    what: 'IDs are given out without the log',
    mutation: {
      effects: saying((m) => (m.type === 'response' && m.result.type === 'begun' ? { ...m, result: { type: 'begun', transaction: 1 } } : m)),
    },
    caught: ['IdsUnique'],
  },
  {
    what: 'IDs go down',
    mutation: {
      effects: saying((m) =>
        m.type === 'response' && m.result.type === 'begun' ? { ...m, result: { type: 'begun', transaction: 1000 - m.result.transaction } } : m,
      ),
    },
    setting: { clients: 1 },
    caught: ['IdsNeverFall'],
  },
  {
    what: 'quorums of one',
    mutation: {},
    setting: { config: { load, quorum: { type: 'counted', phase1: 1, phase2: 1 } } },
    caught: ['Agreement'],
  },
  {
    what: 'quorums that need not meet',
    mutation: {},
    setting: { servers: 4, config: { load, quorum: { type: 'counted', phase1: 2, phase2: 2 } } },
    caught: ['Agreement', 'ChosenStays'],
  },
];

describe('the invariants catch it when', () => {
  it.each(broken)('$what ($caught)', ({ mutation, setting, caught }) => {
    const property = fc.property(schedules(500), (schedule) => {
      const { violations } = new World({ servers: 3, clients: 2, config: { load }, ...setting }, mutation).play(schedule);
      return !violations.some(({ check }) => caught.some((name) => name === check));
    });
    expect(fc.check(property, { numRuns: 300, seed: 1, endOnFailure: true }).failed).toBe(true);
  });

  it('is any of those in the list', () => {
    const caught = new Set(broken.flatMap((one) => one.caught));
    expect(invariants.map(({ name }) => name).filter((name) => !caught.has(name))).toEqual([]);
  });
});

describe('linearizability alone catches', () => {
  it('reads from the table of a server that lags', () => {
    const property = fc.property(schedules(400), (schedule) => {
      const world = new World({ servers: 3, clients: 2, config: { load: { ...load, transactions: 0, reads: 60 }, reads: 'local' } }).play(schedule);
      expect(world.violations).toEqual([]);
      return checkHistory({ model: 'database', calls: world.history() }).type !== 'violation';
    });
    expect(fc.check(property, { numRuns: 300, seed: 1, endOnFailure: true }).counterexample).not.toBeNull();
  });
});
