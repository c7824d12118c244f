/** The lab on real jobs in this thread: they go on as far as a test lets them. */
import { labRequests, type LabKind, type LabNews, type LabRequest, type WindowChannel } from '../../src/contract/index.ts';
import type { Run } from '../../src/cluster/run.ts';
import type { Finding, Job, JobNews, JobRequest } from '../../src/explore/job.ts';
import { jobOf } from '../../src/explore/plan.ts';
import { LabJob } from '../../electron/main/lab-job.ts';
import type { InlineBridge } from './harness.ts';

export function isOfLab(channel: WindowChannel): channel is keyof typeof labRequests {
  return Object.hasOwn(labRequests, channel);
}

export class InlineLab {
  /** Wall ms, as a test lets them pass. */
  now = 0;
  readonly #send: (news: LabNews) => void;
  readonly #latest = new Map<LabKind, LabJob>();
  #steps: Job | null = null;
  #job: LabJob | null = null;
  #jobs = 0;
  #findings = 0;
  #told = 0;

  constructor(send: (news: LabNews) => void) {
    this.#send = send;
  }

  carryOut(channel: keyof typeof labRequests, argument: unknown, bridge: InlineBridge): unknown {
    switch (channel) {
      case 'lab:fuzz':
        return this.#begin({ type: 'fuzz', ...labRequests[channel].parse(argument) }, null);
      case 'lab:explore': {
        const request = labRequests[channel].parse(argument);
        return this.#begin({ type: 'explore', ...request }, request.here ? bridge.cluster.run() : null);
      }
      case 'lab:cancel':
        return this.#cancel();
      case 'lab:state':
        return [...this.#latest.values()].map((job) => job.news(0));
      case 'lab:open': {
        const { run, end } = this.#finding(labRequests[channel].parse(argument).finding);
        return bridge.have(run, end.seq);
      }
      case 'lab:save':
      case 'lab:save-scenario': {
        const { run, scenario } = this.#finding(labRequests[channel].parse(argument).finding);
        if (bridge.picked !== null) bridge.saved.set(bridge.picked, channel === 'lab:save' ? JSON.stringify(run) : scenario!);
        return bridge.picked;
      }
    }
  }

  #begin(request: LabRequest, from: Run | null): LabNews {
    if (this.#job?.running === true) throw new Error('one at a time');
    const { here: _, ...asked } = { here: false, ...request };
    this.#steps = jobOf((asked.type === 'explore' ? { ...asked, from } : asked) as JobRequest);
    this.#job = new LabJob(++this.#jobs, request, () => this.now);
    this.#latest.set(this.#job.kind, this.#job);
    this.#told = 0;
    return this.#job.news(0);
  }

  /** Lets the job go on until it ends, or until it has told so many pieces of news. @returns the findings */
  work(pieces = Infinity): readonly Finding[] {
    const [job, steps] = [this.#job!, this.#steps!];
    for (let told = 0; told < pieces && job.running; told++) {
      this.now += 10;
      const step = steps.next();
      if (step.done === true) job.end(step.value);
      else this.#take(step.value);
    }
    this.#tell();
    return job.findings.map(({ finding }) => finding);
  }

  /** Its thread dies. */
  die(error: Error): void {
    this.#job!.fail(error);
    this.#tell();
  }

  #finding(id: number): Finding {
    const found = [...this.#latest.values()].flatMap(({ findings }) => findings).find((one) => one.id === id);
    if (found === undefined) throw new Error('this finding is not there any more');
    return found.finding;
  }

  #cancel(): null {
    const job = this.#job!;
    job.cancel('');
    job.fail(null);
    this.#tell();
    return null;
  }

  #take(news: JobNews): void {
    if (this.#job!.take(news, this.#findings + 1)) this.#findings++;
  }

  #tell(): void {
    this.#send(this.#job!.news(this.#told));
    this.#told = this.#job!.findings.length;
  }
}
