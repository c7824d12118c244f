/** What `synod check` takes. */
import * as z from 'zod';
import { STATES_DEFAULT } from '../check/linearizability/check.ts';
import { modelNames, type ModelName } from '../check/linearizability/history.ts';
import { splitArguments, UsageError, wholeNumber } from './argument-values.ts';

export interface CheckOptions {
  readonly type: 'check';
  readonly file: string;
  /** Null: the one that the file names. */
  readonly model: ModelName | null;
  /** The search gives up after so many states. */
  readonly states: number;
  readonly json: boolean;
  /** Where the picture is written; null: there is none. */
  readonly svg: string | null;
}

const STATES_MAX = 100_000_000;

const options = {
  model: { type: 'string' },
  states: { type: 'string' },
  json: { type: 'boolean' },
  svg: { type: 'string' },
} as const;

export const CHECK_HELP = `check tells whether a history of what clients asked and were answered is linearizable,
and prints an order that explains every answer, or the operation for which there is none.

  FILE             a history (JSON), docs/histories.md says what it looks like; or a run
                   that was saved, which is had again for its history
  --model NAME     ${modelNames.join(', ')}; unless given, what FILE says
  --states N       gives up after so many states; unless given, ${STATES_DEFAULT}
  --svg FILE       writes a picture: operations as bars by client, faults, and the order
  --json           one line: {"verdict", "order", "violation", "states", …}
`;

/** @throws UsageError saying which argument is wrong and what it must be. */
export function readCheckArguments(args: readonly string[]): CheckOptions {
  const { values, positionals } = splitArguments(args, options);
  const [file, ...more] = positionals;
  if (file === undefined) throw new UsageError('a FILE is missing: synod check FILE');
  if (more.length > 0) throw new UsageError(`only one FILE can be checked, not ${positionals.join(' and ')}`);
  const { model, states, json, svg } = values;
  return {
    type: 'check',
    file,
    model: model === undefined ? null : modelOf(model),
    states: states === undefined ? STATES_DEFAULT : wholeNumber('--states', states, z.int().min(1).max(STATES_MAX)),
    json: json === true,
    svg: svg ?? null,
  };
}

function modelOf(text: string): ModelName {
  const model = modelNames.find((name) => name === text);
  if (model !== undefined) return model;
  throw new UsageError(`--model must be one of ${modelNames.join(', ')}, not ${JSON.stringify(text)}`);
}
