/** What the lab says of a job: what was asked for, how far it has got, and what it came to. */
import { protocolNamed, type LabNews, type LabRequest, type RunSize } from '../../../src/contract/index.ts';
import { capital, countText } from '../../moment-text.ts';
import type { LabJob } from '../../stores/lab.ts';

export interface Verdict {
  readonly tone: 'ok' | 'danger' | 'warn' | 'plain';
  readonly title: string;
  readonly text: string;
}

/** `Paxos, promise-not-stored: 2,000 runs from seed 1`. */
export function requestText(request: LabRequest): string {
  const broken = request.mutant === null ? '' : `, ${request.mutant}`;
  return `${protocolNamed(request.protocol).title}${broken}: ${request.type === 'fuzz' ? runsText(request) : scopeText(request)}`;
}

function runsText({ runs, seed }: LabRequest & { readonly type: 'fuzz' }): string {
  return `${counted(runs, 'run')} from seed ${seed}`;
}

function scopeText(request: LabRequest & { readonly type: 'explore' }): string {
  const { nodes, proposers, values, maxBallot, crashes, here } = request;
  const scope = [
    counted(nodes, 'node'),
    counted(proposers, 'proposer'),
    counted(values, 'value'),
    `rounds up to ${maxBallot}`,
    crashes === 0 ? 'no crash' : `up to ${counted(crashes, 'crash', 'crashes')}`,
  ];
  return `${scope.join(', ')}${here ? ', from where the run was' : ''}`;
}

/** What a job has come to so far. */
export function verdictOf(job: LabJob): Verdict {
  if (job.state === 'failed') return { tone: 'warn', title: 'It could not go on', text: `${job.why} ${covered(job)}`.trim() };
  if (job.found > 0) {
    return { tone: 'danger', title: `${counted(job.found, 'check')} violated`, text: `${violated(job)} ${job.state === 'running' ? '' : covered(job)}`.trim() };
  }
  if (job.state === 'running') return { tone: 'plain', title: 'No violation so far', text: '' };
  if (job.state === 'cancelled') {
    return { tone: 'plain', title: 'Cancelled', text: `${job.why} ${covered(job)} No violation in what was looked at.`.trim() };
  }
  return job.request.type === 'fuzz' ? fuzzed(job) : searched(job, job.request);
}

function fuzzed(job: LabJob): Verdict {
  return {
    tone: 'plain',
    title: 'No violation',
    text: `${tally(job)}: no violation. That is no proof: other seeds, faults and timings were not tried.`,
  };
}

function searched(job: LabJob, { here, statesMax }: LabRequest & { readonly type: 'explore' }): Verdict {
  const states = statesOf(job);
  const from = here ? ' from where the run was' : '';
  if (job.complete) {
    const text = `Every one of ${states} within this scope${from}: no violation. It says nothing of larger scopes.`;
    return { tone: 'ok', title: 'No violation', text };
  }
  const text = `${states} were looked at, all of the shortest ways among them: no violation. There are more within this scope; the limit is ${countText(statesMax)}.`;
  return { tone: 'warn', title: 'Not all of it was looked at', text };
}

/** In how many runs; the first of each check is listed. */
function violated({ progress, request }: LabJob): string {
  const runs = progress.counts.find(({ name }) => name === 'violations')?.value ?? 0;
  if (request.type === 'explore') return 'No shorter way leads there.';
  return runs < 2 ? '' : `${countText(runs)} runs end in a violation; the first for each check is listed.`;
}

/** What a job that ended early, or with findings, has looked at. */
function covered(job: LabJob): string {
  const { request, complete } = job;
  if (job.progress.counts.length === 0) return 'Nothing was looked at yet.';
  if (request.type === 'explore') return complete ? `Every one of ${statesOf(job)} within this scope.` : `${statesOf(job)} were looked at.`;
  const runs = job.progress.counts[0]!.value;
  return runs >= request.runs ? `${tally(job)}.` : `${countText(runs)} of ${counted(request.runs, 'run')} were done.`;
}

/** What is counted first is states. */
function statesOf({ progress }: Pick<LabNews, 'progress'>): string {
  return counted(progress.counts[0]?.value ?? 0, 'state');
}

/** `10,000 runs, 3.1 M events`. */
function tally({ progress }: Pick<LabNews, 'progress'>): string {
  return progress.counts
    .slice(0, 2)
    .map(({ name, value }) => `${shortCount(value)} ${name}`)
    .join(', ');
}

/** `3,104`; `3.1 M` where nobody reads all the digits. */
export function shortCount(value: number): string {
  if (value < 1_000_000) return countText(Math.round(value));
  const [unit, name] = value < 1_000_000_000 ? [1_000_000, 'M'] : [1_000_000_000, 'G'];
  return `${Number((value / unit).toFixed(1))} ${name}`;
}

/** `12.4 MB`. */
export function memoryText(bytes: number): string {
  return `${Number((bytes / 1_000_000).toFixed(1)).toLocaleString('en')} MB`;
}

/** Names that are too long to stand below a number. */
const labels: Readonly<Record<string, string>> = {
  'runs in which everything asked for was done after healing': 'live once healed',
  bytes: 'memory',
};

/** What stands below the number of something that is counted. */
export function labelOf(name: string): string {
  return capital(labels[name] ?? name);
}

/** `0.4 s`, `12 s`, `3 min 5 s`. @param ms wall time */
export function elapsedText(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.floor(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** `5 nodes, 31 commands, 812 packets`. */
export function sizeText({ nodes, commands, packets }: RunSize): string {
  return [counted(nodes, 'node'), counted(commands, 'command'), counted(packets, 'packet')].join(', ');
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}
