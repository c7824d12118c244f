/** Reads the events of a run as facts for the invariants of Paxos. */
import type { RunEvent } from '../../src/cluster/events.ts';
import type { RunHeader } from '../../src/cluster/run.ts';
import { Disk, type Write } from '../../src/host/storage/disk.ts';
import { conditionsOf } from '../../src/network/faults/conditions.ts';
import type { Conditions, FaultSettings } from '../../src/network/faults/fault.ts';
import { Reader } from '../../src/protocol/codec.ts';
import type { PaxosConfig } from '../../src/protocol/paxos/config.ts';
import { noFacts } from '../../src/protocol/paxos/facts.ts';
import { observe, type Fact, type Violation } from '../../src/protocol/paxos/invariants.ts';
import { paxos } from '../../src/protocol/paxos/paxos.ts';
import type { NodeId, Saved } from '../../src/protocol/protocol.ts';

/** What events tell of one node's storage. */
interface Storage {
  readonly disk: Disk;
  readonly faults: Map<string, FaultSettings>;
  /** What a slow disk has not synced yet. */
  waiting: readonly Saved[] | null;
}

/** Every contradiction in a run, in the order in which events show them. */
export function violationsOf(header: RunHeader, events: Iterable<RunEvent>): Violation[] {
  const facts = noFacts(header.nodes, header.config as PaxosConfig);
  const storages = new Map<NodeId, Storage>(
    header.nodes.map((node) => [node, { disk: new Disk(), faults: new Map(), waiting: null }]),
  );
  const violations: Violation[] = [];
  for (const event of events) {
    const fact = factOf(event, storages);
    const violation = fact === null ? null : observe(facts, fact);
    if (violation !== null) violations.push(violation);
  }
  return violations;
}

function factOf(event: RunEvent, storages: ReadonlyMap<NodeId, Storage>): Fact | null {
  switch (event.type) {
    case 'start': {
      const { disk } = storages.get(event.node)!;
      disk.start(event.disk);
      return { node: event.node, input: { type: 'start', stored: disk.load() } };
    }
    case 'request': {
      const { node, request: id } = event;
      return { node, input: { type: 'request', id, request: paxos.request(JSON.parse(event.body)) } };
    }
    case 'save': {
      const storage = storages.get(event.node)!;
      if (conditions(storage).diskDelay === 0) return saved(event.node, storage, event.records);
      storage.waiting = event.records;
      return null;
    }
    case 'synced': {
      const storage = storages.get(event.node)!;
      return saved(event.node, storage, storage.waiting!);
    }
    case 'fault':
      storages.get(event.node)!.faults.set(event.fault, event.settings);
      return null;
    case 'crash': {
      const storage = storages.get(event.node)!;
      storage.waiting = null;
      storage.disk.crash();
      return null;
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

/** The disk says that it has synced, and the node believes it. */
function saved(node: NodeId, storage: Storage, records: readonly Saved[]): Fact {
  storage.waiting = null;
  const writes = records.map(({ key, value }): Write => [key, value === null ? null : JSON.stringify(value)]);
  storage.disk.commit([{ writes, lies: conditions(storage).diskLies }]);
  return { node, effect: { type: 'save', records } };
}

function conditions({ faults }: Storage): Conditions {
  return conditionsOf(Object.fromEntries(faults));
}
