/**
 * What is checked and what was found: how each check stands at the moment that is shown, what the person has not been
 * told yet, and which violation they look into.
 */
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import { checksOf, type GroupedCheck, type ViolationWorld } from '../../src/contract/index.ts';
import { useRun } from './run.ts';
import { useUi } from './ui.ts';

/** A check at the moment that is shown. */
export interface CheckState extends GroupedCheck {
  /** What has contradicted it by then, in order. */
  readonly now: readonly ViolationWorld[];
  /** What is known to contradict it, that included: a moment before it is shown when there is more. */
  readonly known: readonly ViolationWorld[];
}

const none: readonly ViolationWorld[] = [];

export const useChecks = defineStore('checks', () => {
  const run = useRun();
  const ui = useUi();
  /** By the end of the run, as far as this window has seen of it; in order. */
  const known = shallowRef(none);
  /** Those that the person has been told of, and does not want to be told of again. */
  const closed = shallowRef<ReadonlySet<string>>(new Set());
  /** The check that is open in the panel. */
  const open = ref<string | null>(null);
  /** Events that stand out on the timeline: those behind a violation. */
  const marked = shallowRef<readonly number[]>([]);
  let header = '';

  const now = computed(() => run.world?.violations ?? none);
  /** The world changes with every frame; whether there is one does not. */
  const isThere = computed(() => run.world !== null);
  const states = computed<readonly CheckState[]>(() => {
    if (run.session === null || !isThere.value) return [];
    const of = (all: readonly ViolationWorld[], name: string) => all.filter(({ check }) => check === name);
    return checksOf(run.session.header.protocol).map((check) => ({ ...check, now: of(now.value, check.name), known: of(known.value, check.name) }));
  });
  /** How many checks are violated at the moment that is shown. */
  const violated = computed(() => new Set(now.value.map(({ check }) => check)).size);
  /** What the person has not been told of yet, in order; of what one step contradicts, the most important check first. */
  const news = computed(() => {
    const rank = new Map(states.value.map(({ name }, index) => [name, index]));
    const rankOf = ({ check }: ViolationWorld) => rank.get(check) ?? rank.size;
    return known.value.filter((violation) => !closed.value.has(keyOf(violation))).sort((a, b) => a.at - b.at || rankOf(a) - rankOf(b));
  });

  function learn(): void {
    const session = run.session;
    // The first frame of another run, or branch, is still to come.
    if (session === null || run.frameRun !== session.run) return;
    if (now.value.length > known.value.length) known.value = now.value;
  }

  /** Another run, or another branch. What a branch has in common with the one before has been told already. */
  function begin(): void {
    const { session } = run;
    if (session === null || run.frameRun !== session.run) return;
    const next = JSON.stringify(session.header);
    known.value = now.value;
    marked.value = [];
    const told = next === header ? now.value.map(keyOf).filter((key) => closed.value.has(key)) : [];
    if (next !== header) open.value = null;
    closed.value = new Set(told);
    header = next;
  }

  watch(() => run.frameRun, begin, { flush: 'sync', immediate: true });
  watch(now, learn, { flush: 'sync' });

  /** The person has seen what there is to tell. */
  function close(): void {
    closed.value = new Set(known.value.map(keyOf));
  }

  /** Shows the panel; with a name, that check in it. */
  function show(check: string | null): void {
    ui.tab = 'checks';
    if (check !== null) open.value = check;
  }

  return { known, open, marked, states, violated, news, close, show };
});

/** Names a violation in its run. */
export function keyOf({ seq, check, slot }: ViolationWorld): string {
  return `${seq} ${check} ${slot}`;
}
