/** Scenarios for tests: run in this thread, with what they expect held against them. */
import { InlineCluster } from '../../src/host/inline.ts';
import { libraryFile, libraryText } from '../../src/scenario/library.ts';
import { ExpectationJudge } from '../../src/scenario/expect.ts';
import { parseScenario } from '../../src/scenario/parse.ts';
import { scenarioRun, type ScenarioRun } from '../../src/scenario/start.ts';
import type { ExpectationState } from '../../src/cluster/timeline.ts';
import { eventsOf } from './events.ts';

/** The run of a text, or of a scenario of the library. */
export function runOf(text: string, name = 'test.yaml'): ScenarioRun {
  return scenarioRun(parseScenario(text, name), 1);
}

export function libraryRun(name: string): ScenarioRun {
  return runOf(libraryText(name), libraryFile(name));
}

/** Plays a scenario to its end. */
export function played({ header, until }: ScenarioRun): InlineCluster {
  const cluster = new InlineCluster(header);
  cluster.runUntil(until!);
  return cluster;
}

/** How what a scenario expects stands at the end of a run of it. */
export function outcome({ expected }: ScenarioRun, cluster: InlineCluster): ExpectationState[] {
  const judge = new ExpectationJudge(expected!, cluster.scheduler.protocol);
  for (const event of eventsOf(cluster.scheduler.log)) judge.take(event);
  judge.end(cluster.now);
  return judge.states();
}
