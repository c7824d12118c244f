import { expect, test } from 'vitest';
import { commandText, deedText, DEEDS_MAX, UndoStack, type Deed } from '../../../electron/main/undo.ts';
import { commandSchema, type Command } from '../../../src/cluster/commands.ts';

const renamed = (branch: number): Deed => ({ type: 'rename', branch, before: `Branch ${branch}` });

test('the latest deed that can be taken back comes first; the others wait', () => {
  const undo = new UndoStack();
  for (const branch of [1, 2, 1]) undo.push(renamed(branch));
  const second = undo.latest((deed) => deed.type === 'rename' && deed.branch === 2)!;
  expect(second).toEqual(renamed(2));
  undo.remove(second);
  expect(undo.latest((deed) => deed.type === 'rename' && deed.branch === 2)).toBeNull();
  expect(undo.latest(() => true)).toEqual(renamed(1));
});

test('it remembers only so many', () => {
  const undo = new UndoStack();
  for (let branch = 1; branch <= DEEDS_MAX + 1; branch++) undo.push(renamed(branch));
  expect(undo.latest((deed) => deed.type === 'rename' && deed.branch === 1)).toBeNull();
  expect(undo.latest((deed) => deed.type === 'rename' && deed.branch === 2)).not.toBeNull();
});

test.each<[Command, string]>([
  [{ type: 'crash', node: 3, point: 'now' }, 'crash of n3'],
  [{ type: 'restart', node: 3, disk: 'kept' }, 'restart of n3'],
  [{ type: 'propose', node: 2 }, 'proposal to n2'],
  [{ type: 'request', node: 16, request: {} }, 'request to c1'],
  [{ type: 'add' }, 'addition of a server'],
  [{ type: 'add', node: 6, beside: 2 }, 'addition of n6'],
  [{ type: 'remove', node: 6 }, 'removal of n6'],
  [{ type: 'crash', node: 17, point: 'now' }, 'crash of c2'],
  [{ type: 'partition', groups: [[1, 2], [3]] }, 'partition n1 and n2 | n3'],
  [{ type: 'partition', groups: [[1, 2, 3]] }, 'healing of the partition'],
  [{ type: 'link', from: 1, to: 2, settings: null }, 'change of the link n1 → n2'],
  [{ type: 'cut', links: [{ from: 1, to: 2 }] }, 'cut n1 → n2'],
  [{ type: 'fault', node: 2, fault: 'slow-disk', settings: {} }, 'slow disk of n2'],
  [{ type: 'packet', packet: 1, action: 'drop', by: 1 }, 'loss of a packet'],
  [{ type: 'hold', on: true }, 'holding of packets'],
])('%j is the %s', (command, text) => {
  expect(commandText(command)).toBe(text);
});

test('every command has words', () => {
  const samples: Record<Command['type'], Command> = {
    propose: { type: 'propose', node: 1 },
    request: { type: 'request', node: 1, request: {} },
    add: { type: 'add' },
    remove: { type: 'remove', node: 4 },
    crash: { type: 'crash', node: 1, point: 'now' },
    restart: { type: 'restart', node: 1, disk: 'kept' },
    partition: { type: 'partition', groups: [[1], [2]] },
    network: { type: 'network', settings: {} },
    link: { type: 'link', from: 1, to: 2, settings: null },
    cut: { type: 'cut', links: [{ from: 1, to: 2 }, { from: 2, to: 1 }] },
    'cut-pattern': { type: 'cut-pattern', pattern: 'ring', nodes: [] },
    mend: { type: 'mend' },
    fault: { type: 'fault', node: 1, fault: 'freeze', settings: {} },
    hold: { type: 'hold', on: false },
    packet: { type: 'packet', packet: 1, action: 'hold', by: 1 },
    fire: { type: 'fire', node: 1, timer: 'retry' },
    client: { type: 'client', settings: {} },
    configure: { type: 'configure', config: {} },
    died: { type: 'died', node: 1, error: '' },
  };
  expect(Object.keys(samples).sort()).toEqual(commandSchema.options.map(({ shape }) => shape.type.value).sort());
  for (const command of Object.values(samples)) {
    expect(deedText({ type: 'command', entry: { at: 0, seq: 0, command } })).toMatch(/^[a-z].{3,}[^.]$/);
  }
});
