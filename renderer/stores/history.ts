/**
 * The past of the run: its marks, whether it is exact, and going to a moment of it. However fast the person drags, at
 * most one moment is asked for at a time, and next always the one wanted last.
 */
import { defineStore } from 'pinia';
import { computed, shallowRef, watch } from 'vue';
import { mainMessages, type ExpectationState, type Exactness, type Mark, type TimelineNews } from '../../src/contract/index.ts';
import { pastOf } from '../past.ts';
import { countUpTo, TimeScale } from '../time-scale.ts';
import { useRun } from './run.ts';
import { useUi } from './ui.ts';

/** Rows around a moment while it is looked for, enough to fill the log, and once it has been found. */
const AROUND = { before: 300, after: 120 } as const;
const AROUND_SETTLED = { before: 3000, after: 1000 } as const;
/** A moment that was not left for so long, wall ms, has been found. */
const SETTLED_MS = 160;

const unknown: Exactness = { state: 'checking', checked: 0, divergence: null };

export const useHistory = defineStore('history', () => {
  const run = useRun();
  const ui = useUi();
  const bridge = window.synod;
  /** Ascending; grown in place. `version` is raised with every change. */
  let marks: Mark[] = [];
  const version = shallowRef(0);
  const knownSeq = shallowRef(0);
  const exactness = shallowRef<Exactness>(unknown);
  const expectations = shallowRef<readonly ExpectationState[]>([]);
  /** When each event happened, as far as this window has heard. */
  const scale = new TimeScale();
  /** The moment on its way to the screen. */
  const aim = shallowRef<number | null>(null);
  /** News of a run that has not begun here yet. */
  let early: TimelineNews[] = [];
  let asking = false;
  /** Raised with every run: what an earlier one still answers, if it ever does, holds nothing up. */
  let generation = 0;
  /** Raised when whatever is being asked for is no longer wanted. */
  let epoch = 0;
  /** A hand is on the timeline. */
  let held = false;
  let settling: ReturnType<typeof setTimeout> | null = null;

  /** Events of the run so far. */
  const total = computed(() => Math.max(run.liveSeq, knownSeq.value));
  /** After how many events the run is, or is about to be, shown. */
  const position = computed(() => aim.value ?? run.past?.seq ?? total.value);

  bridge.on('timeline', (message) => {
    const news = mainMessages.timeline.safeParse(message);
    if (!news.success) return;
    const now = run.session?.run ?? -1;
    if (news.data.run === now) take(news.data);
    else if (news.data.run > now) early.push(news.data);
  });

  watch(
    () => run.session?.run,
    (now) => {
      forget();
      generation++;
      asking = false;
      knownSeq.value = 0;
      marks = [];
      scale.clear();
      exactness.value = unknown;
      expectations.value = [];
      const waiting = early.filter((news) => news.run === now);
      early = early.filter((news) => news.run > (now ?? -1));
      waiting.forEach(take);
      version.value++;
    },
    { flush: 'sync' },
  );
  watch(
    () => run.liveSeq,
    (seq) => {
      if (run.past === null) scale.add(seq, run.frameNow);
    },
    { flush: 'sync' },
  );

  function take(news: TimelineNews): void {
    if (news.reset) marks = [];
    for (const mark of news.marks) {
      if (!isRaised(mark)) marks.push(mark);
      scale.add(mark.seq + 1, mark.at);
    }
    scale.add(news.seq, news.at);
    knownSeq.value = news.seq;
    const { state, checked, divergence } = exactness.value;
    const told = news.exactness;
    if (told.state === 'diverged' && state !== 'diverged') {
      ui.problem({ title: 'This run is no longer exact', detail: 'Executed a second time, it went another way. The tick in the bar says where.' });
    }
    if (told.state !== state || told.checked !== checked || told.divergence !== divergence) exactness.value = told;
    if (JSON.stringify(news.expectations) !== JSON.stringify(expectations.value)) expectations.value = news.expectations;
    version.value++;
  }

  /** Two values are chosen, and Agreement is violated by it: one alarm, not two. @returns whether it is raised already */
  function isRaised({ kind, at }: Mark): boolean {
    if (kind !== 'conflict' && kind !== 'violation') return false;
    const other = kind === 'conflict' ? 'violation' : 'conflict';
    for (let i = marks.length - 1; i >= 0 && marks[i]!.at === at; i--) {
      if (marks[i]!.kind !== other) continue;
      if (kind === 'conflict') return true;
      marks.splice(i, 1);
    }
    return false;
  }

  /** A branch that was forked or opened goes on from events that never came here: the log is filled with the latest. */
  async function fillLog(): Promise<void> {
    const session = run.session;
    if (session === null || run.playing || run.past !== null || run.liveSeq === 0 || run.rows.length > 0) return;
    const moment = { run: session.run, seq: run.liveSeq, before: AROUND_SETTLED.before, after: 0 };
    const answer = await bridge.request('history:seek', moment);
    if (answer.ok && run.session?.run === session.run) run.fillIn(answer.value);
  }

  /** Gives up whatever is on its way. */
  function forget(): void {
    epoch++;
    aim.value = null;
    if (settling !== null) clearTimeout(settling);
    settling = null;
  }

  /** Shows the run after its first `seq` events; after all of them it is live. */
  function seek(seq: number): void {
    const wanted = Math.max(0, Math.round(seq));
    if (wanted >= total.value) {
      forget();
      run.goLive(held);
      return;
    }
    if (wanted === (aim.value ?? run.past?.seq)) return;
    aim.value = wanted;
    void ask(AROUND);
  }

  async function ask(around: { readonly before: number; readonly after: number }): Promise<void> {
    if (asking || run.session === null) return;
    const seq = aim.value ?? run.past?.seq;
    if (seq === undefined) return;
    asking = true;
    const begun = epoch;
    const mine = generation;
    const request = bridge.request('history:seek', { run: run.session.run, seq, ...around });
    await Promise.allSettled([request]);
    if (mine !== generation) return;
    asking = false;
    // Nobody wants to hear why a moment cannot be had that is no longer wanted.
    const answer = begun === epoch ? await run.answered('Go to that moment', request) : { ok: false as const };
    if (begun === epoch) {
      if (answer.ok) run.showPast(pastOf(answer.value, performance.now(), run.past));
      if (!answer.ok || aim.value === seq) aim.value = null;
    }
    if (aim.value !== null) return ask(AROUND);
    if (begun === epoch && answer.ok && around === AROUND) settle();
  }

  /** Fills the log up once the hand has come to rest. */
  function settle(): void {
    if (settling !== null) clearTimeout(settling);
    settling = setTimeout(() => {
      settling = null;
      if (run.past !== null && aim.value === null) void ask(AROUND_SETTLED);
    }, SETTLED_MS);
  }

  /** A hand takes hold of the timeline: nothing moves but by it. */
  function grab(): void {
    held = true;
    run.hold();
  }

  function release(): void {
    if (!held) return;
    held = false;
    if (run.past === null && aim.value === null) run.goLive();
  }

  /** Leaves the past. */
  function goLive(): void {
    forget();
    run.goLive();
  }

  /** The last mark before the moment that is shown, and the first after it. */
  function markBefore(): Mark | null {
    void version.value;
    return marks[countUpTo(marks, position.value - 2, (mark) => mark.seq) - 1] ?? null;
  }

  function markAfter(): Mark | null {
    void version.value;
    return marks[countUpTo(marks, position.value - 1, (mark) => mark.seq)] ?? null;
  }

  watch(
    () => run.frameRun,
    () => void fillLog(),
  );
  watch(
    () => run.past,
    (past, before) => {
      // Something else than this store has left the past: playing, or another run.
      if (past === null && before !== null) forget();
    },
    { flush: 'sync' },
  );

  return {
    version,
    exactness,
    expectations,
    total,
    position,
    aim,
    marks: (): readonly Mark[] => marks,
    scale: (): TimeScale => scale,
    seek,
    grab,
    release,
    goLive,
    markBefore,
    markAfter,
  };
});
