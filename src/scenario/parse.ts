/** Reads scenario files, YAML or JSON; whatever is wrong is named with its line and field. */
import { isMap, isPair, isScalar, LineCounter, parseDocument, visit, type Document, type Node } from 'yaml';
import { complaintsOf, fieldText } from '../cluster/complaints.ts';
import { scenarioSchema, type Scenario } from './schema.ts';

/** Longest scenario file, in UTF-16 code units. */
export const SCENARIO_LENGTH_MAX = 1_000_000;

/** Deepest nesting of lists and objects. */
export const SCENARIO_DEPTH_MAX = 32;

/** Most complaints that are worth reading at once. */
const PROBLEMS_MAX = 10;

export interface ScenarioProblem {
  /** Counted from 1; null when it is about the file as a whole. */
  readonly line: number | null;
  /** E.g. `commands[2].node`; empty for the file as a whole. */
  readonly field: string;
  readonly message: string;
}

/** A file that is no scenario. Its message is ready to be shown: one line per problem, each with line and field. */
export class ScenarioError extends Error {
  readonly problems: readonly ScenarioProblem[];
  constructor(name: string, problems: readonly ScenarioProblem[]) {
    super(problems.map((problem) => problemText(name, problem)).join('\n'));
    this.name = 'ScenarioError';
    this.problems = problems;
  }
}

/**
 * Reads a scenario.
 * @param text the file's content
 * @param name the file's name, for messages; one that ends in `.json` must hold JSON, every other YAML (or JSON, which
 *   is YAML too)
 * @throws ScenarioError naming every problem found, at most ten.
 */
export function parseScenario(text: string, name: string): Scenario {
  if (text.length > SCENARIO_LENGTH_MAX) {
    throw failure(name, null, `the file is longer than ${SCENARIO_LENGTH_MAX.toLocaleString('en')} characters`);
  }
  if (name.toLowerCase().endsWith('.json')) checkJson(text, name);
  const lines = new LineCounter();
  const document = readDocument(text, name, lines);
  checkShape(document, name, lines);
  const given: unknown = document.toJS({ maxAliasCount: 0 });
  const parsed = scenarioSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = complaintsOf(scenarioSchema, given, parsed.error).map((complaint, index) => ({
    line: lineOf(document, complaint.path, keyAt(parsed.error.issues[index]), lines),
    field: fieldText(complaint.path),
    message: complaint.message,
  }));
  throw new ScenarioError(name, problems.slice(0, PROBLEMS_MAX));
}

function readDocument(text: string, name: string, lines: LineCounter): Document.Parsed {
  let document: Document.Parsed;
  try {
    document = parseDocument(text, { lineCounter: lines, prettyErrors: false, schema: 'core', merge: false });
  } catch (error) {
    // The parser walks nested values by recursion and ends its stack on thousands of open brackets.
    if (error instanceof RangeError) throw tooDeep(name, null);
    throw error;
  }
  // A warning tells of a tag that nobody knows: what is meant would be lost.
  const wrong = [...document.errors, ...document.warnings];
  if (wrong.length === 0) return document;
  throw new ScenarioError(
    name,
    wrong.slice(0, PROBLEMS_MAX).map((error) => {
      return { line: lines.linePos(error.pos[0]).line, field: '', message: lowerFirst(error.message) };
    }),
  );
}

/** Refuses what no scenario needs and programs have been tricked with: deep nesting, aliases, keys of prototypes. */
function checkShape(document: Document.Parsed, name: string, lines: LineCounter): void {
  const refuse = (node: Node, message: string): never => {
    throw failure(name, lines.linePos(node.range?.[0] ?? 0).line, message);
  };
  visit(document, {
    Alias: (_key, node) => refuse(node, `"*${node.source}" is an alias: write the value out instead`),
    Pair: (_key, pair) => {
      const key = isScalar(pair.key) ? pair.key : null;
      if (key !== null && ['__proto__', 'constructor', 'prototype'].includes(String(key.value))) {
        refuse(key, `"${String(key.value)}" cannot be the name of a field`);
      }
    },
    Collection: (_key, node, path) => {
      if (path.filter((ancestor) => !isPair(ancestor)).length > SCENARIO_DEPTH_MAX) {
        throw tooDeep(name, lines.linePos(node.range?.[0] ?? 0).line);
      }
    },
  });
}

/** YAML takes more than JSON does; a file that calls itself JSON has to be readable for other programs. */
function checkJson(text: string, name: string): void {
  try {
    JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const position = /position (\d+)/.exec(message);
    const line = position === null ? null : text.slice(0, Number(position[1])).split('\n').length;
    throw failure(name, line, `this is not JSON: ${lowerFirst(message)}`);
  }
}

/** The line of the value at `path`, or of the closest thing around it that the file has. */
function lineOf(
  document: Document.Parsed,
  path: readonly PropertyKey[],
  key: string | null,
  lines: LineCounter,
): number | null {
  for (let length = path.length; length >= 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as Node | undefined;
    if (node?.range == null) continue;
    const named = length === path.length && key !== null && isMap(node) ? keyOf(node, key) : null;
    return lines.linePos((named ?? node).range![0]).line;
  }
  return null;
}

function keyOf(map: unknown, name: string): Node | null {
  if (!isMap(map)) return null;
  const pair = map.items.find((item) => isScalar(item.key) && item.key.value === name);
  return isScalar(pair?.key) && pair.key.range != null ? pair.key : null;
}

/** The key that a complaint about unknown keys is about. */
function keyAt(
  issue: { readonly code?: string | undefined; readonly keys?: readonly string[] } | undefined,
): string | null {
  return issue?.code === 'unrecognized_keys' ? (issue.keys?.[0] ?? null) : null;
}

function problemText(name: string, problem: ScenarioProblem): string {
  const place = problem.line === null ? name : `${name}, line ${problem.line}`;
  return problem.field === '' ? `${place}: ${problem.message}` : `${place}: ${problem.field} ${problem.message}`;
}

function failure(name: string, line: number | null, message: string): ScenarioError {
  return new ScenarioError(name, [{ line, field: '', message }]);
}

function tooDeep(name: string, line: number | null): ScenarioError {
  return failure(name, line, `lists and objects are nested more than ${SCENARIO_DEPTH_MAX} deep`);
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
