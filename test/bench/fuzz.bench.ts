/** The fuzzer on one core: whole runs, and steps of nodes in them, a second; beside them the same runs with nothing but the engine. */
import { readEvents } from '../../src/cluster/event-log.ts';
import { isStep } from '../../src/cluster/events.ts';
import { executing } from '../../src/explore/fuzz/execute.ts';
import { drawFuzzRun, type FuzzRun } from '../../src/explore/fuzz/fuzz-run.ts';
import { InlineCluster } from '../../src/host/inline.ts';
import { finish } from '../../src/host/replay.ts';
import { protocols } from '../../src/protocol/registry.ts';
import { median, type Row } from './row.ts';

const RUNS = 300;
const ROUNDS = 3;

const bench = 'fuzz';

/** Seconds of processor time, so that other work on the machine does not count. */
function secondsOf(work: () => void): number {
  const begin = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1_000_000;
}

function measure(protocol: string): Row[] {
  const seeds = Array.from({ length: RUNS }, (_, i) => i + 1);
  const runs = seeds.map((seed) => drawFuzzRun({ protocol, mutant: null }, seed));
  // Where each of them ends, and how many steps it has: the same every time.
  const ends = runs.map((run) => finish(executing(run)).end.at);
  const steps = runs.reduce((sum, run, i) => sum + stepsIn(run, ends[i]!), 0);
  const drawn = median(rounds(() => seeds.forEach((seed) => drawFuzzRun({ protocol, mutant: null }, seed))));
  const checked = median(rounds(() => runs.forEach((run) => finish(executing(run)))));
  const bare = median(rounds(() => runs.forEach((run, i) => had(run, ends[i]!))));
  const ratio = bare / (drawn + checked);
  return [
    { bench, metric: `runs, ${protocol}`, value: RUNS / (drawn + checked), unit: 'runs/s', reference: RUNS / bare, ratio },
    { bench, metric: `steps, ${protocol}`, value: steps / (drawn + checked), unit: 'steps/s', reference: steps / bare, ratio },
    { bench, metric: `share of drawing them, ${protocol}`, value: drawn / (drawn + checked), unit: '' },
  ];
}

function rounds(work: () => void): number[] {
  return Array.from({ length: ROUNDS }, () => secondsOf(work));
}

/** The reference: no checks, nobody who looks whether all is done. */
function had({ header }: FuzzRun, end: number): InlineCluster {
  const cluster = new InlineCluster(header, { checks: false });
  cluster.runUntil(end);
  return cluster;
}

function stepsIn(run: FuzzRun, end: number): number {
  const cluster = new InlineCluster(run.header, { checks: false });
  const beginning = cluster.scheduler.log.mark();
  cluster.runUntil(end);
  let steps = 0;
  for (const { type } of readEvents(cluster.scheduler.log.since(beginning)!)) if (isStep(type)) steps++;
  return steps;
}

function run(): Promise<Row[]> {
  return Promise.resolve(protocols.flatMap(({ name }) => measure(name)));
}

export default { name: bench, run };
