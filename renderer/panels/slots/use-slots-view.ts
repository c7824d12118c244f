/** Which part of the log a person looks at: the end, as it grows, or a place they went to. */
import { computed, ref, shallowRef } from 'vue';
import { remembered } from '../../stores/remembered.ts';
import {
  followEnd,
  isAtEnd,
  lookAt,
  scaleWithin,
  SCALE_FIRST,
  SCALE_MAX,
  slotsIn,
  zoomed,
  type Extent,
  type Viewport,
} from './viewport.ts';

/** @param extent called inside computeds and handlers */
export function useSlotsView(extent: () => Extent) {
  /** Pixels per slot that were asked for; 0: as many as it takes to see all. */
  const scale = remembered<number>('slots-scale', SCALE_FIRST, (given) => typeof given === 'number' && given >= 0 && given <= SCALE_MAX);
  const width = ref(0);
  const following = ref(true);
  const place = shallowRef(1);
  const view = computed<Viewport>(() => {
    const within = scaleWithin(scale.value, extent(), width.value);
    return following.value ? followEnd(extent(), within, width.value) : lookAt(place.value, extent(), within, width.value);
  });

  function go(next: Viewport): void {
    place.value = next.from;
    following.value = isAtEnd(next, extent());
  }

  /** Moves by pixels; to the right with positive ones. */
  function pan(by: number): void {
    const { from, scale, width } = view.value;
    go(lookAt(from + by / scale, extent(), scale, width));
  }

  /** Makes columns wider by a factor; the place at `x` stays where it is, the end if it is followed. */
  function zoom(factor: number, x = width.value / 2): void {
    const next = zoomed(view.value, extent(), view.value.scale * factor, x);
    scale.value = next.scale;
    if (!following.value) go(next);
  }

  /** All of the log at once. */
  function fit(): void {
    scale.value = 0;
    following.value = true;
  }

  /** Moves no further than it takes to have the slot in sight; a little beyond it. */
  function reveal(slot: number): void {
    const { first, last } = slotsIn(view.value);
    if (slot > first && slot < last) return;
    const { scale, width } = view.value;
    const room = width / scale;
    const from = slot <= first ? slot - Math.min(2, room / 4) : slot + 1 + Math.min(2, room / 4) - room;
    go(lookAt(from, extent(), scale, width));
  }

  /** The place in the middle is to be this one. */
  function centre(slot: number): void {
    const { scale, width } = view.value;
    go(lookAt(slot + 0.5 - width / scale / 2, extent(), scale, width));
  }

  function follow(): void {
    following.value = true;
  }

  return { view, width, following, pan, zoom, fit, reveal, centre, follow };
}
