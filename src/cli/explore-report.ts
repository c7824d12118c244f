/** What `synod explore` prints. */
import type { Exploration } from '../explore/search/explore-job.ts';
import type { ExploreOptions } from './explore-arguments.ts';

/** Files that were written. */
export interface Written {
  readonly run: string;
  readonly scenario: string | null;
}

/** One object. */
export function exploreSummary(exploration: Exploration, seconds: number, written: Written | null): object {
  const { progress, complete, sometimes, counterexample } = exploration;
  const { distinct, generated, depth, frontier, bytes } = progress;
  return {
    distinct,
    generated,
    depth,
    complete,
    statesPerSecond: Math.round(distinct / seconds),
    bytesPerState: Number((bytes / distinct).toFixed(1)),
    frontier,
    seconds: Number(seconds.toFixed(3)),
    sometimes: sometimes.map(({ name, seen }) => ({ name, seen })),
    violation:
      counterexample === null
        ? null
        : {
            check: counterexample.check,
            text: counterexample.text,
            length: counterexample.steps.length,
            steps: counterexample.steps,
            live: counterexample.finding.violation.check,
            ...(written !== null && { file: written.run, ...(written.scenario !== null && { scenario: written.scenario }) }),
          },
  };
}

/** The same for people. */
export function exploreText(exploration: Exploration, seconds: number, written: Written | null): string {
  const { progress, complete, sometimes, counterexample } = exploration;
  const { distinct, bytes, frontier } = progress;
  const speed = `${seconds.toFixed(1)} s, ${count(Math.round(distinct / seconds))} states a second, ${Math.round(bytes / distinct)} bytes each`;
  const lines = [`${describeProgress(exploration)} (${speed})`];
  if (counterexample !== null) {
    const { check, text, steps, finding } = counterexample;
    lines.push(`${check} is broken: ${text}`, ...steps.map((step, index) => `${String(index + 1).padStart(4)}  ${step}`));
    lines.push(`In a run of the app the checks say: ${finding.violation.check}: ${finding.violation.text}`);
    if (written !== null) lines.push(`The run is in ${written.run}${written.scenario === null ? '' : `, as a scenario in ${written.scenario}`}.`);
  } else {
    const unsearched = `Not all states were searched: ${count(frontier)} are to go. Nothing is broken so far.`;
    lines.push(complete ? 'All states were searched. Nothing is broken in any of them.' : unsearched);
  }
  const never = sometimes.filter(({ seen }) => !seen);
  if (never.length > 0) lines.push('What did not happen in any of them:', ...never.map(({ meaning }) => `  ${meaning}`));
  return `${lines.join('\n')}\n`;
}

/** `paxos: 3 nodes, 2 proposers, 2 values, rounds 1 to 2, at most 1 crash`. */
export function exploreHeadline({ request, from }: ExploreOptions): string {
  const { protocol, mutant, nodes, proposers, values, maxBallot, crashes, only } = request;
  const where = from === null ? [plural(nodes, 'node')] : [`from the end of ${from}`];
  const parts = [
    ...where,
    plural(proposers, 'proposer'),
    plural(values, 'value'),
    maxBallot === 1 ? 'round 1' : `rounds 1 to ${maxBallot}`,
    crashes === 0 ? 'no crash' : `at most ${plural(crashes, 'crash', 'es')}`,
    ...(only === undefined ? [] : [`only ${only.join(', ')}`]),
    ...(mutant === null ? [] : [`broken: ${mutant}`]),
  ];
  return `${protocol}: ${parts.join(', ')}\n`;
}

export function describeProgress({ progress: { distinct, generated, depth, frontier } }: Exploration): string {
  return `${count(distinct)} distinct states, ${count(generated)} generated, depth ${depth}, ${count(frontier)} to go`;
}

function plural(many: number, what: string, ending = 's'): string {
  return `${many} ${what}${many === 1 ? '' : ending}`;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
