/** Which of the properties a search looks at. */
import type { Check } from '../../protocol/checker.ts';
import { ProtocolError } from '../../protocol/protocol.ts';
import type { Wanted } from './model.ts';

/** @throws ProtocolError when there is no property of one of the names. */
export function wantedOf(checks: readonly Check[], only: readonly string[] | undefined): Wanted {
  if (only === undefined) return () => true;
  const known = checks.map(({ name }) => name);
  for (const name of only) {
    if (known.includes(name)) continue;
    throw new ProtocolError('only', `there is no property ${JSON.stringify(name)}; there are ${known.join(', ')}`);
  }
  return (check) => only.includes(check);
}
