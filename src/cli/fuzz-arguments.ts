/** What `synod fuzz` takes. */
import { availableParallelism } from 'node:os';
import * as z from 'zod';
import { nodeCountSchema, seedSchema } from '../cluster/run.ts';
import { SEED_MAX } from '../explore/fuzz/fuzz-job.ts';
import { mutantNamed } from '../protocol/mutants.ts';
import { ProtocolError } from '../protocol/protocol.ts';
import { PROTOCOL_DEFAULT, protocolOf, splitArguments, UsageError, wholeNumber } from './argument-values.ts';

/** The i-th of n parts of the runs; i counts from 1. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

export interface FuzzOptions {
  readonly type: 'fuzz';
  readonly protocol: string;
  /** How it is broken; null: not at all. */
  readonly mutant: string | null;
  /** How many runs there are in all shards, and the seed of the first. */
  readonly runs: number;
  readonly seed: number;
  /** Servers of every run; null: drawn. */
  readonly nodes: number | null;
  readonly shrink: boolean;
  /** Null: all runs are had here. */
  readonly shard: Shard | null;
  /** Folder for the findings; null: they are only told. */
  readonly out: string | null;
  readonly threads: number;
  readonly json: boolean;
}

/** Puts the summaries of shards together. */
export interface MergeOptions {
  readonly type: 'fuzz-merge';
  readonly files: readonly string[];
  readonly json: boolean;
}

export interface ListMutantsOptions {
  readonly type: 'list-mutants';
  /** Null: of all protocols. */
  readonly protocol: string | null;
  readonly json: boolean;
}

const RUNS_DEFAULT = 1000;
const SHARDS_MAX = 10_000;
const THREADS_MAX = 256;

const options = {
  protocol: { type: 'string' },
  mutant: { type: 'string' },
  runs: { type: 'string' },
  seed: { type: 'string' },
  nodes: { type: 'string' },
  'no-shrink': { type: 'boolean' },
  shard: { type: 'string' },
  out: { type: 'string' },
  threads: { type: 'string' },
  merge: { type: 'boolean' },
  'list-mutants': { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

export const FUZZ_HELP = `fuzz has many short runs, each with faults drawn from a seed of its own: first anything
that the protocol has to bear, then a healed network in which everything must get done.
What violates a check is made as small as possible, and told with its seed.

  --protocol NAME  as above; unless given, ${PROTOCOL_DEFAULT}
  --runs N         how many runs; unless given, ${RUNS_DEFAULT}
  --seed N         seed of the first, the others follow it; unless given, 1
  --mutant NAME    the protocol broken on purpose
  --nodes N        servers of every run; unless given, drawn
  --no-shrink      tells findings as they were found
  --shard I/N      has only the I-th of N parts of the runs, on this machine
  --out DIR        saves each finding in DIR: as a run that opens in the app, and as a
                   scenario that expects it
  --threads N      how many runs at once; unless given, as many as there are cores
  --merge FILES    puts together what --json has printed for each shard
  --list-mutants   lists the ways in which protocols can be broken
  --json           one line a finding, the summary last:
                   {"runs", "events", "violation", "findings", …}
`;

/** @throws UsageError saying which argument is wrong and what it must be. */
export function readFuzzArguments(args: readonly string[]): FuzzOptions | MergeOptions | ListMutantsOptions {
  const { values, positionals } = splitArguments(args, options);
  const json = values.json === true;
  const protocol = values.protocol === undefined ? null : protocolOf(values.protocol);
  if (values['list-mutants'] === true) return { type: 'list-mutants', protocol, json };
  if (values.merge === true) {
    if (positionals.length === 0) throw new UsageError('--merge needs the summaries of the shards: synod fuzz --merge a.json b.json');
    return { type: 'fuzz-merge', files: positionals, json };
  }
  if (positionals.length > 0) throw new UsageError(`synod fuzz takes no file, not ${positionals.join(' and ')}; --merge does`);
  const number = (name: 'runs' | 'seed' | 'threads', usual: number, schema: z.ZodInt): number => {
    const text = values[name];
    return text === undefined ? usual : wholeNumber(`--${name}`, text, schema);
  };
  const seed = number('seed', 1, seedSchema);
  const runs = number('runs', RUNS_DEFAULT, z.int().min(1).max(SEED_MAX));
  if (seed + runs - 1 > SEED_MAX) throw new UsageError(`--runs: there are no ${runs} seeds from ${seed}; the highest is ${SEED_MAX}`);
  return {
    type: 'fuzz',
    protocol: protocol ?? PROTOCOL_DEFAULT,
    mutant: values.mutant === undefined ? null : mutantOf(protocol ?? PROTOCOL_DEFAULT, values.mutant),
    runs,
    seed,
    nodes: values.nodes === undefined ? null : wholeNumber('--nodes', values.nodes, nodeCountSchema),
    shrink: values['no-shrink'] !== true,
    shard: values.shard === undefined ? null : shardOf(values.shard, runs),
    out: values.out ?? null,
    threads: number('threads', Math.min(availableParallelism(), THREADS_MAX), z.int().min(1).max(THREADS_MAX)),
    json,
  };
}

function mutantOf(protocol: string, name: string): string {
  try {
    return mutantNamed(protocol, name).name;
  } catch (error) {
    if (error instanceof ProtocolError) throw new UsageError(`--${error.message}`);
    throw error;
  }
}

function shardOf(text: string, runs: number): Shard {
  const [, index, of] = (/^(\d{1,5})\/(\d{1,5})$/.exec(text) ?? []).map(Number);
  if (index === undefined || of === undefined || index < 1 || index > of || of > SHARDS_MAX) {
    throw new UsageError(`--shard must be I/N, the I-th of N parts from 1/N to N/N, not ${JSON.stringify(text)}`);
  }
  if (of > runs) throw new UsageError(`--shard: ${runs} runs make no ${of} parts`);
  return { index, of };
}
