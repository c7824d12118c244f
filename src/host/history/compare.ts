/** Two runs side by side: both are executed, event by event, from the last moment that is known to be common to them. */
import { readEvents, type LogMark } from '../../cluster/event-log.ts';
import type { RunEvent } from '../../cluster/events.ts';
import type { RunHeader } from '../../cluster/run.ts';
import { applyEvent, createWorld, forkWorld, type World } from '../../cluster/world.ts';
import type { AnyProtocol } from '../../protocol/protocol.ts';
import { InlineCluster } from '../inline.ts';
import { replayTo } from '../replay.ts';
import type { BranchRun, RawComparison, Told } from './messages.ts';
import type { PastCheckpoint } from './past.ts';
import { toldOf } from './stretch.ts';

/** Most slots that are told of, the latest. */
const SLOTS_MAX = 200;
/** How much of its own log an execution keeps: what it does between two looks, bytes. */
const KEEP_BYTES = 8 * 1024 * 1024;
/** Events between two reports of the share done. */
const REPORT_EVENTS = 2000;

/** A branch that cannot be had again up to its end. */
export class BranchError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BranchError';
  }
}

/** One of the two, as far as it has been executed and read. */
class Lane {
  readonly branch: BranchRun;
  readonly protocol: AnyProtocol;
  readonly world: World;
  private readonly cluster: InlineCluster;
  private readonly steps: Generator<void, string | null>;
  private mark: LogMark;
  private events: Iterator<RunEvent, void> = [].values();

  constructor(branch: BranchRun, protocol: AnyProtocol, start: PastCheckpoint | null) {
    const options = { protocol, keepBytes: KEEP_BYTES };
    this.branch = branch;
    this.protocol = protocol;
    this.cluster =
      start === null
        ? new InlineCluster(branch.run.header, options)
        : InlineCluster.resume(branch.run, start.cluster, options);
    this.world = start === null ? createWorld(branch.run.header) : forkWorld(start.world);
    this.mark = this.cluster.scheduler.log.mark();
    this.steps = replayTo(this.cluster, branch.run.journal, branch.end);
  }

  /** The next event; `null` at the end. @throws BranchError */
  next(): RunEvent | null {
    for (;;) {
      const event = this.events.next();
      if (event.done !== true) return event.value;
      if (this.world.seq >= this.branch.end.seq) return null;
      const { done, value: divergence } = this.steps.next();
      if (done === true && divergence !== null) throw new BranchError(divergence);
      const { log } = this.cluster.scheduler;
      this.events = readEvents(log.since(this.mark)!);
      this.mark = log.mark();
    }
  }
}

/**
 * Yields the share done.
 * @param start a checkpoint that belongs to both; `null`: from the beginning
 * @throws BranchError when one of them cannot be had again up to its end.
 */
export function* compareRuns(
  a: BranchRun,
  b: BranchRun,
  protocolOf: (header: RunHeader) => AnyProtocol,
  start: PastCheckpoint | null,
): Generator<number, RawComparison> {
  const lanes = [a, b].map((one) => new Lane(one, protocolOf(one.run.header), start));
  const [laneA, laneB] = lanes as [Lane, Lane];
  const from = start?.seq ?? 0;
  const all = Math.max(1, a.end.seq + b.end.seq - 2 * from);
  const share = (): number => Math.min(1, (laneA.world.seq + laneB.world.seq - 2 * from) / all);

  let [nextA, nextB] = [laneA.next(), laneB.next()];
  while (nextA !== null && nextB !== null && sameEvent(nextA, nextB)) {
    applyEvent(laneA.world, nextA);
    applyEvent(laneB.world, nextB);
    if (laneA.world.seq % REPORT_EVENTS === 0) yield share();
    [nextA, nextB] = [laneA.next(), laneB.next()];
  }
  const common = laneA.world.seq;
  const first = { a: told(laneA, nextA), b: told(laneB, nextB) };
  for (const [lane, next] of [[laneA, nextA], [laneB, nextB]] as const) {
    for (let event = next; event !== null; event = lane.next()) {
      applyEvent(lane.world, event);
      if (lane.world.seq % REPORT_EVENTS === 0) yield share();
    }
  }
  return { a: a.id, b: b.id, common, first, chosen: chosenIn(laneA, laneB), messages: messagesOf(laneA, laneB) };
}

function told(lane: Lane, event: RunEvent | null): Told | null {
  return event === null ? null : toldOf(lane.world, event);
}

function sameEvent(a: RunEvent, b: RunEvent): boolean {
  if (a.type !== b.type || a.at !== b.at) return false;
  if (a.type !== 'send' || b.type !== 'send') return JSON.stringify(a) === JSON.stringify(b);
  if (a.packet !== b.packet || a.node !== b.node || a.to !== b.to || a.due !== b.due || a.kind !== b.kind) return false;
  return a.body.length === b.body.length && a.body.every((byte, i) => byte === b.body[i]);
}

function chosenIn(a: Lane, b: Lane): RawComparison['chosen'] {
  const slots = [...new Set([...a.world.chosen.keys(), ...b.world.chosen.keys()])].sort((x, y) => x - y);
  const valueIn = (lane: Lane, slot: number): string | null => lane.world.chosen.get(slot)?.value ?? null;
  return slots.slice(-SLOTS_MAX).map((slot) => ({ slot, a: valueIn(a, slot), b: valueIn(b, slot) }));
}

function messagesOf(a: Lane, b: Lane): RawComparison['messages'] {
  const names = [...new Set([...a.protocol.messages, ...b.protocol.messages].map(({ name }) => name))];
  const sent = ({ protocol, world }: Lane, name: string): number => {
    return world.counters.byKind[protocol.messages.findIndex((kind) => kind.name === name)] ?? 0;
  };
  return names.map((name) => ({ name, a: sent(a, name), b: sent(b, name) }));
}
