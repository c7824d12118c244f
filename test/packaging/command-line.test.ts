/** The installed program does commands without a window, without a display, and without Node beside it. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { distribution } from './distribution.ts';

const sandbox = JSON.parse(process.env.SYNOD_ELECTRON_ARGS ?? '[]') as string[];

/** What Chromium has to say, of a machine without a system bus for instance, before anybody can tell it to be quiet. */
const CHROMIUM = /^\[\d+:\d+\/[\d.]+:[A-Z]+:.*\n/gm;

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

/** @param interrupt what standard output has said by the time at which the command is interrupted */
function synod(words: readonly string[], interrupt?: RegExp): Promise<Ended> {
  const { DISPLAY: _display, WAYLAND_DISPLAY: _wayland, ...env } = process.env;
  const program = spawn(join(distribution.release, 'synod'), [...sandbox, ...words], { env, detached: true });
  let [out, error] = ['', ''];
  program.stdout.on('data', (chunk: Buffer) => {
    const before = interrupt?.test(out) ?? true;
    out += chunk.toString();
    // As a terminal does: all that belong together.
    if (!before && interrupt!.test(out)) process.kill(-program.pid!, 'SIGINT');
  });
  program.stderr.on('data', (chunk: Buffer) => (error += chunk.toString()));
  return new Promise((resolve) => program.on('close', (code) => resolve({ code, out, error: error.replaceAll(CHROMIUM, '') })));
}

it('searches a specification, and says nothing but the result', async () => {
  const { code, out, error } = await synod(['spec', 'paxos', '--max-ballot', '1', '--json']);
  expect(JSON.parse(out)).toMatchObject({ distinct: 3921, generated: 23563, depth: 17, violation: null });
  expect({ code, error }).toEqual({ code: 0, error: '' });
});

it('runs a cluster on threads of its own', async () => {
  const { code, out } = await synod(['run', '--until', '2', '--seed', '7', '--json']);
  expect(JSON.parse(out.trim().split('\n').at(-1)!)).toMatchObject({ digest: expect.stringMatching(/^[0-9a-f]{16}$/) });
  expect(code).toBe(0);
});

it('fuzzes on threads of its own, and finds what is broken', async () => {
  const { code, out } = await synod(['fuzz', '--mutant', 'promise-not-stored', '--runs', '20', '--threads', '2', '--no-shrink', '--json']);
  expect(JSON.parse(out.trim().split('\n').at(-1)!)).toMatchObject({ runs: 20, violation: { check: 'PromiseTruthful' } });
  expect(code).toBe(6);
});

it('gives the exit code of a finding, and of a wrong command line', async () => {
  const found = await synod(['spec', 'paxos', '--acceptors', '4', '--q1', '2', '--q2', '2', '--json']);
  expect([found.code, JSON.parse(found.out).violation]).toEqual([6, expect.objectContaining({})]);
  const wrong = await synod(['spec', 'paxos', '--acceptors', 'many']);
  expect([wrong.code, wrong.error]).toEqual([2, expect.stringContaining('--acceptors')]);
});

it('ends with its summary when it is interrupted', async () => {
  const { code, out } = await synod(['run', '--seed', '7', '--json'], /"type":"chosen"/);
  expect(JSON.parse(out.trim().split('\n').at(-1)!)).toHaveProperty('digest');
  expect(code).toBe(0);
});
