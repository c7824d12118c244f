/** Pointing at a slot, by hand and by key; dragging, turning the wheel and zooming go through the log. */
import { computed, shallowRef, type Ref } from 'vue';
import { useSelection } from '../../stores/selection.ts';
import { AXIS_HEIGHT } from './axis-painter.ts';
import type { ServerRow } from './server-rows.ts';
import type { useSlotsView } from './use-slots-view.ts';
import { slotAt } from './viewport.ts';

/** Pixels that a pressed pointer moves before it drags. */
const DRAG_FROM = 4;
/** Zoom per pixel of a turned wheel. */
const WHEEL_ZOOM = 0.002;

interface Options {
  readonly field: Readonly<Ref<HTMLElement | null>>;
  readonly slots: ReturnType<typeof useSlotsView>;
  readonly rowHeight: () => number;
  readonly rows: () => readonly ServerRow[];
  /** The highest slot of which anybody knows. */
  readonly latest: () => number;
}

/** A slot of a row; the row is -1 on the axis. */
export interface Pointed {
  readonly row: number;
  readonly slot: number;
}

export function usePointing({ field, slots, rowHeight, rows, latest }: Options) {
  const selection = useSelection();
  const pointer = shallowRef<{ readonly x: number; readonly y: number } | null>(null);
  /** Where the keyboard is; kept while the focus is elsewhere. */
  const cursor = shallowRef<Pointed | null>(null);
  const focused = shallowRef(false);
  /** Where the pointer was pressed, and moved to since. */
  let pressed: { readonly x: number; last: number; dragged: boolean } | null = null;

  const pointed = computed<Pointed | null>(() => {
    const at = pointer.value;
    if (at === null) return focused.value ? cursor.value : null;
    return within({ row: Math.max(-1, Math.floor((at.y - AXIS_HEIGHT) / rowHeight())), slot: slotAt(slots.view.value, at.x) });
  });

  /** The same, if there is such a slot. */
  function within({ row, slot }: Pointed): Pointed | null {
    return slot >= 1 && slot <= latest() && row < rows().length ? { row, slot } : null;
  }

  function placeOf(event: PointerEvent | WheelEvent): { readonly x: number; readonly y: number } {
    const box = field.value?.getBoundingClientRect();
    return { x: event.clientX - (box?.left ?? 0), y: event.clientY - (box?.top ?? 0) };
  }

  function press(event: PointerEvent): void {
    if (event.button !== 0) return;
    field.value?.setPointerCapture(event.pointerId);
    const { x } = placeOf(event);
    pressed = { x, last: x, dragged: false };
  }

  function move(event: PointerEvent): void {
    pointer.value = placeOf(event);
    if (pressed === null) return;
    const { x } = pointer.value;
    pressed.dragged ||= Math.abs(x - pressed.x) > DRAG_FROM;
    if (!pressed.dragged) return;
    slots.pan(pressed.last - x);
    pressed.last = x;
  }

  function release(): void {
    if (pressed?.dragged === false && pointed.value !== null) {
      cursor.value = pointed.value;
      select(pointed.value.slot);
    }
    pressed = null;
  }

  function cancel(): void {
    pressed = null;
  }

  function leave(): void {
    pointer.value = null;
  }

  function select(slot: number): void {
    selection.selectSlot(selection.slot === slot ? null : slot);
  }

  /** Turned either way it goes through the log; with Ctrl it zooms. */
  function wheel(event: WheelEvent): void {
    pointer.value = placeOf(event);
    if (event.ctrlKey || event.metaKey) slots.zoom(Math.exp(-event.deltaY * WHEEL_ZOOM), pointer.value.x);
    else slots.pan(Math.abs(event.deltaX) > Math.abs(event.deltaY) ? event.deltaX : event.deltaY);
  }

  function focus(): void {
    focused.value = true;
    if (cursor.value === null || within(cursor.value) === null) {
      const leader = rows().findIndex(({ leading }) => leading);
      cursor.value = { row: Math.max(0, leader), slot: selection.slot ?? latest() };
    }
  }

  function blur(): void {
    focused.value = false;
  }

  function key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || cursor.value === null) return;
    if (act(event.key, cursor.value)) {
      event.preventDefault();
      event.stopPropagation();
    }
  }

  /** Whether the key means something here. */
  function act(name: string, { row, slot }: Pointed): boolean {
    const { view } = slots;
    const page = Math.max(1, Math.floor((view.value.width / view.value.scale) * 0.8));
    const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -page, PageDown: page, Home: -Infinity, End: Infinity }[name];
    if (by !== undefined) return to({ row, slot: slot + by });
    if (name === 'ArrowUp' || name === 'ArrowDown') return to({ row: row + (name === 'ArrowUp' ? -1 : 1), slot });
    if (name === 'Enter' || name === ' ') select(slot);
    else if (name === 'Escape' && selection.slot !== null) selection.selectSlot(null);
    else if (name === '+' || name === '-') slots.zoom(name === '+' ? 1.6 : 1 / 1.6);
    else return false;
    return true;
  }

  function to({ row, slot }: Pointed): boolean {
    pointer.value = null;
    const next = { row: Math.max(0, Math.min(row, rows().length - 1)), slot: Math.max(1, Math.min(slot, latest())) };
    cursor.value = next;
    if (next.slot === latest()) slots.follow();
    else slots.reveal(next.slot);
    return true;
  }

  return { pointed, focused, press, move, release, cancel, leave, wheel, focus, blur, key };
}
