/** A server of Multi-Paxos moved by hand: what goes in, what comes out, and a disk that outlives a crash. */
import type { Ballot } from '../../src/protocol/ballot.ts';
import type { LogCommand } from '../../src/protocol/multipaxos/command.ts';
import type { SlotItem } from '../../src/protocol/multipaxos/messages.ts';
import { multipaxos } from '../../src/protocol/multipaxos/multipaxos.ts';
import type { MultiPaxosConfig, MultiPaxosMessage, MultiPaxosState } from '../../src/protocol/multipaxos/multipaxos.ts';
import type { Operation, ReadMode } from '../../src/protocol/machine/operation.ts';
import { CLIENT_FIRST } from '../../src/protocol/protocol.ts';
import type { Effect, NodeId, Saved } from '../../src/protocol/protocol.ts';

export type Effects = Effect<MultiPaxosMessage>[];

/** `b(3, 1)` is ballot 3.1. */
export const b = (round: number, node: NodeId): Ballot => ({ round, node });

export const NO_OP: LogCommand = { type: 'no-op' };

/** `put key = value`, as the operation `sequence` of session 1 of client c1. */
export function put(key: string, value: string, sequence = 1): LogCommand {
  return { type: 'operation', client: CLIENT_FIRST, session: 1, sequence, operation: { type: 'put', key, value } };
}

export class Server {
  state: MultiPaxosState;
  readonly id: NodeId;
  readonly disk = new Map<string, Saved>();
  private readonly founders: readonly NodeId[];
  private readonly config: MultiPaxosConfig;
  private incarnation = 0;
  private requests = 0;

  constructor(id: NodeId, count: number, config: object = {}) {
    this.id = id;
    this.founders = Array.from({ length: count }, (_, i) => i + 1);
    this.config = multipaxos.config(config, this.founders);
    this.state = this.fresh();
    this.step({ type: 'start', stored: [] });
  }

  receives(from: NodeId, message: MultiPaxosMessage): Effects {
    return this.step({ type: 'message', from, message });
  }

  fires(name: string): Effects {
    return this.step({ type: 'timer', name });
  }

  /** The operator asks for it. */
  asked(request: object): Effects {
    return this.step({ type: 'request', id: ++this.requests, request: multipaxos.request(request) });
  }

  /** A client asks for it, in its session 1. */
  clientAsks(operation: Operation, sequence = 1, reads: ReadMode | null = null): Effects {
    const request = { type: 'request', client: CLIENT_FIRST, session: 1, sequence, operation, reads, hops: 0 } as const;
    return this.receives(CLIENT_FIRST, request);
  }

  /** A crash, and a restart with what was saved; `erased`: with nothing. */
  restarts(erased = false): Effects {
    if (erased) this.disk.clear();
    this.state = this.fresh();
    return this.step({ type: 'start', stored: [...this.disk.values()] });
  }

  /** Campaigns, and leads by its own promise and that of each of `promisers`, who had voted as `items` say. */
  leads(promisers: readonly NodeId[], items: readonly SlotItem[] = []): Effects {
    const [prepare] = sent(this.asked({ type: 'campaign' }), 'prepare');
    const { ballot, from } = prepare!.message;
    return promisers.flatMap((node) => this.receives(node, promise(ballot, from, items)));
  }

  replica() {
    return multipaxos.view(this.state).replica!;
  }

  slot(slot: number) {
    return multipaxos.view(this.state).slots.find((shown) => shown.slot === slot);
  }

  private fresh(): MultiPaxosState {
    const { id: node, founders: nodes, config } = this;
    const incarnation = ++this.incarnation;
    return multipaxos.init({ node, nodes, peers: nodes, clients: [], incarnation, config, seed: 10 * node + incarnation });
  }

  private step(input: Parameters<typeof multipaxos.step>[1]): Effects {
    const effects = multipaxos.step(this.state, input);
    for (const effect of effects) {
      if (effect.type !== 'save') continue;
      for (const record of effect.records) {
        if (record.value === null) this.disk.delete(record.key);
        else this.disk.set(record.key, record);
      }
    }
    return effects;
  }
}

/** A whole promise by an acceptor of epoch 1. */
export function promise(ballot: Ballot, from: number, items: readonly SlotItem[] = []) {
  return { type: 'promise', ballot, epoch: 1, from, items, next: 0, edge: 0, upTo: 0 } as const;
}

export function accepted(ballot: Ballot, slot: number, epoch = 1) {
  return { type: 'accepted', ballot, slot, epoch } as const;
}

export function accept(ballot: Ballot, slot: number, command: LogCommand, upTo = 0) {
  return { type: 'accept', ballot, slot, command, upTo } as const;
}

/** The messages of one type among the effects, with their receivers. */
export function sent<T extends MultiPaxosMessage['type']>(effects: Effects, type: T) {
  return effects.flatMap((effect) => {
    if (effect.type !== 'send' || effect.message.type !== type) return [];
    return [{ to: effect.to, message: effect.message as Extract<MultiPaxosMessage, { type: T }> }];
  });
}

/** What was learned to be chosen, as `slot value`. */
export function learned(effects: Effects): string[] {
  return effects.flatMap((effect) => (effect.type === 'chosen' ? [`${effect.slot} ${effect.value}`] : []));
}

/** Whether everything of this type is sent after a save of the same step. */
export function savedBefore(effects: Effects, type: MultiPaxosMessage['type']): boolean {
  const save = effects.findIndex((effect) => effect.type === 'save');
  const first = effects.findIndex((effect) => effect.type === 'send' && effect.message.type === type);
  return save >= 0 && first > save;
}
