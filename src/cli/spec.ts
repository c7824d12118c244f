/** `synod spec`: searches a specification exhaustively. */
import { setImmediate } from 'node:timers/promises';
import { specOf } from '../check/spec/catalogue.ts';
import { Search, type Outcome, type Progress } from '../check/spec/search.ts';
import type { Inspected, Specification } from '../check/spec/specification.ts';
import { describeQuorums, isSafe } from '../protocol/quorum.ts';
import { interrupted, write } from './command.ts';
import { EXIT_INTERRUPTED, EXIT_OK, EXIT_VIOLATION } from './exit-codes.ts';
import type { SpecOptions } from './spec-arguments.ts';

/** States between two looks at whether it was interrupted: some tens of milliseconds. */
const PIECE_STATES = 10_000;
const PROGRESS_MS = 1000;

/** @returns the exit code */
export async function spec(options: SpecOptions): Promise<number> {
  const { name, scope, mutant, only, states, json } = options;
  const specification = specOf(name, scope, mutant);
  const signal = interrupted();
  const begun = performance.now();
  if (!json) write(`${headline(options)}\n`);
  const search = new Search(specification, { states, ...(only !== null && { properties: only }) });
  let told = begun;
  while (!signal.aborted && search.advance(PIECE_STATES)) {
    // Lets an interruption in.
    await setImmediate();
    if (json || performance.now() - told < PROGRESS_MS) continue;
    told = performance.now();
    process.stderr.write(`${describeProgress(search.progress)}\n`);
  }
  const { outcome } = search;
  const seconds = (performance.now() - begun) / 1000;
  write(json ? `${JSON.stringify(summary(options, outcome, seconds))}\n` : report(specification, only, outcome, seconds));
  if (outcome.violation !== null) return EXIT_VIOLATION;
  return signal.aborted && !outcome.complete ? EXIT_INTERRUPTED : EXIT_OK;
}

function summary({ name, mutant }: SpecOptions, outcome: Outcome, seconds: number): object {
  const { distinct, generated, depth, violation, complete, frontier, bytes } = outcome;
  return { distinct, generated, depth, violation, complete, frontier, bytes, seconds: Number(seconds.toFixed(3)), spec: name, mutant };
}

/** `paxos: 3 acceptors, 2 values, ballots 0 to 1, quorums: any 2 of 3 in both phases`. */
function headline({ name, scope, system, mutant }: SpecOptions): string {
  const values = plural(scope.values, 'value');
  if (name === 'consensus') return `consensus: ${values}`;
  const nodes = Array.from({ length: scope.acceptors }, (_, index) => index + 1);
  const ballots = scope.maxBallot === 0 ? 'ballot 0' : `ballots 0 to ${scope.maxBallot}`;
  const parts = [
    plural(scope.acceptors, 'acceptor'),
    values,
    ballots,
    ...(name === 'multipaxos' ? [plural(scope.slots, 'slot')] : []),
    `quorums: ${describeQuorums(system, nodes)}${isSafe(system, nodes) ? '' : ' (unsafe: they need not meet)'}`,
    ...(mutant === null ? [] : [`broken: ${mutant}`]),
  ];
  return `${name}: ${parts.join(', ')}`;
}

function describeProgress({ distinct, generated, depth, frontier }: Progress): string {
  return `${count(distinct)} distinct states, ${count(generated)} generated, depth ${depth}, ${count(frontier)} to go`;
}

function report({ invariants, steps }: Specification, only: SpecOptions['only'], outcome: Outcome, seconds: number): string {
  const { distinct, bytes, violation, complete, frontier } = outcome;
  const speed = `${seconds.toFixed(1)} s, ${count(Math.round(distinct / seconds))} states a second, ${Math.round(bytes / distinct)} bytes each`;
  const lines = [`${describeProgress(outcome)} (${speed})`];
  if (violation !== null) {
    lines.push(
      `${violation.property} is broken: ${violation.meaning}`,
      ...violation.trace.map((action, index) => `${String(index + 1).padStart(4)}  ${action}`),
      ...describeState(violation.state),
    );
  } else {
    const held = [...invariants, ...steps].filter(({ name }) => only?.includes(name) !== false).map(({ meaning }) => `  ${meaning}`);
    lines.push(complete ? 'All states were searched. In all of them:' : `Not all states were searched: ${count(frontier)} are to go. So far:`, ...held);
  }
  return `${lines.join('\n')}\n`;
}

function describeState(state: Inspected): string[] {
  return Object.entries(state).map(([name, value]) => `      ${name}: ${Array.isArray(value) ? value.join('; ') : String(value)}`);
}

function plural(many: number, what: string): string {
  return `${many} ${what}${many === 1 ? '' : 's'}`;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
