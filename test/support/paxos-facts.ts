/** Reads the events of a run as facts for the invariants of Paxos. */
import type { RunEvent } from '../../src/cluster/events.ts';
import type { RunHeader } from '../../src/cluster/run.ts';
import { Reader } from '../../src/protocol/codec.ts';
import type { PaxosConfig } from '../../src/protocol/paxos/config.ts';
import { noFacts } from '../../src/protocol/paxos/facts.ts';
import { observe, type Fact, type Violation } from '../../src/protocol/paxos/invariants.ts';
import { paxos } from '../../src/protocol/paxos/paxos.ts';
import { EventDisks } from './event-disks.ts';

/** Every contradiction in a run, in the order in which events show them. */
export function violationsOf(header: RunHeader, events: Iterable<RunEvent>): Violation[] {
  const facts = noFacts(header.nodes, header.config as PaxosConfig);
  const disks = new EventDisks();
  const violations: Violation[] = [];
  for (const event of events) {
    const fact = disks.note(event) ?? factOf(event);
    const violation = fact === null ? null : observe(facts, fact);
    if (violation !== null) violations.push(violation);
  }
  return violations;
}

function factOf(event: RunEvent): Fact | null {
  switch (event.type) {
    case 'request': {
      const { node, request: id } = event;
      return { node, input: { type: 'request', id, request: paxos.request(JSON.parse(event.body)) } };
    }
    case 'send': {
      const { node, to, body } = event;
      return { node, effect: { type: 'send', to, message: paxos.decode(event.kind, new Reader(body)) } };
    }
    case 'chosen': {
      const { node, slot, value, ballot, quorum } = event;
      return { node, effect: { type: 'chosen', slot, value, ballot, quorum } };
    }
    default:
      return null;
  }
}
