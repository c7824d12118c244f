// A .deb of the unpacked application, by dpkg-deb alone: program in /opt/Synod, `synod` on the PATH, a menu entry.
import { chmodSync, cpSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RUN_FILES } from './electron-builder.mjs';
import { distDir, root } from './setup/paths.mjs';
import { runQuietly, tail } from './setup/run.mjs';
import { SetupError } from './setup/steps.mjs';

const ARCHITECTURES = { x64: 'amd64', arm64: 'arm64', arm: 'armhf' };
const DEPENDS = [
  'libgtk-3-0 | libgtk-3-0t64',
  'libnss3',
  'libasound2 | libasound2t64',
  'libgbm1',
];

/**
 * @param {string} release folder of the unpacked application
 * @param {string} version
 * @returns {Promise<string>} the .deb's path
 * @throws {SetupError} when dpkg-deb fails
 */
export async function makeDeb(release, version) {
  const architecture = ARCHITECTURES[process.arch];
  const tree = join(distDir, 'deb');
  const program = join(tree, 'opt', 'Synod');
  mkdirSync(program, { recursive: true });
  cpSync(release, program, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  // Chromium's helper does its work as root when the kernel lets ordinary users make no namespaces.
  chmodSync(join(program, 'chrome-sandbox'), 0o4755);
  place(tree, 'usr/share/applications/synod.desktop', desktopEntry());
  place(tree, 'usr/share/mime/packages/synod.xml', mimeType());
  place(tree, 'usr/share/doc/synod/copyright', readFileSync(join(root, 'LICENSE')));
  place(tree, 'usr/share/icons/hicolor/512x512/apps/synod.png', readFileSync(join(root, 'build', 'icons', 'icon.png')));
  mkdirSync(join(tree, 'usr', 'bin'), { recursive: true });
  symlinkSync('../../opt/Synod/synod', join(tree, 'usr', 'bin', 'synod'));
  place(tree, 'DEBIAN/control', control(version, architecture, installedKibibytes(tree)));

  const file = join(distDir, `synod_${version}_${architecture}.deb`);
  // The fastest level of the compression that every dpkg can read.
  const args = ['--root-owner-group', '-Zxz', '-z0', '--build', tree, file];
  const { code, output } = await runQuietly('dpkg-deb', args);
  rmSync(tree, { recursive: true });
  if (code !== 0) throw new SetupError('package', `dpkg-deb failed:\n${tail(output)}`, 'npm run dist');
  return file;
}

function place(tree, name, content) {
  const path = join(tree, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
}

function control(version, architecture, kibibytes) {
  const { description, author } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return [
    'Package: synod',
    `Version: ${version}`,
    `Architecture: ${architecture}`,
    `Maintainer: ${author} <synod@localhost>`,
    `Installed-Size: ${kibibytes}`,
    `Depends: ${DEPENDS.join(', ')}`,
    'Section: education',
    'Priority: optional',
    `Description: ${description}`,
    ' Every node is a thread with a disk of its own; a router between them loses, delays and cuts messages,',
    ' and every ballot and chosen value is seen as it happens.',
    '',
  ].join('\n');
}

function desktopEntry() {
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Synod',
    'Comment=A real Paxos cluster you can take apart with the mouse',
    'Exec=/opt/Synod/synod -- %f',
    'Icon=synod',
    'Terminal=false',
    'Categories=Education;Science;',
    `MimeType=${RUN_FILES.mimeType};`,
    '',
  ].join('\n');
}

// The desktop's own triggers take both files in when the package is installed: no script of ours runs as root.
function mimeType() {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">',
    `  <mime-type type="${RUN_FILES.mimeType}">`,
    `    <comment>${RUN_FILES.name}</comment>`,
    '    <sub-class-of type="application/json"/>',
    `    <glob pattern="*.${RUN_FILES.ext}"/>`,
    '  </mime-type>',
    '</mime-info>',
    '',
  ].join('\n');
}

function installedKibibytes(tree) {
  let bytes = 0;
  for (const entry of readdirSync(tree, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += statSync(join(entry.parentPath, entry.name)).size;
  }
  return Math.ceil(bytes / 1024);
}
