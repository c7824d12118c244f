import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import NewRunDialog from '../../renderer/dialogs/NewRunDialog.vue';
import QuorumEditor from '../../renderer/panels/settings/QuorumEditor.vue';
import QuorumSetting from '../../renderer/panels/settings/QuorumSetting.vue';
import {
  asKind,
  countedPresets,
  fitted,
  gridsOf,
  meaningOf,
  quorumKinds,
  toggled,
  weightOf,
  without,
  withOneMore,
  withWeight,
} from '../../renderer/panels/settings/quorum-kinds.ts';
import { checkQuorum, isSafe, SETS_MAX, type QuorumSystem } from '../../src/contract/index.ts';
import { clear, one, scene, settled, show, waited, type Scene } from './mounting.ts';

afterEach(clear);

const first = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
const counted = (phase1: number, phase2: number): QuorumSystem => ({ type: 'counted', phase1, phase2 });

describe('a quorum system', () => {
  it('becomes one of any kind, which the engine takes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.array(fc.constantFrom(...quorumKinds), { maxLength: 6 }), (count, kinds) => {
        let system: QuorumSystem = { type: 'majority' };
        for (const { value } of kinds) {
          system = asKind(system, value, first(count));
          expect(system.type).toBe(value);
          expect(checkQuorum('quorum', system, first(count))).toEqual(system);
        }
      }),
    );
  });

  it('stays as near as the other kind allows', () => {
    const acceptors = first(5);
    expect(asKind(counted(4, 2), 'weighted', acceptors)).toMatchObject({ phase1: 4, phase2: 2 });
    expect(asKind({ type: 'majority' }, 'counted', acceptors)).toEqual(counted(3, 3));
    expect(asKind({ type: 'grid', rows: 2, columns: 2 }, 'sets', first(4))).toEqual({
      type: 'sets',
      phase1: [[1, 2], [3, 4]],
      phase2: [[1, 3], [2, 4]],
    });
  });

  it('goes along with another number of acceptors, or is made anew', () => {
    expect(fitted(counted(4, 2), first(6))).toEqual(counted(4, 2));
    expect(fitted(counted(4, 2), first(3))).toEqual(counted(2, 2));
    expect(fitted({ type: 'grid', rows: 2, columns: 3 }, first(4))).toEqual({ type: 'grid', rows: 2, columns: 2 });
    expect(fitted({ type: 'sets', phase1: [[4]], phase2: [[4]] }, first(3)).type).toBe('sets');
  });

  it('has grids for every number of acceptors, the squarest first', () => {
    expect(gridsOf(6).map(({ rows, columns }) => [rows, columns])).toEqual([[2, 3], [3, 2], [1, 6], [6, 1]]);
    expect(gridsOf(5)).toHaveLength(2);
  });

  it.each([1, 2, 3, 4, 5, 6, 15])('of %i acceptors comes ready-made, and safe', (count) => {
    const presets = countedPresets(count);
    expect(new Set(presets.map(({ label }) => label)).size).toBe(presets.length);
    for (const { system } of presets) {
      expect(checkQuorum('quorum', system, first(count))).toEqual(system);
      expect(isSafe(system, first(count))).toBe(true);
    }
  });

  it('keeps its thresholds within the weights, and its last weight', () => {
    const weighted = { type: 'weighted', weights: { 1: 2, 2: 1 }, phase1: 3, phase2: 1 } as const;
    expect(weightOf(weighted, [1, 2, 3])).toBe(4);
    expect(withWeight(weighted, [1, 2], 1, 0)).toEqual({ ...weighted, weights: { 1: 0, 2: 1 }, phase1: 1 });
    expect(withWeight({ ...weighted, weights: { 1: 0, 2: 1 } }, [1, 2], 2, 0).weights).toEqual({ 1: 0, 2: 1 });
  });

  it('keeps a node in each set, a set in each phase, and no more sets than there may be', () => {
    const sets = { type: 'sets', phase1: [[1, 2]], phase2: [[2], [3]] } as const;
    expect(toggled(sets, 1, 0, 3).phase1).toEqual([[1, 2, 3]]);
    expect(toggled(sets, 2, 1, 3)).toBe(sets);
    expect(without(sets, 1, 0)).toBe(sets);
    expect(without(sets, 2, 0).phase2).toEqual([[3]]);
    let many = withOneMore(sets, 1, [1, 2, 3]);
    expect(many.phase1).toEqual([[1, 2], [1, 2, 3]]);
    for (let i = 0; i < SETS_MAX; i++) many = withOneMore(many, 1, [1, 2, 3]);
    expect(many.phase1).toHaveLength(SETS_MAX);
  });

  it('is put into words: what it needs, what it survives, and whether it is safe', () => {
    const { phases, verdict, safe } = meaningOf(counted(4, 2), first(5));
    expect(phases.map(({ quorum, survives }) => `${quorum}, ${survives}`)).toEqual([
      'any 4 of 5, survives any one failure',
      'any 2 of 5, survives any 3 failures',
    ]);
    expect([verdict, safe]).toEqual(['Every phase-1 quorum meets every phase-2 quorum.', true]);
    expect(meaningOf(counted(2, 2), first(4)).verdict).toBe(
      'Phase 1 {n1, n2} and phase 2 {n3, n4} do not meet: two values can be chosen.',
    );
    expect(meaningOf({ type: 'grid', rows: 2, columns: 3 }, first(5)).phases[0]!.survives).toBe('these acceptors have none');
  });
});

