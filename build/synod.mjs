#!/usr/bin/env node
// npx synod: the command line, built first if need be. Standard output belongs to the command alone.
import { join } from 'node:path';
import { build, CLI_TARGETS } from './build.mjs';
import { ensureDependencies } from './setup/npm.mjs';
import { outDir } from './setup/paths.mjs';
import { runShown } from './setup/run.mjs';
import { printStepsTo, runCommand } from './setup/steps.mjs';

await runCommand(async () => {
  printStepsTo(process.stderr, { onlyWork: true });
  await ensureDependencies();
  await build(CLI_TARGETS);
  return runShown(process.execPath, [join(outDir, 'cli', 'cli.cjs'), ...process.argv.slice(2)]);
});
