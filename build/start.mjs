// npm start: set-up, build, then the app, or with --headless the same engine without a window.
import { join } from 'node:path';
import { build, CLI_TARGETS } from './build.mjs';
import { helpText, readOptions } from './options.mjs';
import { hasDisplay } from './setup/display.mjs';
import { ensureElectron, sandboxArguments } from './setup/electron.mjs';
import { ensureDependencies } from './setup/npm.mjs';
import { outDir, root } from './setup/paths.mjs';
import { runShown } from './setup/run.mjs';
import { printStepsTo, runCommand } from './setup/steps.mjs';
import { ensureSystemPackages } from './setup/system.mjs';

const NO_DISPLAY = `
No display: neither DISPLAY nor WAYLAND_DISPLAY is set, so no window can be opened here.
On a display in memory:  xvfb-run -a npm start
Without a window:        npm start -- --headless
`;

await runCommand(async () => {
  let options;
  try {
    options = readOptions(process.argv.slice(2), process.env.INIT_CWD ?? process.cwd());
  } catch (error) {
    // The parser adds advice of its own after its first sentence.
    process.stderr.write(`${error.message.split('. To specify')[0]}\nnpm start -- --help lists the options.\n`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(helpText());
    return 0;
  }
  return options.headless ? runHeadless(options.passed) : openWindow(options.passed);
});

async function runHeadless(passed) {
  // The run itself owns standard output.
  printStepsTo(process.stderr, { onlyWork: true });
  await ensureDependencies();
  await build(CLI_TARGETS);
  return runShown(process.execPath, [join(outDir, 'cli', 'cli.cjs'), 'run', ...passed]);
}

async function openWindow(passed) {
  const display = hasDisplay();
  await ensureDependencies();
  await ensureSystemPackages({ display: !display });
  const electron = await ensureElectron();
  await build();
  if (!display) {
    process.stderr.write(NO_DISPLAY);
    return 1;
  }
  const { ELECTRON_RUN_AS_NODE: _unwanted, ...env } = process.env;
  const wayland = env.DISPLAY ? [] : ['--ozone-platform-hint=auto'];
  return runShown(electron.path, [root, ...sandboxArguments(), ...wayland, '--', ...passed], { env });
}
