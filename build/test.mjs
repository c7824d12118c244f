// npm test: set-up, then every check there is. Its last line is `N passed, N failed`.
// For developers: npm test -- --only types,unit,e2e runs those stages; --grep TEXT narrows vitest and Playwright.
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { lint } from './check/lint.mjs';
import { Tally } from './check/tally.mjs';
import { checkTypes } from './check/types.mjs';
import { runPlaywright } from './check/playwright.mjs';
import { VITEST_PROJECTS, runVitest } from './check/vitest.mjs';
import { makeDistribution } from './dist.mjs';
import { ensureElectron, sandboxArguments } from './setup/electron.mjs';
import { ensureDependencies } from './setup/npm.mjs';
import { SetupError, runCommand, say } from './setup/steps.mjs';
import { ensureSystemPackages } from './setup/system.mjs';

const PACKAGING = 'packaging';
const STAGES = ['types', 'lint', ...VITEST_PROJECTS, PACKAGING, 'e2e'];

await runCommand(async () => {
  const { values } = parseArgs({ options: { only: { type: 'string' }, grep: { type: 'string' } } });
  const wanted = values.only?.split(',') ?? STAGES;
  const unknown = wanted.filter((name) => !STAGES.includes(name));
  if (unknown.length > 0) {
    process.stderr.write(`unknown stage ${unknown.join(', ')}; there are: ${STAGES.join(', ')}\n`);
    return 2;
  }
  const runs = (name) => wanted.includes(name);
  const drawn = runs('e2e') || runs(PACKAGING);

  await ensureDependencies();
  if (drawn) await ensureSystemPackages({ display: true });
  const electron = drawn ? await ensureElectron() : null;

  const tally = new Tally();
  if (runs('types')) await checkTypes(tally);
  if (runs('lint')) await lint(tally);
  const projects = VITEST_PROJECTS.filter(runs);
  if (projects.length > 0 || electron) {
    await runTests({ runs, projects, electron, grep: values.grep }, tally);
  }
  say('');
  say(tally.line());
  return tally.failed === 0 ? 0 : 1;
});

async function runTests({ runs, projects, electron, grep }, tally) {
  const built = await attempt(tally, () => build());
  if (!built) return;
  if (projects.length > 0) await runVitest(projects, tally, { grep });
  if (!electron) return;
  await attempt(tally, async () => {
    const distribution = await makeDistribution(electron);
    const env = {
      ...process.env,
      SYNOD_ELECTRON_PATH: electron.path,
      SYNOD_ELECTRON_ARGS: JSON.stringify(sandboxArguments()),
      SYNOD_PACKAGED_PATH: distribution.testProgram,
    };
    if (runs(PACKAGING)) await runVitest([PACKAGING], tally, { grep, env });
    if (runs('e2e')) await runPlaywright(tally, { grep, env });
  });
}

// What keeps the rest from running is a failed check, told in full; the counts so far still close the output.
async function attempt(tally, work) {
  try {
    await work();
    return true;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(`\n${error.step}: ${error.message}\nRun this:  ${error.command}`);
    tally.check(false);
    return false;
  }
}
