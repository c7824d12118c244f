import { expect, test } from 'vitest';
import { Branches, BRANCHES_MAX } from '../../../electron/main/branches.ts';
import type { JournalEntry } from '../../../src/cluster/commands.ts';
import { createHeader, type Run } from '../../../src/cluster/run.ts';
import { protocolNamed } from '../../../src/protocol/registry.ts';

const header = createHeader(protocolNamed('paxos'), { nodes: 3, seed: 1 });
const crash = (at: number, seq: number): JournalEntry => ({ at, seq, command: { type: 'crash', node: 1, point: 'now' } });
const run = (...journal: JournalEntry[]): Run => ({ header, journal });
const tree = (): Branches => Branches.of(run(), { at: 0, seq: 0 });
const names = (branches: Branches) => branches.list().map(({ id, name, parent, current }) => ({ id, name, parent, current }));

test('a run begins as a tree of one branch, which goes on', () => {
  expect(tree().list()).toEqual([
    { id: 1, name: 'Branch 1', parent: null, forkedAt: null, seq: 0, at: 0, chosen: 0, current: true },
  ]);
});

test('a fork goes on, is named after its place, and leaves its parent where it was', () => {
  const branches = tree();
  branches.progress({ at: 20_000_000, seq: 900 }, 4);
  branches.park({ run: run(crash(5, 7)), end: { at: 20_000_001, seq: 901 }, digest: '0'.repeat(16) });
  branches.fork(run(), { at: 12_449_999, seq: 600 });
  expect(branches.list()).toMatchObject([
    { id: 1, parent: null, seq: 901, at: 20_000_001, chosen: 4, current: false },
    { id: 2, name: 'Branch 2 at 12.4 s', parent: 1, forkedAt: { at: 12_449_999, seq: 600 }, seq: 600, current: true },
  ]);
  expect(branches.get(1).run.journal).toHaveLength(1);
  branches.fork(run(), { at: 3100, seq: 4 });
  expect(branches.current.name).toBe('Branch 3 at 0.003 s');
});

test('progress is news only when there is some', () => {
  const branches = tree();
  expect(branches.progress({ at: 1, seq: 1 }, 0)).toBe(true);
  expect(branches.progress({ at: 1, seq: 1 }, 0)).toBe(false);
  expect(branches.progress({ at: 1, seq: 1 }, 1)).toBe(true);
});

test('a deleted branch gives its children to its parent, and has them again when it is restored', () => {
  const branches = tree();
  branches.fork(run(), { at: 1, seq: 1 });
  branches.fork(run(), { at: 2, seq: 2 });
  branches.rename(2, 'Two');
  const deleted = branches.delete(2);
  expect(names(branches)).toEqual([
    { id: 1, name: 'Branch 1', parent: null, current: false },
    { id: 3, name: 'Branch 3 at 0.000 s', parent: 1, current: true },
  ]);
  branches.restore(deleted);
  expect(names(branches)).toMatchObject([{ id: 1 }, { id: 2, name: 'Two', parent: 1 }, { id: 3, parent: 2, current: true }]);
});

test('without the root, its children have no parent', () => {
  const branches = tree();
  branches.fork(run(), { at: 1, seq: 1 });
  const root = branches.delete(1);
  expect(names(branches)).toMatchObject([{ id: 2, parent: null }]);
  branches.restore(root);
  expect(names(branches)).toMatchObject([{ id: 1, parent: null }, { id: 2, parent: 1 }]);
});

test('a branch restored after its parent is gone stands by itself', () => {
  const branches = tree();
  branches.fork(run(), { at: 1, seq: 1 });
  branches.fork(run(), { at: 2, seq: 2 });
  const middle = branches.delete(2);
  branches.delete(1);
  branches.restore(middle);
  expect(names(branches)).toMatchObject([{ id: 2, parent: null }, { id: 3, parent: 2 }]);
});

test('the branch that goes on is never deleted, and what is not there is refused', () => {
  const branches = tree();
  expect(() => branches.delete(1)).toThrow('“Branch 1” goes on now; switch to another branch first');
  expect(() => branches.delete(9)).toThrow('there is no branch 9');
  expect(() => branches.switchTo(9)).toThrow('there is no branch 9');
  expect(() => branches.rename(9, 'x')).toThrow('there is no branch 9');
});

test('numbers are never used again', () => {
  const branches = tree();
  branches.fork(run(), { at: 1, seq: 1 });
  branches.switchTo(1);
  branches.delete(2);
  expect(branches.fork(run(), { at: 1, seq: 1 }).id).toBe(3);
});

test('dropped is only what nothing was done in', () => {
  const branches = tree();
  branches.fork(run(crash(1, 1)), { at: 2, seq: 2 });
  expect(branches.drop(2)).toBe(false);
  branches.switchTo(1);
  expect(branches.drop(1)).toBe(false);
  expect(branches.drop(2)).toBe(true);
  branches.fork(run(crash(1, 1)), { at: 2, seq: 2 });
  branches.park({ run: run(crash(1, 1), crash(3, 3)), end: { at: 4, seq: 4 }, digest: '0'.repeat(16) });
  branches.switchTo(1);
  expect(branches.drop(3)).toBe(false);
});

test('who descends from whom', () => {
  const branches = tree();
  branches.fork(run(), { at: 1, seq: 1 });
  branches.fork(run(), { at: 1, seq: 1 });
  expect(branches.descends(3, 1)).toBe(true);
  expect(branches.descends(3, 3)).toBe(true);
  expect(branches.descends(2, 3)).toBe(false);
});

test('a stored tree can be had again', () => {
  const branches = tree();
  branches.fork(run(crash(1, 1)), { at: 2, seq: 2 });
  branches.park({ run: run(crash(1, 1), crash(3, 3)), end: { at: 4, seq: 4 }, digest: '0'.repeat(16) });
  branches.switchTo(1);
  const again = new Branches(structuredClone(branches.stored()), 1);
  expect(again.list()).toEqual(branches.list());
  expect(again.get(2)).toEqual(branches.get(2));
  expect(again.fork(run(), { at: 1, seq: 1 }).id).toBe(3);
});

test('there is a limit to branches', () => {
  const branches = tree();
  for (let id = 2; id <= BRANCHES_MAX; id++) branches.fork(run(), { at: 1, seq: 1 });
  expect(() => branches.fork(run(), { at: 1, seq: 1 })).toThrow(`there are ${BRANCHES_MAX} branches already`);
});
