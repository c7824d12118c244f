// Vite configuration of the renderer: static files that the app serves to its window over app://.
import { join } from 'node:path';
import vue from '@vitejs/plugin-vue';
import { outDir, root } from './setup/paths.mjs';

/**
 * @param {string} [folder] where the files go
 * @returns {import('vite').InlineConfig}
 */
export function rendererConfig(folder = join(outDir, 'renderer')) {
  return {
    root: join(root, 'renderer'),
    base: './',
    configFile: false,
    logLevel: 'warn',
    plugins: [vue()],
    build: {
      outDir: folder,
      emptyOutDir: true,
      // The Chromium of the oldest Electron the app runs on, see the fallback runtime.
      target: 'chrome130',
      sourcemap: true,
      license: { fileName: 'licenses.md' },
      // The content security policy allows neither inline scripts nor data: fonts.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 2_000,
    },
  };
}
