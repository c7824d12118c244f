// Runs vitest projects (test/vitest.config.ts) and counts from its JSON report.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { outDir, root } from '../setup/paths.mjs';
import { runShown } from '../setup/run.mjs';
import { say } from '../setup/steps.mjs';

/** The projects that need no packaged application, in the order they run. */
export const VITEST_PROJECTS = ['tidy', 'unit', 'paper', 'interaction', 'property', 'threads', 'component'];

/**
 * @param {string[]} projects
 * @param {import('./tally.mjs').Tally} tally
 * @param {{ grep?: string, env?: NodeJS.ProcessEnv }} options
 */
export async function runVitest(projects, tally, { grep, env = process.env }) {
  say(`\nvitest: ${projects.join(', ')}`);
  const report = join(outDir, '.report', `vitest-${projects[0]}.json`);
  mkdirSync(join(outDir, '.report'), { recursive: true });
  rmSync(report, { force: true });
  const code = await runShown(process.execPath, [
    join(root, 'node_modules', 'vitest', 'vitest.mjs'),
    'run',
    '--config', join(root, 'test', 'vitest.config.ts'),
    '--reporter=default', '--reporter=json', `--outputFile.json=${report}`,
    ...projects.map((name) => `--project=${name}`),
    ...(grep ? ['--testNamePattern', grep] : []),
  ], { cwd: root, env });
  const counts = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : {};
  // A file that does not load is a failed suite without a failed test; the runner's code tells.
  tally.runner({ passed: counts.numPassedTests ?? 0, failed: counts.numFailedTests ?? 0, code });
}
