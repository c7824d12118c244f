/** The window itself: theme, toasts, what is open. What is worth keeping is kept in localStorage. */
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import type { NodeId, Problem } from '../../src/contract/index.ts';
import { mediaQuery, remembered } from './remembered.ts';

export type Theme = 'system' | 'light' | 'dark';
export const sideTabs = ['chosen', 'ballots', 'node', 'messages', 'checks', 'branches'] as const;
export type SideTab = (typeof sideTabs)[number];
export const lowerTabs = ['log', 'slots', 'database', 'history'] as const;
export type LowerTab = (typeof lowerTabs)[number];
export type Dialog =
  | { readonly name: 'shortcuts' | 'about' | 'library' | 'exactness' | 'lab' }
  /** Without a protocol, that of the run. */
  | { readonly name: 'new-run'; readonly protocol?: string }
  | { readonly name: 'propose'; readonly node: NodeId }
  /** Two branches. */
  | { readonly name: 'compare'; readonly a: number; readonly b: number };

export interface Toast {
  readonly id: number;
  /** `problem` stays until it is closed; the others go by themselves. */
  readonly tone: 'done' | 'refused' | 'problem';
  readonly title: string;
  readonly detail: string;
  /** What can be done about it. */
  readonly action?: { readonly label: string; perform(): void };
}

/** Toasts on the screen at once; the oldest goes first. */
const TOASTS_MAX = 4;
/** Pixels. */
export const firstSizes = { left: 264, right: 340, log: 232 } as const;
const themes: readonly Theme[] = ['system', 'light', 'dark'];

export const useUi = defineStore('ui', () => {
  const theme = remembered<Theme>('theme', 'system', (given) => themes.includes(given as Theme));
  const tab = remembered<SideTab>('tab', 'chosen', (given) => sideTabs.includes(given as SideTab));
  /** What stands below the stage, and whether anything does. */
  const lowerTab = remembered<LowerTab>('lower-tab', 'log', (given) => lowerTabs.includes(given as LowerTab));
  const logOpen = remembered<boolean>('log-open', true, (given) => typeof given === 'boolean');
  /** Below about 1200 px the left column is a rail, and this says whether its drawer is out. */
  const drawerOpen = ref(false);
  const dialog = shallowRef<Dialog | null>(null);
  const toasts = shallowRef<readonly Toast[]>([]);
  /** Sizes of the panes, pixels. */
  const leftWidth = paneSize('left');
  const rightWidth = paneSize('right');
  const logHeight = paneSize('log');
  let nextToast = 1;

  const systemDark = mediaQuery('(prefers-color-scheme: dark)');
  const reducedMotion = mediaQuery('(prefers-reduced-motion: reduce)');
  const narrow = mediaQuery('(max-width: 1199px)');
  /** The theme on the screen. */
  const shownTheme = computed(() => (theme.value === 'system' ? (systemDark.value ? 'dark' : 'light') : theme.value));
  watch(shownTheme, (shown) => (document.documentElement.dataset.theme = shown), { immediate: true, flush: 'sync' });

  /** Goes through system, light, dark. */
  function cycleTheme(): void {
    theme.value = themes[(themes.indexOf(theme.value) + 1) % themes.length]!;
  }

  function toast(given: Omit<Toast, 'id'>): void {
    // Saying the same thing twice is no news: the one on the screen is replaced.
    const others = toasts.value.filter((shown) => shown.title !== given.title || shown.detail !== given.detail);
    toasts.value = [...others, { ...given, id: nextToast++ }].slice(-TOASTS_MAX);
  }

  function problem(given: Problem): void {
    toast({ tone: 'problem', ...given });
  }

  function dismiss(id: number): void {
    toasts.value = toasts.value.filter((shown) => shown.id !== id);
  }

  function open(next: Dialog): void {
    dialog.value = next;
  }

  function closeDialog(): void {
    dialog.value = null;
  }

  /** Gives every pane its first size. */
  function resetLayout(): void {
    leftWidth.value = firstSizes.left;
    rightWidth.value = firstSizes.right;
    logHeight.value = firstSizes.log;
    logOpen.value = true;
  }

  return {
    theme,
    shownTheme,
    tab,
    lowerTab,
    logOpen,
    drawerOpen,
    dialog,
    toasts,
    leftWidth,
    rightWidth,
    logHeight,
    reducedMotion,
    narrow,
    cycleTheme,
    toast,
    problem,
    dismiss,
    open,
    closeDialog,
    resetLayout,
  };
});

function paneSize(pane: keyof typeof firstSizes) {
  return remembered<number>(`size.${pane}`, firstSizes[pane], (given) => typeof given === 'number' && given > 0 && given < 2000);
}
