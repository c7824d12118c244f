import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstFilter, passes, routineKinds, textTest, type LogFilter } from '../../renderer/panels/log/log-filter.ts';
import { LogIndex } from '../../renderer/panels/log/log-index.ts';
import { sentenceCache, stretches } from '../../renderer/panels/log/sentences.ts';
import { Ring } from '../../renderer/ring.ts';
import { applyEvent, createWorld, logGroups, logRow, protocolNamed, readEvents, sentence, type LogRow } from '../../src/contract/index.ts';
import { InlineBridge } from './harness.ts';

const sentenceOf = sentenceCache(() => protocolNamed('paxos'));
const everything: LogFilter = { ...firstFilter, groups: new Set(logGroups) };
const still = (): number => 0;

/** The rows of a real run, made as the feed makes them. */
function rowsOf(us: number, nodes = 5, protocol = 'paxos'): LogRow[] {
  const bridge = new InlineBridge({ nodes, protocol });
  bridge.cluster.runUntil(us);
  const world = createWorld(bridge.cluster.scheduler.header);
  const rows: LogRow[] = [];
  for (const event of readEvents(bridge.frame().events)) {
    rows.push(logRow(world, event));
    applyEvent(world, event);
  }
  return rows;
}

const rows = rowsOf(30_000_000);

function shown(index: LogIndex, ring: Ring<LogRow>): LogRow[] {
  return Array.from({ length: index.length }, (_, i) => ring.at(index.at(i)!)!);
}

function filled(capacity: number, given: readonly LogRow[]): Ring<LogRow> {
  const ring = new Ring<LogRow>(capacity);
  for (const row of given) ring.push(row);
  return ring;
}

describe('log filter', () => {
  it('leaves out packets that only say that somebody is there, sent, delivered or lost', () => {
    const protocol = protocolNamed('multipaxos');
    const silent = routineKinds(protocol);
    expect([...silent].map((kind) => protocol.messages[kind]!.name)).toEqual(['heartbeat', 'alive']);
    expect(routineKinds(protocolNamed('paxos')).size).toBe(0);
    const all = rowsOf(20_000_000, 3, 'multipaxos');
    const said = (filter: LogFilter) => all.filter((row) => passes(filter, row)).map((row) => sentence(protocol, row));
    const loud = said(firstFilter);
    const quiet = said({ ...firstFilter, silent });
    expect(loud.some((text) => /heartbeat:|alive:/.test(text))).toBe(true);
    expect(quiet.some((text) => /heartbeat:|alive:/.test(text))).toBe(false);
    expect(quiet).toEqual(loud.filter((text) => !/heartbeat:|alive:/.test(text)));
  });


  it('leaves out timers and disk at first', () => {
    const groups = new Set(rows.filter((row) => passes(firstFilter, row)).map(({ group }) => group));
    expect(groups.has('timers') || groups.has('disk')).toBe(false);
    expect(groups.has('messages') && groups.has('decisions')).toBe(true);
  });

  it('takes rows about any of the nodes, and about the whole cluster', () => {
    const filter = { ...everything, nodes: new Set([2]) };
    const passing = rows.filter((row) => passes(filter, row));
    expect(passing.length).toBeGreaterThan(0);
    expect(passing.every(({ nodes }) => nodes.length === 0 || nodes.includes(2))).toBe(true);
  });

  it('finds words in any case', () => {
    const { test } = textTest('  PROMISED ');
    expect(test!('n2 promised 3.1')).toBe(true);
    expect(test!('n2 accepted 3.1')).toBe(false);
  });

  it('takes what stands between slashes for an expression', () => {
    const { test } = textTest('/n[12] .*chosen/i');
    expect(test!('n2 learned that it is Chosen')).toBe(true);
    expect(test!('n3 learned that it is chosen')).toBe(false);
  });

  it('gives the same answer for the same sentence, whatever the flags', () => {
    const { test } = textTest('/chosen/gy');
    expect([test!('is chosen'), test!('is chosen')]).toEqual([true, true]);
  });

  it.each(['/n2(/', '/[/', '/a/q'])('says what is wrong with %s', (text) => {
    const { test, error } = textTest(text);
    expect(test).toBeNull();
    expect(error).toMatch(/^Not a regular expression: ./);
  });

  it('passes everything when nothing was typed', () => {
    expect(textTest('  ')).toEqual({ test: null, error: null });
  });
});

