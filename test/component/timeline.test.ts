import { describe, expect, it } from 'vitest';
import { clusterMarks, clusterNear, momentAt, placeOf, TRACK_PAD } from '../../renderer/panels/timeline/clusters.ts';
import { preciseTime } from '../../renderer/moment-text.ts';
import { countUpTo, TimeScale } from '../../renderer/time-scale.ts';
import type { Mark, MarkKind } from '../../src/contract/index.ts';

const mark = (seq: number, kind: MarkKind): Mark => ({ seq, at: seq * 1000, kind, node: null, text: `${kind} ${seq}` });

describe('places on the track', () => {
  it('lead to the moment and back', () => {
    for (const seq of [0, 1, 499, 1000]) expect(momentAt(placeOf(seq, 1000, 2000), 1000, 2000)).toBe(seq);
    expect(placeOf(0, 10, 500)).toBe(TRACK_PAD);
    expect(placeOf(10, 10, 500)).toBe(500 - TRACK_PAD);
    expect(momentAt(-50, 10, 500)).toBe(0);
    expect(momentAt(900, 10, 500)).toBe(10);
  });

  it('hold for an empty run and a track without width', () => {
    expect(placeOf(0, 0, 0)).toBe(TRACK_PAD);
    expect(momentAt(5, 0, 0)).toBe(0);
  });
});

describe('marks on the track', () => {
  it('stand together where they are dense, as the most important of them', () => {
    const clusters = clusterMarks([mark(10, 'heal'), mark(11, 'crash'), mark(12, 'command'), mark(900, 'cut')], 1000, 800);
    expect(clusters.map(({ kind, count, lane }) => [kind, count, lane])).toEqual([
      ['crash', 3, 'below'],
      ['cut', 1, 'below'],
    ]);
  });

  it('keep decisions apart from what was done to the cluster', () => {
    const clusters = clusterMarks([mark(10, 'chosen'), mark(10, 'crash')], 1000, 800);
    expect(clusters.map(({ lane }) => lane)).toEqual(['above', 'below']);
  });

  it('are never more than the track has room for', () => {
    const many = Array.from({ length: 50_000 }, (_, i) => mark(i * 2, i % 3 === 0 ? 'chosen' : 'crash'));
    const clusters = clusterMarks(many, 100_000, 900);
    expect(clusters.length).toBeLessThan(300);
    expect(clusters.reduce((sum, { count }) => sum + count, 0)).toBe(50_000);
  });

  it('are found near the pointer only', () => {
    const clusters = clusterMarks([mark(100, 'chosen'), mark(500, 'crash')], 1000, 824);
    expect(clusterNear(clusters, placeOf(501, 1000, 824) + 4)!.kind).toBe('crash');
    expect(clusterNear(clusters, placeOf(300, 1000, 824))).toBeNull();
  });
});

describe('time scale', () => {
  it('knows the time of what it was told, and goes evenly in between', () => {
    const scale = new TimeScale();
    scale.add(10, 1000);
    scale.add(30, 5000);
    expect(scale.at(10)).toBe(1000);
    expect(scale.at(20)).toBe(3000);
    expect(scale.at(5)).toBe(500);
    expect(scale.at(99)).toBe(5000);
  });

  it('takes what comes late in its order, and stays small', () => {
    const scale = new TimeScale();
    for (let seq = 1; seq <= 40_000; seq += 2) scale.add(seq, seq * 10);
    for (let seq = 2; seq <= 400; seq += 2) scale.add(seq, seq * 10);
    for (const seq of [1, 200, 20_000, 39_999]) expect(scale.at(seq)).toBeCloseTo(seq * 10, 6);
  });

  it('counts up to a limit', () => {
    const items = [1, 3, 3, 7];
    expect([0, 1, 3, 6, 7].map((limit) => countUpTo(items, limit, (item) => item))).toEqual([0, 1, 3, 3, 4]);
  });
});

describe('a moment in words', () => {
  it.each([
    [0, '0.000 s'],
    [12_402_900, '12.402 s'],
    [65_001_000, '1 min 5.001 s'],
  ])('%d µs is %s', (us, text) => expect(preciseTime(us)).toBe(text));
});
