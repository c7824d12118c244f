import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useActions } from '../../../renderer/actions.ts';
import { marksOf, quorumFacts, quorumsShown } from '../../../renderer/stage/quorums.ts';
import { createHeader } from '../../../src/cluster/run.ts';
import { createWorld, directionKey, protocolNamed, type ChosenWorld, type NodeId, type World } from '../../../src/contract/index.ts';
import { one, settled } from '../mounting.ts';
import { clearStage, layStage, node, stage } from './stage-scene.ts';

const FIRST = { 1: 0, 2: 0 };

function worldOf(nodes: number, quorum: unknown, down: readonly NodeId[] = []): World {
  const world = createWorld(createHeader(protocolNamed('paxos'), { nodes, seed: 1, config: { quorum } }));
  for (const each of world.nodes.values()) each.up = !down.includes(each.node);
  return world;
}

const shown = (world: World, node: NodeId | null = null, slot: number | null = null, steps = FIRST) =>
  quorumsShown(quorumFacts(world, node, slot), steps);

function chosen(world: World, quorum: readonly NodeId[]): void {
  const facts = { slot: 3, value: 'plum', ballot: { round: 1, node: 1 }, quorum, at: 9, seq: 9, knownTo: new Map(), conflict: null };
  world.chosen.set(3, { ...facts, sort: 'command' } as ChosenWorld);
}

const fourAndTwo = { type: 'counted', phase1: 4, phase2: 2 };

describe('the quorums drawn', () => {
  it('are the first of each phase, with how many there are and where they meet', () => {
    const { phases, meeting, unsafe } = shown(worldOf(5, fourAndTwo));
    expect(phases[0]).toMatchObject({ rule: 'any 4 of 5', quorum: [1, 2, 3, 4], index: 1, count: 5, missing: [] });
    expect(phases[1]).toMatchObject({ rule: 'any 2 of 5', quorum: [1, 2], index: 1, count: 10, missing: [] });
    expect([meeting, unsafe]).toEqual(['They meet in n1 and n2.', false]);
  });

  it('can be gone through, round and round', () => {
    const world = worldOf(5, fourAndTwo);
    const quorum = (step: number) => shown(world, null, null, { 1: 0, 2: step }).phases[1].quorum;
    expect([quorum(1), quorum(9), quorum(10), quorum(-1)]).toEqual([[1, 3], [4, 5], [1, 2], [4, 5]]);
  });

  it('are those in reach of the node: on its island, up, over links that are not cut', () => {
    const world = worldOf(6, { type: 'grid', rows: 2, columns: 3 }, [1]);
    expect(shown(world, 6).phases.map(({ quorum }) => quorum)).toEqual([[4, 5, 6], [2, 5]]);
    world.cuts.add(directionKey(5, 6));
    expect(shown(world, 6).phases[0]).toMatchObject({ quorum: [1, 2, 3], missing: [1], note: 'out of reach: 1 more needed' });
    // A vote counts, whether the proposer hears of it or not.
    expect(shown(world, 6).phases[1]).toMatchObject({ quorum: [2, 5], missing: [] });
  });

  it('say which are out of reach, and draw the nearest', () => {
    const world = worldOf(5, fourAndTwo);
    world.groups = [[1, 5], [2, 3, 4]];
    const { title, phases, meeting } = shown(world, 5);
    expect(title).toBe('Quorums in reach of n5');
    expect(phases[0]).toMatchObject({ quorum: [1, 2, 3, 5], missing: [2, 3], note: 'out of reach: 2 more needed' });
    expect(phases[1]).toMatchObject({ quorum: [1, 5], missing: [] });
    expect(meeting).toBe('');
    expect([...marksOf(shown(world, 5))]).toEqual([[1, '2'], [5, '2']]);
  });

  it('are those of the island with most acceptors when no node is selected', () => {
    const world = worldOf(5, { type: 'majority' });
    world.groups = [[1, 5], [2, 3, 4]];
    expect(shown(world).phases[0]).toMatchObject({ quorum: [2, 3, 4], missing: [] });
  });

  it('are two that do not meet, if there are any', () => {
    const { phases, meeting, unsafe } = shown(worldOf(4, { type: 'counted', phase1: 2, phase2: 2 }));
    expect(phases.map(({ quorum }) => quorum)).toEqual([[1, 2], [3, 4]]);
    expect([meeting, unsafe]).toEqual(['They do not meet: two values can be chosen.', true]);
  });

  it('are who chose the value, and who could be asked later', () => {
    const world = worldOf(5, fourAndTwo);
    chosen(world, [2, 5]);
    const { title, phases, meeting } = shown(world, null, 3);
    expect(title).toBe('Why “plum” stays chosen');
    expect(phases[0]).toMatchObject({ quorum: [1, 2, 3, 4], count: 5 });
    expect(phases[1]).toMatchObject({ quorum: [2, 5], note: 'accepted it', count: 1 });
    expect(meeting).toBe('Who asks these hears of it from n2.');
  });

  it('show how a chosen value can be lost, if they are unsafe', () => {
    const world = worldOf(4, { type: 'counted', phase1: 2, phase2: 2 });
    chosen(world, [1, 3]);
    const { phases, unsafe } = shown(world, null, 3);
    expect(phases[0].quorum).toEqual([2, 4]);
    expect(unsafe).toBe(true);
  });

  it('are not counted to the end where there are too many to go through', () => {
    expect(shown(worldOf(15, { type: 'majority' })).phases[0]).toMatchObject({ count: 100, more: true });
  });
});

