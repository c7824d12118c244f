// oxlint over everything, warnings included; the walls between folders are rules of .oxlintrc.json.
import { join } from 'node:path';
import { root } from '../setup/paths.mjs';
import { runQuietly } from '../setup/run.mjs';
import { beginStep, say } from '../setup/steps.mjs';

/**
 * Lints; the whole of it is one check.
 * @param {import('./tally.mjs').Tally} tally
 */
export async function lint(tally) {
  const step = beginStep('lint');
  const script = join(root, 'node_modules', 'oxlint', 'bin', 'oxlint');
  const { code, output } = await runQuietly(process.execPath, [script, '--deny-warnings'], { cwd: root });
  tally.check(code === 0);
  step.end(code === 0 ? 'holds' : 'does not hold');
  if (code !== 0) say(`\n${output.trim()}`);
}
