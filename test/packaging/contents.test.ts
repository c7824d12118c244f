/** What is in the packaged application, and what is not. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extractFile } from '@electron/asar';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { builderConfig } from '../../build/electron-builder.mjs';
import { RUN_EXTENSION } from '../../electron/main/runs.ts';
import { archive, archiveFiles, distribution, unpacked } from './distribution.ts';

const WORKERS = ['router', 'node', 'history', 'job'].map((name) => `out/main/${name}-worker.cjs`);
/** Loaded from files, outside the archive. */
const LOADED = [...WORKERS, 'out/cli/cli.cjs'];
const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };

describe('the packaged application', () => {
  const files = archiveFiles();
  const names = [...files.keys()];

  it('holds main, preload and the page', () => {
    const needed = ['package.json', 'out/main/main.cjs', 'out/preload/preload.cjs', 'out/renderer/index.html', ...LOADED];
    expect(names).toEqual(expect.arrayContaining(needed));
  });

  it('holds nothing that only developers need', () => {
    expect(names.filter((name) => !/^(?:package\.json|out\/(?:main|cli|preload|renderer)\/|node_modules\/)/.test(name))).toEqual([]);
    expect(names.filter((name) => /\.(?:map|ts|vue|cc|h|gyp)$|(?:^|\/)(?:test|deps|\.bin)\//.test(name))).toEqual([]);
    const packages = new Set(names.filter((name) => name.startsWith('node_modules/')).map((name) => name.split('/')[1]));
    expect([...packages].filter((name) => /^(?:electron|vite|vitest|vue|typescript|playwright|oxlint)/.test(name ?? ''))).toEqual([]);
  });

  it('keeps workers and the native module outside the archive, where threads load them', () => {
    const outside = names.filter((name) => name.startsWith('node_modules/') || LOADED.includes(name));
    expect(outside.filter((name) => files.get(name) !== true)).toEqual([]);
    for (const worker of LOADED) expect(existsSync(join(unpacked, worker))).toBe(true);
    const prebuilt = join(unpacked, 'node_modules', 'classic-level', 'prebuilds');
    expect(readdirSync(prebuilt)).toEqual([`${process.platform}-${process.arch}`]);
  });

  it('leaves out of the archive file only what must be', () => {
    const packed = names.filter((name) => files.get(name) === true && !name.startsWith('node_modules/'));
    expect(packed.sort()).toEqual([...LOADED].sort());
  });

  it('says its version, and that of the fallback runtime if it stands on one', () => {
    const packaged = JSON.parse(extractFile(archive, 'package.json').toString()) as { version: string; main: string };
    expect(packaged.version).toBe(distribution.version);
    expect(packaged.main).toBe('out/main/main.cjs');
    const [plain, ...suffix] = distribution.version.split('+');
    expect(plain).toBe(manifest.version);
    for (const text of suffix) expect(text).toMatch(/^fallback-electron-\d+\.\d+\.\d+$/);
  });

  it('has a page that loads only files of its own, and no inline script', () => {
    const page = extractFile(archive, 'out/renderer/index.html').toString();
    const links = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(links.length).toBeGreaterThan(0);
    for (const link of links) expect(names).toContain(`out/renderer/${link.replace(/^\.\//, '')}`);
    expect(page).not.toMatch(/<script(?![^>]*\ssrc=)/);
  });

  it('carries the licences of the runtime, of itself and of what it bundles', () => {
    for (const name of ['LICENSE.txt', 'LICENSE.electron.txt', 'LICENSES.chromium.html']) {
      expect(existsSync(join(distribution.release, name)), name).toBe(true);
    }
    expect(extractFile(archive, 'out/renderer/licenses.md').toString()).toContain('vue');
  });

  it('has nothing left of the runtime it was made from', () => {
    const left = ['resources/app', 'resources/default_app.asar', 'resources/app-update.yml', 'synod-runtime.json'];
    expect(left.filter((name) => existsSync(join(distribution.release, name)))).toEqual([]);
  });
});

describe('the packaged storage module', () => {
  const folder = mkdtempSync(join(tmpdir(), 'synod-packaging-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('opens, writes synced and reads again, with nothing but what is in the package', async () => {
    const requirePackaged = createRequire(join(unpacked, 'out', 'main', 'node-worker.cjs'));
    expect(requirePackaged.resolve('classic-level').startsWith(unpacked)).toBe(true);
    const { ClassicLevel } = requirePackaged('classic-level') as typeof import('classic-level');
    const database = new ClassicLevel<string, string>(join(folder, 'disk'));
    await database.put('promised', '3.1', { sync: true });
    await database.close();
    const again = new ClassicLevel<string, string>(join(folder, 'disk'));
    expect(await again.get('promised')).toBe('3.1');
    await again.close();
  });
});

describe.runIf(distribution.deb !== null)('the .deb', () => {
  const ask = (...args: string[]) => execFileSync('dpkg-deb', args, { encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 });
  const deb = distribution.deb ?? '';

  it('names its package, version, machine and what it depends on', () => {
    const [name, version, machine, depends] = ['Package', 'Version', 'Architecture', 'Depends'].map((field) => {
      return ask('--field', deb, field).trim();
    });
    expect([name, version, machine]).toEqual(['synod', distribution.version, process.arch === 'x64' ? 'amd64' : process.arch]);
    expect(depends).toContain('libgtk-3-0');
  });

  it('installs the program, a command, a menu entry and an icon, all owned by root', () => {
    const lines = ask('--contents', deb).trim().split('\n');
    const paths = lines.map((line) => line.split(/\s+/)[5]);
    expect(paths).toEqual(expect.arrayContaining([
      './opt/Synod/synod',
      './opt/Synod/resources/app.asar',
      './opt/Synod/resources/app.asar.unpacked/out/main/node-worker.cjs',
      './usr/bin/synod',
      './usr/share/applications/synod.desktop',
      './usr/share/mime/packages/synod.xml',
      './usr/share/icons/hicolor/512x512/apps/synod.png',
      './usr/share/doc/synod/copyright',
    ]));
    expect(lines.filter((line) => line.split(/\s+/)[1] !== 'root/root')).toEqual([]);
    expect(lines.find((line) => line.endsWith('/chrome-sandbox'))).toMatch(/^-rws/);
  });

  it('opens run files by a double click', () => {
    const folder = mkdtempSync(join(tmpdir(), 'synod-packaging-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    ask('--extract', deb, folder);
    const entry = readFileSync(join(folder, 'usr', 'share', 'applications', 'synod.desktop'), 'utf8').split('\n');
    expect(entry).toContain('MimeType=application/x-synod-run;');
    expect(entry).toContain('Exec=/opt/Synod/synod -- %f');
    const mime = readFileSync(join(folder, 'usr', 'share', 'mime', 'packages', 'synod.xml'), 'utf8');
    expect(mime).toContain('<mime-type type="application/x-synod-run">');
    expect(mime).toContain('<glob pattern="*.synod"/>');
  });
});

describe('the association of run files', () => {
  it('is the same on every system, and names the extension that files are saved with', () => {
    const electron = { version: '1.2.3', folder: '' } as Parameters<typeof builderConfig>[0];
    expect(builderConfig(electron, '0.0.0').fileAssociations).toEqual([
      { ext: RUN_EXTENSION, name: 'Synod run', mimeType: 'application/x-synod-run', role: 'Editor' },
    ]);
  });
});
