/** Set-up: nothing half done is taken for finished, and two set-ups at once do not meet. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withLock } from '../../../build/setup/lock.mjs';
import { isComplete, newStagingFolder, publish, runtimesDir } from '../../../build/setup/runtime-folder.mjs';
import { unzip } from '../../../build/setup/unzip.mjs';
import { zipOf } from './zip-writer.ts';

const setupModule = (name: string) => fileURLToPath(new URL(`../../../build/setup/${name}.mjs`, import.meta.url));
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'synod-setup-'));
  process.env.SYNOD_CACHE_DIR = folder;
});

afterEach(() => {
  delete process.env.SYNOD_CACHE_DIR;
  rmSync(folder, { recursive: true, force: true });
});

describe('a runtime in the cache', () => {
  const target = () => join(runtimesDir(), '1.0.0-test');

  function publishOne(): void {
    const staged = join(newStagingFolder(), 'runtime');
    mkdirSync(join(staged, 'resources'), { recursive: true });
    writeFileSync(join(staged, 'electron'), 'program');
    writeFileSync(join(staged, 'resources', 'a.pak'), 'resource');
    publish(staged, target());
  }

  it('is complete once it was published, and then only', () => {
    expect(isComplete(target())).toBe(false);
    publishOne();
    expect(isComplete(target())).toBe(true);
  });

  it('is not complete with a file cut short or missing, and can be published again', () => {
    publishOne();
    truncateSync(join(target(), 'electron'), 3);
    expect(isComplete(target())).toBe(false);
    publishOne();
    expect(isComplete(target())).toBe(true);
    rmSync(join(target(), 'resources', 'a.pak'));
    expect(isComplete(target())).toBe(false);
  });

  it('clears away what interrupted work left', () => {
    writeFileSync(join(newStagingFolder(), 'half'), 'half');
    const staging = newStagingFolder();
    expect(readdirSync(staging)).toEqual([]);
    expect(readdirSync(join(staging, '..'))).toHaveLength(1);
  });
});

describe('unpacking', () => {
  const entries = [
    { name: 'Top/', content: '', mode: 0o040755 },
    { name: 'Top/program', content: 'run', mode: 0o100755 },
    { name: 'Top/deep/er/text', content: 'words', mode: 0o100644 },
    { name: 'Top/left/out', content: 'not wanted', mode: 0o100644 },
  ];
  const strip = (name: string) => (name.startsWith('Top/left') ? null : name.slice(4));

  it('keeps contents and modes, and leaves out what is not wanted', async () => {
    const zip = join(folder, 'a.zip');
    writeFileSync(zip, zipOf(entries));
    const target = join(folder, 'unpacked');
    mkdirSync(target);
    const fractions: number[] = [];
    await unzip(zip, target, strip, (fraction: number) => fractions.push(fraction));
    expect(readFileSync(join(target, 'program'), 'utf8')).toBe('run');
    expect(statSync(join(target, 'program')).mode & 0o777).toBe(0o755);
    expect(readFileSync(join(target, 'deep/er/text'), 'utf8')).toBe('words');
    expect(existsSync(join(target, 'left'))).toBe(false);
    expect(fractions.at(-1)).toBe(1);
  });

  it('refuses a zip that ends early', async () => {
    const zip = join(folder, 'a.zip');
    const whole = zipOf(entries);
    for (const length of [0, 10, whole.length / 2, whole.length - 1]) {
      writeFileSync(zip, whole.subarray(0, length));
      await expect(unzip(zip, folder, strip, () => {})).rejects.toThrow(/signature|end of|central directory|range/i);
    }
  });

  it('refuses a path that leads out of the folder', async () => {
    const zip = join(folder, 'a.zip');
    writeFileSync(zip, zipOf(entries));
    const target = join(folder, 'unpacked');
    mkdirSync(target);
    await expect(unzip(zip, target, (name: string) => `../${name}`, () => {})).rejects.toThrow(/outside its folder/);
    expect(readdirSync(folder).sort()).toEqual(['a.zip', 'unpacked']);
  });
});

describe('the lock', () => {
  it('lets one in at a time and tells who waits', async () => {
    const order: string[] = [];
    const hold = async (name: string) => {
      order.push(`${name} in`);
      await new Promise((done) => setTimeout(done, 50));
      order.push(`${name} out`);
    };
    await Promise.all([
      withLock(folder, () => hold('first')),
      withLock(folder, () => hold('second'), () => order.push('second waits')),
    ]);
    expect(order.filter((entry) => entry !== 'second waits')).toEqual(['first in', 'first out', 'second in', 'second out']);
    expect(order).toContain('second waits');
  });

  it('is free again when its holder is killed', async () => {
    const script = `import { withLock } from ${JSON.stringify(setupModule('lock'))};
      await withLock(${JSON.stringify(folder)}, () => new Promise(() => setInterval(() => console.log('held'), 20)));`;
    const holder = spawn(process.execPath, ['--input-type=module', '--eval', script]);
    await once(holder.stdout, 'data');
    let waited = false;
    const mine = withLock(folder, async () => 'mine', () => {
      waited = true;
      holder.kill('SIGKILL');
    });
    expect(await mine).toBe('mine');
    expect(waited).toBe(true);
  });
});

describe('a failed step', () => {
  it('says which, why and what to run, and ends with code 1', () => {
    const script = `import { runCommand, runStep, SetupError } from ${JSON.stringify(setupModule('steps'))};
      await runCommand(() => runStep('the moon', async (step) => {
        step.progress(0.25);
        step.progress(0.29);
        throw new SetupError('the moon', 'it is far', 'npm run rocket');
      }));`;
    const run = spawnSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' });
    expect(run.status).toBe(1);
    expect(run.stdout).toBe('the moon ... 20% failed\n');
    expect(run.stderr).toBe('\nFailed at: the moon\nWhy:       it is far\nRun this:  npm run rocket\n');
  });
});
