/** Runs of Multi-Paxos: clients that ask for a lot, and all that it has to bear, the loss of a disk included. */
import type { Command } from '../../cluster/commands.ts';
import { actorsOf, clientsOf, createHeader, type RunHeader } from '../../cluster/run.ts';
import type { TimedCommand } from '../../cluster/script.ts';
import type { MultiPaxosConfig } from '../../protocol/multipaxos/config.ts';
import { multipaxos } from '../../protocol/multipaxos/multipaxos.ts';
import type { NodeId } from '../../protocol/protocol.ts';
import { failuresSurvived } from '../../protocol/quorum.ts';
import { nextFloat, nextInteger, nextItem, type Random } from '../../protocol/random.ts';
import { CALM_NETWORK, healing } from './calm.ts';
import { randomChange, randomGroups, randomOperation, randomServer } from './draw-log.ts';
import { randomIslands } from './draw-network.ts';
import { randomFault } from './draw-node.ts';
import { drawCore, drawQuorum } from './draw-quorum.ts';
import type { Calm, FuzzRun, Wanted } from './fuzz-run.ts';
import { commonKinds, drawCommands, drawNetwork, drawTimes, type Draw, type Kinds } from './swarm.ts';

const SIZES = [1, 2, 3, 3, 3, 3, 4, 5, 5, 5, 6, 7];
const COMMANDS_MAX = 24;
const SECONDS_MAX_US = 6_000_000;

/** As for Paxos (paxos-run.ts). */
const STRAGGLERS_US = 60_000_000;
const ATTEMPTS = 30;

/** Faults by which timers are wrong: a lease is not kept then. */
const TIMING_FAULTS = ['clock', 'freeze', 'slow-disk'];

/**
 * What becomes of the members. `fixed`: nothing. `erased`: a server loses its disk, and becomes a new member. `changing`:
 * the log takes servers out and in again. `open`: all of that, and servers come and go for good; such a run can lose
 * its quorum, so nothing is promised of it.
 */
type Members = 'fixed' | 'erased' | 'changing' | 'open';

const logKinds: Kinds = {
  ...commonKinds,
  partition: {
    does: (random, header) => ({ type: 'partition', groups: randomIslands(random, actorsOf(header)) }),
    undoes: (_random, { nodes }) => ({ type: 'partition', groups: [[...nodes]] }),
  },
  // A client beside a leader that leads no more can be told what is no longer so.
  aside: {
    does: drawAside,
    undoes: (_random, { nodes }) => ({ type: 'partition', groups: [[...nodes]] }),
  },
  campaign: { does: (random, header) => ({ type: 'request', node: randomServer(random, header), request: { type: 'campaign' } }) },
  operate: {
    does: (random, header) => {
      const node = header.clients === 0 ? randomServer(random, header) : nextItem(random, clientsOf(header.clients));
      return { type: 'request', node, request: { type: 'operate', operation: randomOperation(random), server: randomServer(random, header) } };
    },
  },
};

/** Only who was there from the beginning: one that never comes would count as a member that never answers. */
const changing: Kinds = {
  leave: { does: changeOf('remove'), undoes: changeOf('add') },
};

const open: Kinds = {
  change: {
    does: (random, header) => {
      const request = { type: 'change-members', ...randomChange(random, header) };
      return { type: 'request', node: randomServer(random, header), request };
    },
  },
  add: { does: () => ({ type: 'add' }) },
  remove: { does: (random, header) => ({ type: 'remove', node: randomServer(random, header) }) },
  islands: { does: (random, header) => ({ type: 'partition', groups: randomGroups(random, header) }) },
  erase: {
    does: (random, header) => ({ type: 'crash', node: randomServer(random, header), point: 'now' }),
    undoes: (random, header) => ({ type: 'restart', node: randomServer(random, header), disk: 'erased' }),
  },
};

function changeOf(how: 'add' | 'remove'): Draw {
  return (random, { nodes }) => {
    const request = { type: 'change-members', [how]: [nextItem(random, nodes)] };
    return { type: 'request', node: nextItem(random, nodes), request };
  };
}

export function drawLogRun(random: Random, seed: number, wanted: Wanted): FuzzRun {
  const { header, kinds } = drawHeader(random, seed, wanted);
  const { quorum } = header.config as MultiPaxosConfig;
  const members = drawMembers(random, header);
  const until = nextInteger(random, 1_000_000, SECONDS_MAX_US);
  const times = drawTimes(random, until);
  const all = members === 'open' ? { ...kinds, ...open } : members === 'changing' ? { ...kinds, ...changing } : kinds;
  const faults = drawCommands(random, header, all, nextInteger(random, 0, COMMANDS_MAX), times);
  const erasures = members === 'erased' ? drawErasures(random, header, until) : [];
  const script = [...faults, ...erasures].sort((a, b) => a.at - b.at);
  if (members === 'open') return { header: { ...header, script }, until, calm: null };
  const core = members === 'fixed' ? drawCore(random, header.nodes, { quorum, acceptors: header.nodes }) : header.nodes;
  const calm = calmFrom(random, header, [...core, ...clientsOf(header.clients)], until);
  const { load } = header.config as MultiPaxosConfig;
  const quiet: Command = { type: 'configure', config: { load: { ...load, sessions: 0 } } };
  const healed = [...script, ...healing(random, header, script, calm.core, calm.at), { at: calm.quietAt, command: quiet }];
  return { header: { ...header, script: healed }, until: calm.deadline, calm };
}

