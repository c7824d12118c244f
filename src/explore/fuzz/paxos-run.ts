/** Runs of single-decree Paxos: a few instances for which several proposers contend, and all that it has to bear. */
import { createHeader, type RunHeader } from '../../cluster/run.ts';
import type { TimedCommand } from '../../cluster/script.ts';
import type { PaxosConfig } from '../../protocol/paxos/config.ts';
import { paxos } from '../../protocol/paxos/paxos.ts';
import type { NodeId, Role } from '../../protocol/protocol.ts';
import { nextFloat, nextInteger, nextItem, type Random } from '../../protocol/random.ts';
import { healing } from './calm.ts';
import { drawCore, drawQuorum, shuffled } from './draw-quorum.ts';
import type { Calm, FuzzRun, Wanted } from './fuzz-run.ts';
import { commonKinds, drawCommands, drawNetwork, drawTimes, type Kinds } from './swarm.ts';

/** Sizes of clusters, the likelier ones more often. */
const SIZES = [1, 2, 3, 3, 3, 3, 4, 5, 5, 5, 6, 7];
const COMMANDS_MAX = 24;

/** How long the unsafe part of a run lasts, µs. Without backoff a duel fills it with rounds. */
const SECONDS_MAX_US = 12_000_000;
const SECONDS_MAX_DUEL_US = 3_000_000;

/** Longest that a packet sent before the network was healed can still be under way, µs: most wait in a narrow queue. */
const STRAGGLERS_US = 60_000_000;
/** Attempts, and questions of learners, that are enough for anybody with a sound network: each fails by bad luck only. */
const ATTEMPTS = 30;
const QUESTIONS = 60;

/** Configures nothing that says who the acceptors are or what is a quorum: that is no reconfiguration. */
const kinds: Kinds = {
  ...commonKinds,
  configure: {
    does: (random) => ({ type: 'configure', config: { nacks: nextFloat(random) < 0.5, retryAfter: drawRetry(random) } }),
  },
};

export function drawPaxosRun(random: Random, seed: number, wanted: Wanted): FuzzRun {
  const header = drawHeader(random, seed, wanted);
  const config = header.config as PaxosConfig;
  const until = nextInteger(random, 500_000, config.backoff ? SECONDS_MAX_US : SECONDS_MAX_DUEL_US);
  const times = drawTimes(random, until);
  const instances = nextInteger(random, 1, 3);
  const proposals = drawProposals(random, header, instances, times);
  const faults = drawCommands(random, header, kinds, nextInteger(random, 0, COMMANDS_MAX), times);
  const script = [...proposals, ...faults].sort((a, b) => a.at - b.at);
  // Two proposers that never back off can overtake each other for ever (*Paxos Made Simple*, section 2.4).
  if (!config.backoff) return { header: { ...header, script }, until, calm: null };
  const calm = drawCalm(random, header, until);
  const all = [
    ...script,
    ...healing(random, header, script, calm.core, calm.at),
    ...lateProposals(random, header, calm, instances),
  ];
  return { header: { ...header, script: all }, until: calm.deadline, calm };
}

function drawHeader(random: Random, seed: number, { mutant, nodes: wanted }: Wanted): RunHeader {
  const drawn = nextItem(random, SIZES);
  const count = wanted ?? drawn;
  const nodes = Array.from({ length: count }, (_, i) => i + 1);
  const roles = drawRoles(random, nodes);
  const acceptors = nodes.filter((_, i) => roles[i]!.includes('acceptor'));
  const backoffMin = nextInteger(random, 20_000, 400_000);
  return createHeader(paxos, {
    nodes: count,
    ...(mutant !== null && { mutant }),
    seed,
    network: drawNetwork(random),
    client: { enabled: false },
    config: {
      roles,
      quorum: drawQuorum(random, acceptors),
      backoff: nextFloat(random) < 0.75,
      nacks: nextFloat(random) < 0.7,
      retryAfter: drawRetry(random),
      backoffMin,
      backoffMax: backoffMin * nextInteger(random, 1, 10),
      learnEvery: nextInteger(random, 200_000, 3_000_000),
    },
  });
}

function drawRetry(random: Random): number {
  return nextInteger(random, 200_000, 2_500_000);
}

/** Most often everybody is everything. */
function drawRoles(random: Random, nodes: readonly NodeId[]): readonly (readonly Role[])[] {
  const everything: readonly Role[] = ['proposer', 'acceptor', 'learner'];
  if (nextFloat(random) < 0.7) return nodes.map(() => everything);
  const roles = nodes.map(() => everything.filter(() => nextFloat(random) < 0.65));
  return everything.every((role) => roles.some((of) => of.includes(role))) ? roles : drawRoles(random, nodes);
}

/** In each instance some proposers, with a value each, at times of their own. */
function drawProposals(
  random: Random,
  header: RunHeader,
  instances: number,
  times: (random: Random) => number,
): TimedCommand[] {
  const proposers = paxos.proposers(header.config as PaxosConfig, header.nodes);
  return Array.from({ length: instances }, (_, i) => i + 1).flatMap((slot) => {
    return Array.from({ length: nextInteger(random, 1, 4) }, (_, i): TimedCommand => {
      const command = { type: 'propose', node: nextItem(random, proposers), slot, value: `v${slot}.${i + 1}` } as const;
      return { at: times(random), command };
    });
  });
}

/** All of the core that can propose does so once more, in an instance known to all, or one that is new. */
function lateProposals(random: Random, header: RunHeader, { core, at, quietAt }: Calm, instances: number): TimedCommand[] {
  const proposers = paxos.proposers(header.config as PaxosConfig, header.nodes).filter((node) => core.includes(node));
  return shuffled(random, proposers).map((node) => {
    const slot = nextInteger(random, 1, instances + 1);
    const command = { type: 'propose', node, slot, value: `late${slot}.${node}` } as const;
    return { at: nextInteger(random, at, quietAt - 1), command };
  });
}

function drawCalm(random: Random, header: RunHeader, at: number): Calm {
  const config = header.config as PaxosConfig;
  const holds = (role: Role, core: readonly NodeId[]): boolean => core.some((node) => config.roles[node - 1]!.includes(role));
  const acceptors = header.nodes.filter((node) => config.roles[node - 1]!.includes('acceptor'));
  const core = drawCore(random, header.nodes, { quorum: config.quorum, acceptors }, (some) => {
    return holds('proposer', some) && holds('learner', some);
  });
  // A phase may take twice as long after a failure, and up to half as much again by chance; retryAfter may have changed.
  const attempt = config.backoffMax + 3 * 2_500_000;
  const quietAt = at + nextInteger(random, 1, 1_000_000);
  return { at, core, quietAt, deadline: quietAt + STRAGGLERS_US + ATTEMPTS * attempt + QUESTIONS * 1.25 * config.learnEvery };
}
