/** What is checked of a run of Multi-Paxos. */
import { checkHistory } from '../../src/check/linearizability/check.ts';
import { historyOf } from '../../src/check/linearizability/history.ts';
import type { RunEvent } from '../../src/cluster/events.ts';
import { InlineCluster } from '../../src/host/inline.ts';
import { eventsOf } from './events.ts';
import type { RandomRun } from './random-run.ts';

export interface Checked {
  /** One sentence for each contradiction. */
  readonly wrong: readonly string[];
  readonly events: readonly RunEvent[];
  /** How many operations were answered. */
  readonly answered: number;
  /** Whether what clients saw is linearizable; `null`: not known. */
  readonly linearizable: boolean | null;
}

/** Does the run, and checks it. @param reads whether what clients read is to be linearizable */
export function checkRun({ header, script, until }: RandomRun, reads: boolean): Checked {
  const cluster = new InlineCluster({ ...header, script });
  cluster.runUntil(until);
  const events = eventsOf(cluster.scheduler.log);
  const history = historyOf(events);
  const verdict = checkHistory(history);
  const linearizable = verdict.type === 'unknown' ? null : verdict.type === 'linearizable';
  const wrong = cluster.scheduler.violations.map(({ check, text }) => `${check}: ${text}`);
  if (reads && linearizable === false) wrong.push('what clients saw is not linearizable');
  return { wrong, events, answered: history.calls.filter(({ result }) => result !== null).length, linearizable };
}
