/** Pointing at an operation, by hand and by key; dragging, turning the wheel and zooming go through the history. */
import { computed, shallowRef, type Ref } from 'vue';
import { barAt, pictureView, type Bar, type Picture } from '../../../src/contract/index.ts';
import type { useHistoryView } from './use-history-view.ts';

/** Pixels that a pressed pointer moves before it drags. */
const DRAG_FROM = 4;
/** Zoom per pixel of a turned wheel. */
const WHEEL_ZOOM = 0.002;
/** So far beside a bar it still counts, px. */
const SLACK = 3;
/** In a wider bar its second half stands for the response, px. */
const HALVES_FROM = 24;

interface Options {
  readonly field: Readonly<Ref<HTMLElement | null>>;
  readonly history: ReturnType<typeof useHistoryView>;
  readonly picture: () => Picture | null;
  /** Goes to the moment of its invocation, or its response. */
  readonly jump: (bar: Bar, to: 'invoked' | 'returned') => void;
}

export function usePointing({ field, history, picture, jump }: Options) {
  const pointer = shallowRef<{ readonly x: number; readonly y: number } | null>(null);
  /** Where the keyboard is: the index of an operation. */
  const cursor = shallowRef<number | null>(null);
  const focused = shallowRef(false);
  let pressed: { readonly x: number; readonly y: number; lastX: number; lastY: number; dragged: boolean } | null = null;

  const pointed = computed<Bar | null>(() => {
    const shown = picture();
    const at = pointer.value;
    if (shown === null) return null;
    if (at === null) return focused.value && cursor.value !== null ? (shown.bars[cursor.value] ?? null) : null;
    const lane = shown.lanes[pictureView.laneAt(shown, history.view.value, at.y)];
    if (lane === undefined || at.x < pictureView.NAMES) return null;
    return barAt(lane, pictureView.placeAt(history.view.value, at.x), SLACK / history.view.value.scale);
  });

  function placeOf(event: PointerEvent | WheelEvent): { readonly x: number; readonly y: number } {
    const box = field.value?.getBoundingClientRect();
    return { x: event.clientX - (box?.left ?? 0), y: event.clientY - (box?.top ?? 0) };
  }

  function press(event: PointerEvent): void {
    if (event.button !== 0) return;
    field.value?.setPointerCapture(event.pointerId);
    const { x, y } = placeOf(event);
    pointer.value = { x, y };
    pressed = { x, y, lastX: x, lastY: y, dragged: false };
  }

  function move(event: PointerEvent): void {
    const { x, y } = (pointer.value = placeOf(event));
    if (pressed === null) return;
    pressed.dragged ||= Math.hypot(x - pressed.x, y - pressed.y) > DRAG_FROM;
    if (!pressed.dragged) return;
    history.pan(pressed.lastX - x, pressed.lastY - y);
    pressed.lastX = x;
    pressed.lastY = y;
  }

  function release(): void {
    const bar = pointed.value;
    if (pressed?.dragged === false && bar !== null) {
      cursor.value = bar.index;
      const [left, right] = [bar.from, bar.to].map((place) => pictureView.xOf(history.view.value, place)) as [number, number];
      const second = !bar.open && right - left >= HALVES_FROM && pressed.x > (left + right) / 2;
      jump(bar, second ? 'returned' : 'invoked');
    }
    pressed = null;
  }

  function cancel(): void {
    pressed = null;
  }

  function leave(): void {
    pointer.value = null;
  }

  /** Turned either way it goes through time, with Shift through the lanes; with Ctrl it zooms. */
  function wheel(event: WheelEvent): void {
    pointer.value = placeOf(event);
    const { deltaX, deltaY } = event;
    if (event.ctrlKey || event.metaKey) history.zoom(Math.exp(-deltaY * WHEEL_ZOOM), pointer.value.x);
    else if (event.shiftKey) history.pan(0, deltaY === 0 ? deltaX : deltaY);
    else history.pan(Math.abs(deltaX) > Math.abs(deltaY) ? deltaX : deltaY);
  }

  function focus(): void {
    focused.value = true;
    const shown = picture();
    if (shown !== null && (cursor.value === null || cursor.value >= shown.bars.length)) cursor.value = shown.bars.length === 0 ? null : shown.bars.length - 1;
  }

  function blur(): void {
    focused.value = false;
  }

  function key(event: KeyboardEvent): void {
    const shown = picture();
    if (event.ctrlKey || event.metaKey || event.altKey || shown === null || cursor.value === null) return;
    const bar = shown.bars[cursor.value];
    if (bar === undefined || !act(event.key, event.shiftKey, shown, bar)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Whether the key means something here. */
  function act(name: string, shift: boolean, shown: Picture, bar: Bar): boolean {
    const { bars } = shown.lanes[bar.lane]!;
    const at = bars.indexOf(bar);
    if (name === 'ArrowLeft') return to(bars[Math.max(0, at - 1)]);
    if (name === 'ArrowRight') return to(bars[Math.min(bars.length - 1, at + 1)]);
    if (name === 'Home') return to(bars[0]);
    if (name === 'End') return to(bars.at(-1));
    if (name === 'ArrowUp' || name === 'ArrowDown') return to(nearest(shown, bar, name === 'ArrowUp' ? -1 : 1));
    if (name === 'Enter' || name === ' ') jump(bar, shift && !bar.open ? 'returned' : 'invoked');
    else if (name === '+' || name === '-') history.zoom(name === '+' ? 1.6 : 1 / 1.6);
    else return false;
    return true;
  }

  /** The bar of the next lane that begins at about the same time. */
  function nearest({ lanes }: Picture, bar: Bar, by: number): Bar | undefined {
    const lane = lanes[Math.max(0, Math.min(lanes.length - 1, bar.lane + by))]!;
    return lane.bars.reduce((best, one) => (Math.abs(one.from - bar.from) < Math.abs(best.from - bar.from) ? one : best));
  }

  function to(bar: Bar | undefined): boolean {
    if (bar === undefined) return true;
    pointer.value = null;
    cursor.value = bar.index;
    history.reveal(bar);
    return true;
  }

  /** Puts the keyboard at an operation. */
  function point(bar: Bar): void {
    cursor.value = bar.index;
  }

  return { pointer, pointed, focused, point, press, move, release, cancel, leave, wheel, focus, blur, key };
}
