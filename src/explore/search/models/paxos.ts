/** Single-decree Paxos, one instance, as the exhaustive search looks at it. */
import { isBallot } from '../../../protocol/ballot.ts';
import { getPaged } from '../../../protocol/paged.ts';
import type { PaxosConfig } from '../../../protocol/paxos/config.ts';
import { invariants } from '../../../protocol/paxos/invariants.ts';
import { LEARN } from '../../../protocol/paxos/learner.ts';
import type { PaxosMessage } from '../../../protocol/paxos/messages.ts';
import { readRecord, roundRecord, slotRecord, type PaxosState as NodeState } from '../../../protocol/paxos/state.ts';
import type { AnyProtocol, NodeId, Saved } from '../../../protocol/protocol.ts';
import { createRandom } from '../../../protocol/random.ts';
import type { Ask, Model, Properties, Saying, Wanted } from '../model.ts';
import type { Renaming, Vocabulary } from '../plain.ts';
import { PaxosState } from './paxos-properties.ts';
import { PaxosStep } from './paxos-step.ts';
import { numberVotes, slotOf, toldBy, type Told } from './paxos-told.ts';

export interface PaxosScope {
  readonly protocol: AnyProtocol;
  readonly nodes: readonly NodeId[];
  /** Those that clients ask. */
  readonly proposers: readonly NodeId[];
  /** Whether nodes that hold the same roles do the same: not so where something is broken on purpose. */
  readonly symmetric: boolean;
  /** Complete. */
  readonly config: PaxosConfig;
  readonly values: readonly string[];
  /** The highest round of a ballot. */
  readonly rounds: number;
  readonly instance: number;
  /** Which of the properties are looked at. */
  readonly wanted: Wanted;
}

const words: Vocabulary = {
  nodes: new Set(['node', 'from', 'to', 'promises', 'voters', 'quorum']),
  values: new Set(['value', 'wanted', 'acceptedValue', 'reportedValue']),
  // The order in which promises and votes came says nothing, nor that of the tallies of an instance.
  unordered: new Set(['promises', 'voters', 'quorum', 'records[]']),
  ignored: new Set([
    // Whom it draws, and how long it waits.
    'random',
    'preemptions',
    'timeouts',
    // The number of a client's request.
    'request',
    // What the scope has in common for all states.
    'config',
    'nodes',
    'proposers',
    'acceptors',
    'learners',
    'roles',
    'isProposer',
    'isAcceptor',
    'isLearner',
    // Of paged.ts: who may write to a page, and how many records it has.
    'owner',
    'count',
    'body',
  ]),
};

export function paxosModel(scope: PaxosScope): Model {
  const { protocol, nodes, proposers, config, values, rounds, instance, symmetric } = scope;
  const rolesOf = (node: NodeId): readonly string[] => config.roles[nodes.indexOf(node)]!;
  const alike = nodes.filter((node) => rolesOf(node).join() === 'acceptor');
  return {
    protocol,
    nodes,
    config,
    values,
    symmetric,
    words,
    // With other quorums than majorities an acceptor is not like another.
    alike: config.quorum.type === 'majority' || config.quorum.type === 'counted' ? [alike] : [],
    properties: propertiesOf(scope),
    chatter: LEARN,
    asks(node, state): readonly Ask[] {
      const { proposer, learner } = state as NodeState;
      const busy = proposer.attempts.has(instance) || getPaged(learner.chosen, instance) !== undefined;
      if (busy || !proposers.includes(node)) return [];
      return values.map((value) => ({ value, request: protocol.propose!(instance, value) }));
    },
    within: (state) => (state as NodeState).proposer.round <= rounds,
    reseed(state, seed) {
      const { random } = state as NodeState;
      for (const [at, part] of createRandom(seed).entries()) random[at] = part;
    },
    // Who asks for nothing but later instances is answered nothing.
    inert(message): boolean {
      const { type, instance: first } = message as PaxosMessage;
      return type === 'query' && first > instance;
    },
    found(node, stored): readonly Saying[] {
      const slot = slotOf(stored, instance);
      if (slot === null || !isBallot(slot.acceptedBallot)) return [];
      return [{ type: 'found', from: node, slot: instance, ballot: slot.acceptedBallot, value: slot.acceptedValue }];
    },
    renamedDisk,
  };
}

function propertiesOf({ nodes, config, values, instance, wanted }: PaxosScope): Properties<unknown> {
  const votes = numberVotes();
  const state = new PaxosState(config, nodes, values, instance, votes, wanted);
  const properties: Properties<Told> = {
    checks: invariants,
    sometimes: state.sometimes,
    told(node, said, disk) {
      const told = toldBy(node, said, disk, instance, votes);
      return { told, key: JSON.stringify(told) };
    },
    step: (node, before, disk, crashed, moments) => new PaxosStep(node, before, disk, crashed, instance).check(moments, wanted),
    state: (told) => state.check(told),
    seen: (told) => state.seen(told),
  };
  return properties as Properties<unknown>;
}

function renamedDisk(disk: readonly Saved[], renaming: Renaming): readonly Saved[] {
  const node = (old: NodeId): NodeId => renaming.nodes[old] ?? old;
  return disk.map((record) => {
    const fact = readRecord(record);
    if (fact.type === 'round') return roundRecord(fact.round);
    const { promised, acceptedBallot, acceptedValue } = fact.slot;
    return slotRecord(fact.instance, {
      promised: { round: promised.round, node: node(promised.node) },
      acceptedBallot: { round: acceptedBallot.round, node: node(acceptedBallot.node) },
      acceptedValue: renaming.values.get(acceptedValue) ?? acceptedValue,
    });
  });
}
