/** The script of a run as files keep it: commands at times, and at conditions as plain data (conditions.ts). */
import * as z from 'zod';
import { ACTORS_MAX, TEXT_LENGTH_MAX } from '../../protocol/protocol.ts';
import { protocolNamed } from '../../protocol/registry.ts';
import type { Condition, Pattern } from '../conditions.ts';
import type { RunHeader } from '../run.ts';
import type { ScriptedCommand } from '../script.ts';
import { isFields, type Checker } from './checker.ts';
import { canBe, checkCommand, noNode, RUN_TIME_MAX_US } from './schema.ts';

type Path = readonly PropertyKey[];

const time = z.int().min(0).max(RUN_TIME_MAX_US);
const node = z.int().min(1).max(ACTORS_MAX);
const anyNode = node.nullable();
const slot = z.int().min(1).nullable();
const value = z.string().max(TEXT_LENGTH_MAX).nullable();

const patternSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('message'),
    kind: z.int().min(0),
    happens: z.enum(['sent', 'delivered', 'lost']),
    from: anyNode,
    to: anyNode,
  }),
  z.strictObject({ type: z.literal('chosen'), slot, value }),
  z.strictObject({ type: z.literal('learns'), node: anyNode, slot, value }),
  z.strictObject({ type: z.literal('violated'), check: value }),
  z.strictObject({ type: z.literal('conflict') }),
  z.strictObject({ type: z.literal('leads'), node: anyNode }),
  z.strictObject({ type: z.literal('applies'), node: anyNode, slot }),
  z.strictObject({ type: z.literal('answered'), node: anyNode, result: value }),
  z.strictObject({ type: z.literal('joins'), node }),
  z.strictObject({ type: z.literal('leaves'), node }),
  z.strictObject({ type: z.literal('leader-changes') }),
  z.strictObject({ type: z.literal('crashes'), node: anyNode }),
  z.strictObject({ type: z.literal('restarts'), node: anyNode }),
  z.strictObject({ type: z.literal('saves'), node: anyNode }),
  z.strictObject({ type: z.literal('refused'), node: anyNode }),
  z.strictObject({ type: z.literal('parted') }),
  z.strictObject({ type: z.literal('healed') }),
]) satisfies z.ZodType<Pattern>;

const timedSchema = z.strictObject({ at: time, command: z.unknown() });
const conditionalSchema = z.strictObject({
  when: z.strictObject({ pattern: patternSchema, count: z.int().min(1), plus: time }),
  command: z.unknown(),
});

/** A header with the script that stands beside it in a file; null when there were complaints. */
export function withScript(checker: Checker, header: RunHeader, given: readonly unknown[], path: Path): RunHeader | null {
  const script: ScriptedCommand[] = [];
  for (let index = 0; index < given.length && !checker.full; index++) {
    const one = checkScripted(checker, given[index], [...path, index], header);
    if (one !== null) script.push(one);
  }
  if (script.length < given.length) return null;
  return script.length === 0 ? header : { ...header, script };
}

function checkScripted(checker: Checker, given: unknown, path: Path, header: RunHeader): ScriptedCommand | null {
  if (isFields(given) && 'when' in given) {
    const scripted = checker.parse(conditionalSchema, given, path);
    if (scripted === null || !checkCondition(checker, scripted.when, [...path, 'when', 'pattern'], header)) return null;
    const command = checkCommand(checker, scripted.command, [...path, 'command'], header);
    return command === null ? null : { when: scripted.when, command };
  }
  const scripted = checker.parse(timedSchema, given, path);
  if (scripted === null) return null;
  const command = checkCommand(checker, scripted.command, [...path, 'command'], header);
  return command === null ? null : { at: scripted.at, command };
}

/** Whether a condition is about what there is. */
function checkCondition(checker: Checker, { pattern }: Condition, path: Path, header: RunHeader): boolean {
  const kinds = protocolNamed(header.protocol).messages.length;
  if (pattern.type === 'message' && pattern.kind >= kinds) {
    checker.complain([...path, 'kind'], `must be at most ${kinds - 1}, not ${pattern.kind}`);
    return false;
  }
  const named = Object.entries(pattern).filter(([key]) => ['node', 'from', 'to'].includes(key));
  for (const [key, wanted] of named) {
    if (typeof wanted !== 'number' || canBe(wanted, header)) continue;
    checker.complain([...path, key], noNode(wanted, header));
    return false;
  }
  return true;
}
