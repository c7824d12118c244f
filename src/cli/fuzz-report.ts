/** What `synod fuzz` prints, and how the summaries of shards are put together. */
import * as z from 'zod';
import { countIn, EVENTS, HISTORIES, LIVE, RUNS, UNKNOWN, VIOLATIONS } from '../explore/fuzz/tally.ts';
import type { Finding, JobProgress, JobResult } from '../explore/job.ts';
import { UsageError } from './argument-values.ts';
import type { FuzzOptions } from './fuzz-arguments.ts';

const size = z.object({ nodes: z.int(), commands: z.int(), packets: z.int(), events: z.int() });

const findingSchema = z.object({
  check: z.string(),
  text: z.string(),
  slot: z.int(),
  seed: z.int(),
  size,
  /** Before it was shrunk. */
  before: size.nullable(),
  /** Where it was saved, and where as a scenario. */
  file: z.string().nullable(),
  scenario: z.string().nullable(),
});

const summarySchema = z.object({
  /** Runs that were had, and events in them. */
  runs: z.int(),
  events: z.int(),
  /** The finding with the lowest seed. */
  violation: findingSchema.nullable(),
  /** Of each check the one with the lowest seed. */
  findings: z.array(findingSchema),
  /** Runs in which any check failed. */
  violations: z.int(),
  /** Runs in which everything asked for in the healed core was done. */
  liveness: z.object({ met: z.int() }),
  linearizability: z.object({ checked: z.int(), unknown: z.int() }),
  sometimes: z.record(z.string(), z.boolean()),
  /** All runs asked for were had. */
  complete: z.boolean(),
  seconds: z.number(),
  perSecond: z.object({ runs: z.number(), events: z.number() }),
  protocol: z.string(),
  mutant: z.string().nullable(),
  nodes: z.int().nullable(),
  /** Seed of the first run of all shards, and how many runs there are in all. */
  seed: z.int(),
  asked: z.int(),
  shrink: z.boolean(),
  shard: z.object({ index: z.int(), of: z.int() }).nullable(),
});

export type FuzzFinding = z.output<typeof findingSchema>;
export type FuzzSummary = z.output<typeof summarySchema>;

export function findingLine(finding: Finding, file: string | null, scenario: string | null): FuzzFinding {
  const { violation, seed, size: now, before } = finding;
  return { check: violation.check, text: violation.text, slot: violation.slot, seed: seed!, size: now, before, file, scenario };
}

export function summaryOf(options: FuzzOptions, result: JobResult, findings: readonly FuzzFinding[], seconds: number): FuzzSummary {
  const { progress, complete, sometimes } = result;
  const [runs, events] = [countIn(progress, RUNS), countIn(progress, EVENTS)];
  const { protocol, mutant, nodes, seed, shrink, shard } = options;
  return {
    runs,
    events,
    violation: findings[0] ?? null,
    findings: [...findings],
    violations: countIn(progress, VIOLATIONS),
    liveness: { met: countIn(progress, LIVE) },
    linearizability: { checked: countIn(progress, HISTORIES), unknown: countIn(progress, UNKNOWN) },
    sometimes: Object.fromEntries(sometimes.map(({ name, seen }) => [name, seen])),
    complete,
    seconds: rounded(seconds),
    perSecond: { runs: rounded(runs / seconds), events: Math.round(events / seconds) },
    ...{ protocol, mutant, nodes, seed, asked: options.runs, shrink, shard },
  };
}

/** The summary in what `--json` has printed: its last line. @throws UsageError naming the file that has none. */
export function readSummary(text: string, name: string): FuzzSummary {
  const line = text.trimEnd().split('\n').at(-1)!;
  let given: unknown;
  try {
    given = JSON.parse(line);
  } catch {
    throw new UsageError(`--merge: the last line of ${name} is no JSON; it must be what synod fuzz --shard I/N --json has printed`);
  }
  const parsed = summarySchema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new UsageError(`--merge: the last line of ${name} is no summary of synod fuzz --json: ${z.prettifyError(parsed.error)}`);
}

/**
 * What one machine would have said that had all the runs, but for the time it took.
 * @throws UsageError when the shards are not of one whole, or one is missing, there twice, or was interrupted.
 */
