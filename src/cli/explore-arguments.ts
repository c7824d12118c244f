/** What `synod explore` takes. */
import * as z from 'zod';
import type { ExploreRequest } from '../explore/job.ts';
import { explorable } from '../explore/search/explorable.ts';
import { VALUES } from '../explore/search/values.ts';
import { mutantOf, PROTOCOL_DEFAULT, splitArguments, UsageError, wholeNumber } from './argument-values.ts';

export interface ExploreOptions {
  readonly type: 'explore';
  /** Without the run that it goes on with, which is still to be read. */
  readonly request: Omit<ExploreRequest, 'from'>;
  /** Path of that run; null: from the beginning. */
  readonly from: string | null;
  /** Folder for what is found; null: nothing is saved. */
  readonly out: string | null;
  readonly json: boolean;
}

/** Well below a gigabyte: a state takes about 30 bytes. */
const STATES_DEFAULT = 10_000_000;
const STATES_MAX = 500_000_000;

const options = {
  protocol: { type: 'string' },
  nodes: { type: 'string' },
  proposers: { type: 'string' },
  values: { type: 'string' },
  'max-ballot': { type: 'string' },
  crashes: { type: 'string' },
  mutant: { type: 'string' },
  config: { type: 'string' },
  only: { type: 'string' },
  states: { type: 'string' },
  'no-symmetry': { type: 'boolean' },
  'no-reduction': { type: 'boolean' },
  from: { type: 'string' },
  out: { type: 'string' },
  json: { type: 'boolean' },
} as const;

/** @throws UsageError saying which argument is wrong and what it must be. */
export function readExploreArguments(args: readonly string[]): ExploreOptions {
  const { values: given, positionals } = splitArguments(args, options);
  if (positionals.length > 0) throw new UsageError(`synod explore takes options only, not ${positionals.join(' ')}`);
  const protocol = protocolOf(given.protocol ?? PROTOCOL_DEFAULT);
  const nodes = number('nodes', given.nodes, 3, 1, 5);
  const proposers = number('proposers', given.proposers, Math.min(2, nodes), 1, nodes);
  if (given.from !== undefined && given.mutant !== undefined) throw new UsageError('--mutant: the run of --from says what is broken in it');
  return {
    type: 'explore',
    request: {
      type: 'explore',
      protocol,
      mutant: given.mutant === undefined ? null : mutantOf(protocol, given.mutant),
      nodes,
      proposers,
      values: number('values', given.values, proposers, 1, VALUES.length),
      maxBallot: number('max-ballot', given['max-ballot'], 2, 1, 4),
      crashes: number('crashes', given.crashes, 1, 0, 3),
      statesMax: number('states', given.states, STATES_DEFAULT, 1, STATES_MAX),
      symmetry: given['no-symmetry'] !== true,
      reduction: given['no-reduction'] !== true,
      ...(given.only !== undefined && { only: given.only.split(',').map((name) => name.trim()) }),
      ...(given.config !== undefined && { config: configOf(given.config) }),
    },
    from: given.from ?? null,
    out: given.out ?? null,
    json: given.json === true,
  };
}

export const EXPLORE_HELP = `explore searches a small cluster exhaustively, breadth first: the protocol itself, with
every order in which messages can arrive, late, twice or never, every timer fired at any
moment, and every crash. It prints how many states there are, and the shortest way to
what is broken, if anything is, as a run that the app opens.

  --protocol NAME  what the nodes run: ${explorable.join(', ')}
  --nodes N        1 to 5; unless given, 3
  --proposers N    so many of them propose (or campaign), the first; unless given, 2
  --values N       what each of them can be asked for; unless given, as many as propose
  --max-ballot N   the highest round of a ballot, 1 to 4; unless given, 2
  --crashes N      how often nodes crash, all together, 0 to 3; unless given, 1
  --mutant NAME    the protocol broken on purpose (fuzz --list-mutants names the ways)
  --config JSON    the configuration: {"nacks":true}, other roles or quorums; unless
                   given, the first node alone learns, and nobody says that it refuses
  --only NAMES     looks only at these properties, separated by commas: Agreement, say
  --states N       gives up after so many states; unless given, 10000000
  --no-symmetry    takes nodes and values that are alike for different ones
  --no-reduction   looks at steps of different nodes in every order
  --from FILE      goes on where this run ends, with its cluster and what is on its way
  --out DIR        saves what is found there: the run, and the same as a scenario
  --json           one line of JSON: distinct, generated, depth, complete, violation, …
`;

function number(name: string, text: string | undefined, usual: number, min: number, max: number): number {
  return text === undefined ? usual : wholeNumber(`--${name}`, text, z.int().min(min).max(max));
}

function protocolOf(text: string): string {
  if (explorable.includes(text)) return text;
  throw new UsageError(`--protocol must be one that can be explored (${explorable.join(', ')}), not ${JSON.stringify(text)}`);
}

function configOf(text: string): { readonly [field: string]: unknown } {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch {
    throw new UsageError(`--config must be an object as JSON, not ${JSON.stringify(text)}`);
  }
}
