import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { UsageError } from '../../../src/cli/argument-values.ts';
import { readArguments } from '../../../src/cli/arguments.ts';
import { check } from '../../../src/cli/check.ts';
import { EXIT_OK, EXIT_UNKNOWN, EXIT_VIOLATION } from '../../../src/cli/exit-codes.ts';
import { historyText } from '../../../src/check/linearizability/file.ts';
import { runFileText } from '../../../src/cluster/run-file/run-file.ts';
import { InlineCluster } from '../../../src/host/inline.ts';
import { libraryText } from '../../../src/scenario/library.ts';
import { historyNoted } from '../../support/histories.ts';
import { runOf } from '../../support/scenarios.ts';

let folder = '';
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'synod-check-'))));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => void vi.restoreAllMocks());

const usual = { type: 'check', model: null, states: 200_000, json: false, svg: null } as const;

async function checked(text: string, options: object = {}): Promise<{ code: number; printed: string }> {
  const file = join(folder, 'history.json');
  writeFileSync(file, text);
  let printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => ((printed += String(chunk)), true));
  const code = await check({ ...usual, file, ...options });
  return { code, printed };
}

const noted = (text: string) => historyText(historyNoted(text));

describe('synod check', () => {
  it('takes a file and a model', () => {
    expect(readArguments(['check', 'a.json'])).toEqual({ ...usual, file: 'a.json' });
    expect(readArguments(['check', '--json', '--model', 'register', '--states', '5', 'a.json']))
      .toEqual({ type: 'check', file: 'a.json', model: 'register', states: 5, json: true, svg: null });
    expect(() => readArguments(['check'])).toThrow('a FILE is missing');
    expect(() => readArguments(['check', 'a', 'b'])).toThrow(UsageError);
    expect(() => readArguments(['check', 'a', '--model', 'queue'])).toThrow('database, register, transactions');
  });

  it('prints an order that explains every answer', async () => {
    const { code, printed } = await checked(noted('c1 1-9 put x = 1: done; c2 2-3 get x: nothing'));
    expect(code).toBe(EXIT_OK);
    expect(printed.split('\n').slice(1, 4).map((line) => line.trim())).toEqual([
      'Linearizable: this order explains every answer (3 states)',
      '1  c2  get x: nothing, from 2 to 3',
      '2  c1  put x = 1: done, from 1 to 9',
    ]);
  });

  it('prints which operation fits nowhere', async () => {
    const stale = noted('c1 1-2 put x = 1: done; c1 3-4 put x = 2: done; c2 5-6 get x: 1');
    const { code, printed } = await checked(stale);
    expect(code).toBe(EXIT_VIOLATION);
    expect(printed).toContain('c2  get x: 1, from 5 to 6 fits nowhere; after 2 operations in this order it would be answered 2');
    vi.restoreAllMocks();
    const json = await checked(stale, { json: true });
    expect(JSON.parse(json.printed)).toMatchObject({
      verdict: 'violation',
      model: 'database',
      order: null,
      violation: { property: 'Linearizability', objects: ['key x'], calls: [0, 1, 2], longest: [{ order: [0, 1], blocked: 2 }] },
    });
  });

  it('says as JSON that there is no violation', async () => {
    const { printed } = await checked(noted('c1 1-2 put x = 1: done'), { json: true });
    expect(JSON.parse(printed)).toMatchObject({ type: 'summary', verdict: 'linearizable', operations: 1, order: [0], violation: null });
  });

  it('says when it does not know', async () => {
    const { code, printed } = await checked(noted('c1 1-2 put x = 1: done; c2 3-4 get x: 1'), { states: 1 });
    expect(code).toBe(EXIT_UNKNOWN);
    expect(printed).toContain('Not known');
  });

  it('refuses what is no history, and operations that the model does not have', async () => {
    await expect(checked('{}')).rejects.toThrow(UsageError);
    await expect(checked(noted('c1 1-2 begin: #1'), { model: 'register' })).rejects.toThrow('has no operation begin');
  });
});

describe('a saved run', () => {
  /** The text of a run of a scenario of the library, as `synod run --out` saves it. */
  function savedRun(name: string, change: (text: string) => string = (text) => text): string {
    const { title, header, until } = runOf(change(libraryText(name)));
    const cluster = new InlineCluster(header);
    cluster.runUntil(until!);
    const end = { at: cluster.now, seq: cluster.scheduler.log.seq };
    return runFileText({ title, app: '', run: cluster.run(), end, digest: cluster.digest, marks: [], expect: null });
  }

  it('is checked by what its clients were answered', async () => {
    const stale = await checked(savedRun('stale-read'), { json: true });
    expect(stale.code).toBe(EXIT_VIOLATION);
    expect(JSON.parse(stale.printed)).toMatchObject({ operations: 4, violation: { property: 'Linearizability' } });
    vi.restoreAllMocks();
    const careful = await checked(savedRun('stale-read', (text) => text.replace('reads: local', 'reads: log')), { json: true });
    expect(careful.code).toBe(EXIT_OK);
    expect(JSON.parse(careful.printed)).toMatchObject({ operations: 4, violation: null });
  });

  it('is drawn with its faults and what fits nowhere', async () => {
    const svg = join(folder, 'history.svg');
    expect((await checked(savedRun('stale-read'), { svg })).code).toBe(EXIT_VIOLATION);
    expect(readFileSync(svg, 'utf8')).toMatch(/^<svg [^]*n1 n2 c1 \| n3 n4 n5 c2[^]*✕ get x → old[^]*<\/svg>\n$/);
    await expect(checked(savedRun('stale-read'), { svg: join(folder, 'nowhere', 'a.svg') })).rejects.toThrow('--svg ');
  });

  it('that is not the one that was saved is not checked', async () => {
    const changed = savedRun('stale-read').replace(/"digest": "[0-9a-f]/, (found) => found.slice(0, -1) + (found.endsWith('0') ? '1' : '0'));
    await expect(checked(changed)).rejects.toThrow('it is not the run that was saved; synod replay history.json says where it differs');
  });
});
