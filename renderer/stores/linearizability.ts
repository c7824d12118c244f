/**
 * What the clients of the run were answered, and whether that is linearizable at the moment that is shown. Asked of
 * main: soon when the moment changes, now and then while the run goes on, the seldomer the longer an answer takes.
 */
import { defineStore } from 'pinia';
import { computed, markRaw, shallowRef, watch } from 'vue';
import { layOut, type Answer, type Call, type FaultSpan, type Linearization, type Picture, type Verdict } from '../../src/contract/index.ts';
import { useHistory } from './history.ts';
import { useRun } from './run.ts';
import { useUi } from './ui.ts';

/** A moment of the past that was not left for so long is asked about, wall ms. */
const SETTLED_MS = 120;
/** Between two questions while the run goes on: wall ms at least, and times what the last answer took. */
const PACE = { shown: { least: 1000, times: 3 }, hidden: { least: 3000, times: 20 } } as const;
/** States after which a search gives up; a person can have it search on. */
const STATES_FIRST = 50_000;
const STATES_MORE = 10;
const STATES_MAX = 10_000_000;
const ALARM = 'What clients saw is not linearizable';

/** The verdict at a moment. */
export interface Judged {
  readonly seq: number;
  /** Operations that it is about. */
  readonly checked: number;
  readonly verdict: Verdict;
  readonly full: boolean;
}

export const useLinearizability = defineStore('linearizability', () => {
  const run = useRun();
  const history = useHistory();
  const ui = useUi();
  const bridge = window.synod;
  const picture = shallowRef<Picture | null>(null);
  const judged = shallowRef<Judged | null>(null);
  /** The panel is in sight. */
  const shown = shallowRef(false);
  const states = shallowRef(STATES_FIRST);
  /** Operations so far, and up to which event they are known. */
  let calls: Call[] = [];
  let faults: readonly FaultSpan[] = [];
  let head = 0;
  let timer: ReturnType<typeof setTimeout> | null = null;
  let asking = false;
  /** Raised with every question, and every run: an answer to an earlier one is no news. */
  let turn = 0;
  let askedAt = -Infinity;
  let took = 0;
  /** What was asked last. */
  let asked = '';
  /** A person was told of the violation. */
  let alarmed = false;

  const hasClients = computed(() => run.clients.length > 0);
  /** What clients saw of the run as it goes on is not linearizable. */
  const alarm = computed(() => run.past === null && judged.value?.verdict.type === 'violation');

  watch(
    () => run.session?.run,
    () => {
      turn++;
      calls = [];
      faults = [];
      head = 0;
      picture.value = judged.value = null;
      states.value = STATES_FIRST;
      asking = alarmed = false;
      asked = '';
      askedAt = -Infinity;
      if (timer !== null) clearTimeout(timer);
      timer = null;
    },
    { flush: 'sync' },
  );
  watch([() => run.session?.run, () => history.position, () => history.total, shown, states, hasClients], plan, { immediate: true });

  /** Sees to it that what is to be known is asked in time. */
  function plan(): void {
    if (!hasClients.value || run.session === null || question() === asked) return;
    const live = run.past === null && history.aim === null;
    // Of a moment of the past the next question calls off the one before.
    if (live && (asking || timer !== null)) return;
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(ask, live ? wait() : SETTLED_MS);
  }

  function wait(): number {
    const { least, times } = shown.value ? PACE.shown : PACE.hidden;
    // Somebody has opened the panel, or the run stands still: there is nothing to wait for.
    const at = picture.value === null && shown.value ? askedAt : askedAt + Math.max(least, times * took);
    return Math.max(0, at - performance.now());
  }

  /** What decides about an answer, in one text. */
  function question(): string {
    return JSON.stringify([run.session?.run, history.position, history.total, shown.value, states.value]);
  }

  async function ask(): Promise<void> {
    timer = null;
    if (run.session === null) return;
    const mine = ++turn;
    asked = question();
    asking = true;
    askedAt = performance.now();
    const argument = { run: run.session.run, seq: history.position, since: shown.value ? head : null, states: states.value };
    const answer = await bridge.request('history:linearize', argument).catch((): Answer<Linearization> => ({ ok: false, error: '' }));
    if (mine !== turn) return;
    asking = false;
    if (answer.ok) take(answer.value, argument.since !== null);
    took = performance.now() - askedAt;
    if (answer.ok) {
      // About what happened meanwhile.
      plan();
    } else {
      // It could not be told yet.
      asked = '';
      timer ??= setTimeout(ask, PACE.hidden.least);
    }
  }

  function take(told: Linearization, whole: boolean): void {
    const { seq, checked, verdict, full } = told;
    judged.value = { seq, checked, verdict, full };
    if (whole) {
      for (const { index, call } of told.calls) calls[index] = call;
      faults = told.faults;
      head = told.head;
      picture.value = markRaw(layOut({ calls }, faults, told.at));
    }
    if (alarm.value) tell();
  }

  watch(shown, (now) => now && dismiss());

  /** Who looks at the history has no need to be told. */
  function dismiss(): void {
    const told = ui.toasts.find(({ title }) => title === ALARM);
    if (told !== undefined) ui.dismiss(told.id);
  }

  /** Once in a run. */
  function tell(): void {
    if (alarmed) return;
    alarmed = true;
    if (shown.value) return;
    ui.toast({
      tone: 'problem',
      title: ALARM,
      detail: 'No order of their operations explains every answer.',
      action: { label: 'Show the history', perform: show },
    });
  }

  function show(): void {
    ui.lowerTab = 'history';
    ui.logOpen = true;
  }

  /** Has the search look at more states before it gives up. */
  function searchOn(): void {
    states.value = Math.min(STATES_MAX, states.value * STATES_MORE);
  }

  return { picture, judged, shown, hasClients, alarm, searchOn, canSearchOn: computed(() => states.value < STATES_MAX), calls: (): readonly Call[] => calls };
});
