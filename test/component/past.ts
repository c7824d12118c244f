/**
 * The past of a run by executing it again from its header and journal, as simply as can be: what the history thread does
 * with checkpoints, for runs that are short enough to do without.
 */
import { applyEvent, createWorld, type Comparison, type ExpectationState, type Exactness, type Linearization, type Mark, type Moment } from '../../src/contract/index.ts';
import { readEvents, splitEvents, type PackedEvents } from '../../src/cluster/event-log.ts';
import type { Run } from '../../src/cluster/run.ts';
import { logRow, sentence } from '../../src/contract/log.ts';
import { Clients, type Question } from '../../src/host/history/clients.ts';
import { markOf, markOfCommand } from '../../src/host/history/marks.ts';
import { InlineCluster } from '../../src/host/inline.ts';
import { protocolNamed } from '../../src/protocol/registry.ts';
import { ExpectationJudge, type Expected } from '../../src/scenario/expect.ts';

export interface RunPast {
  readonly run: Run;
}

/** The run at the end of the step to which event `seq - 1` belongs. */
export function clusterAt({ run }: RunPast, seq: number): InlineCluster {
  const cluster = new InlineCluster(run.header, { observe: true });
  const { scheduler } = cluster;
  for (;;) {
    const entry = run.journal[scheduler.journal.length];
    if (entry === undefined || entry.seq >= seq) break;
    while (scheduler.log.seq < entry.seq && cluster.step(entry.at));
    cluster.runUntil(entry.at);
    cluster.repeat(entry);
  }
  while (scheduler.log.seq < seq && cluster.step());
  return cluster;
}

/** All events of a run so far. */
export function eventsOf(cluster: InlineCluster): PackedEvents {
  return cluster.scheduler.log.since({ chunk: 0, offset: 0, seq: 0, at: 0 })!;
}

export function momentOf(number: number, past: RunPast, live: InlineCluster, seq: number, before: number, after: number): Moment {
  const all = eventsOf(live);
  if (seq > all.count) throw new Error(`event ${seq} has not happened yet`);
  const world = createWorld(past.run.header);
  const from = Math.max(0, seq - before);
  const [events, rest] = parted(splitEvents(all, from, (event) => applyEvent(world, event)), seq - from);
  const [ahead] = parted(rest, after);
  const views = [...clusterAt(past, seq).views].map(([node, view]) => ({ node, view }));
  return { run: number, seq, at: rest.baseAt, world, events, ahead, views };
}

/** What the clients of a run so far were answered. */
export function linearizationOf(number: number, live: InlineCluster, question: Question): Linearization {
  const clients = new Clients();
  for (const event of readEvents(eventsOf(live))) clients.take(event);
  const steps = clients.linearize(number, live.scheduler.log, question);
  for (let step = steps.next(); ; step = steps.next()) if (step.done === true) return step.value;
}

/** Marks of all events and commands so far. */
export function marksOf(live: InlineCluster): Mark[] {
  const { header, journal } = live.scheduler;
  const world = createWorld(header);
  const marks: Mark[] = [];
  for (const event of readEvents(eventsOf(live))) {
    const mark = markOf(protocolNamed(header.protocol), world, event);
    if (mark !== null) marks.push(mark);
    applyEvent(world, event);
  }
  for (const entry of journal) {
    const mark = markOfCommand(entry);
    if (mark !== null) marks.push(mark);
  }
  return marks.sort((a, b) => a.seq - b.seq);
}

/** Executes the run a second time and compares. */
export function exactnessOf(past: RunPast, live: InlineCluster): Exactness {
  const checked = live.scheduler.log.seq;
  const again = clusterAt(past, checked);
  if (again.digest === live.digest) return { state: 'exact', checked, divergence: null };
  return { state: 'diverged', checked: 0, divergence: { seq: 0, happened: null, replayed: null } };
}

export function expectationsOf(expected: Expected | null, live: InlineCluster): readonly ExpectationState[] {
  if (expected === null) return [];
  const judge = new ExpectationJudge(expected, protocolNamed(live.scheduler.header.protocol));
  for (const event of readEvents(eventsOf(live))) judge.take(event);
  return judge.states();
}

export function comparisonOf(a: { readonly id: number; readonly cluster: InlineCluster }, b: typeof a): Comparison {
  const [one, other] = [told(a.cluster), told(b.cluster)];
  let common = 0;
  while (common < one.events.length && one.events[common] === other.events[common]) common++;
  const slots = [...new Set([...one.world.chosen.keys(), ...other.world.chosen.keys()])].sort((x, y) => x - y);
  const { messages } = protocolNamed(a.cluster.scheduler.header.protocol);
  return {
    a: a.id,
    b: b.id,
    common,
    first: { a: one.sentences[common] ?? null, b: other.sentences[common] ?? null },
    chosen: slots.map((slot) => ({
      slot,
      a: one.world.chosen.get(slot)?.value ?? null,
      b: other.world.chosen.get(slot)?.value ?? null,
    })),
    messages: messages.map(({ name }, kind) => ({
      name,
      a: one.world.counters.byKind[kind] ?? 0,
      b: other.world.counters.byKind[kind] ?? 0,
    })),
  };
}

function told(cluster: InlineCluster) {
  const { header } = cluster.scheduler;
  const protocol = protocolNamed(header.protocol);
  const world = createWorld(header);
  const sentences: string[] = [];
  const events: string[] = [];
  for (const event of readEvents(eventsOf(cluster))) {
    sentences.push(sentence(protocol, logRow(world, event)));
    events.push(JSON.stringify(event));
    applyEvent(world, event);
  }
  return { world, sentences, events };
}

function parted(packed: PackedEvents, count: number): readonly [PackedEvents, PackedEvents] {
  const rest = splitEvents(packed, Math.min(count, packed.count), () => {});
  return [{ ...packed, count: packed.count - rest.count, bytes: packed.bytes.slice(0, packed.bytes.length - rest.bytes.length) }, rest];
}
