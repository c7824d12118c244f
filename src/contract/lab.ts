/** The fuzzer and the exhaustive search as the window asks for them, and what it hears of them. */
import * as z from 'zod';
import { seedSchema } from '../cluster/run.ts';
import type { ExploreRequest, FuzzRequest, JobProgress, JobResult, RunSize } from '../explore/job.ts';
import { EXPLORE_NODES_MAX } from '../explore/search/explorable.ts';
import type { Violation } from '../protocol/checker.ts';
import { protocols } from '../protocol/registry.ts';

/** Which of the two. */
export type LabKind = 'fuzz' | 'explore';

/** What can be asked for: least, most, and what a form begins with. */
export const labRanges = {
  runs: { min: 1, max: 1_000_000, first: 2000 },
  nodes: { min: 1, max: EXPLORE_NODES_MAX, first: 3 },
  proposers: { min: 1, max: EXPLORE_NODES_MAX, first: 2 },
  values: { min: 1, max: 6, first: 2 },
  maxBallot: { min: 1, max: 9, first: 1 },
  crashes: { min: 0, max: 5, first: 0 },
  statesMax: { min: 1000, max: 20_000_000, first: 200_000 },
} as const;

const within = ({ min, max }: { readonly min: number; readonly max: number }) => z.int().min(min).max(max);

const target = {
  protocol: z.enum(protocols.map(({ name }) => name) as [string, ...string[]]),
  /** `null`: the protocol as it is. */
  mutant: z.string().max(100).nullable(),
};

export const labRequests = {
  'lab:fuzz': z.strictObject({ ...target, runs: within(labRanges.runs), seed: seedSchema, shrink: z.boolean() }),
  /** With `here` it begins where the run is now, whose protocol and nodes it has. */
  'lab:explore': z.strictObject({
    ...target,
    nodes: within(labRanges.nodes),
    proposers: within(labRanges.proposers),
    values: within(labRanges.values),
    maxBallot: within(labRanges.maxBallot),
    crashes: within(labRanges.crashes),
    statesMax: within(labRanges.statesMax),
    symmetry: z.boolean(),
    reduction: z.boolean(),
    here: z.boolean(),
  }),
  /** Ends what is under way; what was found stays. */
  'lab:cancel': z.undefined(),
  /** The latest of each kind, for a window that has seen nothing yet. */
  'lab:state': z.undefined(),
  /** The run of a finding becomes the run that goes on, paused at the violation. */
  'lab:open': z.strictObject({ finding: z.int().min(1) }),
  'lab:save': z.strictObject({ finding: z.int().min(1) }),
  'lab:save-scenario': z.strictObject({ finding: z.int().min(1) }),
} as const;

/** What was asked for. */
export type LabRequest = FuzzRequest | (Omit<ExploreRequest, 'from'> & { readonly here: boolean });

/** A finding without its run, which stays in main. */
export interface LabFinding {
  /** Unique in this launch. */
  readonly id: number;
  readonly violation: Pick<Violation, 'check' | 'slot' | 'text'>;
  readonly seed: number | null;
  readonly size: RunSize;
  readonly before: RunSize | null;
  /** It can be saved as a scenario. */
  readonly testable: boolean;
}

/** `over`: it came to its end; whether everything was done, its result says. */
export type LabState = 'running' | 'over' | 'cancelled' | 'failed';

/** How a job stands. */
export interface LabNews {
  /** Counts up with every job of this launch. */
  readonly job: number;
  readonly kind: LabKind;
  readonly request: LabRequest;
  readonly state: LabState;
  /** Why it was cancelled by something else than the person, or failed; one sentence, or empty. */
  readonly why: string;
  /** How long it has gone on, wall ms. */
  readonly elapsed: number;
  readonly progress: JobProgress;
  /** How many of what is counted first come by in a second; `null`: not known yet. */
  readonly rate: number | null;
  /** Everything asked for was done. */
  readonly complete: boolean;
  readonly sometimes: JobResult['sometimes'];
  /** How many there were, kept or not. */
  readonly found: number;
  /** Those kept, from number `from` on; the window has the earlier ones. */
  readonly from: number;
  readonly findings: readonly LabFinding[];
}

/** The outer shape, as far as a window must rely on it. */
const count = z.int().min(0);
export const labNewsShape = z.object({
  job: z.int().min(1),
  kind: z.enum(['fuzz', 'explore']),
  request: z.object({ type: z.string() }),
  state: z.enum(['running', 'over', 'cancelled', 'failed']),
  why: z.string(),
  elapsed: z.number().min(0),
  progress: z.object({
    done: z.number().min(0).max(1).nullable(),
    counts: z.array(z.object({ name: z.string(), value: z.number() })),
  }),
  rate: z.number().nullable(),
  complete: z.boolean(),
  sometimes: z.array(z.object({ name: z.string(), meaning: z.string(), seen: z.boolean() })),
  found: count,
  from: count,
  findings: z.array(z.object({ id: z.int().min(1), violation: z.object({ check: z.string(), text: z.string() }) })),
});