describe('the setting of quorums', () => {
  async function shown(quorum: QuorumSystem, nodes = 5): Promise<Scene> {
    const made = await scene({ nodes, config: { quorum }, us: 3_000_000 });
    show(QuorumSetting);
    await settled();
    return made;
  }
  const quorumIn = ({ run }: Scene) => (run.world!.config as { readonly quorum: QuorumSystem }).quorum;
  const press = (element: HTMLElement, key: string) =>
    element.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));

  it('counts: by slider, or ready-made', async () => {
    const made = await shown(counted(3, 3));
    one<HTMLButtonElement>('[aria-label="Ready-made"] button', '(4, 2)').click();
    await waited(150);
    expect(quorumIn(made)).toEqual(counted(4, 2));
    expect(one('.meaning').textContent).toContain('survives any 3 failures');
    press(one('[aria-label="Quorum of phase 1"]'), 'ArrowLeft');
    await waited(150);
    expect(quorumIn(made)).toEqual(counted(3, 2));
    expect(one('.unsafe').textContent).toContain('Unsafe. Phase 1 {n1, n2, n3} and phase 2 {n4, n5} do not meet');
  });

  it('is a grid: rows and columns, drawn', async () => {
    const made = await shown({ type: 'grid', rows: 2, columns: 3 }, 6);
    expect(document.querySelectorAll('.grid circle')).toHaveLength(6);
    one<HTMLButtonElement>('[aria-label="3 rows, 2 columns"]').click();
    await waited(150);
    expect(quorumIn(made)).toEqual({ type: 'grid', rows: 3, columns: 2 });
    expect(one('.meaning').textContent).toContain('a full row, 2 of 6');
  });

  it('weighs: each acceptor with buttons or arrow keys', async () => {
    const made = await shown({ type: 'weighted', weights: {}, phase1: 3, phase2: 3 });
    one<HTMLButtonElement>('[aria-label="n2 more"]').click();
    await settled();
    press(one('[aria-label="Weight of n2"]'), 'ArrowUp');
    await settled();
    press(one('[aria-label="Weight of n5"]'), 'ArrowDown');
    await waited(150);
    expect(quorumIn(made)).toMatchObject({ weights: { 1: 1, 2: 3, 3: 1, 4: 1, 5: 0 } });
    expect(one('.meaning').textContent).toContain('a weight of 3 of 6');
  });

  it('lists sets: a box for each acceptor, rows more and less', async () => {
    const made = await shown({ type: 'sets', phase1: [[1, 2]], phase2: [[2, 3], [1]] }, 3);
    one<HTMLButtonElement>('[aria-label^="n3 in quorum 1 of phase 1"]').click();
    await settled();
    one<HTMLButtonElement>('[aria-label="Take quorum 2 of phase 2 away"]').click();
    await settled();
    one<HTMLButtonElement>('section[aria-label="Quorums of phase 2"] .add').click();
    await waited(150);
    expect(quorumIn(made)).toEqual({ type: 'sets', phase1: [[1, 2, 3]], phase2: [[2, 3], [1, 2, 3]] });
    expect(document.querySelectorAll('[aria-label="Take quorum 1 of phase 1 away"]')).toHaveLength(0);
  });

  it('is there for a new run, too', async () => {
    const made = await scene();
    const dialog = show(NewRunDialog);
    await settled();
    dialog.findComponent(QuorumEditor).vm.$emit('update:modelValue', counted(3, 3));
    await settled();
    one<HTMLButtonElement>('[aria-label="Ready-made"] button', '(2, 4)').click();
    await settled();
    one<HTMLFormElement>('#new-run').requestSubmit();
    await settled();
    expect(made.bridge.session.run).toBe(2);
    expect(quorumIn(made)).toEqual(counted(2, 4));
  });

  it('cannot be changed in the past', async () => {
    const made = await shown({ type: 'weighted', weights: {}, phase1: 3, phase2: 3 });
    made.history.seek(5);
    await waited(50);
    expect(made.run.locked).not.toBeNull();
    expect(one('[aria-label="Weight of n1"]').getAttribute('tabindex')).toBe('-1');
  });
});
