/** Reads the events of a run as facts for the invariants of Multi-Paxos, and as the history of its clients. */
import type { RunEvent } from '../../src/cluster/events.ts';
import type { RunHeader } from '../../src/cluster/run.ts';
import { Reader } from '../../src/protocol/codec.ts';
import type { Operation, OperationResult } from '../../src/protocol/machine/operation.ts';
import type { MultiPaxosConfig } from '../../src/protocol/multipaxos/config.ts';
import { noFacts, observe, type Fact, type Violation } from '../../src/protocol/multipaxos/invariants.ts';
import { KIND, type MultiPaxosMessage } from '../../src/protocol/multipaxos/messages.ts';
import { multipaxos } from '../../src/protocol/multipaxos/multipaxos.ts';
import type { NodeId } from '../../src/protocol/protocol.ts';
import { EventDisks } from './event-disks.ts';
import type { Call } from './linearizable.ts';

/** A packet that matters when it arrives. */
interface Sent {
  readonly from: NodeId;
  readonly message: MultiPaxosMessage;
}

/** Every contradiction in a run, in the order in which events show them. */
export function violationsOf(header: RunHeader, events: Iterable<RunEvent>): Violation[] {
  const facts = noFacts(header.nodes, header.config as MultiPaxosConfig);
  const disks = new EventDisks();
  const packets = new Map<number, Sent>();
  const violations: Violation[] = [];
  for (const event of events) {
    const fact = disks.note(event) ?? factOf(event, packets);
    const violation = fact === null ? null : observe(facts, fact);
    if (violation !== null) violations.push(violation);
  }
  return violations;
}

function factOf(event: RunEvent, packets: Map<number, Sent>): Fact | null {
  switch (event.type) {
    case 'request': {
      const { node, request: id } = event;
      return { node, input: { type: 'request', id, request: multipaxos.request(JSON.parse(event.body)) } };
    }
    case 'send': {
      const { node, to, kind, packet, body } = event;
      const message = multipaxos.decode(kind, new Reader(body));
      if (kind === KIND.promise) packets.set(packet, { from: node, message });
      return { node, effect: { type: 'send', to, message } };
    }
    case 'duplicate': {
      const original = packets.get(event.of);
      if (original) packets.set(event.packet, original);
      return null;
    }
    case 'deliver': {
      const sent = packets.get(event.packet);
      packets.delete(event.packet);
      return sent ? { node: event.node, input: { type: 'message', ...sent } } : null;
    }
    case 'chosen':
    case 'apply':
    case 'members':
    case 'invoke':
    case 'return':
      return { node: event.node, effect: event };
    default:
      return null;
  }
}

/** What clients asked for, and were answered. */
export function historyOf(events: Iterable<RunEvent>): Call[] {
  const calls: Call[] = [];
  const open = new Map<string, Call>();
  for (const event of events) {
    if (event.type === 'invoke') {
      const operation = JSON.parse(event.operation) as Operation;
      const call = { client: event.node, operation, invoked: event.seq, returned: Infinity, result: null };
      open.set(`${event.node} ${event.session} ${event.sequence}`, call);
    } else if (event.type === 'return') {
      const name = `${event.node} ${event.session} ${event.sequence}`;
      const call = open.get(name)!;
      open.delete(name);
      calls.push({ ...call, returned: event.seq, result: JSON.parse(event.result) as OperationResult });
    }
  }
  return [...calls, ...open.values()];
}
