/** Which stretch of the history a person looks at: the end, as it grows, or a place they went to. */
import { computed, ref, shallowRef, watch } from 'vue';
import { pictureView, type Bar, type Picture } from '../../../src/contract/index.ts';
import { followEnd, laneHeightIn, lookAt, roomIn, scaleFirst, scaleWithin, zoomed, type Stretch } from './viewport.ts';

/** @param picture called inside computeds and handlers */
export function useHistoryView(picture: () => Picture | null) {
  const width = ref(0);
  const height = ref(0);
  const following = ref(true);
  /** Pixels for a unit of places; `null`: none is settled yet. */
  const scale = shallowRef<number | null>(null);
  const place = shallowRef(0);
  const scrolled = shallowRef(0);

  const stretch = computed<Stretch>(() => {
    const shown = picture();
    if (shown === null || width.value === 0) return { from: 0, scale: 1 };
    const within = scaleWithin(scale.value ?? scaleFirst(shown, width.value), shown, width.value);
    return following.value ? followEnd(shown, within, width.value) : lookAt(place.value, shown, within, width.value);
  });
  const laneHeight = computed(() => laneHeightIn(picture() ?? { axis: 'time', from: 0, to: 1, lanes: [], bars: [], faults: [] }, height.value));
  const scrollMax = computed(() => {
    const shown = picture();
    return shown === null ? 0 : Math.max(0, pictureView.fullHeight(shown, laneHeight.value) - height.value);
  });
  const view = computed<pictureView.PictureView>(() => ({
    ...stretch.value,
    width: width.value,
    height: height.value,
    scroll: Math.min(scrolled.value, scrollMax.value),
    laneHeight: laneHeight.value,
  }));

  // What a person sees does not change its scale by itself, once there is an answer to measure it by.
  watch([picture, width], ([shown, wide]) => {
    if (scale.value === null && wide > 0 && shown !== null && shown.bars.some(({ open }) => !open)) scale.value = scaleFirst(shown, wide);
  });

  function go(next: Stretch): void {
    const shown = picture();
    if (shown === null) return;
    place.value = next.from;
    following.value = next.from >= followEnd(shown, next.scale, width.value).from - 1 / next.scale;
  }

  /** Moves by pixels; to later places with positive ones, to lower lanes with `down`. */
  function pan(by: number, down = 0): void {
    const shown = picture();
    if (shown === null) return;
    const { from, scale: now } = stretch.value;
    if (by !== 0) go(lookAt(from + by / now, shown, now, width.value));
    scrolled.value = Math.max(0, Math.min(view.value.scroll + down, scrollMax.value));
  }

  /** Makes bars wider by a factor; what is at `x` stays where it is. */
  function zoom(factor: number, x = width.value / 2): void {
    const shown = picture();
    if (shown === null) return;
    const next = zoomed(stretch.value, shown, factor, width.value, x);
    scale.value = next.scale;
    go(next);
  }

  /** All of it at once. */
  function fit(): void {
    scale.value = 0;
    following.value = true;
  }

  function follow(): void {
    following.value = true;
  }

  /** Moves no further than it takes to have the bar in sight. */
  function reveal(bar: Bar): void {
    const shown = picture();
    if (shown === null) return;
    const { from, scale: now } = stretch.value;
    const room = roomIn(width.value) / now;
    if (bar.from < from || Math.min(bar.to, bar.from + room / 2) > from + room) go(lookAt(bar.from - room / 3, shown, now, width.value));
    const top = bar.lane * laneHeight.value;
    const high = height.value - pictureView.headHeight(shown) - laneHeight.value;
    if (top < view.value.scroll) scrolled.value = top;
    else if (top > view.value.scroll + high) scrolled.value = top - high;
  }

  /** The bar comes to stand in the middle, and so much before it is in sight. */
  function centre(bar: Bar, earliest: number): void {
    const shown = picture();
    if (shown === null || width.value === 0) return;
    const room = roomIn(width.value);
    const span = Math.max(1, bar.to - earliest);
    scale.value = scaleWithin(Math.min(scale.value ?? Infinity, (0.8 * room) / span), shown, width.value);
    go(lookAt(bar.to - (0.9 * room) / scale.value, shown, scale.value, width.value));
    reveal(bar);
  }

  function reset(): void {
    scale.value = null;
    following.value = true;
    scrolled.value = 0;
  }

  return { view, width, height, following, pan, zoom, fit, follow, reveal, centre, reset };
}