describe('the stage', () => {
  beforeEach(layStage);
  afterEach(clearStage);
  const lines = () => [...document.querySelectorAll('.hulls path')];
  const text = (selector: string) => one(selector).textContent.replace(/\s+/g, ' ').trim();
  const marksOn = (id: number) => node(id).querySelector('.quorums')?.textContent ?? '';

  it('draws quorums with the node in the inspector, and not before', async () => {
    const { selection, ui } = await stage();
    expect(lines()).toHaveLength(0);
    selection.selectNode(2);
    ui.tab = 'node';
    await settled();
    expect(lines()).toHaveLength(2);
    for (const line of lines()) expect(line.getAttribute('d')).toMatch(/^M[-\d]/);
    expect(text('.card header')).toBe('Quorums in reach of n2');
    expect(text('.card .phase1')).toMatch(/^Phase 1 any 3 of 5/);
    ui.tab = 'chosen';
    await settled();
    expect(lines()).toHaveLength(0);
  });

  it('draws them by the key, goes through them, and puts them away', async () => {
    await stage();
    const actions = useActions();
    actions.perform('quorums');
    await settled();
    expect(lines()).toHaveLength(2);
    expect([1, 2, 3, 4].map(marksOn)).toEqual(['12', '12', '12', '']);
    one<HTMLButtonElement>('[aria-label="Next quorum of phase 2"]').click();
    await settled();
    expect([1, 2, 3, 4].map(marksOn)).toEqual(['12', '12', '1', '2']);
    expect(text('.card .phase2 .step')).toContain('2 of 10');
    one<HTMLButtonElement>('.card [data-action="quorums"]').click();
    await settled();
    expect(lines()).toHaveLength(0);
  });

  it('draws who chose the value that is selected', async () => {
    const made = await stage();
    const first = [...made.run.world!.chosen.values()][0]!;
    made.selection.selectSlot(first.slot);
    await settled();
    expect(text('.card header')).toBe(`Why “${first.value}” stays chosen`);
    for (const member of first.quorum) expect(marksOn(member)).toContain('2');
  });

  it('follows a partition and a change of quorums', async () => {
    const made = await stage();
    made.selection.selectNode(1);
    made.ui.tab = 'node';
    await made.run.command({ type: 'partition', groups: [[1, 2], [3, 4, 5]] });
    await settled();
    expect(text('.card .phase1')).toContain('out of reach: 1 more needed');
    expect(lines().map((line) => line.classList.contains('absent'))).toEqual([true, true]);
    await made.run.command({ type: 'configure', config: { quorum: { type: 'counted', phase1: 4, phase2: 2 } } });
    await settled();
    expect(lines().map((line) => line.classList.contains('absent'))).toEqual([true, false]);
    await made.run.command({ type: 'configure', config: { quorum: { type: 'counted', phase1: 2, phase2: 2 } } });
    await settled();
    expect(text('.card .meeting')).toBe('They do not meet: two values can be chosen.');
  });
});
