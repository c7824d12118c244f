import { describe, expect, test } from 'vitest';
import { DigestWatch, FILE_MARK_EVENTS } from '../../../src/cli/digest-watch.ts';
import { driveInline, replayInline } from '../../../src/cli/inline.ts';
import type { DriveListener } from '../../../src/cli/drive.ts';
import { firstEvents, splitEvents } from '../../../src/cluster/packed-events.ts';
import { InlineCluster } from '../../../src/host/inline.ts';
import { scriptedRunFile, shortRunFile } from '../../support/run-files.ts';

const file = shortRunFile();
const { run, end } = file;
const silent: DriveListener = { events: () => {}, problem: () => {} };

describe('a replay in this thread', () => {
  test('comes to the same digest, by way of all events', async () => {
    const watch = new DigestWatch(file.marks);
    const listener = { ...silent, events: watch.take.bind(watch) };
    const replayed = await replayInline({ run, end, enough: () => false, listener });
    expect(replayed).toEqual({ end, digest: file.digest, complete: true, divergence: null });
    expect([watch.digest, watch.difference, watch.same]).toEqual([file.digest, null, file.marks.at(-1)!.seq]);
    expect(watch.marks).toEqual(expect.arrayContaining([...file.marks]));
  });

  test('of a run in the middle of its script ends where that does', async () => {
    const half = scriptedRunFile();
    const { header, journal } = half.run;
    expect(journal.some(({ refused }) => refused)).toBe(true);
    expect(journal.filter(({ scripted }) => scripted !== undefined).length).toBeLessThan(header.script!.length);
    const replayed = await replayInline({ run: half.run, end: half.end, enough: () => false, listener: silent });
    expect(replayed).toEqual({ end: half.end, digest: half.digest, complete: true, divergence: null });
  });

  test('stops when it is enough', async () => {
    let calls = 0;
    const replayed = await replayInline({ run, end, enough: () => ++calls > 2, listener: silent });
    expect(replayed).toMatchObject({ complete: false, divergence: null });
    expect(replayed.end.seq).toBeLessThan(end.seq);
  });

  test.each([
    ['another seed', { ...run, header: { ...run.header, seed: 8 } }],
    ['a command less', { ...run, journal: run.journal.slice(1) }],
  ])('with %s says that it comes to another place', async (_case, other) => {
    const replayed = await replayInline({ run: other, end, enough: () => false, listener: silent });
    expect(replayed.complete).toBe(true);
    expect(replayed.divergence === null ? replayed.digest : null).not.toBe(file.digest);
  });
});

describe('the digest on the way', () => {
  const cluster = new InlineCluster(run.header);
  cluster.runUntil(2_000_000);
  const { log } = cluster.scheduler;
  const all = log.since({ chunk: 0, offset: 0, seq: 0, at: 0 })!;

  test('is that of the log, however the events come', () => {
    const watch = new DigestWatch();
    const half = Math.floor(all.count / 2);
    watch.take(firstEvents(all, half));
    const before = watch.digest;
    watch.take(splitEvents(all, half, () => {}));
    expect(watch.digest).toBe(log.digest);
    expect(before).not.toBe(log.digest);
  });

  test('names the marks between which a run differs', () => {
    const cut = (count: number): string => {
      const watch = new DigestWatch();
      watch.take(firstEvents(all, count));
      return watch.digest!;
    };
    const wrong = '0'.repeat(16);
    const watch = new DigestWatch([
      { seq: 100, digest: cut(100) },
      { seq: 200, digest: wrong },
      { seq: 300, digest: wrong },
    ]);
    watch.take(all);
    expect(watch.difference).toEqual({ same: 100, differs: 200 });
  });

  test('is marked every so many events', async () => {
    const watch = new DigestWatch();
    const { signal } = new AbortController();
    const listener = { ...silent, events: watch.take.bind(watch) };
    const driven = await driveInline({ header: run.header, until: 30_000_000, speed: 'max', signal, listener });
    expect(watch.marks).toHaveLength(Math.floor(driven.end.seq / FILE_MARK_EVENTS));
    expect(watch.marks.length).toBeGreaterThan(0);
    expect(watch.digest).toBe(driven.digest);
  });
});
