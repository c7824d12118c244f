/**
 * The fuzzer and the exhaustive search: begins them on threads of their own, tells the window how they go on, and keeps
 * what they find. One job at a time, as each takes all the cores that a live cluster can spare. No Electron in here, so
 * that it can be tested by itself.
 */
import type * as z from 'zod';
import type { LabKind, LabNews, LabRequest, labRequests } from '../../src/contract/lab.ts';
import { CommandError } from '../../src/cluster/command-error.ts';
import type { SessionInfo } from '../../src/cluster/frames.ts';
import { RUN_TITLE_MAX } from '../../src/cluster/run-file/schema.ts';
import type { Finding, JobNews, JobRequest, JobResult } from '../../src/explore/job.ts';
import { explorable, explorableHere } from '../../src/explore/search/explorable.ts';
import { mutantNamed } from '../../src/protocol/mutants.ts';
import { protocolNamed } from '../../src/protocol/registry.ts';
import type { ClusterService } from './cluster-service.ts';
import type { Files } from './files.ts';
import { LabJob } from './lab-job.ts';
import { verdictOn } from './runs.ts';

/** Wall time between two pieces of news, ms. */
export const LAB_NEWS_EVERY_MS = 100;

/** As `runJob` of src/host/jobs, which knows its worker's file. */
export type StartJob = (
  request: JobRequest,
  options: { readonly threads: number; readonly onNews: (news: JobNews) => void; readonly signal: AbortSignal },
) => Promise<JobResult>;

export interface LabParts {
  readonly service: ClusterService;
  readonly files: Files;
  readonly startJob: StartJob;
  /** Cores of this machine. */
  readonly cores: number;
  /** Tells the window. */
  send(news: LabNews): void;
  /** Told of errors of jobs. */
  report(error: unknown): void;
}

type Asked<C extends keyof typeof labRequests> = z.output<(typeof labRequests)[C]>;

const names: Readonly<Record<LabKind, string>> = { fuzz: 'the fuzzer', explore: 'the search' };

export class Lab {
  readonly #parts: LabParts;
  readonly #latest = new Map<LabKind, LabJob>();
  #jobs = 0;
  #findings = 0;
  /** Settles when the job under way has ended, and the window knows. */
  #under: Promise<void> = Promise.resolve();

  constructor(parts: LabParts) {
    this.#parts = parts;
  }

  /** @throws CommandError while a job is under way; ProtocolError when there is no such mutant. */
  fuzz(asked: Asked<'lab:fuzz'>): LabNews {
    this.#mustBeFree();
    checkMutant(asked);
    const request = { type: 'fuzz', ...asked } as const;
    return this.#begin(request, request);
  }

  /**
   * Searches a small scope, or what can come after the present state of the run.
   * @throws CommandError while a job is under way, or when the run may only be looked at; ProtocolError when there is
   * no such mutant.
   */
  async explore({ here, ...asked }: Asked<'lab:explore'>): Promise<LabNews> {
    this.#mustBeFree();
    if (!here) {
      mustBeExplorable(asked.protocol, false);
      checkMutant(asked);
      if (asked.proposers > asked.nodes) throw new CommandError('proposers: there cannot be more of them than nodes');
      return this.#begin({ type: 'explore', ...asked, here }, { type: 'explore', ...asked, from: null });
    }
    const { service } = this.#parts;
    service.mustBeSavable();
    const { run, end } = await service.snapshot();
    this.#mustBeFree();
    const { protocol, mutant = null, nodes } = run.header;
    mustBeExplorable(protocol, true);
    const known = { ...asked, protocol, mutant, nodes: nodes.length };
    return this.#begin({ type: 'explore', ...known, here }, { type: 'explore', ...known, from: { ...run, end } });
  }

  /** What is under way ends; what was found stays. */
  cancel(): null {
    this.#running?.cancel('');
    return null;
  }

