// Type-checks each program: what a folder may use differs, so each has its own tsconfig.json.
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { outDir, root } from '../setup/paths.mjs';
import { runQuietly } from '../setup/run.mjs';
import { beginStep, say } from '../setup/steps.mjs';

const PROGRAMS = [
  { folder: 'src', compiler: 'tsc' },
  { folder: 'src/host', compiler: 'tsc' },
  { folder: 'src/cli', compiler: 'tsc' },
  { folder: 'electron', compiler: 'tsc' },
  { folder: 'renderer', compiler: 'vue-tsc' },
  { folder: 'test', compiler: 'vue-tsc' },
];
const SCRIPTS = { tsc: 'typescript/bin/tsc', 'vue-tsc': 'vue-tsc/bin/vue-tsc.js' };

/**
 * Checks every program, two at a time; each is one check.
 * @param {import('./tally.mjs').Tally} tally
 */
export async function checkTypes(tally) {
  const step = beginStep('types');
  const require = createRequire(join(root, 'package.json'));
  const cache = join(outDir, '.types');
  mkdirSync(cache, { recursive: true });
  const queue = [...PROGRAMS];
  const errors = [];
  const worker = async () => {
    for (let program = queue.shift(); program; program = queue.shift()) {
      const { folder, compiler } = program;
      const remembered = join(cache, `${folder.replace('/', '-')}.tsbuildinfo`);
      const script = require.resolve(SCRIPTS[compiler]);
      const args = [script, '-p', join(root, folder), '--incremental', '--tsBuildInfoFile', remembered, '--pretty', 'false'];
      const { code, output } = await runQuietly(process.execPath, args, { cwd: root });
      tally.check(code === 0);
      if (code !== 0) errors.push(`${compiler} -p ${folder}\n${output.trim()}`);
      step.progress((PROGRAMS.length - queue.length) / PROGRAMS.length, folder);
    }
  };
  await Promise.all([worker(), worker()]);
  step.end(`${PROGRAMS.length - errors.length} of ${PROGRAMS.length} programs hold`);
  for (const text of errors) say(`\n${text}`);
}
