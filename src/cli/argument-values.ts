/** Values on the command line, read strictly: whatever is wrong is said with the option's name and what it must be. */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { SPEED_MAX, SPEED_MIN, type Speed } from '../cluster/frames.ts';
import type { seedSchema } from '../cluster/run.ts';
import { logGroups, type LogGroup } from '../contract/log.ts';
import { mutantsOf } from '../protocol/mutants.ts';
import { protocols } from '../protocol/registry.ts';

/** A command line that cannot be followed. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

export type HostKind = 'threads' | 'inline';

/** What runs unless it is said. */
export const PROTOCOL_DEFAULT = 'paxos';

/** Longest run, virtual seconds. */
const UNTIL_MAX_S = 1_000_000;

/**
 * Splits the arguments after a command into options and file names.
 * @throws UsageError naming the option that is unknown or lacks its value.
 */
export function splitArguments<T extends NonNullable<ParseArgsConfig['options']>>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    // The parser adds advice of its own after its first sentence.
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(message.split('. To specify')[0]!);
  }
}

/** A whole number in the schema's range. */
export function wholeNumber(name: string, text: string, schema: typeof seedSchema): number {
  const parsed = schema.safeParse(/^\d{1,15}$/.test(text) ? Number(text) : Number.NaN);
  if (parsed.success) return parsed.data;
  const range =
    schema.maxValue === Number.MAX_SAFE_INTEGER
      ? `of at least ${schema.minValue}`
      : `from ${schema.minValue} to ${schema.maxValue}`;
  throw new UsageError(`${name} must be a whole number ${range}, not ${JSON.stringify(text)}`);
}

/** Virtual seconds, as µs. */
export function untilOf(text: string): number {
  const seconds = decimal(text);
  if (seconds !== null && seconds > 0 && seconds <= UNTIL_MAX_S) return Math.round(seconds * 1_000_000);
  throw new UsageError(
    `--until must be a number of seconds above 0, at most ${UNTIL_MAX_S}, not ${JSON.stringify(text)}`,
  );
}

export function speedOf(text: string): Speed {
  if (text === 'max') return 'max';
  const [over, under, ...rest] = text.split('/').map(decimal);
  const speed = rest.length > 0 || over == null || under === null ? Number.NaN : over / (under ?? 1);
  if (speed >= SPEED_MIN && speed <= SPEED_MAX) return speed;
  throw new UsageError(`--speed must be from 1/64 to 64, or max, not ${JSON.stringify(text)}`);
}

export function hostOf(text: string): HostKind {
  if (text === 'threads' || text === 'inline') return text;
  throw new UsageError(`--host must be threads or inline, not ${JSON.stringify(text)}`);
}

/** A protocol, by the name that files use. */
export function protocolOf(text: string): string {
  if (protocols.some(({ name }) => name === text)) return text;
  throw new UsageError(`--protocol must be one of ${protocols.map(({ name }) => name).join(', ')}, not ${JSON.stringify(text)}`);
}

/** A mutant of a protocol, by the name that files use. */
export function mutantOf(protocol: string, text: string): string {
  const names = mutantsOf(protocol).map(({ name }) => name);
  if (names.includes(text)) return text;
  throw new UsageError(`--mutant: ${protocol} has none called ${JSON.stringify(text)}; there are ${names.join(', ')}`);
}

export function groupsOf(text: string): LogGroup[] {
  return text.split(',').map((name) => {
    const group = logGroups.find((known) => known === name.trim());
    if (group === undefined)
      throw new UsageError(`--only: there is no group ${JSON.stringify(name)}; there are ${logGroups.join(', ')}`);
    return group;
  });
}

function decimal(text: string): number | null {
  return /^\d{1,9}(\.\d{1,9})?$/.test(text) ? Number(text) : null;
}
