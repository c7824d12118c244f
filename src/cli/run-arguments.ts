/** What `synod run` takes. */
import type { Speed } from '../cluster/frames.ts';
import { clientCountSchema, nodeCountSchema, seedSchema } from '../cluster/run.ts';
import { logGroups, type LogGroup } from '../contract/log.ts';
import { groupsOf, hostOf, mutantOf, PROTOCOL_DEFAULT, protocolOf, speedOf, splitArguments, untilOf, UsageError, wholeNumber, type HostKind } from './argument-values.ts';

export interface RunOptions {
  readonly type: 'run';
  readonly file: string | null;
  readonly seed: number | null;
  readonly nodes: number | null;
  /** null: the usual one; clients as many as it has. */
  readonly protocol: string | null;
  readonly clients: number | null;
  /** By what the protocol is broken on purpose; null: it is not. */
  readonly mutant: string | null;
  /** Virtual time at which the run ends, µs; null: when the scenario does, or when it is interrupted. */
  readonly until: number | null;
  readonly host: HostKind;
  readonly json: boolean;
  /** Null: as fast as it goes when there is an end, else as the clock does. */
  readonly speed: Speed | null;
  /** What is printed. */
  readonly only: readonly LogGroup[];
  /** Where the run is saved in the end. */
  readonly out: string | null;
}

const options = {
  seed: { type: 'string' },
  nodes: { type: 'string' },
  protocol: { type: 'string' },
  clients: { type: 'string' },
  mutant: { type: 'string' },
  until: { type: 'string' },
  speed: { type: 'string' },
  host: { type: 'string' },
  only: { type: 'string' },
  out: { type: 'string' },
  json: { type: 'boolean' },
} as const;

/** @throws UsageError saying which argument is wrong and what it must be. */
export function readRunArguments(args: readonly string[]): RunOptions {
  const { values, positionals } = splitArguments(args, options);
  const [file = null, ...more] = positionals;
  if (more.length > 0) throw new UsageError(`only one FILE can be run, not ${positionals.join(' and ')}`);
  const { seed, nodes, protocol, clients, mutant, until, speed, host, only, out, json } = values;
  if (file !== null && nodes !== undefined) {
    throw new UsageError('--nodes cannot be given together with FILE: the scenario says how many nodes there are');
  }
  if (file !== null && (protocol ?? clients ?? mutant) !== undefined) {
    throw new UsageError('--protocol, --clients and --mutant cannot be given together with FILE: the scenario says what runs');
  }
  if (out === '') throw new UsageError('--out must be the name of a file');
  return {
    type: 'run',
    file,
    seed: seed === undefined ? null : wholeNumber('--seed', seed, seedSchema),
    nodes: nodes === undefined ? null : wholeNumber('--nodes', nodes, nodeCountSchema),
    protocol: protocol === undefined ? null : protocolOf(protocol),
    mutant: mutant === undefined ? null : mutantOf(protocol ?? PROTOCOL_DEFAULT, mutant),
    clients: clients === undefined ? null : wholeNumber('--clients', clients, clientCountSchema),
    until: until === undefined ? null : untilOf(until),
    host: host === undefined ? 'threads' : hostOf(host),
    json: json === true,
    speed: speed === undefined ? null : speedOf(speed),
    only: only === undefined ? logGroups : groupsOf(only),
    out: out ?? null,
  };
}
