import { describe, expect, it } from 'vitest';
import { type Groups } from '../../../src/contract/index.ts';
import { fitsBin, heldNodes, idle, move, press, regroup, release, type Drag, type Target } from '../../../renderer/stage/drag.ts';

const whole: Groups = [[1, 2, 3, 4, 5]];
const parted: Groups = [[1, 2, 3], [4, 5]];
const sea: Target = { type: 'sea' };
const start = { x: 100, y: 100 };
const far = { x: 300, y: 200 };
const onto = (nodes: readonly number[]) => (): Target => ({ type: 'island', nodes });
const overSea = (): Target => sea;

function dragNode(node: number, groups: Groups, hit: () => Target): Drag {
  return move(press({ type: 'nodes', nodes: [node] }, start), far, groups, hit);
}

describe('servers that come and go', () => {
  const spare = (hit: () => Target) => move(press({ type: 'spare', node: 6 }, start), far, parted, hit);

  it('adds the spare server on the island it is dropped on', () => {
    const drag = spare(onto([4, 5]));
    expect(heldNodes(drag)).toEqual([6]);
    expect(release(drag, parted)).toEqual({ type: 'add', node: 6, beside: 4, groups: [[1, 2, 3], [4, 5, 6]], at: far });
  });

  it('adds nothing over the sea, and parts nothing', () => {
    const drag = spare(overSea);
    expect(drag).toMatchObject({ preview: parted });
    expect(release(drag, parted)).toEqual({ type: 'nothing' });
  });

  it('drops servers on the bin, and no clients', () => {
    const drag = dragNode(2, whole, () => ({ type: 'bin' }));
    expect(drag).toMatchObject({ preview: whole });
    expect(release(drag, whole)).toEqual({ type: 'bin', nodes: [2] });
    expect(fitsBin({ type: 'nodes', nodes: [2, 16] })).toBe(false);
    expect(fitsBin({ type: 'island', nodes: [1, 2] })).toBe(false);
  });

  it('moves clients from island to island as servers', () => {
    const groups: Groups = [[1, 2, 16], [3, 17]];
    const drag = dragNode(17, groups, onto([1, 2, 16]));
    expect(release(drag, groups)).toMatchObject({ type: 'partition', groups: [[1, 2, 16, 17], [3]] });
  });
});

describe('drag', () => {
  it('is a click as long as the pointer stays within four pixels', () => {
    const pressed = press({ type: 'nodes', nodes: [2] }, start);
    const trembled = move(pressed, { x: 102, y: 103 }, whole, () => {
      throw new Error('nothing is asked for before the threshold');
    });
    expect(trembled).toBe(pressed);
    expect(heldNodes(trembled)).toEqual([]);
    expect(release(trembled, whole)).toEqual({ type: 'click', grip: { type: 'nodes', nodes: [2] }, adding: false });
  });

  it('isolates a node that is dropped on the open sea', () => {
    const drag = dragNode(2, whole, overSea);
    expect(heldNodes(drag)).toEqual([2]);
    expect(release(drag, whole)).toEqual({ type: 'partition', groups: [[1, 3, 4, 5], [2]], nodes: [2], at: far });
  });

  it('joins a node to the island it is dropped on', () => {
    const outcome = release(dragNode(2, parted, onto([4, 5])), parted);
    expect(outcome).toMatchObject({ type: 'partition', groups: [[1, 3], [2, 4, 5]] });
  });

  it('changes nothing when a node is dropped back on its own island', () => {
    expect(release(dragNode(2, parted, onto([1, 2, 3])), parted)).toEqual({ type: 'nothing' });
  });

  it('moves several chosen nodes together, from different islands too', () => {
    const drag = move(press({ type: 'nodes', nodes: [3, 4] }, start), far, parted, overSea);
    expect(release(drag, parted)).toMatchObject({ type: 'partition', groups: [[1, 2], [3, 4], [5]] });
  });

  it('heals two islands when one is dragged onto the other', () => {
    const drag = move(press({ type: 'island', nodes: [4, 5] }, start), far, parted, onto([1, 2, 3]));
    expect(release(drag, parted)).toMatchObject({ type: 'partition', groups: whole });
  });

  it('only moves an island over the open sea, and cuts nothing', () => {
    const drag = move(press({ type: 'island', nodes: [4, 5] }, start), far, parted, overSea);
    expect(release(drag, parted)).toEqual({ type: 'move', nodes: [4, 5], at: far, from: start });
  });

  it('leaves the only island where it is', () => {
    const drag = move(press({ type: 'island', nodes: [1, 2, 3, 4, 5] }, start), far, whole, overSea);
    expect(release(drag, whole)).toEqual({ type: 'nothing' });
  });

  it('moves a lone node over the sea without a new partition', () => {
    const groups: Groups = [[1, 2], [3]];
    expect(release(dragNode(3, groups, overSea), groups)).toMatchObject({ type: 'move', nodes: [3] });
  });

  it('works the preview out anew only when what is under the pointer changes', () => {
    const first = dragNode(2, whole, overSea);
    const second = move(first, { x: 310, y: 220 }, whole, overSea);
    expect(second.phase === 'dragging' && first.phase === 'dragging' && second.preview === first.preview).toBe(true);
    const third = move(second, start, whole, onto([1, 2, 3, 4, 5]));
    expect(third.phase === 'dragging' && third.preview).toEqual(whole);
  });

  it('draws a frame over the sea', () => {
    const drag = move(press({ type: 'sea' }, far, true), start, whole, overSea);
    expect(heldNodes(drag)).toEqual([]);
    const rect = { left: 100, top: 100, right: 300, bottom: 200 };
    expect(release(drag, whole)).toEqual({ type: 'frame', rect, adding: true });
  });

  it('follows a partition that changes under it', () => {
    const drag = dragNode(2, parted, onto([4, 5]));
    const after = regroup(drag, [[1, 2, 3], [4], [5]]);
    expect(release(after, [[1, 2, 3], [4], [5]])).toMatchObject({ groups: [[1, 3], [2], [4], [5]] });
  });

  it('does nothing when nothing is held', () => {
    expect(move(idle, far, whole, overSea)).toBe(idle);
    expect(release(idle, whole)).toEqual({ type: 'nothing' });
    expect(regroup(idle, whole)).toBe(idle);
  });
});
