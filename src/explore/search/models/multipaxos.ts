/**
 * Multi-Paxos, the first slots of a log, as the exhaustive search looks at it. Clients are whoever asks a leader; their
 * answers are not looked at. What would have no end is left out, which loses nothing but news that others bring as well:
 * a leader sends heartbeats when it takes office and none later, and what was sent is not sent again, for it can arrive
 * late and twice as it is.
 */
import { textOf } from '../../../protocol/multipaxos/command.ts';
import type { MultiPaxosConfig } from '../../../protocol/multipaxos/config.ts';
import { invariants } from '../../../protocol/multipaxos/invariants.ts';
import type { ClientRequest, MultiPaxosMessage } from '../../../protocol/multipaxos/messages.ts';
import { readRecord } from '../../../protocol/multipaxos/records.ts';
import type { ServerState } from '../../../protocol/multipaxos/state.ts';
import { ELECTION, LEARN } from '../../../protocol/multipaxos/timers.ts';
import { PERSON_FIRST, SESSIONS_PER_LIFE } from '../../../protocol/machine/operation.ts';
import { CLIENT_FIRST, type AnyProtocol, type NodeId } from '../../../protocol/protocol.ts';
import { createRandom } from '../../../protocol/random.ts';
import type { Ask, Model, Properties, Saying, Wanted } from '../model.ts';
import type { Vocabulary } from '../plain.ts';
import { LogState, logSometimes } from './multipaxos-properties.ts';
import { LogStep } from './multipaxos-step.ts';
import { logToldBy, numberSlotVotes, type LogTold } from './multipaxos-told.ts';

export interface LogScope {
  readonly protocol: AnyProtocol;
  readonly nodes: readonly NodeId[];
  /** Those that may campaign. */
  readonly candidates: readonly NodeId[];
  /** Complete. */
  readonly config: MultiPaxosConfig;
  /** Each is put by a client of its own. */
  readonly values: readonly string[];
  /** The highest round of a ballot. */
  readonly rounds: number;
  readonly wanted: Wanted;
}

/** The slots of the scope. */
export const SLOTS = 2;

const words: Vocabulary = {
  nodes: new Set(),
  values: new Set(),
  // The order in which promises and votes came says nothing, nor that of what is on the disk.
  unordered: new Set(['voters', 'quorum']),
  ignored: new Set([
    // Whom it asks, and how long it waits.
    'random',
    // What the scope has in common for all states.
    'config',
    'configs',
    'founders',
    'peers',
    'incarnation',
    'epoch',
    'wasMember',
    'covered',
    // For those who look on; for snapshots, of which there are none; for repetitions, and reads.
    'highest',
    'appliedBallot',
    'proposed',
    'recent',
    'alive',
    'confirmed',
    'leaseOver',
    // Of paged.ts: who may write to a page, and how many records it has.
    'owner',
    'count',
    'body',
  ]),
};

export function multipaxosModel(scope: LogScope): Model {
  const { protocol, nodes, candidates, config, values, rounds } = scope;
  const requests = values.map((value, at) => requestOf(CLIENT_FIRST + at, value));
  return {
    protocol,
    nodes,
    config,
    values,
    symmetric: false,
    words,
    alike: [],
    properties: propertiesOf(scope),
    chatter: LEARN,
    asks: (_, state): readonly Ask[] => ((state as ServerState).mode === 'leader' ? requests : []),
    within(given) {
      const { node, round, mode, term, votes } = given as ServerState;
      if (round > rounds || (mode !== 'follower' && !candidates.includes(node)) || (term !== null && term.next > SLOTS + 1)) return false;
      return [...votes.pages.values()].every(({ records }) => records.every((vote, slot) => vote === undefined || slot <= SLOTS));
    },
    reseed(state, seed) {
      const { random } = state as ServerState;
      for (const [at, part] of createRandom(seed).entries()) random[at] = part;
    },
    fires: (timer) => timer === ELECTION || timer === LEARN,
    // What goes to clients; what only reads and leases wait for; and what saves nothing but time.
    inert: (message) => ['response', 'redirect', 'alive', 'refuse'].includes((message as MultiPaxosMessage).type),
    found: () => [],
    saved(node, records): readonly Saying[] {
      return records.flatMap((record): Saying[] => {
        const fact = readRecord(record);
        if (fact?.type !== 'vote') return [];
        return [{ type: 'found', from: node, slot: fact.slot, ballot: fact.vote.ballot, value: textOf(fact.vote.command) }];
      });
    },
    renamedDisk: (disk) => disk,
  };
}

function requestOf(client: NodeId, value: string): Ask {
  const operation = { type: 'put', key: 'x', value } as const;
  const by = { client, wish: { type: 'operate', operation }, timer: `ask again ${PERSON_FIRST}` };
  // As a client that has just begun, and is asked for it, sends it.
  const session = SESSIONS_PER_LIFE + PERSON_FIRST;
  const request: ClientRequest = { type: 'request', client, session, sequence: 1, operation, reads: null, hops: 0 };
  return { value: textOf({ type: 'operation', client, session, sequence: 1, operation }), request, by };
}

function propertiesOf({ nodes, config, wanted }: LogScope): Properties<unknown> {
  const votes = numberSlotVotes();
  const state = new LogState(config, nodes, votes, wanted);
  const properties: Properties<LogTold> = {
    checks: invariants,
    sometimes: logSometimes,
    told(node, said) {
      const told = logToldBy(node, said, votes);
      return { told, key: JSON.stringify(told) };
    },
    step: (node, before, disk, crashed, moments) => new LogStep(node, before, disk, crashed).check(moments, wanted),
    state: (told) => state.check(told),
    seen: (told) => state.seen(told),
  };
  return properties as Properties<unknown>;
}
