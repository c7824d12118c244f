/** What `synod replay` takes. */
import * as z from 'zod';
import { logGroups, type LogGroup } from '../contract/log.ts';
import { groupsOf, hostOf, splitArguments, UsageError, wholeNumber, type HostKind } from './argument-values.ts';

export interface ReplayOptions {
  readonly type: 'replay';
  readonly file: string;
  readonly host: HostKind;
  readonly json: boolean;
  /** What is printed. */
  readonly only: readonly LogGroup[];
  /** Events after which it stops; null: at the end of the run. */
  readonly untilEvent: number | null;
}

const options = {
  host: { type: 'string' },
  only: { type: 'string' },
  'until-event': { type: 'string' },
  json: { type: 'boolean' },
} as const;

/** @throws UsageError saying which argument is wrong and what it must be. */
export function readReplayArguments(args: readonly string[]): ReplayOptions {
  const { values, positionals } = splitArguments(args, options);
  const [file, ...more] = positionals;
  if (file === undefined) throw new UsageError('a FILE is missing: synod replay FILE');
  if (more.length > 0) throw new UsageError(`only one FILE can be replayed, not ${positionals.join(' and ')}`);
  const { host, only, json } = values;
  const untilEvent = values['until-event'];
  return {
    type: 'replay',
    file,
    host: host === undefined ? 'inline' : hostOf(host),
    json: json === true,
    only: only === undefined ? logGroups : groupsOf(only),
    untilEvent: untilEvent === undefined ? null : wholeNumber('--until-event', untilEvent, z.int().min(1)),
  };
}
