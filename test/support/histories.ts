/** Histories in a compact notation, one operation a line: `c1 1-4 put x = 1: done`; without an answer, `c1 1- put x = 1`. */
import type { Call, History, ModelName } from '../../src/check/linearizability/history.ts';
import { resultNamed } from '../../src/check/linearizability/text.ts';
import { checkOperation } from '../../src/protocol/machine/check.ts';
import type { Operation } from '../../src/protocol/machine/operation.ts';

/** The operation without its answer, and the answer, of which an operation has no sign in common with. */
const LINE = /^(\S+) (\d+)-(\d*) (.*)$/;

/** Operations are parted by lines or semicolons. Each is in a session of its own. */
export function historyNoted(text: string, model: ModelName = 'database'): History {
  const lines = text.split(/[;\n]/).map((line) => line.trim()).filter((line) => line !== '');
  return { model, calls: lines.map(callNoted) };
}

function callNoted(line: string, session: number): Call {
  const [, client, invoked, returned, what] = LINE.exec(line)!;
  const place = { client: client!, session, invoked: Number(invoked), at: null };
  if (returned === '') return { ...place, operation: checkOperation(what), returned: Infinity, result: null };
  const [operation, answer] = partedOf(what!);
  const result = resultNamed(operation, answer);
  if (result === null) throw new Error(`no answer: ${line}`);
  return { ...place, operation, returned: Number(returned), result };
}

/** At the last colon at which both sides can be read; `cas` and some answers have others. */
function partedOf(what: string): [Operation, string] {
  const first = what.startsWith('cas') ? what.indexOf(':', what.indexOf(':') + 1) : what.indexOf(':');
  return [checkOperation(what.slice(0, first)), what.slice(first + 1)];
}