function drawHeader(random: Random, seed: number, { mutant, nodes: wanted }: Wanted): { readonly header: RunHeader; readonly kinds: Kinds } {
  const drawn = nextItem(random, SIZES);
  const count = wanted ?? drawn;
  const nodes = Array.from({ length: count }, (_, i) => i + 1);
  // What servers read from their own tables is not meant to be linearizable.
  const reads = nextItem(random, ['log', 'quorum', 'lease'] as const);
  const timely = reads === 'lease';
  const electionMin = nextInteger(random, 250_000, 1_200_000);
  const header = createHeader(multipaxos, {
    nodes: count,
    ...(mutant !== null && { mutant }),
    clients: nextItem(random, [1, 2, 2]),
    seed,
    // What takes many operations to show has time to in a network that is quick and sound, until something is done to it.
    network: nextFloat(random) < 0.5 ? CALM_NETWORK : drawNetwork(random),
    config: {
      ...drawTimers(random, electionMin),
      quorum: drawQuorum(random, nodes),
      window: nextItem(random, [1, 2, 4, 8, 16]),
      tellAtOnce: nextFloat(random) < 0.6,
      followers: nextItem(random, ['forward', 'refuse']),
      reads,
      snapshotEvery: nextItem(random, [0, 1, 4, 15]),
      snapshotKeep: nextInteger(random, 0, 6),
      load: drawLoad(random),
    },
  });
  if (!timely) return { header, kinds: logKinds };
  return { header, kinds: { ...logKinds, fault: { does: drawTimelyFault } } };
}

function drawTimers(random: Random, electionMin: number): object {
  return {
    heartbeat: nextInteger(random, 60_000, 300_000),
    electionMin,
    electionMax: 2 * electionMin,
    retryAfter: nextInteger(random, 100_000, 600_000),
    lease: nextInteger(random, 100_000, 400_000),
    clientTimeout: nextInteger(random, 300_000, 1_500_000),
  };
}

/** One server stands apart, with some of the clients. */
function drawAside(random: Random, { nodes, clients }: RunHeader): Command {
  const alone = nextItem(random, nodes);
  const beside = clientsOf(clients).filter(() => nextFloat(random) < 0.5);
  const others = [...nodes, ...clientsOf(clients)].filter((node) => node !== alone && !beside.includes(node));
  return { type: 'partition', groups: [[alone, ...beside], others].filter((group) => group.length > 0) };
}

function drawLoad(random: Random): MultiPaxosConfig['load'] {
  const reads = nextInteger(random, 20, 95);
  return {
    sessions: nextInteger(random, 1, 3),
    pause: nextInteger(random, 50_000, 500_000),
    transactions: nextFloat(random) < 0.5 ? 0 : nextInteger(random, 1, 60),
    reads,
    swaps: nextInteger(random, 0, 100 - reads),
    keys: nextInteger(random, 1, 3),
    hot: 25,
  };
}

/** A fault of a node that leaves its timers right. */
function drawTimelyFault(random: Random, header: RunHeader): Command {
  for (;;) {
    const command = randomFault(random, header, true);
    if (command.type === 'fault' && !TIMING_FAULTS.includes(command.fault)) return command;
  }
}

function drawMembers(random: Random, { nodes, config }: RunHeader): Members {
  const { quorum } = config as MultiPaxosConfig;
  const survives = ([1, 2] as const).every((phase) => failuresSurvived(quorum, phase, nodes) >= 1);
  return nextItem<Members>(random, ['fixed', 'fixed', 'changing', 'open', survives ? 'erased' : 'fixed']);
}

/** One server, the same each time: were several rebuilt at once, nobody might be left who can make them members. */
function drawErasures(random: Random, { nodes }: RunHeader, until: number): TimedCommand[] {
  const node = nextItem(random, nodes);
  return Array.from({ length: nextInteger(random, 1, 2) }).flatMap((): TimedCommand[] => {
    const at = nextInteger(random, 0, until - 1);
    return [
      { at, command: { type: 'crash', node, point: 'now' } },
      { at: nextInteger(random, at, until - 1), command: { type: 'restart', node, disk: 'erased' } },
    ];
  });
}

function calmFrom(random: Random, header: RunHeader, core: readonly NodeId[], at: number): Calm {
  const { electionMax, retryAfter, clientTimeout, lease, heartbeat } = header.config as MultiPaxosConfig;
  const attempt = electionMax + lease + heartbeat + 2 * retryAfter + actorsOf(header).length * clientTimeout;
  const quietAt = at + nextInteger(random, 1, 500_000);
  return { at, core, quietAt, deadline: quietAt + STRAGGLERS_US + ATTEMPTS * attempt };
}
