/** A finding of the fuzzer: what is wrong, the run that shows it, and that run as a test. */
import type { Finding, RunSize } from '../job.ts';
import type { Violation } from '../../protocol/checker.ts';
import { mutantNamed } from '../../protocol/mutants.ts';
import { toScenario } from '../../scenario/to-scenario.ts';
import { LINEARIZABILITY, LIVENESS, type Executed } from './execute.ts';
import type { FuzzRun } from './fuzz-run.ts';

/** A run in which a check has failed. */
export interface Found {
  readonly fuzzed: FuzzRun;
  readonly executed: Executed;
  readonly violation: Violation;
}

export function findingOf({ executed, violation }: Found, seed: number, before: RunSize | null): Finding {
  const { run, end } = executed;
  return { violation, run, end, seed, size: sizeOf(executed), before, scenario: scenarioOf(executed, violation) };
}

/** How large a run is, up to its end. */
export function sizeOf({ run, end, events }: Executed): RunSize {
  let packets = 0;
  for (const { seq, type } of events()) {
    if (seq >= end.seq) break;
    if (type === 'send' || type === 'duplicate') packets++;
  }
  const commands = run.journal.filter(({ refused }) => refused === undefined).length;
  return { nodes: run.header.nodes.length, commands, packets, events: end.seq };
}

/** The run as a scenario that expects its check to fail. The two that judge a whole run are no events a scenario can wait for. */
function scenarioOf({ run, end }: Executed, { check, text }: Violation): string | null {
  if (check === LIVENESS || check === LINEARIZABILITY) return null;
  const { protocol, mutant } = run.header;
  const broken = mutant === undefined ? '' : ` The protocol is broken on purpose: ${mutantNamed(protocol, mutant).meaning}`;
  return toScenario(run, {
    title: `${check} violated`,
    about: `Found by the fuzzer: ${text}.${broken}`,
    until: end.at + 1,
    expect: [`${check} violated`],
  });
}
