/**
 * Nine nodes at 16×: how many frames take longer than one animation frame at 60 Hz, and how long the hand waits for a
 * node that it drags. Beside both, the same measured on a page with next to nothing in it, in the same run: where
 * Chromium draws in software, as on a display in memory, an empty page misses frames too.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { BARE, Electron, SYNOD } from './electron.ts';
import { watchFrames, type Frames } from './frame-lengths.ts';
import { median, type Row } from './row.ts';

const ROUNDS = 3;
/** Between two moves of the pointer in a drag, ms: about what a mouse does. */
const MOVE_MS = 8;
const MOVES = 150;

/** Milliseconds from a move of the pointer to the frame in which what it drags has moved, for each move that was seen. */
async function drag(electron: Electron, selector: string): Promise<number[]> {
  const from = await electron.evaluate((what) => {
    const box = document.querySelector(what)!.getBoundingClientRect();
    const state = { delays: [] as number[], since: null as number | null, at: box.x + box.y };
    Object.assign(window, { dragged: state });
    window.addEventListener('pointermove', (event) => (state.since ??= event.timeStamp), true);
    const look = (): void => {
      // After the page's own callbacks of this frame: theirs were asked for before.
      requestAnimationFrame(look);
      const now = document.querySelector(what)!.getBoundingClientRect();
      const moved = now.x + now.y !== state.at;
      state.at = now.x + now.y;
      if (!moved || state.since === null) return;
      state.delays.push(performance.now() - state.since);
      state.since = null;
    };
    requestAnimationFrame(look);
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  }, selector);
  const mouse = (type: string, x: number, y: number): Promise<unknown> =>
    electron.ask('Input.dispatchMouseEvent', { type, x, y, button: 'left', buttons: 1, clickCount: 1 });
  await mouse('mousePressed', from.x, from.y);
  for (let i = 1; i <= MOVES; i++) {
    const turn = (i / MOVES) * 4 * Math.PI;
    await mouse('mouseMoved', from.x + 80 * Math.sin(turn), from.y + 60 * (1 - Math.cos(turn)));
    await new Promise((resume) => setTimeout(resume, MOVE_MS));
  }
  const delays = await electron.evaluate(() => (window as unknown as { dragged: { delays: number[] } }).dragged.delays, null);
  await mouse('mouseReleased', from.x, from.y);
  return delays;
}

async function synod(userData: string): Promise<{ readonly frames: Frames; readonly delays: number[] }> {
  const electron = await Electron.launch(SYNOD, userData, ['--nodes', '9', '--seed', '1']);
  try {
    await electron.evaluate(async () => {
      const bridge = (window as unknown as { synod: { request(channel: string, argument: unknown): Promise<unknown> } }).synod;
      await bridge.request('transport:set', { playing: true, speed: 16 });
      while (document.querySelectorAll('[data-node]').length < 9) await new Promise((done) => requestAnimationFrame(done));
    }, null);
    const frames = await watchFrames(electron);
    return { frames, delays: await drag(electron, '[data-node="5"] .disc') };
  } finally {
    await electron.close();
  }
}

async function bare(userData: string): Promise<{ readonly frames: Frames; readonly delays: number[] }> {
  const electron = await Electron.launch(BARE, userData);
  try {
    await electron.evaluate(async () => {
      while (document.querySelector('.content') === null) await new Promise((done) => requestAnimationFrame(done));
      const content = document.querySelector<HTMLElement>('.content')!;
      window.addEventListener('pointermove', (event) => {
        requestAnimationFrame(() => (content.style.transform = `translate(${event.clientX}px, ${event.clientY}px)`));
      });
    }, null);
    const frames = await watchFrames(electron);
    return { frames, delays: await drag(electron, '.content') };
  } finally {
    await electron.close();
  }
}

async function run(): Promise<Row[]> {
  const userData = mkdtempSync(join(tmpdir(), 'synod-bench-'));
  const bareData = mkdtempSync(join(tmpdir(), 'synod-bench-'));
  const ours: Awaited<ReturnType<typeof synod>>[] = [];
  const theirs: Awaited<ReturnType<typeof bare>>[] = [];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      theirs.push(await bare(bareData));
      ours.push(await synod(userData));
    }
  } finally {
    rmSync(userData, { recursive: true, force: true });
    rmSync(bareData, { recursive: true, force: true });
  }
  const load = `(load ${loadavg()[0]!.toFixed(1)})`;
  const row = (metric: string, value: number, reference: number, unit: string): Row => ({ bench: 'frames', metric, value, unit, reference });
  return [
    row(`9 nodes at 16×: frames over 16.7 ms ${load}`, 100 * median(ours.map((o) => o.frames.late)), 100 * median(theirs.map((t) => t.frames.late)), '%'),
    row('95 % of frames take at most', median(ours.map((o) => o.frames.p95)), median(theirs.map((t) => t.frames.p95)), 'ms'),
    row('drag: pointer to moved node, median', median(ours.flatMap((o) => o.delays)), median(theirs.flatMap((t) => t.delays)), 'ms'),
  ];
}

export default { name: 'frames', run };
