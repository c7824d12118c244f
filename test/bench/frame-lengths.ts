/** The frames of a page, watched for a while. */
import type { Electron } from './electron.ts';

const WATCH_MS = 5000;
const FRAME_MS = 16.7;

export interface Frames {
  /** Share of frames longer than one at 60 Hz. */
  readonly late: number;
  /** Length of a frame that 95 of 100 do not exceed, ms. */
  readonly p95: number;
}

/** Watches the frames of a page for five seconds. */
export async function watchFrames(electron: Electron): Promise<Frames> {
  const lengths = await electron.evaluate(
    (ms) =>
      new Promise<number[]>((done) => {
        const found: number[] = [];
        const begun = performance.now();
        let last = begun;
        const look = (): void => {
          const now = performance.now();
          found.push(now - last);
          last = now;
          if (now - begun < ms) requestAnimationFrame(look);
          else done(found);
        };
        requestAnimationFrame(look);
      }),
    WATCH_MS,
  );
  const sorted = [...lengths].sort((a, b) => a - b);
  // A frame is late when it missed one: timers jitter by a fraction of a millisecond either way.
  const late = lengths.filter((length) => length > FRAME_MS * 1.1).length / lengths.length;
  return { late, p95: sorted[Math.floor(sorted.length * 0.95)]! };
}
