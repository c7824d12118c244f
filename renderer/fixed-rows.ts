/** Which rows of a long list with rows of one height are in sight. Only those are in the document. */
import { computed, onMounted, onUnmounted, ref, type Ref } from 'vue';

/** Rows kept ready above and below. */
const OVERSCAN = 4;

/**
 * @param element the scrolling element
 * @param rowHeight pixels
 * @param count how many rows there are now; called inside a computed
 */
export function useFixedRows(element: Readonly<Ref<HTMLElement | null>>, rowHeight: number, count: () => number) {
  const scrollTop = ref(0);
  const height = ref(0);
  const observer = new ResizeObserver(measure);

  function measure(): void {
    if (element.value !== null) height.value = element.value.clientHeight;
  }

  /** To be called on every scroll event of the element. */
  function onScroll(): void {
    scrollTop.value = element.value?.scrollTop ?? 0;
  }

  /** Draws the rows at `top` at once, before the element itself is scrolled there; gives the top that can be had. */
  function drawAt(top: number): number {
    scrollTop.value = Math.max(0, Math.min(top, count() * rowHeight - height.value));
    return scrollTop.value;
  }

  function drawEnd(): void {
    drawAt(Infinity);
  }

  onMounted(() => {
    if (element.value === null) return;
    measure();
    observer.observe(element.value);
  });
  onUnmounted(() => observer.disconnect());

  const first = computed(() => Math.max(0, Math.min(Math.floor(scrollTop.value / rowHeight) - OVERSCAN, count())));
  const last = computed(() => Math.min(count(), Math.ceil((scrollTop.value + height.value) / rowHeight) + OVERSCAN));

  return {
    /** Index of the first row to draw, and the one after the last. */
    first,
    last,
    total: computed(() => count() * rowHeight),
    /** Where the list is scrolled to, and its height, pixels. */
    top: scrollTop,
    height,
    onScroll,
    drawAt,
    drawEnd,
  };
}
