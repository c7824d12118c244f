// Runs the end-to-end tests in real Electron, on a display of their own, and counts from Playwright's JSON report.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { withVirtualDisplay } from '../setup/display.mjs';
import { outDir, root } from '../setup/paths.mjs';
import { runShown } from '../setup/run.mjs';
import { say } from '../setup/steps.mjs';

/**
 * @param {import('./tally.mjs').Tally} tally
 * @param {{ grep?: string, env: NodeJS.ProcessEnv }} options
 */
export async function runPlaywright(tally, { grep, env }) {
  say('\nplaywright: e2e');
  const report = join(outDir, '.report', 'e2e.json');
  mkdirSync(join(outDir, '.report'), { recursive: true });
  rmSync(report, { force: true });
  const args = [
    join(root, 'node_modules', '@playwright', 'test', 'cli.js'),
    'test',
    '--config', join(root, 'test', 'e2e', 'playwright.config.ts'),
    ...(grep ? ['--grep', grep] : []),
  ];
  const code = await withVirtualDisplay((display) => runShown(process.execPath, args, {
    cwd: root,
    env: { ...env, DISPLAY: display.DISPLAY, PLAYWRIGHT_JSON_OUTPUT_FILE: report },
  }));
  const stats = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')).stats : {};
  // A test that passes only now and then counts as failed.
  const failed = (stats.unexpected ?? 0) + (stats.flaky ?? 0);
  tally.runner({ passed: stats.expected ?? 0, failed, code });
}
