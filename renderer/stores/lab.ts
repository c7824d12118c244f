/** The fuzzer and the exhaustive search: what is asked for, how it goes on, and what was found. */
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import { mainMessages, type Answer, type LabFinding, type LabKind, type LabNews, type WindowArgument } from '../../src/contract/index.ts';
import { remembered } from './remembered.ts';
import { useRun } from './run.ts';
import { useUi } from './ui.ts';

/** A job with all of its findings that are kept. */
export type LabJob = Omit<LabNews, 'from'>;

const kinds: readonly LabKind[] = ['fuzz', 'explore'];
const names: Readonly<Record<LabKind, string>> = { fuzz: 'Fuzz', explore: 'Search' };

export const useLab = defineStore('lab', () => {
  const run = useRun();
  const ui = useUi();
  const bridge = window.synod;
  const tab = remembered<LabKind>('lab-tab', 'fuzz', (given) => kinds.includes(given as LabKind));
  /** The search is to begin where the run is now. */
  const here = ref(false);
  const jobs = shallowRef<Readonly<Record<LabKind, LabJob | null>>>({ fuzz: null, explore: null });
  /** The last job that had ended while nobody looked; `null`: it was looked at. */
  const unseen = shallowRef<LabJob | null>(null);
  const running = computed(() => kinds.map((kind) => jobs.value[kind]).find((job) => job?.state === 'running') ?? null);
  const open = computed(() => ui.dialog?.name === 'lab');
  /** Under way before this window was. */
  let asked = false;

  bridge.on('lab', (message) => {
    const news = mainMessages.lab.safeParse(message);
    if (news.success) take(news.data);
  });

  function take({ from, ...news }: LabNews): void {
    const before = jobs.value[news.kind];
    // What is older than what is shown was under way when it was asked for.
    if (before !== null && (news.job < before.job || (news.job === before.job && news.elapsed < before.elapsed))) return;
    const known = before?.job === news.job ? before.findings.slice(0, from) : [];
    // A window that was loaded again has missed the first of them.
    if (known.length < from) return void look();
    const job = { ...news, findings: [...known, ...news.findings] };
    jobs.value = { ...jobs.value, [news.kind]: job };
    if (!open.value) mention(job, before?.job === job.job ? before.found : 0);
  }

  /** Tells somebody who does not look what has come of it. */
  function mention(job: LabJob, foundBefore: number): void {
    if (job.state !== 'running') unseen.value = job;
    const action = { label: 'Show', perform: () => show(job.kind) };
    if (job.state === 'failed') ui.toast({ tone: 'problem', title: `${names[job.kind]}: it has failed`, detail: job.why, action });
    else if (foundBefore === 0 && job.found > 0) {
      ui.toast({ tone: 'refused', title: `${names[job.kind]}: ${job.findings[0]?.violation.check ?? 'a check'} is violated`, detail: '', action });
    }
  }

  /** Asks main how things stand, all findings included. */
  async function look(): Promise<void> {
    const answer = await bridge.request('lab:state', undefined);
    if (!answer.ok) return;
    for (const news of answer.value) jobs.value = { ...jobs.value, [news.kind]: news };
  }

  /** Opens the place of both, at one of them. */
  function show(kind: LabKind = tab.value): void {
    tab.value = kind;
    seen();
    ui.open({ name: 'lab' });
    if (!asked) void look();
    asked = true;
  }

  /** Whatever has ended was looked at. */
  function seen(): void {
    unseen.value = null;
  }

  /** Opens the search, about to begin where the run is now. */
  function showHere(): void {
    here.value = true;
    show('explore');
  }

  async function begin(request: Promise<Answer<LabNews>>): Promise<boolean> {
    const answer = await run.answered(names[tab.value], request);
    if (answer.ok) take(answer.value);
    return answer.ok;
  }

  async function openFinding({ id }: LabFinding): Promise<boolean> {
    return run.enter('Open', bridge.request('lab:open', { finding: id }));
  }

  async function save({ id }: LabFinding): Promise<void> {
    saved('Saved', await run.answered('Save', bridge.request('lab:save', { finding: id })));
  }

  async function saveScenario({ id }: LabFinding): Promise<void> {
    saved('Saved as a test', await run.answered('Save as a test', bridge.request('lab:save-scenario', { finding: id })));
  }

  function saved(title: string, answer: Answer<string | null>): void {
    if (answer.ok && answer.value !== null) ui.toast({ tone: 'done', title, detail: answer.value });
  }

  return {
    tab,
    here,
    jobs,
    running,
    unseen,
    show,
    showHere,
    seen,
    fuzz: (asked: WindowArgument<'lab:fuzz'>) => begin(bridge.request('lab:fuzz', asked)),
    explore: (asked: WindowArgument<'lab:explore'>) => begin(bridge.request('lab:explore', asked)),
    cancel: () => run.answered('Cancel', bridge.request('lab:cancel', undefined)),
    openFinding,
    save,
    saveScenario,
  };
});
