/** What a search has found broken, as a run that opens in the app and as a test. */
import type { Violation } from '../../protocol/checker.ts';
import { mutantNamed } from '../../protocol/mutants.ts';
import { readEvents } from '../../cluster/event-log.ts';
import type { Place, Run } from '../../cluster/run.ts';
import { toScenario } from '../../scenario/to-scenario.ts';
import type { Finding, RunSize } from '../job.ts';
import type { Broken } from './model.ts';
import { BEGINNING, type Rehearsal } from './rehearse.ts';
import type { Step } from './search.ts';

/**
 * The run ends where the live checks see what is wrong, by the name that the search has for it if one of them does; if they do not, at its end, with what the search says of it.
 * @param later the run goes on where another has ended
 * @param named nothing but what the search was to look at counts: the run goes on past what else is wrong with it
 */
export function findingOf({ cluster, already }: Rehearsal, broken: Broken, steps: readonly Step[], later: boolean, named: boolean): Finding {
  const { scheduler } = cluster;
  const live = scheduler.violations.slice(already);
  // Other checks may see the same in their own way, the specification's first of all.
  const seen = live.find(({ check }) => check === broken.check) ?? (named ? undefined : live[0]);
  const end = seen === undefined ? { at: scheduler.now, seq: scheduler.log.seq } : endOf(seen, live);
  const { header, journal } = cluster.run();
  const run: Run = { header, journal: journal.filter(({ at, seq }) => seq < end.seq || (seq === end.seq && at <= end.at)) };
  const violation: Violation =
    seen === undefined
      ? { check: broken.check, slot: 0, text: broken.text, events: [end.seq - 1] }
      : { check: seen.check, slot: seen.slot, text: seen.text, events: seen.events };
  // A scenario cannot say at which of the things that a node tells itself, all at one time, it crashes.
  const tells = seen !== undefined && !later && steps.every(({ crash }) => crash === null || crash.input === 0);
  return { violation, run, end, seed: null, size: sizeOf(cluster, run, end), before: null, scenario: tells ? scenarioOf(run, end, violation) : null };
}

/** After all that is said against the same step: a run does not end in between. */
function endOf(seen: Place, live: readonly Place[]): Place {
  let { seq } = seen;
  while (live.some((other) => other.seq === seq + 1)) seq++;
  return { at: seen.at, seq: seq + 1 };
}

function sizeOf({ scheduler }: Rehearsal['cluster'], { header, journal }: Run, end: Place): RunSize {
  let packets = 0;
  for (const { seq, type } of readEvents(scheduler.log.since(BEGINNING)!)) {
    if (seq < end.seq && (type === 'send' || type === 'duplicate')) packets++;
  }
  return { nodes: header.nodes.length, commands: journal.length, packets, events: end.seq };
}

function scenarioOf(run: Run, end: Place, { check, text }: Violation): string {
  const { protocol, mutant } = run.header;
  const broken = mutant === undefined ? '' : ` The protocol is broken on purpose: ${mutantNamed(protocol, mutant).meaning}`;
  return toScenario(run, {
    title: `${check} violated`,
    about: `A shortest way, found by exhaustive search: ${text}.${broken}`,
    until: end.at + 1,
    expect: [`${check} violated`],
  });
}
