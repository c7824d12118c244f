/** Builds the entries of the threads, the real ones and those for tests, before the tests on threads run. */
import { join } from 'node:path';
import { build as bundle } from 'vite';
import { build } from '../../build/build.mjs';
import { root } from '../../build/setup/paths.mjs';
import { nodeBundle } from '../../build/vite.node.mjs';
import { testEntries, testEntry } from './workers.ts';

export default async function setup(): Promise<void> {
  await build(['router', 'node', 'history', 'job']);
  for (const entry of testEntries) {
    await bundle(nodeBundle(join(root, 'test', 'support', `${entry}.ts`), testEntry(entry)));
  }
}
