/** The command line as it is built: a process of its own, without a window. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from '@playwright/test';

const root = resolve(import.meta.dirname, '../..');
const scenario = join(root, 'src/scenario/library/majority-and-minority.yaml');

function start(args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
  return spawn(process.execPath, [join(root, 'out/cli/cli.cjs'), ...args], { env });
}

async function run(args: readonly string[], env?: NodeJS.ProcessEnv) {
  const child = start(args, env);
  let output = '';
  let error = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (error += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output, error, lines: output.trimEnd().split('\n') };
}

test('threads and inline print the same run, to the same digest, and threads leave nothing behind', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'synod-cli-'));
  const args = ['run', scenario, '--until', '30', '--host'];
  const [threads, inline] = await Promise.all([
    run([...args, 'threads'], { ...process.env, TMPDIR: folder }),
    run([...args, 'inline']),
  ]);
  expect(threads).toMatchObject({ code: 0, error: '' });
  expect(threads.output).toBe(inline.output);
  expect(threads.output).toContain('chosen   in 2: "majority"');
  expect(readdirSync(folder)).toEqual([]);
  rmSync(folder, { recursive: true });
});

test('a command that cannot be carried out is said, and the run goes on', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'synod-cli-'));
  const file = join(folder, 'twice.yaml');
  const crash = (at: string) => `  - { at: ${at}, type: crash, node: 2 }\n`;
  writeFileSync(file, `synod: 1\ntitle: Twice\nprotocol: paxos\ncommands:\n${crash('1 s')}${crash('2 s')}`);
  for (const host of ['threads', 'inline']) {
    const { code, error, output } = await run(['run', file, '--until', '3', '--host', host]);
    expect({ code, error }).toEqual({ code: 0, error: '' });
    expect(output).toContain('could not be carried out: "crash" at 2 s was left out: n2 is down already');
    expect(output).toContain('Ended at 00:03.000');
  }
  rmSync(folder, { recursive: true });
});

test('an interruption ends the run with its summary', async () => {
  const child = start(['run', '--seed', '1']);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await expect.poll(() => output).toContain('n5 started');
  child.kill('SIGINT');
  const [code] = (await once(child, 'close')) as [number | null];
  expect(output).toMatch(/Ended at \d\d:\d\d\.\d{3} of virtual time, after \d+ events\n[^]*digest {3}[0-9a-f]+\n$/);
  expect(code).toBe(0);
});

test('whoever has seen enough may hang up', async () => {
  const child = start(['run', '--until', '100000', '--host', 'inline']);
  let error = '';
  child.stderr.on('data', (chunk: Buffer) => (error += chunk.toString()));
  await once(child.stdout, 'data');
  child.stdout.destroy();
  const [code] = (await once(child, 'exit')) as [number | null];
  expect({ code, error }).toEqual({ code: 0, error: '' });
});

test('a line of JSON for everything', async () => {
  const { code, lines } = await run(['run', '--seed', '3', '--nodes', '1', '--until', '12', '--json']);
  const objects = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(code).toBe(0);
  expect(objects[0]).toMatchObject({ type: 'run', header: { seed: 3, nodes: [1] } });
  expect(objects.at(-1)).toMatchObject({ type: 'summary', at: 12_000_000 });
});

test('what is wrong is said on standard error, with a code', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'synod-cli-'));
  const bad = join(folder, 'bad.json');
  writeFileSync(bad, '{ "synod": 1,\n  "title": "Bad",\n  "protocol": "paxos",\n  "nodes": "five" }');
  expect(await run(['run', bad])).toMatchObject({
    code: 2,
    output: '',
    error: 'synod: bad.json, line 4: nodes must be a whole number from 1 to 15, not "five"\n',
  });
  rmSync(folder, { recursive: true });
  expect(await run(['run', '--nodes', 'many'])).toMatchObject({
    code: 2,
    error: expect.stringContaining('synod --help lists'),
  });
  expect(await run(['run', 'nowhere.yaml'])).toMatchObject({
    code: 2,
    error: expect.stringContaining('nowhere.yaml: the file cannot be read'),
  });
  expect(await run(['--help'])).toMatchObject({ code: 0, output: expect.stringContaining('Exit codes:') });
  expect(await run(['--version'])).toMatchObject({ code: 0, output: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
});

test.describe('a run that is saved', () => {
  let folder = '';
  let file = '';
  let saved: Record<string, unknown> = {};

  const last = (lines: readonly string[]): Record<string, unknown> =>
    JSON.parse(lines.at(-1)!) as Record<string, unknown>;

  test.beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'synod-cli-'));
    file = join(folder, 'run.synod');
    const { code, error, lines } = await run(['run', scenario, '--seed', '3', '--out', file, '--json']);
    expect({ code, error }).toEqual({ code: 0, error: '' });
    saved = last(lines);
    expect(saved).toMatchObject({ type: 'summary', file, digest: expect.stringMatching(/^[0-9a-f]{16}$/) });
    expect((saved.expectations as { state: string }[]).map(({ state }) => state)).not.toContain('broken');
  });

  test.afterAll(() => rmSync(folder, { recursive: true }));

  for (const host of ['inline', 'threads']) {
    test(`is exact when it is replayed: ${host}`, async () => {
      const { code, error, lines } = await run(['replay', file, '--host', host, '--json']);
      expect({ code, error }).toEqual({ code: 0, error: '' });
      const { digest, events, at } = saved;
      expect(last(lines)).toMatchObject({ type: 'summary', exact: true, divergence: null, digest, events, at });
      expect(lines).toHaveLength(Number(events) + 2);
    });

    test(`and that it is another is said: ${host}`, async () => {
      const other = join(folder, `other-${host}.synod`);
      writeFileSync(other, readFileSync(file, 'utf8').replace('"seed": 3', '"seed": 4'));
      const { code, lines } = await run(['replay', other, '--host', host, '--json', '--only', 'faults']);
      expect(code).toBe(4);
      expect(last(lines)).toMatchObject({
        exact: false,
        divergence: { first: 0, last: expect.any(Number), text: expect.stringMatching(/^The first event that differs is /) },
      });
    });
  }

  test('can be replayed in part', async () => {
    const { code, lines } = await run(['replay', file, '--until-event', '100', '--json']);
    expect(code).toBe(0);
    expect(last(lines)).toMatchObject({ events: 100, exact: null });
    expect(lines).toHaveLength(102);
  });

  test('is no scenario, and a scenario is no run', async () => {
    expect(await run(['run', file])).toMatchObject({ code: 2, error: expect.stringContaining('synod replay') });
    expect(await run(['replay', scenario])).toMatchObject({ code: 2, error: expect.stringContaining('synod run') });
  });

  test('and then cut short is refused with its line', async () => {
    const half = join(folder, 'half.synod');
    writeFileSync(half, readFileSync(file, 'utf8').split('\n').slice(0, 16).join('\n'));
    expect(await run(['replay', half])).toMatchObject({
      code: 2,
      output: '',
      error: 'synod: half.synod, line 16: the file ends before the list does: "]" was expected\n',
    });
    expect(await run(['run', scenario, '--out', join(folder, 'no', 'run.synod')])).toMatchObject({
      code: 2,
      error: expect.stringContaining('cannot be written'),
    });
    const { code, output } = await run(['run', scenario, '--host', 'inline', '--out', folder]);
    expect(code).toBe(1);
    expect(output).toContain('! The run could not be saved: ');
  });
});

test('a run that is interrupted is saved as far as it has got, and is exact', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'synod-cli-'));
  const file = join(folder, 'run.synod');
  const child = start(['run', '--seed', '1', '--out', file]);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await expect.poll(() => output).toContain('n5 started');
  child.kill('SIGINT');
  expect(await once(child, 'close')).toEqual([0, null]);
  expect(await run(['replay', file])).toMatchObject({ code: 0, output: expect.stringContaining('exact    yes') });
  rmSync(folder, { recursive: true });
});

test('a broken expectation has a code of its own', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'synod-cli-'));
  const file = join(folder, 'hope.yaml');
  writeFileSync(file, 'synod: 1\ntitle: Hope\nprotocol: paxos\nuntil: 2 s\nexpect:\n  - red chosen\n');
  const { code, output } = await run(['run', file, '--host', 'inline']);
  expect(code).toBe(5);
  expect(output).toContain('expected red chosen: BROKEN');
  rmSync(folder, { recursive: true });
});
