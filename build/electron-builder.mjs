// electron-builder's configuration. Targets other than `dir` fetch tools it cannot have everywhere, so the .deb is made
// by deb.mjs from the unpacked folder.
// As a command it packs: electron-builder prints a story of its own, which dist.mjs shows only when it fails.
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { distDir, root } from './setup/paths.mjs';

/** What the fuses of a released program are: no debugger, no Node, no application but the packed one. */
export const RELEASE_FUSES = {
  runAsNode: false,
  enableNodeOptionsEnvironmentVariable: false,
  enableNodeCliInspectArguments: false,
  onlyLoadAppFromAsar: true,
  grantFileProtocolExtraPrivileges: false,
  loadBrowserProcessSpecificV8Snapshot: false,
};

/** Run files: a double click opens them. A name with two extensions could be associated nowhere but on macOS. */
export const RUN_FILES = { ext: 'synod', name: 'Synod run', mimeType: 'application/x-synod-run' };

/**
 * @param {import('./setup/electron.mjs').Electron} electron the runtime to pack
 * @param {string} version what the program says its version is
 * @returns {import('electron-builder').Configuration}
 */
export function builderConfig(electron, version) {
  return {
    appId: 'org.synod.app',
    productName: 'Synod',
    copyright: 'The Synod authors, MIT',
    directories: { output: distDir, buildResources: join(root, 'build', 'icons') },
    electronVersion: electron.version,
    electronDist: electron.folder,
    electronFuses: RELEASE_FUSES,
    // classic-level carries its binaries ready made.
    npmRebuild: false,
    extraMetadata: { version },
    files: [
      'out/main/*.{cjs,licenses.md}',
      'out/cli/*.{cjs,licenses.md}',
      'out/preload/*.{cjs,licenses.md}',
      'out/renderer/**',
      '!**/*.map',
      // Of the native module only what runs: no C++ sources, no other machine's binaries, no papers.
      '!node_modules/**/*.{ts,cc,h,gyp,gypi,c}',
      '!node_modules/**/{README,CHANGELOG,UPGRADING}.md',
      '!node_modules/classic-level/deps',
      '!node_modules/napi-macros',
      `!node_modules/classic-level/prebuilds/!(${process.platform}-${process.arch}*)`,
      '!node_modules/.bin',
    ],
    fileAssociations: [{ ...RUN_FILES, role: 'Editor' }],
    asar: true,
    // A worker is started from a file, and the native module is one: outside the archive, with what they require. So is
    // the command line, which looks for its workers beside itself.
    asarUnpack: ['out/main/*-worker.cjs', 'out/cli/*.cjs', 'node_modules/**'],
    linux: { target: 'dir', executableName: 'synod', category: 'Education', icon: join(root, 'build', 'icons', 'icon.png') },
    mac: { target: 'dir', category: 'public.app-category.education', identity: null },
    win: { target: 'dir' },
    publish: null,
    afterPack: ({ appOutDir }) => tidy(appOutDir),
  };
}

// What a runtime folder has for itself and a program does not need; and this program's own licence.
function tidy(folder) {
  for (const name of ['resources/default_app.asar', 'synod-runtime.json', 'version']) {
    rmSync(join(folder, name), { force: true });
  }
  copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE.txt'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [electron, version] = process.argv.slice(2);
  const { build, Platform } = await import('electron-builder');
  const config = builderConfig(JSON.parse(electron), version);
  await build({ targets: Platform.current().createTarget('dir'), config, projectDir: root });
  rmSync(join(distDir, 'builder-debug.yml'), { force: true });
}
