/** The knife in the hand: a stroke of the pointer across links, and the keys that take it up and put it away. */
import { computed, onMounted, onUnmounted, shallowRef, watch, type Ref } from 'vue';
import { nameOf, type Direction, type Groups } from '../../src/contract/index.ts';
import { cut } from '../actions/link-actions.ts';
import { useRun } from '../stores/run.ts';
import { useStage } from '../stores/stage.ts';
import type { Point } from './geometry.ts';
import { crossings, directionsCut, extend, type Crossing } from './knife.ts';
import { uncut } from './links.ts';
import type { Motion } from './motion.ts';
import type { Scene } from './painter.ts';

export interface KnifeOptions {
  readonly root: Ref<HTMLElement | null>;
  readonly groups: Ref<Groups>;
  readonly motion: () => Motion | null;
  readonly pointOf: (event: PointerEvent) => Point;
  /** Draws the stroke and the links it has crossed. */
  readonly show: (stroke: Scene['stroke'], struck: Scene['struck']) => void;
}

/** A press of the key shorter than this, wall ms, keeps the knife in the hand. */
const TAP_MS = 350;

export function useKnife({ root, groups, motion, pointOf, show }: KnifeOptions) {
  const run = useRun();
  const stage = useStage();
  const isOut = computed(() => stage.knife !== 'away');
  const crossed = shallowRef<readonly Crossing[]>([]);
  const oneWay = shallowRef(false);
  const isDrawing = shallowRef(false);
  let stroke: Point[] = [];
  let pointer: number | null = null;
  let takenAt = 0;
  /** A stroke was drawn since the knife was taken up. */
  let used = false;

  /** The directions that letting go would cut. */
  const directions = computed<readonly Direction[]>(() =>
    run.world === null ? [] : uncut(run.world, directionsCut(crossed.value, oneWay.value)),
  );
  const text = computed(() => {
    if (!isOut.value) return '';
    if (!isDrawing.value || crossed.value.length === 0) return 'Draw across links to cut them · Shift: one way only · Esc: put the knife away';
    if (directions.value.length === 0) return 'these links are cut already';
    if (oneWay.value) return `cuts ${directions.value.map(({ from, to }) => `${nameOf(from)} → ${nameOf(to)}`).join(', ')}`;
    const { length } = crossed.value;
    return length === 1 ? `cuts ${crossed.value[0]!.link.map(nameOf).join(' ↔ ')}` : `cuts ${length} links`;
  });

  /** @returns whether the press is the knife's */
  function down(event: PointerEvent): boolean {
    if (!isOut.value || event.button !== 0) return false;
    if (event.target instanceof Element && event.target.closest('[data-no-drag]') !== null) return false;
    if (pointer !== null) return true;
    pointer = event.pointerId;
    root.value?.setPointerCapture(event.pointerId);
    stroke = [];
    isDrawing.value = used = true;
    draw(event);
    return true;
  }

  function moved(event: PointerEvent): void {
    if (event.pointerId === pointer) draw(event);
  }

  function up(event: PointerEvent): void {
    if (event.pointerId !== pointer) return;
    draw(event);
    const links = directions.value;
    finish();
    void cut(links, 'Cut');
  }

  function cancel(event?: PointerEvent): void {
    if (pointer !== null && (event === undefined || event.pointerId === pointer)) finish();
  }

  function draw(event: PointerEvent): void {
    oneWay.value = event.shiftKey;
    const now = motion();
    if (now === null || !extend(stroke, pointOf(event))) return;
    crossed.value = crossings(stroke, groups.value, now);
    show(stroke, crossed.value);
  }

  function finish(): void {
    if (pointer !== null && root.value?.hasPointerCapture(pointer)) root.value.releasePointerCapture(pointer);
    pointer = null;
    stroke = [];
    crossed.value = [];
    isDrawing.value = false;
    show([], []);
  }

  function putAway(): void {
    finish();
    stage.knife = 'away';
  }

  function keyDown(event: KeyboardEvent): void {
    if (event.key === 'Shift') oneWay.value = true;
    if (event.key !== 'Escape' || !isOut.value) return;
    event.preventDefault();
    event.stopPropagation();
    if (pointer !== null) finish();
    else putAway();
  }

  function keyUp(event: KeyboardEvent): void {
    if (event.key === 'Shift') oneWay.value = false;
    if (event.key.toUpperCase() !== 'K' || stage.knife !== 'held') return;
    if (used || performance.now() - takenAt > TAP_MS) putAway();
    else stage.knife = 'kept';
  }

  /** Another window has the keyboard: nobody will say when the key is let go. */
  function blurred(): void {
    if (stage.knife === 'held') putAway();
  }

  watch(
    () => stage.knife,
    (now, before) => {
      if (before === 'away') {
        takenAt = performance.now();
        used = false;
      }
      if (now === 'away') finish();
    },
    { flush: 'sync' },
  );
  onMounted(() => {
    window.addEventListener('keydown', keyDown, true);
    window.addEventListener('keyup', keyUp, true);
    window.addEventListener('blur', blurred);
  });
  onUnmounted(() => {
    window.removeEventListener('keydown', keyDown, true);
    window.removeEventListener('keyup', keyUp, true);
    window.removeEventListener('blur', blurred);
  });

  return { isOut, isDrawing, text, down, moved, up, cancel };
}
