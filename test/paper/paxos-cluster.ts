/** Nodes moved by hand for the paper tests: what goes in, what comes out, and a disk that outlives a crash. */
import type { Ballot } from '../../src/protocol/ballot.ts';
import { paxos } from '../../src/protocol/paxos/paxos.ts';
import type { PaxosMessage, PaxosState } from '../../src/protocol/paxos/paxos.ts';
import type { Effect, NodeId, Saved } from '../../src/protocol/protocol.ts';
import { setupOf } from '../support/setup.ts';

export type Effects = Effect<PaxosMessage>[];

/** `b(3, 1)` is ballot 3.1. */
export const b = (round: number, node: NodeId): Ballot => ({ round, node });

export const NO_VOTE = { acceptedBallot: { round: 0, node: 0 }, acceptedValue: '' };

/** One node of a cluster; the test is the network. */
export class Subject {
  private state: PaxosState;
  private readonly disk = new Map<string, Saved>();
  private readonly nodes: readonly NodeId[];
  private readonly config;
  private starts = 0;
  private requests = 0;
  readonly id: NodeId;

  constructor(id: NodeId, count: number, config: object = {}) {
    this.id = id;
    this.nodes = Array.from({ length: count }, (_, i) => i + 1);
    this.config = paxos.config(config, this.nodes);
    this.state = this.fresh();
    this.keep(paxos.step(this.state, { type: 'start', stored: [] }));
  }

  receives(from: NodeId, message: PaxosMessage): Effects {
    return this.keep(paxos.step(this.state, { type: 'message', from, message }));
  }

  proposes(value: string, instance = 1): Effects {
    const request = paxos.propose!(instance, value);
    return this.keep(paxos.step(this.state, { type: 'request', id: ++this.requests, request }));
  }

  retries(instance = 1): Effects {
    return this.keep(paxos.step(this.state, { type: 'timer', name: `retry/${instance}` }));
  }

  /** A crash and a restart with what was saved. */
  restarts(): Effects {
    this.state = this.fresh();
    return this.keep(paxos.step(this.state, { type: 'start', stored: [...this.disk.values()] }));
  }

  view() {
    return paxos.view(this.state);
  }

  slot(instance = 1) {
    return this.view().slots.find((slot) => slot.slot === instance);
  }

  private fresh(): PaxosState {
    return paxos.init(setupOf(this.id, this.nodes, this.config, 10 * this.id + this.starts++));
  }

  private keep(effects: Effects): Effects {
    for (const effect of effects) {
      if (effect.type === 'save') for (const record of effect.records) this.disk.set(record.key, record);
    }
    return effects;
  }
}

/** The messages of one type among the effects, with their receivers. */
export function sent<T extends PaxosMessage['type']>(effects: Effects, type: T) {
  return effects.flatMap((effect) => {
    if (effect.type !== 'send' || effect.message.type !== type) return [];
    return [{ to: effect.to, message: effect.message as Extract<PaxosMessage, { type: T }> }];
  });
}

/** Whether everything of this type is sent after a save of the same step. */
export function savedBefore(effects: Effects, type: PaxosMessage['type']): boolean {
  const save = effects.findIndex((effect) => effect.type === 'save');
  const first = effects.findIndex((effect) => effect.type === 'send' && effect.message.type === type);
  return save >= 0 && first > save;
}
