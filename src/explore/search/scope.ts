/** What is asked to be searched: a model of the protocol, and a run in which nothing has been done yet. */
import { createHeader, type RunHeader } from '../../cluster/run.ts';
import { completeNetwork } from '../../network/settings.ts';
import { mutantNamed, protocolOf } from '../../protocol/mutants.ts';
import { checkConfig as checkLogConfig } from '../../protocol/multipaxos/config.ts';
import { invariants as logInvariants } from '../../protocol/multipaxos/invariants.ts';
import { multipaxos } from '../../protocol/multipaxos/multipaxos.ts';
import { checkConfig } from '../../protocol/paxos/config.ts';
import { invariants } from '../../protocol/paxos/invariants.ts';
import { ProtocolError, type NodeId } from '../../protocol/protocol.ts';
import type { ExploreRequest } from '../job.ts';
import { explorable, explorableHere } from './explorable.ts';
import { afterRun } from './from-run.ts';
import type { Locals } from './locals.ts';
import type { Model } from './model.ts';
import { multipaxosModel } from './models/multipaxos.ts';
import { LOG_PROPERTIES } from './models/multipaxos-properties.ts';
import { paxosModel } from './models/paxos.ts';
import { VALUES } from './values.ts';
import { wantedOf } from './wanted.ts';

/** A search that is about to begin. */
export interface Scope {
  readonly model: Model;
  /** Of the run in which a way is rehearsed. */
  readonly header: RunHeader;
  /** The local states to begin with; `null`: everybody comes up for the first time. */
  readonly start: ((locals: Locals) => readonly number[]) | null;
}

/** Long enough for no timer to fire by itself while a way is rehearsed: in the search it is a step like any other. */
const LONG_US = 3_600_000_000;
const LATENCY_US = 100_000;

/** @throws ProtocolError when the protocol or the mutant cannot be searched, or the scope is none. */
export function scopeOf(request: ExploreRequest): Scope {
  const protocol = request.from?.header.protocol ?? request.protocol;
  if (!explorable.includes(protocol)) {
    throw new ProtocolError('protocol', `${protocol} cannot be explored; ${explorable.join(', ')} can`);
  }
  if (request.from === null) return fromNothing(request);
  if (!explorableHere.includes(protocol)) throw new ProtocolError('from', `${protocol} can be explored from the beginning only`);
  return afterRun(request, request.from);
}

function fromNothing(request: ExploreRequest): Scope {
  const { protocol: name, mutant, nodes: count, proposers, values, maxBallot, config: given } = request;
  const broken = mutant === null ? {} : { mutant: mutantNamed(name, mutant).name };
  const protocol = protocolOf({ protocol: name, ...broken });
  const nodes = Array.from({ length: count }, (_, i) => i + 1);
  if (proposers > count) throw new ProtocolError('proposers', `there are ${count} nodes, and cannot be ${proposers} proposers`);
  const isLog = name === multipaxos.name;
  const usual = isLog ? LOG_CONFIG : { ...usualConfig(nodes, proposers), nacks: mutant !== null };
  const header = createHeader(protocol, {
    nodes: count,
    ...(isLog && { clients: values }),
    seed: 1,
    config: { ...usual, ...given },
    network: completeNetwork({ latency: { distribution: 'constant', min: LATENCY_US } }),
    client: { enabled: false },
    ...broken,
  });
  if (isLog) {
    const searched = logInvariants.filter(({ name }) => LOG_PROPERTIES.includes(name));
    const model = multipaxosModel({
      protocol,
      nodes,
      candidates: nodes.slice(0, proposers),
      config: checkLogConfig(header.config, nodes),
      values: VALUES.slice(0, values),
      rounds: maxBallot,
      wanted: wantedOf(searched, request.only),
    });
    return { model, header, start: null };
  }
  const config = checkConfig(header.config, nodes);
  const model = paxosModel({
    protocol,
    nodes,
    proposers: protocol.proposers(config, nodes).slice(0, proposers),
    // What is broken may treat them differently.
    symmetric: mutant === null,
    config,
    values: VALUES.slice(0, values),
    rounds: maxBallot,
    instance: 1,
    wanted: wantedOf(invariants, request.only),
  });
  return { model, header, start: null };
}


/** No election, no repetition and no load by itself; who does not lead says so, and passes nothing on; no snapshots. */
const LOG_CONFIG = {
  heartbeat: LONG_US,
  electionMin: LONG_US / 2,
  electionMax: LONG_US,
  retryAfter: LONG_US,
  clientTimeout: LONG_US,
  // Fewer messages that say the same: the next accept, or heartbeat, tells how far all is chosen.
  tellAtOnce: false,
  followers: 'refuse',
  snapshotEvery: 0,
  load: { sessions: 0 },
};

/**
 * All accept; the first propose; the first of all learns: what a learner can know follows from what acceptors say.
 * Nobody says that it refuses, which saves nothing but time, and time is not looked at; unless something is broken, which
 * may show just there.
 */
function usualConfig(nodes: readonly NodeId[], proposers: number): object {
  const roles = nodes.map((node) => {
    return ['acceptor', ...(node <= proposers ? ['proposer'] : []), ...(node === nodes[0] ? ['learner'] : [])];
  });
  return { roles, retryAfter: LONG_US, backoffMin: LONG_US, backoffMax: LONG_US, learnEvery: LONG_US };
}
