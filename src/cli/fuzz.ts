/** `synod fuzz`: many short runs with random faults, on all cores. */
import { mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Finding, JobNews, JobProgress, JobResult } from '../explore/job.ts';
import { planOf } from '../explore/plan.ts';
import { InlineCluster } from '../host/inline.ts';
import { runJob } from '../host/jobs/run-job.ts';
import { finish, replayTo } from '../host/replay.ts';
import { saveRunFile, saveText } from '../host/run-file.ts';
import { mutants, mutantsOf } from '../protocol/mutants.ts';
import manifest from '../../package.json' with { type: 'json' };
import { UsageError } from './argument-values.ts';
import { interrupted, write } from './command.ts';
import { EXIT_INTERRUPTED, EXIT_OK, EXIT_VIOLATION } from './exit-codes.ts';
import type { FuzzOptions, ListMutantsOptions, MergeOptions } from './fuzz-arguments.ts';
import {
  describeFinding,
  describeProgress,
  describeSummary,
  findingLine,
  merged,
  readSummary,
  summaryOf,
  type FuzzFinding,
  type FuzzSummary,
} from './fuzz-report.ts';
import { requestOf } from './fuzz-shard.ts';

/** The built thread, beside this bundle. */
const worker = join(__dirname, '..', 'main', 'job-worker.cjs');
const PROGRESS_MS = 500;

/** @returns the exit code */
export async function fuzz(options: FuzzOptions): Promise<number> {
  const { out, threads, json } = options;
  if (out !== null) await mkdir(out, { recursive: true });
  const signal = interrupted();
  const progress = progressLine();
  const begun = performance.now();
  const lines: FuzzFinding[] = [];
  /** Findings are saved one after the other. */
  let saved = Promise.resolve();
  const onNews = (news: JobNews): void => {
    if (news.type === 'progress') return progress.show(news.progress);
    saved = saved.then(async () => {
      const { file, scenario } = out === null ? { file: null, scenario: null } : await save(news.finding, out);
      const line = findingLine(news.finding, file, scenario);
      lines.push(line);
      progress.clear();
      write(json ? `${JSON.stringify({ type: 'finding', ...line })}\n` : describeFinding(line));
    });
  };
  const result: JobResult = await runJob(planOf(requestOf(options)), { worker, threads, onNews, signal });
  await saved;
  progress.clear();
  const seconds = (performance.now() - begun) / 1000;
  return conclude(summaryOf(options, result, lines, seconds), json, signal.aborted);
}

/** @returns the exit code. @throws UsageError when a file has no summary, or they do not belong together. */
export async function mergeShards({ files, json }: MergeOptions): Promise<number> {
  const parts = [];
  for (const file of files) parts.push({ name: basename(file), summary: readSummary(await textOf(file), basename(file)) });
  return conclude(merged(parts), json, false);
}

export function listMutants({ protocol, json }: ListMutantsOptions): number {
  const list = protocol === null ? mutants : mutantsOf(protocol);
  const told = list.map(({ name, protocol: of, meaning, control = false }) => ({ name, protocol: of, meaning, control }));
  const lines = told.map((one) => `${one.protocol.padEnd(11)}${one.name.padEnd(28)}${one.control ? 'harmless: ' : ''}${one.meaning}\n`);
  write(json ? `${JSON.stringify(told)}\n` : lines.join(''));
  return EXIT_OK;
}

function conclude(summary: FuzzSummary, json: boolean, aborted: boolean): number {
  write(json ? `${JSON.stringify(summary)}\n` : describeSummary(summary));
  if (summary.violation !== null) return EXIT_VIOLATION;
  return aborted && !summary.complete ? EXIT_INTERRUPTED : EXIT_OK;
}

/** Saves a finding as a run that opens right after the violation, and as a scenario. */
async function save(finding: Finding, folder: string): Promise<{ readonly file: string; readonly scenario: string | null }> {
  const { run, end, violation, seed, scenario } = finding;
  const { protocol, mutant } = run.header;
  const name = [protocol, ...(mutant === undefined ? [] : [mutant]), violation.check.toLowerCase(), seed].join('-');
  const file = join(folder, `${name}.synod`);
  const cluster = new InlineCluster(run.header);
  finish(replayTo(cluster, run.journal, end));
  const { digest, marks } = cluster.scheduler.log;
  const title = `${violation.check} violated, seed ${seed}`;
  await saveRunFile(file, { title, app: manifest.version, run, end, digest, marks: [...marks], expect: null });
  if (scenario === null) return { file, scenario: null };
  const text = join(folder, `${name}.yaml`);
  await saveText(text, scenario);
  return { file, scenario: text };
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`--merge: ${basename(file)} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** One line on a terminal that is written over and over; nowhere else anything. */
function progressLine(): { readonly show: (progress: JobProgress) => void; readonly clear: () => void } {
  if (!process.stderr.isTTY) return { show: () => {}, clear: () => {} };
  let shown = 0;
  return {
    show(progress) {
      if (performance.now() - shown < PROGRESS_MS) return;
      shown = performance.now();
      process.stderr.write(`\r\u001b[K${describeProgress(progress)}`);
    },
    clear: () => void process.stderr.write('\r\u001b[K'),
  };
}
