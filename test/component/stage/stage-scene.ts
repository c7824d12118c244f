/** The whole stage on the page, and a pointer on it. */
import { vi } from 'vitest';
import StageView from '../../../renderer/stage/StageView.vue';
import { clear, one, scene, settled, show, type Scene } from '../mounting.ts';

const SIZE = { width: 1000, height: 620 };

/** happy-dom lays nothing out: the stage is told its size, and events say where they are. To be called before each test. */
export function layStage(): void {
  vi.stubGlobal(
    'ResizeObserver',
    class {
      private readonly tell: (entries: readonly { contentRect: typeof SIZE }[]) => void;
      constructor(tell: (entries: readonly { contentRect: typeof SIZE }[]) => void) {
        this.tell = tell;
      }
      observe(): void {
        this.tell([{ contentRect: SIZE }]);
      }
      unobserve(): void {}
      disconnect(): void {}
    },
  );
  Object.assign(HTMLElement.prototype, {
    setPointerCapture: () => {},
    releasePointerCapture: () => {},
    hasPointerCapture: () => false,
  });
}

/** To be called after each test. */
export function clearStage(): void {
  clear();
  vi.unstubAllGlobals();
}

/** The stage on a cluster that has run for `us` of virtual time. */
export async function stage(us = 6_000_000, options: Parameters<typeof scene>[0] = {}): Promise<Scene> {
  const made = await scene({ seed: 7, us, ...options });
  show(StageView);
  await settled();
  return made;
}

/** The button of a node. */
export const node = (id: number) => one<HTMLButtonElement>(`[data-node="${id}"]`);

/** Where the loop has put a node. */
export function placeOf(id: number): { x: number; y: number } {
  const [, x, y] = /translate3d\(([-\d.]+)px, ([-\d.]+)px/.exec(node(id).style.transform) ?? [];
  return { x: Number(x), y: Number(y) };
}

/** A pointer event on an element at a point of the stage. */
export function pointer(type: string, target: Element, at: { x: number; y: number }, more: PointerEventInit = {}): void {
  const place = { clientX: at.x, clientY: at.y, pointerId: 1, button: 0, bubbles: true, cancelable: true };
  target.dispatchEvent(new PointerEvent(type, { ...place, ...more }));
}

/** Presses a node and moves the pointer. */
export async function drag(id: number, to: { x: number; y: number }): Promise<void> {
  pointer('pointerdown', node(id), placeOf(id));
  pointer('pointermove', one('.stage'), to);
  await settled();
}