describe('log index', () => {
  it('gives the rows that pass, oldest first', () => {
    const ring = filled(50_000, rows);
    const index = new LogIndex(ring, sentenceOf, firstFilter, null);
    index.advance(1, still);
    expect(shown(index, ring)).toEqual(rows.filter((row) => passes(firstFilter, row)));
    expect(index.pending).toBe(false);
  });

  it('filters by sentence', () => {
    const ring = filled(50_000, rows);
    const { test } = textTest('is chosen');
    const index = new LogIndex(ring, sentenceOf, everything, test);
    index.advance(1, still);
    expect(shown(index, ring)).toEqual(rows.filter((row) => sentenceOf(row).includes('is chosen')));
  });

  it('looks at no row twice while rows come in', () => {
    const ring = new Ring<LogRow>(50_000);
    let looks = 0;
    const index = new LogIndex(ring, sentenceOf, everything, () => ++looks > 0);
    for (const row of rows) {
      ring.push(row);
      index.advance(1, still);
    }
    expect(looks).toBe(rows.length);
  });

  it('stops when its time is up, newest rows first, and comes to its end later', () => {
    const ring = filled(50_000, rows);
    let wall = 0;
    const index = new LogIndex(ring, sentenceOf, everything, null);
    const { prepended } = index.advance(1, () => wall++);
    expect(prepended).toBeGreaterThan(0);
    expect(index.pending).toBe(true);
    expect(ring.at(index.at(index.length - 1)!)).toBe(rows.at(-1));
    while (index.pending) index.advance(1, () => wall++);
    expect(shown(index, ring)).toEqual(rows);
  });

  it('tells how many rows went at the beginning, so that what is read can stay in place', () => {
    const ring = filled(100, rows.slice(0, 100));
    const index = new LogIndex(ring, sentenceOf, everything, null);
    index.advance(1, still);
    for (const row of rows.slice(100, 130)) ring.push(row);
    expect(index.advance(1, still)).toEqual({ dropped: 30, prepended: 0 });
    expect(shown(index, ring)).toEqual(rows.slice(30, 130));
  });

  it('holds just the passing rows that are kept, whatever happens in between', () => {
    const steps = fc.array(
      fc.oneof(
        fc.record({ push: fc.integer({ min: 1, max: 400 }) }),
        fc.record({ nodes: fc.uniqueArray(fc.integer({ min: 1, max: 5 }), { maxLength: 3 }) }),
        fc.record({ groups: fc.uniqueArray(fc.constantFrom(...logGroups), { minLength: 1 }) }),
        fc.record({ budget: fc.integer({ min: 1, max: 3 }) }),
      ),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(steps, (given) => {
        const ring = new Ring<LogRow>(300);
        let filter = firstFilter;
        let pushed = 0;
        let wall = 0;
        const index = new LogIndex(ring, sentenceOf, filter, null);
        for (const step of given) {
          if ('push' in step) for (let i = 0; i < step.push; i++) ring.push(rows[pushed++ % rows.length]!);
          else if ('budget' in step) index.advance(step.budget, () => wall++);
          else {
            filter = 'nodes' in step ? { ...filter, nodes: new Set(step.nodes) } : { ...filter, groups: new Set(step.groups) };
            index.setFilter(filter, null);
          }
        }
        do index.advance(1, () => wall++);
        while (index.pending);
        const kept = Array.from({ length: ring.length }, (_, i) => ring.at(ring.start + i)!);
        expect(shown(index, ring)).toEqual(kept.filter((row) => passes(filter, row)));
      }),
    );
  });

  it('looks at 50,000 rows in less time than a person notices, and at new ones in next to none', () => {
    const many = Array.from({ length: 50_000 }, (_, i) => rows[i % rows.length]!);
    const ring = filled(50_000, many);
    const index = new LogIndex(ring, sentenceOf, firstFilter, null);
    const start = performance.now();
    while (index.pending) index.advance(4, () => performance.now());
    expect(performance.now() - start).toBeLessThan(250);
    ring.push(rows[0]!);
    const again = performance.now();
    index.advance(4, () => performance.now());
    expect(performance.now() - again).toBeLessThan(20);
  });
});

describe('sentences', () => {
  it('are made once', () => {
    expect(sentenceOf(rows[0]!)).toBe(sentenceOf(rows[0]!));
  });

  it('are taken apart without losing anything', () => {
    for (const row of rows.slice(0, 2000)) {
      expect(stretches(sentenceOf(row)).map(({ text }) => text).join('')).toBe(sentenceOf(row));
    }
  });

  it('name their nodes and values', () => {
    expect(stretches('n2 promised 3.1 to n11; it had accepted 2.3 = "red"').filter(({ node, value }) => node !== null || value)).toEqual([
      { text: 'n2', node: 2, value: false },
      { text: 'n11', node: 11, value: false },
      { text: '"red"', node: null, value: true },
    ]);
  });
});