  /** How the latest job of each kind stands, with all that it has found. */
  state(): readonly LabNews[] {
    return [...this.#latest.values()].map((job) => job.news(0));
  }

  /** The run of a finding becomes the run that goes on, paused at the violation. @throws CommandError when there is none. */
  async open(id: number): Promise<SessionInfo> {
    const { finding, title } = this.#finding(id);
    const { run, end } = finding;
    return this.#parts.service.open('Opening what was found', {
      ...{ run, end, title },
      expected: null,
      path: null,
      branches: null,
      edited: true,
      judge: (loaded) => verdictOn(loaded, { digest: null, marks: [], readOnly: '' }),
    });
  }

  /** Asks for a file and saves a finding as a run. @returns its name; `null`: the person thought better of it. */
  async save(id: number): Promise<string | null> {
    const { finding, title } = this.#finding(id);
    return this.#parts.files.saveFound(title, finding);
  }

  /** Asks for a file and saves a finding as a scenario with what it expects. */
  async saveScenario(id: number): Promise<string | null> {
    const { finding, title } = this.#finding(id);
    if (finding.scenario === null) throw new CommandError('this run cannot be written as a scenario; save it as a run');
    return this.#parts.files.saveScenarioText(title, finding.scenario);
  }

  /** Whatever is under way ends. @param why one sentence, for the window */
  async end(why: string): Promise<void> {
    this.#running?.cancel(why);
    await this.#under;
  }

  get #running(): LabJob | undefined {
    return [...this.#latest.values()].find((job) => job.running);
  }

  #mustBeFree(): void {
    const running = this.#running;
    if (running === undefined) return;
    throw new CommandError(`${names[running.kind]} is at work: wait until it has done, or cancel it`);
  }

  #begin(shown: LabRequest, request: JobRequest): LabNews {
    const job = new LabJob(++this.#jobs, shown, () => performance.now());
    this.#latest.set(job.kind, job);
    this.#under = this.#work(job, request);
    return job.news(0);
  }

  async #work(job: LabJob, request: JobRequest): Promise<void> {
    const { startJob, cores, send, report } = this.#parts;
    let told = 0;
    let timer: NodeJS.Timeout | null = null;
    const tell = (): void => {
      timer = null;
      send(job.news(told));
      told = job.findings.length;
    };
    const onNews = (news: JobNews): void => {
      if (!job.running) return;
      if (job.take(news, this.#findings + 1)) this.#findings++;
      timer ??= setTimeout(tell, LAB_NEWS_EVERY_MS);
    };
    try {
      // One core is left to the cluster and the window.
      job.end(await startJob(request, { threads: Math.max(1, cores - 1), onNews, signal: job.controller.signal }));
    } catch (error) {
      if (!job.controller.signal.aborted) report(error);
      job.fail(error);
    }
    if (timer !== null) clearTimeout(timer);
    tell();
  }

  #finding(id: number): { readonly finding: Finding; readonly title: string } {
    for (const job of this.#latest.values()) {
      const kept = job.findings.find((one) => one.id === id);
      if (kept !== undefined) return { finding: kept.finding, title: titleOf(kept.finding) };
    }
    throw new CommandError('this finding is not there any more: another job has begun since');
  }
}

/** @throws CommandError when there is no model of this protocol, or none that goes on from a run. */
function mustBeExplorable(protocol: string, here: boolean): void {
  const those = here ? explorableHere : explorable;
  if (those.includes(protocol)) return;
  const known = those.map((name) => protocolNamed(name).title).join(', ');
  throw new CommandError(`${protocolNamed(protocol).title} cannot be searched exhaustively${here ? ' from a run on' : ''}; ${known} can`);
}

/** @throws ProtocolError naming those there are. */
function checkMutant({ protocol, mutant }: { readonly protocol: string; readonly mutant: string | null }): void {
  if (mutant !== null) mutantNamed(protocol, mutant);
}

/** `Agreement violated: paxos, promise-not-stored, seed 12`. */
function titleOf({ violation, run, seed }: Finding): string {
  const { protocol, mutant } = run.header;
  const parts = [protocolNamed(protocol).title, mutant ?? '', seed === null ? '' : `seed ${seed}`];
  return `${violation.check} violated: ${parts.filter((part) => part !== '').join(', ')}`.slice(0, RUN_TITLE_MAX);
}
