/** A search that goes on where a run has ended: every node as it is there, and what is on its way between them. */
import { readEvents } from '../../cluster/event-log.ts';
import type { RunEvent } from '../../cluster/events.ts';
import type { InlineCluster } from '../../host/inline.ts';
import { Reader } from '../../protocol/codec.ts';
import { protocolOf } from '../../protocol/mutants.ts';
import { checkConfig } from '../../protocol/paxos/config.ts';
import { invariants } from '../../protocol/paxos/invariants.ts';
import type { PaxosState } from '../../protocol/paxos/paxos.ts';
import { ProtocolError, type AnyProtocol, type NodeId } from '../../protocol/protocol.ts';
import type { BegunRun, ExploreRequest } from '../job.ts';
import type { Locals } from './locals.ts';
import type { Saying } from './model.ts';
import { paxosModel } from './models/paxos.ts';
import { BEGINNING, had } from './rehearse.ts';
import type { Scope } from './scope.ts';
import type { Core } from './steps.ts';
import { VALUES } from './values.ts';
import { wantedOf } from './wanted.ts';

/** @throws ProtocolError when the run cannot be had again, or ends in the middle of a step. */
export function afterRun(request: ExploreRequest, from: BegunRun): Scope {
  const cluster = had(from.header, from);
  const { scheduler } = cluster;
  const protocol = protocolOf(from.header);
  const nodes = scheduler.servers;
  const config = checkConfig(scheduler.config, nodes);
  const instance = scheduler.slotNext;
  const { runners } = cluster.checkpoint();
  for (const [node, { held, self, inputs }] of runners) {
    if (held === null && self.length === 0 && inputs.length === 0) continue;
    throw new ProtocolError('from', `n${node} is in the middle of a step where the run ends; go on a little`);
  }
  const said = sayingsOf(cluster, protocol, instance);
  const asked = said.flatMap((saying) => (saying.type === 'asked' ? [saying.value] : []));
  const known = [...new Set(asked)];
  const rounds = runners.map(([, { state }]) => (state as PaxosState).proposer.round);
  const model = paxosModel({
    protocol,
    nodes,
    proposers: protocol.proposers(config, nodes).slice(0, request.proposers),
    symmetric: from.header.mutant === undefined,
    config,
    values: [...known, ...VALUES.filter((value) => !known.includes(value))].slice(0, Math.max(request.values, known.length)),
    // At least one more than has been used.
    rounds: Math.max(request.maxBallot, 1 + Math.max(0, ...rounds)),
    instance,
    wanted: wantedOf(invariants, request.only),
  });
  const start = (locals: Locals): readonly number[] =>
    nodes.map((node) => {
      const runner = runners.find(([each]) => each === node)?.[1];
      const core: Core = {
        node,
        state: runner === undefined ? null : protocol.fork(runner.state),
        disk: cluster.stored(node),
        timers: runner?.timers.timers.map(({ name }) => name).sort() ?? [],
        crashes: 0,
      };
      const own = said.filter((saying) => saying.from === node && !(saying.type === 'message' && model.inert(saying.message)));
      return locals.add(core, own.map((saying) => locals.label(saying)));
    });
  return { model, header: from.header, start };
}

/** All that was said, and which of it is still on its way. */
function sayingsOf(cluster: InlineCluster, protocol: AnyProtocol, instance: number): readonly Saying[] {
  const { scheduler } = cluster;
  const packed = scheduler.log.since(BEGINNING);
  if (packed === null) throw new ProtocolError('from', 'the run is too long: its beginning is not kept');
  const { moving, held } = scheduler.router.save().traffic;
  const open = new Set([...moving, ...held].map(({ packet }) => packet));
  const events = [...readEvents(packed)];
  // A copy stands for the packet that it was made of.
  const first = new Map<number, number>();
  for (const event of events) if (event.type === 'duplicate') first.set(event.packet, first.get(event.of) ?? event.of);
  for (const [copy, of] of first) if (open.has(copy)) open.add(of);
  return events.flatMap((event) => sayingOf(event, open, protocol, instance));
}

function sayingOf(event: RunEvent, open: ReadonlySet<number>, protocol: AnyProtocol, instance: number): Saying[] {
  switch (event.type) {
    case 'send': {
      const { node: from, to, kind, body, packet } = event;
      const message: unknown = protocol.decode(kind, new Reader(body));
      return [{ type: 'message', from, to, kind, body, message, open: open.has(packet) }];
    }
    case 'chosen': {
      const { node: from, slot, value, ballot, quorum } = event;
      return [{ type: 'chosen', from, slot, value, ballot, quorum }];
    }
    case 'request':
      return askedBy(event.node, protocol.request(JSON.parse(event.body)), instance);
    default:
      return [];
  }
}

function askedBy(from: NodeId, request: { readonly type: string; readonly instance?: number; readonly value?: string }, instance: number): Saying[] {
  const { type, instance: where, value } = request;
  return type === 'propose' && where === instance && value !== undefined ? [{ type: 'asked', from, value }] : [];
}
