/** Design tokens for what is drawn on a canvas, read from the style sheet once per theme. */
import { onMounted, watch, type Ref } from 'vue';
import { useUi } from './stores/ui.ts';

/** Value of a design token, e.g. `--accent`. */
export type Colour = (token: string) => string;

/**
 * @param element where the tokens are looked up
 * @param changed called when they are there, and when they have changed
 */
export function useTokens(element: Readonly<Ref<HTMLElement | null>>, changed: () => void): Colour {
  const ui = useUi();
  let values = new Map<string, string>();
  let style: CSSStyleDeclaration | null = null;

  onMounted(() => {
    if (element.value !== null) style = getComputedStyle(element.value);
    changed();
  });
  watch(
    () => ui.shownTheme,
    () => {
      values = new Map();
      changed();
    },
    { flush: 'post' },
  );
  return (token) => {
    let value = values.get(token);
    if (value === undefined && style !== null) values.set(token, (value = style.getPropertyValue(token).trim()));
    return value ?? '';
  };
}

/** Gives a canvas as many pixels as the screen has for it, and a context that draws in CSS pixels; `null` without one. */
export function contextOf(canvas: HTMLCanvasElement | null, width: number, height: number): CanvasRenderingContext2D | null {
  const context = canvas?.getContext('2d') ?? null;
  if (canvas === null || context === null) return null;
  const ratio = window.devicePixelRatio || 1;
  const wide = Math.round(width * ratio);
  const high = Math.round(height * ratio);
  if (canvas.width !== wide || canvas.height !== high) {
    canvas.width = wide;
    canvas.height = high;
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}
