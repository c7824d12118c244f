// npm run screenshots: set-up, build, then test/e2e/screenshots.ts, a Playwright test file that drives the app in real
// Electron as the end-to-end tests do and writes the pictures of the documentation.
import { Tally } from './check/tally.mjs';
import { runPlaywright } from './check/playwright.mjs';
import { build } from './build.mjs';
import { ensureElectron, sandboxArguments } from './setup/electron.mjs';
import { ensureDependencies } from './setup/npm.mjs';
import { runCommand } from './setup/steps.mjs';
import { ensureSystemPackages } from './setup/system.mjs';

await runCommand(async () => {
  await ensureDependencies();
  await ensureSystemPackages({ display: true });
  const electron = await ensureElectron();
  await build();
  const env = {
    ...process.env,
    SYNOD_SCREENSHOTS: '1',
    SYNOD_ELECTRON_PATH: electron.path,
    SYNOD_ELECTRON_ARGS: JSON.stringify(sandboxArguments()),
  };
  const tally = new Tally();
  await runPlaywright(tally, { env });
  return tally.failed === 0 ? 0 : 1;
});
