import { describe, expect, it } from 'vitest';
import { recycledKeys } from '../../renderer/recycled.ts';

describe('keys of rows', () => {
  it('stay with rows that stay, and go from those that went to those that came', () => {
    const keysOf = recycledKeys<string>();
    const first = new Map(keysOf(['a', 'b', 'c']));
    expect(new Set(first.values()).size).toBe(3);
    const second = new Map(keysOf(['b', 'c', 'd']));
    expect(second.get('b')).toBe(first.get('b'));
    expect(second.get('c')).toBe(first.get('c'));
    expect(second.get('d')).toBe(first.get('a'));
    const third = new Map(keysOf(['x', 'd', 'y', 'b']));
    expect([third.get('d'), third.get('b')]).toEqual([second.get('d'), second.get('b')]);
    expect(new Set(third.values()).size).toBe(4);
  });
});
