/** What is checked of a run of Multi-Paxos, here and every night. */
import type { RunEvent } from '../../src/cluster/events.ts';
import { InlineCluster } from '../../src/host/inline.ts';
import { eventsOf } from './events.ts';
import { isLinearizable } from './linearizable.ts';
import { historyOf } from './log-history.ts';
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
  const linearizable = isLinearizable(history);
  const wrong = cluster.scheduler.violations.map(({ check, text }) => `${check}: ${text}`);
  if (reads && linearizable === false) wrong.push('what clients saw is not linearizable');
  return { wrong, events, answered: history.filter(({ result }) => result !== null).length, linearizable };
}
