/**
 * What the fuzzer and the exhaustive search have in common for those who start them, on the command line or in the
 * window: what is asked for, how it goes on, and what is found. Plain data, which passes between threads and processes.
 */
import type { Violation } from '../protocol/checker.ts';
import type { Place, Run } from '../cluster/run.ts';

/** Simulated runs with random faults, each from a seed of its own. */
export interface FuzzRequest {
  readonly type: 'fuzz';
  readonly protocol: string;
  /** The protocol is broken so; `null`: not at all. */
  readonly mutant: string | null;
  /** How many runs, and the seed of the first; the others follow it. */
  readonly runs: number;
  readonly seed: number;
  /** How many servers each run begins with. @default drawn from its seed */
  readonly nodes?: number;
  /** Whether findings are made as small as possible. */
  readonly shrink: boolean;
}

/** Every order of events of a small scope. */
export interface ExploreRequest {
  readonly type: 'explore';
  readonly protocol: string;
  readonly mutant: string | null;
  /** Servers; the first so many of them propose, and have so many values to choose from. */
  readonly nodes: number;
  readonly proposers: number;
  readonly values: number;
  /** The highest round of a ballot. */
  readonly maxBallot: number;
  /** How often nodes may crash, all together, and whether the network may lose and double packets. */
  readonly crashes: number;
  /** The search ends after so many distinct states. */
  readonly statesMax: number;
  /** What makes the search smaller, each of which can be turned off to compare. */
  readonly symmetry: boolean;
  readonly reduction: boolean;
  /** Laid over the configuration that is searched; without it, one learner, no refusals, majorities. */
  readonly config?: { readonly [field: string]: unknown };
  /** Looks only at the properties of these names, and goes on where others are broken. @default all */
  readonly only?: readonly string[];
  /** Go on from the end of this run; `null`: from the beginning. */
  readonly from: BegunRun | null;
}

/** A run, and how far it has got; without an end, right after its last command. */
export interface BegunRun extends Run {
  readonly end?: Place;
}

export type JobRequest = FuzzRequest | ExploreRequest;

/** A violation, and a run that comes to it: it opens in the app. */
export interface Finding {
  readonly violation: Violation;
  readonly run: Run;
  /** Where the run ends: right after the violation. */
  readonly end: { readonly at: number; readonly seq: number };
  /** By which seed it was found; `null`: by none. */
  readonly seed: number | null;
  /** How large the run is, and was before it was shrunk (`null`: it was not). */
  readonly size: RunSize;
  readonly before: RunSize | null;
  /** The same as a scenario file with what it expects: a test. `null`: it cannot be written as one. */
  readonly scenario: string | null;
}

export interface RunSize {
  readonly nodes: number;
  /** What is done to the cluster. */
  readonly commands: number;
  readonly packets: number;
  readonly events: number;
}

/** How a job goes on: what is to be shown at this moment. */
export interface JobProgress {
  /** Share done, 0 to 1; `null`: nobody knows. */
  readonly done: number | null;
  /** What is counted, in the order in which it is shown, e.g. `distinct states`, `frontier`, `runs`. */
  readonly counts: readonly { readonly name: string; readonly value: number }[];
}

/** How a job ended. */
export interface JobResult {
  readonly progress: JobProgress;
  /** Everything asked for was done: it was not cancelled, and came to no limit. */
  readonly complete: boolean;
  /** One line each: *sometimes* properties and whether they were seen. */
  readonly sometimes: readonly { readonly name: string; readonly meaning: string; readonly seen: boolean }[];
}

/** What a job tells while it goes on. */
export type JobNews =
  | { readonly type: 'progress'; readonly progress: JobProgress }
  | { readonly type: 'finding'; readonly finding: Finding };

/** A job under way: yields news often enough for a person to watch it and to cancel it (at least every 100 ms of work). */
export type Job = Generator<JobNews, JobResult>;
