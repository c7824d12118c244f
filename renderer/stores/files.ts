/** Run files and scenarios: opening, saving, what an earlier launch left behind, and what takes long. */
import { defineStore } from 'pinia';
import { computed, shallowRef, watch } from 'vue';
import { mainMessages, type LibraryEntry, type Recoverable, type TaskNews } from '../../src/contract/index.ts';
import { useRun } from './run.ts';
import { useUi } from './ui.ts';

export const useFiles = defineStore('files', () => {
  const run = useRun();
  const ui = useUi();
  const bridge = window.synod;
  /** What had been done to the run when it was last saved or opened. */
  const savedAt = shallowRef(0);
  const recoverable = shallowRef<readonly Recoverable[]>([]);
  /** The person does not want to be asked about them now. */
  const later = shallowRef(false);
  const tasks = shallowRef<readonly TaskNews[]>([]);

  /** Its name, without the folder; empty for a run that was never saved. */
  const name = computed(() => (run.session?.file ?? '').replace(/^.*[/\\]/, ''));
  /** Something was done since it was last saved. Without a file there is nothing to differ from. */
  const edited = computed(() => name.value !== '' && run.changes !== savedAt.value);

  bridge.on('task', (message) => {
    const news = mainMessages.task.safeParse(message);
    if (!news.success) return;
    const others = tasks.value.filter(({ id }) => id !== news.data.id);
    tasks.value = news.data.over ? others : [...others, news.data].sort((a, b) => a.id - b.id);
  });

  // Another run was opened: it is as its file has it.
  watch(() => run.session?.file, isSaved);

  function isSaved(): void {
    savedAt.value = run.changes;
  }

  async function open(): Promise<void> {
    if (await run.enter('Open', bridge.request('run:open', undefined))) isSaved();
  }

  /** @param as asks for a file even if there is one */
  async function save(as: boolean): Promise<void> {
    const changes = run.changes;
    const answer = await run.answered('Save', bridge.request('run:save', { as }));
    if (!answer.ok || answer.value === null) return;
    savedAt.value = changes;
    ui.toast({ tone: 'done', title: 'Saved', detail: answer.value });
  }

  async function saveScenario(): Promise<void> {
    const answer = await run.answered('Save as a scenario', bridge.request('run:save-scenario', undefined));
    if (answer.ok && answer.value !== null) ui.toast({ tone: 'done', title: 'Saved as a scenario', detail: answer.value });
  }

  async function library(): Promise<readonly LibraryEntry[]> {
    const answer = await run.answered('Library', bridge.request('library:list', undefined));
    return answer.ok ? answer.value : [];
  }

  function openFromLibrary(entry: LibraryEntry): Promise<boolean> {
    return run.enter(entry.title, bridge.request('library:open', { name: entry.name }));
  }

  /** Looks for runs that an earlier launch did not close properly. */
  async function lookForRuns(): Promise<void> {
    const answer = await bridge.request('recovery:list', undefined);
    if (answer.ok) recoverable.value = answer.value;
  }

  async function restore({ id }: Recoverable): Promise<void> {
    if (await run.enter('Restore', bridge.request('recovery:restore', { id }))) without(id);
  }

  async function discard({ id }: Recoverable): Promise<void> {
    if ((await run.answered('Discard', bridge.request('recovery:discard', { id }))).ok) without(id);
  }

  function without(gone: string): void {
    recoverable.value = recoverable.value.filter(({ id }) => id !== gone);
  }

  async function cancel(task: TaskNews): Promise<void> {
    await run.answered('Cancel', bridge.request('task:cancel', { id: task.id }));
  }

  return {
    name,
    edited,
    recoverable,
    later,
    tasks,
    open,
    save,
    saveScenario,
    library,
    openFromLibrary,
    lookForRuns,
    restore,
    discard,
    cancel,
  };
});
