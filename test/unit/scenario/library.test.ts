import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { library, libraryText } from '../../../src/scenario/library.ts';
import { libraryRun, outcome, played, runOf } from '../../support/scenarios.ts';

const folder = join(import.meta.dirname, '../../../src/scenario/library');
const names = library().map(({ name }) => name);

test('the library offers every file of its folder, each with a title of its own and what it teaches', () => {
  expect(names.map((name) => `${name}.yaml`).sort()).toEqual(readdirSync(folder).sort());
  expect(new Set(library().map(({ title }) => title)).size).toBe(names.length);
  expect(names.length).toBeGreaterThanOrEqual(12);
  for (const { description } of library()) {
    expect(description.length).toBeGreaterThan(100);
    expect(description.match(/\.(?= |$)/g)!.length, description).toBeLessThanOrEqual(3);
  }
  expect(() => libraryText('nothing')).toThrow('the library has no scenario "nothing"; it has majority, ');
});

test.each(names)('%s: all that is expected comes true, and every command can be carried out', (name) => {
  const run = libraryRun(name);
  const cluster = played(run);
  expect(outcome(run, cluster).filter(({ state }) => state !== 'met')).toEqual([]);
  expect(cluster.scheduler.refused).toEqual([]);
  expect(cluster.run().journal).toHaveLength(run.header.script!.length);
  expect(played(run).digest).toBe(cluster.digest);
});

/** What is done to a text so that its point is gone, and what is no longer so then. */
const without: readonly (readonly [string, string, string | RegExp, string, readonly string[]])[] = [
  ['majority', 'the third crash', /.*type: crash, node: n3 }\n/, '', ['nothing chosen in instance 2 before 18 s']],
  ['majority-and-minority', 'the cut', '[[1, 2, 3], [4, 5]]', '[[1, 2, 3, 4, 5]]', ['never minority chosen']],
  ['even-split', 'a half', '[[1, 2], [3, 4]]', '[[1, 2, 3], [4]]', ['nothing chosen before 20 s']],
  ['two-votes-choose', 'small quorums', '{ type: counted, phase1: 4, phase2: 2 }', '{ type: majority }', ['first chosen within 2 s']],
  ['duelling-proposers', 'impatience', 'backoff: false', 'backoff: true', ['nothing chosen before 30 s']],
  [
    'adopted-value',
    'the vote of n2',
    /\{ from: n1, to: n3 }([^]*)after: accept to n2/,
    '{ from: n1, to: n2 }, { from: n1, to: n3 }$1after: accept to n2 lost',
    ['red chosen', 'never blue chosen'],
  ],
  ['lost-promise', 'the loss', '100 %', '0 %', ['nothing chosen before 3 s', 'at least 2 prepares from n1 to n2 sent']],
  ['duplicated-and-reordered', 'copies', '100 %', '0 %', ['at least 5 promises to n1 within 3 s']],
  ['one-way-link', 'the cut', /.*cut-pattern.*\n/, '', ['nothing chosen before 8 s', 'never red chosen']],
  ['bridge', 'the cuts', /.*cut-pattern.*\n/, '', ['never accept from n1 to n5', 'never accept from n5 to n1']],
  ['flapping-link', 'flapping', /down: 45 %/g, 'down: 0 %', ['nothing chosen before 5 s']],
  ['crash-and-restart', 'the restarts', /.*type: restart.*\n/g, '', ['n2 and n3 learn during']],
  [
    'crash-before-accepted',
    'the save before the crash',
    'after-save',
    'before-step',
    ['red chosen', 'never blue chosen'],
  ],
  [
    'crash-after-accepted',
    'what is sent before the crash',
    'after-step',
    'after-save',
    ['n1 learns red within 4 s'],
  ],
  ['sleeping-proposer', 'the sleep', /.*freeze.*\n/, '', ['n1 refused', 'n1 learns blue', 'never red chosen']],
  ['slow-disk', 'the second slow disk', /.*node: n3, fault.*\n/, '', ['never n1 learns blue before 14 s']],
  ['amnesia', 'the erasure', 'disk: erased', 'disk: kept', ['n3 learns blue', 'two values']],
  ['lying-disk', 'the lie', 'lies: yes', 'lies: no', ['n3 learns blue', 'two values']],
  ['quorums-that-miss', 'the gap', 'phase2: 2', 'phase2: 3', ['n1 learns left within 4 s', 'two values']],
  ['transaction-ids', 'transactions', 'transactions: 100', 'transactions: 0', ['a client answered #1', 'at least 1 answer to a client #8']],
  ['leader-crash', 'the crash', /.*type: crash.*\n/, '', ['leader changes within 20 s']],
  ['gap-and-no-op', 'the cut', /.*type: partition.*\n/g, '', ['no-op chosen in slot 1']],
  ['two-leaders', 'the cut', '[[n1, n2, c1], [n3, n4, n5, c2]]', '[[n1, n2, c1, n3, n4, n5, c2]]', ['leader changes within 20 s after parted', 'never c1 answered before 12 s']],
  ['even-split-log', 'a half', '[[n1, n2, c1], [n3, n4, c2]]', '[[n1, n2, n3, c1], [n4, c2]]', ['nothing chosen before 30 s']],
  [
    'leader-with-one-follower',
    'small quorums',
    '{ type: counted, phase1: 4, phase2: 2 }',
    '{ type: majority }',
    ['3 answers to c1 done before 12 s', 'never leader changes before 40 s'],
  ],
  ['leader-without-votes', 'small quorums', '{ type: counted, phase1: 2, phase2: 4 }', '{ type: majority }', ['n2 leads within 6 s']],
  ['client-retry', 'the loss', '100 %', '0 %', ['at least 2 requests from c1 sent']],
  ['stale-read', 'the careless read', 'reads: local', 'reads: quorum', ['c1 answered old after c2 answered', 'exactly 1 answer to c1 old']],
  ['behind-a-snapshot', 'the snapshots', 'snapshotEvery: 20', 'snapshotEvery: 0', ['1 snapshot to n3 within 5 s after n3 restarts']],
  ['lost-disk', 'the loss', 'disk: erased', 'disk: kept', ['n3 joins within 20 s after n3 restarts']],
  ['replace-a-server', 'the new server', /.*type: add.*\n/, '', ['n4 joins within 15 s after n3 crashes', 'n3 leaves']],
  ['broken-memory', 'the mutant', /mutant:.*\n/, '', ['VoteDurable violated within 4 s', 'n3 learns blue', 'two values']],
  ['broken-heedless', 'the mutant', /mutant:.*\n/, '', ['ShowsSafeAt violated', 'n3 learns blue', 'two values']],
  ['broken-hurry', 'the mutant', /mutant:.*\n/, '', ['c1 answered done within 4 s after parted', 'OnceInEffect violated']],
];

describe('what a scenario shows is due to what it does', () => {
  test('in each of them', () => {
    expect(without.map(([name]) => name)).toEqual(names);
  });

  test.each(without)('%s without %s', (name, _what, found, instead, texts) => {
    const text = libraryText(name);
    const changed = text.replace(found, instead);
    expect(changed).not.toBe(text);
    const run = runOf(changed);
    const broken = outcome(run, played(run)).filter(({ state }) => state === 'broken');
    expect(broken.map((one) => one.text)).toEqual(expect.arrayContaining([...texts]));
  });
});
