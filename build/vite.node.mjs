// Vite configuration of one bundle for Node or Electron: a single CommonJS file, as a worker or a sandboxed preload
// has to be, with everything inside but the runtime itself and the native module.
import { builtinModules } from 'node:module';
import { basename, dirname } from 'node:path';
import { root } from './setup/paths.mjs';

/** Modules that a bundle takes from where it runs: Electron's own, and what finds and loads LevelDB's native part. */
export const EXTERNAL = ['electron', 'classic-level/binding.js'];

/** All else of LevelDB goes into the bundle: every thread of a node would look for twenty files before it starts. */
const nativePart = {
  name: 'native-part',
  enforce: 'pre',
  resolveId(source, importer) {
    const binding = source === './binding' && /[\\/]classic-level[\\/]/.test(importer ?? '');
    return binding ? { id: 'classic-level/binding.js', external: true } : null;
  },
};

/**
 * @param {string} entry absolute path of the TypeScript module to start from
 * @param {string} file absolute path of the bundle
 * @param {(string | RegExp)[]} [external] what is left out of the bundle besides Node's own modules
 * @returns {import('vite').InlineConfig}
 */
export function nodeBundle(entry, file, external = EXTERNAL) {
  return {
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    plugins: [nativePart],
    ssr: { noExternal: true },
    build: {
      ssr: true,
      outDir: dirname(file),
      emptyOutDir: false,
      target: 'node20',
      minify: false,
      sourcemap: true,
      // The licences of what the bundle contains go where the bundle goes.
      license: { fileName: `${basename(file)}.licenses.md` },
      rolldownOptions: {
        input: entry,
        external: [/^node:/, ...builtinModules, ...external],
        output: { format: 'cjs', entryFileNames: basename(file), codeSplitting: false },
      },
    },
  };
}
