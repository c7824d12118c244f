/** The faults of a run as stretches of time, to be drawn beside its history. */
import type { RunEvent } from '../../cluster/events.ts';
import { nodeFaults } from '../../network/faults/registry.ts';
import { nameOf } from '../../protocol/protocol.ts';

export interface FaultSpan {
  readonly kind: 'down' | 'partition' | 'cut' | 'fault';
  /** Whom it struck: `n2`, `c1`. `null`: the network. */
  readonly node: string | null;
  /** A few words: `n2 is down`, `n1 n2 c1 | n3 n4 n5 c2`. */
  readonly text: string;
  /** Number of the event with which it began. */
  readonly seq: number;
  /** Virtual time, µs. */
  readonly from: number;
  /** `null`: it goes on. */
  readonly to: number | null;
}

const types = ['start', 'crash', 'removed', 'partition', 'cut', 'mend', 'fault'] as const satisfies readonly RunEvent['type'][];
export type FaultEvent = Extract<RunEvent, { type: (typeof types)[number] }>;

/** More directions than these are counted, not named. */
const NAMED_MAX = 2;

/** Whether the event has to do with faults. */
export function isFaultEvent(event: RunEvent): event is FaultEvent {
  return types.some((type) => type === event.type);
}

/** The faults, in the order in which they began. @param events those of a run from its beginning that have to do with faults */
export function faultsOf(events: Iterable<FaultEvent>): readonly FaultSpan[] {
  const spans = new Spans();
  for (const event of events) spans.take(event);
  return spans.all;
}

class Spans {
  readonly all: FaultSpan[] = [];
  /** Places in the list of what goes on, by what it is about. */
  readonly #open = new Map<string, number>();
  readonly #cut = new Set<string>();

  take(event: FaultEvent): void {
    const { at } = event;
    switch (event.type) {
      case 'crash': {
        const node = nameOf(event.node);
        return this.#begin(`down ${node}`, event, { kind: 'down', node, text: `${node} is down` });
      }
      case 'start':
      case 'removed':
        return this.#end(`down ${nameOf(event.node)}`, at);
      case 'partition': {
        const text = event.groups.map((group) => group.map(nameOf).join(' ')).join(' | ');
        if (event.groups.length > 1) this.#begin('partition', event, { kind: 'partition', node: null, text });
        else this.#end('partition', at);
        return;
      }
      case 'cut':
      case 'mend':
        return this.#links(event);
      case 'fault':
        return this.#fault(event);
    }
  }

  #links(event: FaultEvent & { type: 'cut' | 'mend' }): void {
    for (const { from, to } of event.links) {
      const name = `${nameOf(from)} → ${nameOf(to)}`;
      if (event.type === 'cut') this.#cut.add(name);
      else this.#cut.delete(name);
    }
    if (this.#cut.size === 0) return this.#end('cut', event.at);
    const text = this.#cut.size > NAMED_MAX ? `${this.#cut.size} directions cut` : `${[...this.#cut].join(', ')} cut`;
    this.#begin('cut', event, { kind: 'cut', node: null, text });
  }

  #fault(event: FaultEvent & { type: 'fault' }): void {
    const fault = nodeFaults.find(({ name }) => name === event.fault);
    const node = nameOf(event.node);
    const name = `${event.fault} ${node}`;
    if (fault?.active(event.settings) !== true) return this.#end(name, event.at);
    this.#begin(name, event, { kind: 'fault', node, text: `${node} ${fault.describe(event.settings)}` });
    const frozen = fault.freeze?.(event.settings);
    if (frozen !== undefined) this.#end(name, event.at + frozen);
  }

  /** What went on under that name is over. */
  #begin(name: string, { seq, at }: FaultEvent, what: Pick<FaultSpan, 'kind' | 'node' | 'text'>): void {
    this.#end(name, at);
    this.#open.set(name, this.all.length);
    this.all.push({ ...what, seq, from: at, to: null });
  }

  #end(name: string, at: number): void {
    const place = this.#open.get(name);
    if (place === undefined) return;
    this.#open.delete(name);
    this.all[place] = { ...this.all[place]!, to: at };
  }
}
