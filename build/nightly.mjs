// node build/nightly.mjs: the property tests of Multi-Paxos with far more runs than fit into every test.
//   --runs N   how many runs there are to be, at least (default 100,000)
//   --seed S   the first seed (default 1); the seeds that follow it make the other runs
//
// What is wrong is printed with its seed, which alone gives the same again: --runs 1 --seed S. Ends with code 1 then.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureDependencies } from './setup/npm.mjs';
import { outDir, root } from './setup/paths.mjs';
import { printStepsTo, runCommand } from './setup/steps.mjs';

const PROGRESS_EVERY_MS = 10_000;
/** So many seeds at which something was wrong are enough to begin with. */
const FAILURES_MAX = 10;

await runCommand(main);

async function main() {
  const { values } = parseArgs({ options: { runs: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } } });
  const [runs, first] = [Number(values.runs), Number(values.seed)];
  if (![runs, first].every((number) => Number.isSafeInteger(number) && number >= 1 && number <= 0x7fff_ffff)) {
    process.stderr.write('--runs and --seed must be whole numbers from 1\n');
    return 2;
  }
  printStepsTo(process.stderr);
  await ensureDependencies();
  const { default: { RUNS_PER_SEED, check } } = await bundle();
  const last = first + Math.ceil(runs / RUNS_PER_SEED) - 1;
  const failures = [];
  let shown = performance.now();
  let seed = first;
  for (; seed <= last && failures.length < FAILURES_MAX; seed++) {
    for (const wrong of attempt(check, seed)) {
      process.stdout.write(`seed ${seed}: ${wrong}\n`);
      if (failures.at(-1) !== seed) failures.push(seed);
    }
    if (performance.now() - shown < PROGRESS_EVERY_MS) continue;
    shown = performance.now();
    process.stderr.write(`${(seed - first + 1) * RUNS_PER_SEED} runs, ${failures.length} seeds with something wrong\n`);
  }
  const outcome = failures.length === 0 ? 'nothing is wrong' : `something is wrong with seeds ${failures.join(', ')}`;
  process.stdout.write(`${(seed - first) * RUNS_PER_SEED} runs, seeds ${first} to ${seed - 1}: ${outcome}\n`);
  return failures.length === 0 ? 0 : 1;
}

function attempt(check, seed) {
  try {
    return check(seed);
  } catch (error) {
    return [error.stack];
  }
}

async function bundle() {
  const [{ build }, { nodeBundle }] = await Promise.all([import('vite'), import('./vite.node.mjs')]);
  const file = join(outDir, 'nightly', 'multipaxos.cjs');
  await build(nodeBundle(join(root, 'test', 'nightly', 'multipaxos.ts'), file));
  return import(file);
}
