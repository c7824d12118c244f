/** Operations as people write them: the inverse of `describeOperation`. */
import type { Operation } from './operation.ts';

/** A key: one word without the signs that end it. */
const KEY = String.raw`([^\s=:]+)`;
const ID = String.raw`#?(\d+)`;

const forms: readonly (readonly [RegExp, (groups: readonly string[]) => Operation])[] = [
  [/^begin$/, () => ({ type: 'begin' })],
  [RegExp(`^write ${KEY} ?= ?(.*) in ${ID}$`), ([key, value, id]) => ({ type: 'write', transaction: Number(id), key: key!, value: value! })],
  [RegExp(`^commit ${ID}$`), ([id]) => ({ type: 'commit', transaction: Number(id) })],
  [RegExp(`^abort ${ID}$`), ([id]) => ({ type: 'abort', transaction: Number(id) })],
  [RegExp(`^get ${KEY}$`), ([key]) => ({ type: 'get', key: key! })],
  [RegExp(`^put ${KEY} ?= ?(.*)$`), ([key, value]) => ({ type: 'put', key: key!, value: value! })],
  [
    RegExp(`^cas ${KEY}: ?(.*?) ?(?:→|->) ?(.*)$`),
    ([key, expected, value]) => ({ type: 'cas', key: key!, expected: expected === 'nothing' ? null : expected!, value: value! }),
  ],
];

/** How operations are written, for messages. */
export const operationForms = 'begin · write KEY = VALUE in #ID · commit #ID · abort #ID · get KEY · put KEY = VALUE · cas KEY: OLD -> NEW';

/** The operation that a text stands for, not checked yet; `null` when it is none. `nothing` is no value. */
export function operationNamed(text: string): Operation | null {
  const given = text.trim();
  for (const [form, read] of forms) {
    const groups = form.exec(given);
    if (groups !== null) return read(groups.slice(1));
  }
  return null;
}
