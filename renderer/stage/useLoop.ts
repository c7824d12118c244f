/** One animation loop: `frame` is called before each paint of the window, as long as the component is there. */
import { onMounted, onUnmounted } from 'vue';

/** Longest step of time, s: after a pause of the window nothing jumps. */
const STEP_MAX_S = 0.05;

/** @param frame is given the time since the last frame in s, and wall time in ms */
export function useLoop(frame: (seconds: number, wall: number) => void): void {
  let request = 0;
  let last = 0;

  function tick(): void {
    request = requestAnimationFrame(tick);
    // The same clock as the feed stamps losses with; the callback's own argument may lie before it.
    const wall = performance.now();
    frame(Math.min(STEP_MAX_S, (wall - last) / 1000), wall);
    last = wall;
  }

  onMounted(() => {
    last = performance.now();
    request = requestAnimationFrame(tick);
  });
  onUnmounted(() => cancelAnimationFrame(request));
}
