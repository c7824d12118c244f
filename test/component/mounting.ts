/** Puts a component on the page with its stores, its tooltips and a real cluster behind the bridge. */
import { mount, type VueWrapper } from '@vue/test-utils';
import { createPinia, setActivePinia, type Pinia } from 'pinia';
import { TooltipProvider } from 'reka-ui';
import { h, nextTick, type Component } from 'vue';
import { useBranches } from '../../renderer/stores/branches.ts';
import { useFiles } from '../../renderer/stores/files.ts';
import { useHistory } from '../../renderer/stores/history.ts';
import { useRun } from '../../renderer/stores/run.ts';
import { useSelection } from '../../renderer/stores/selection.ts';
import { useUi } from '../../renderer/stores/ui.ts';
import { InlineBridge, type BridgeOptions } from './harness.ts';

export interface Scene {
  readonly bridge: InlineBridge;
  readonly run: ReturnType<typeof useRun>;
  readonly selection: ReturnType<typeof useSelection>;
  readonly ui: ReturnType<typeof useUi>;
  readonly history: ReturnType<typeof useHistory>;
  readonly branches: ReturnType<typeof useBranches>;
  readonly files: ReturnType<typeof useFiles>;
}

/** Height of every scrolling list: happy-dom lays nothing out. */
const LIST_HEIGHT = 480;
Object.defineProperty(HTMLElement.prototype, 'clientHeight', { configurable: true, get: () => LIST_HEIGHT });

const scenes: Scene[] = [];
const wrappers: VueWrapper[] = [];
/** Of the scene that is on; what an earlier one left unfinished may make its own the active one. */
let pinia: Pinia = createPinia();

/** Stores on a cluster that has run for `us` of virtual time. */
export async function scene(options: BridgeOptions & { readonly us?: number } = {}): Promise<Scene> {
  localStorage.clear();
  const bridge = new InlineBridge(options);
  Object.defineProperty(window, 'synod', { configurable: true, value: bridge });
  setActivePinia((pinia = createPinia()));
  const made = {
    bridge,
    run: useRun(),
    selection: useSelection(),
    ui: useUi(),
    history: useHistory(),
    branches: useBranches(),
    files: useFiles(),
  };
  scenes.push(made);
  bridge.cluster.runUntil(options.us ?? 0);
  await made.run.attach();
  await settled();
  return made;
}

export function show(component: Component, props: Record<string, unknown> = {}): VueWrapper {
  const wrapper = mount(
    { render: () => h(TooltipProvider, { delayDuration: 0 }, { default: () => h(component, props) }) },
    { attachTo: document.body, global: { plugins: [pinia] } },
  );
  wrappers.push(wrapper);
  return wrapper;
}

/** Waits until what was sent is folded in and on the page. */
export async function settled(): Promise<void> {
  // When much happens, what is written follows what is painted a moment later.
  for (let frames = 0; frames < 3 || scenes.some(isBehind); frames++) {
    await new Promise<void>((done) => requestAnimationFrame(() => done()));
    await nextTick();
  }
  setActivePinia(pinia);
}

function isBehind({ run }: Scene): boolean {
  return run.past === null && (run.painted()?.seq ?? 0) > run.liveSeq;
}

/** Waits at least this long, for what happens at most so often. */
export async function waited(ms: number): Promise<void> {
  await new Promise((done) => setTimeout(done, ms));
  await settled();
}

/** Lets the cluster run and the page follow. */
export async function play({ bridge }: Scene, us: number): Promise<void> {
  bridge.play(us);
  await settled();
}

/** To be called after each test. */
export function clear(): void {
  for (const wrapper of wrappers.splice(0)) wrapper.unmount();
  for (const { run } of scenes.splice(0)) run.detach();
  document.body.innerHTML = '';
}

export function press(key: string, modifiers: KeyboardEventInit = {}): void {
  (document.activeElement ?? window).dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...modifiers }));
}

/** The only element in the document that this matches. @throws Error when there is none, or more. */
export function one<T extends HTMLElement>(selector: string, text?: string): T {
  const found = [...document.querySelectorAll<T>(selector)].filter((element) => text === undefined || element.textContent.trim() === text);
  if (found.length !== 1) throw new Error(`${found.length} elements match ${selector}${text === undefined ? '' : ` with "${text}"`}`);
  return found[0]!;
}