export function merged(parts: readonly { readonly name: string; readonly summary: FuzzSummary }[]): FuzzSummary {
  const first = parts[0]!;
  for (const part of parts) mustBelong(part, first);
  const of = first.summary.shard!.of;
  for (let index = 1; index <= of; index++) {
    const there = parts.filter(({ summary }) => summary.shard!.index === index);
    if (there.length === 0) throw new UsageError(`--merge: shard ${index}/${of} is missing`);
    if (there.length > 1) throw new UsageError(`--merge: shard ${index}/${of} is there twice: ${there.map(({ name }) => name).join(', ')}`);
  }
  const all = parts.map(({ summary }) => summary).sort((a, b) => a.shard!.index - b.shard!.index);
  const sum = (of: (summary: FuzzSummary) => number): number => all.reduce((total, one) => total + of(one), 0);
  const findings = firstOfEach(all.flatMap((one) => one.findings));
  return {
    ...first.summary,
    runs: sum(({ runs }) => runs),
    events: sum(({ events }) => events),
    violation: findings[0] ?? null,
    findings,
    violations: sum(({ violations }) => violations),
    liveness: { met: sum(({ liveness }) => liveness.met) },
    linearizability: {
      checked: sum(({ linearizability }) => linearizability.checked),
      unknown: sum(({ linearizability }) => linearizability.unknown),
    },
    sometimes: Object.fromEntries(
      Object.keys(first.summary.sometimes).map((name) => [name, all.some(({ sometimes }) => sometimes[name] === true)]),
    ),
    seconds: Math.max(...all.map(({ seconds }) => seconds)),
    perSecond: { runs: rounded(sum(({ perSecond }) => perSecond.runs)), events: sum(({ perSecond }) => perSecond.events) },
    shard: null,
  };
}

const common = ['protocol', 'mutant', 'nodes', 'seed', 'asked', 'shrink'] as const;

function mustBelong(part: { readonly name: string; readonly summary: FuzzSummary }, first: typeof part): void {
  const { name, summary } = part;
  if (summary.shard === null) throw new UsageError(`--merge: ${name} is no shard: it has all the runs`);
  for (const field of common) {
    if (summary[field] === first.summary[field]) continue;
    throw new UsageError(
      `--merge: ${name} belongs to another whole than ${first.name}: its ${field} is ${summary[field]}, not ${first.summary[field]}`,
    );
  }
  const [given, wanted] = [summary.shard.of, first.summary.shard!.of];
  if (given !== wanted) throw new UsageError(`--merge: ${name} is one of ${given} shards, and ${first.name} one of ${wanted}`);
  if (!summary.complete) throw new UsageError(`--merge: ${name} was interrupted`);
}

/** Of each check the finding with the lowest seed, as they are sorted by it. */
function firstOfEach(findings: readonly FuzzFinding[]): FuzzFinding[] {
  return findings.filter(({ check }, index) => findings.findIndex((one) => one.check === check) === index);
}

/** `seed 17: Agreement: … (3 nodes, 5 commands, 31 packets; found with 5, 14, 220)`. */
export function describeFinding({ seed, check, text, size: now, before, file, scenario }: FuzzFinding): string {
  const parts = (given: typeof now): string => `${given.nodes} nodes, ${given.commands} commands, ${given.packets} packets, ${given.events} events`;
  const sizes = before === null ? parts(now) : `${parts(now)}; before it was shrunk ${parts(before)}`;
  const files = [file, scenario].filter((one) => one !== null);
  return `seed ${seed}: ${check}: ${text} (${sizes})${files.length === 0 ? '' : `\n  ${files.join('\n  ')}`}\n`;
}

export function describeProgress(progress: JobProgress): string {
  const share = Math.floor((progress.done ?? 0) * 100);
  const [runs, events, violations] = [RUNS, EVENTS, VIOLATIONS].map((name) => countIn(progress, name).toLocaleString('en-US'));
  return `${share} %: ${runs} runs, ${events} events, ${violations} with a violation`;
}

export function describeSummary(summary: FuzzSummary): string {
  const { runs, events, violations, liveness, linearizability, complete, seconds, perSecond } = summary;
  const count = (value: number): string => Math.round(value).toLocaleString('en-US');
  const lines = [
    `${count(runs)} runs${complete ? '' : `, of ${count(summary.asked)} asked for`}, ${count(events)} events, ` +
      `in ${seconds.toFixed(1)} s: ${count(perSecond.runs)} runs and ${count(perSecond.events)} events a second`,
    violations === 0 ? 'No check has failed.' : `A check has failed in ${count(violations)} of them.`,
    `In ${count(liveness.met)} runs the network was healed, and all that was asked for was done.`,
    ...(linearizability.checked === 0
      ? []
      : [`What clients saw was judged in ${count(linearizability.checked)} runs, in ${count(linearizability.unknown)} without an answer.`]),
    ...Object.entries(summary.sometimes).flatMap(([name, seen]) => (seen ? [] : [`Never happened: ${name}.`])),
  ];
  return `${lines.join('\n')}\n`;
}

function rounded(value: number): number {
  return Number(value.toFixed(3));
}
