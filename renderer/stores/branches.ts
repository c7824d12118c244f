/** The tree of forks, and taking back what was done last. */
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import { mainMessages, type Branch, type Comparison } from '../../src/contract/index.ts';
import { useRun } from './run.ts';
import { useUi } from './ui.ts';

export const useBranches = defineStore('branches', () => {
  const run = useRun();
  const ui = useUi();
  const bridge = window.synod;
  const list = shallowRef<readonly Branch[]>([]);
  /** The branch that goes on; its length here is that of the last news. */
  const current = computed(() => list.value.find((branch) => branch.current) ?? null);

  bridge.on('branches', (message) => {
    const told = mainMessages.branches.safeParse(message);
    if (told.success) list.value = told.data;
  });

  async function switchTo(branch: Branch): Promise<void> {
    if (!branch.current) await run.enter(`Switch to ${branch.name}`, bridge.request('branch:switch', { branch: branch.id }));
  }

  /** @returns whether it has that name now */
  async function rename(branch: Branch, name: string): Promise<boolean> {
    const wanted = name.trim();
    if (wanted === '' || wanted === branch.name) return true;
    return (await run.answered('Rename', bridge.request('branch:rename', { branch: branch.id, name: wanted }))).ok;
  }

  async function remove(branch: Branch): Promise<void> {
    const answer = await run.answered(`Delete ${branch.name}`, bridge.request('branch:delete', { branch: branch.id }));
    if (!answer.ok) return;
    ui.toast({ tone: 'done', title: `${branch.name} is deleted`, detail: '', action: { label: 'Undo', perform: () => void undo() } });
  }

  /** `null` when it cannot be had. */
  async function compare(a: number, b: number): Promise<Comparison | null> {
    const answer = await run.answered('Compare', bridge.request('branch:compare', { a, b }));
    return answer.ok ? answer.value : null;
  }

  /** Takes back what was done last, and says what it was. */
  async function undo(): Promise<void> {
    const answer = await run.answered('Undo', bridge.request('session:undo', undefined));
    if (!answer.ok) return;
    if (answer.value === '') ui.toast({ tone: 'refused', title: 'There is nothing to take back.', detail: '' });
    else ui.toast({ tone: 'done', title: `Taken back: ${answer.value}`, detail: '' });
  }

  return { list, current, switchTo, rename, remove, compare, undo };
});
