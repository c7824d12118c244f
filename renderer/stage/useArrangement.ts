/** Keeps the layout in step with the partition, the size of the stage and what a person has put where. */
import { computed, shallowRef, watch, type Ref } from 'vue';
import { sameGroups, type CommandPlace, type Groups, type NodeId } from '../../src/contract/index.ts';
import { useRun } from '../stores/run.ts';
import type { Point } from './geometry.ts';
import { layOut, remember, type Layout, type Memory } from './layout.ts';

export interface StageSize {
  readonly width: number;
  readonly height: number;
}

/** A drop that main has not echoed yet. */
interface Pending {
  readonly groups: Groups;
  /** Where main put the command; `null` until it has answered. */
  place: CommandPlace | null;
}

const STORAGE_PREFIX = 'synod.stage.';
/** Runs whose arrangement is kept. */
const KEPT_MAX = 20;

/** @param dock room for the dock at the right edge, px */
export function useArrangement(size: Ref<StageSize>, dock: Ref<number>) {
  const run = useRun();
  const layout = shallowRef<Layout | null>(null);
  const pending = shallowRef<Pending | null>(null);
  let memory: Memory | null = null;

  /** The partition main has confirmed. The same array as long as it is the same partition, whatever snapshots bring. */
  let confirmed: Groups = [];
  const groups = computed<Groups>(() => {
    const now = run.world?.groups ?? [];
    if (!sameGroups(now, confirmed)) confirmed = now;
    return confirmed;
  });
  /** What the stage shows: a drop counts from the moment it was made, and is taken back when it is refused. */
  const shown = computed<Groups>(() => pending.value?.groups ?? groups.value);

  function arrange(drop: { readonly nodes: readonly NodeId[]; readonly at: Point } | null = null): void {
    const { width, height } = size.value;
    if (shown.value.length === 0 || width === 0 || height === 0) return;
    layout.value = layOut({ groups: shown.value, width, height, memory, drop, dock: dock.value });
    memory = remember(layout.value);
    store(storageKey(), memory);
  }

  /** Shows `groups` at once, `nodes` at `at`, while `command` asks main for it. */
  async function drop(
    groups: Groups,
    nodes: readonly NodeId[],
    at: Point,
    command: () => Promise<CommandPlace | null>,
  ): Promise<void> {
    const mine: Pending = { groups, place: null };
    pending.value = mine;
    arrange({ nodes, at });
    const place = await command();
    if (pending.value !== mine) return;
    if (place === null) confirm();
    else mine.place = place;
  }

  /** Puts an island somewhere else; no link changes. */
  function put(nodes: readonly NodeId[], at: Point): void {
    arrange({ nodes, at });
  }

  /** Forgets where things were put. */
  function reset(): void {
    memory = null;
    arrange();
  }

  function confirm(): void {
    pending.value = null;
    arrange();
  }

  function storageKey(): string {
    const header = run.session?.header;
    return `${STORAGE_PREFIX}${header?.seed}.${header?.nodes.length}`;
  }

  watch(
    () => run.session?.run,
    () => {
      pending.value = null;
      memory = load(storageKey());
      arrange();
    },
    { immediate: true },
  );
  watch(groups, () => {
    // The echo of the drop changes nothing; anything else overrides it.
    const echoed = pending.value !== null && sameGroups(pending.value.groups, groups.value);
    pending.value = null;
    if (!echoed) arrange();
  });
  watch(
    // The world is changed in place, so that only its number of events tells that it has changed.
    () => run.world?.seq ?? 0,
    (seq) => {
      const place = pending.value?.place ?? null;
      // Main has done it and something else after it: what there is now counts.
      if (place !== null && seq > place.seq) confirm();
    },
  );
  watch(
    () => run.past === null,
    () => {
      // Another moment has its own partition, and no drop.
      if (pending.value !== null) confirm();
    },
  );
  watch([size, dock], () => arrange());

  return { layout, groups, shown, drop, put, reset };
}

function store(key: string, memory: Memory): void {
  localStorage.removeItem(key);
  const kept = Object.keys(localStorage).filter((name) => name.startsWith(STORAGE_PREFIX));
  for (const name of kept.slice(0, Math.max(0, kept.length - KEPT_MAX + 1))) localStorage.removeItem(name);
  localStorage.setItem(key, JSON.stringify(memory));
}

function load(key: string): Memory | null {
  const kept = localStorage.getItem(key);
  if (kept === null) return null;
  try {
    const given = JSON.parse(kept) as Partial<Memory>;
    return given.islands !== undefined && given.nodes !== undefined ? (given as Memory) : null;
  } catch {
    return null;
  }
}
