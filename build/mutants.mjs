// node build/mutants.mjs: hunts every broken protocol from twenty seeds, searches what can be searched, and writes the
// tables of docs/proven.md anew, between the two comments there. Some minutes.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureDependencies } from './setup/npm.mjs';
import { outDir, root } from './setup/paths.mjs';
import { runCommand } from './setup/steps.mjs';

const BEGIN = '<!-- written by build/mutants.mjs -->';
const END = '<!-- end -->';

await runCommand(async () => {
  await ensureDependencies();
  const [{ build }, { nodeBundle }] = await Promise.all([import('vite'), import('./vite.node.mjs')]);
  const bundle = join(outDir, 'bench', 'mutant-table.cjs');
  await build(nodeBundle(join(root, 'test', 'bench', 'mutants', 'table.ts'), bundle, [/^[^./]/]));
  const { default: table } = await import(pathToFileURL(bundle).href);
  const text = table.mutantTables((name, done, all) => process.stderr.write(`${done} of ${all}: ${name}\n`));
  const path = join(root, 'docs', 'proven.md');
  const before = readFileSync(path, 'utf8');
  const [from, to] = [before.indexOf(BEGIN), before.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`docs/proven.md has no ${BEGIN} … ${END}`);
  writeFileSync(path, `${before.slice(0, from + BEGIN.length)}\n\n${text}\n${before.slice(to)}`);
  return 0;
});
