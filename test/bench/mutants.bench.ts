/** How many runs of the fuzzer it takes to catch each broken protocol: the median over twenty seeds. */
import { measureMutants } from './mutants/measure.ts';
import type { Row } from './row.ts';

const bench = 'mutants';

function run(): Promise<Row[]> {
  const rows = [...measureMutants()].map(({ mutant, checks, runs, explored }): Row => {
    const { protocol, name, control } = mutant;
    const caught = checks.map(([check]) => check).join(', ') || 'nothing';
    const states = explored === null ? '' : `; ${explored.check ?? 'nothing'} in ${explored.states} states, depth ${explored.depth}`;
    const metric = `${protocol} ${name}: ${caught}${states}`;
    return { bench, metric, value: runs.median, unit: control === true ? 'runs without' : 'runs' };
  });
  return Promise.resolve(rows);
}

export default { name: bench, run };
