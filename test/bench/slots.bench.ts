/**
 * A log that fills as fast as it can, five servers: how many frames take longer than one at 60 Hz while its latest slots
 * are on the screen, while all of them are, and while another panel is. Beside it the same on a page with next to nothing
 * in it, in the same run: where Chromium draws in software, an empty page misses frames too.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { BARE, Electron, SYNOD } from './electron.ts';
import { watchFrames, type Frames } from './frame-lengths.ts';
import { median, type Row } from './row.ts';

const ROUNDS = 3;
/** Slots that are there before anything is measured. */
const SLOTS = 3000;

interface Measured {
  readonly bare: Frames;
  readonly log: Frames;
  readonly latest: Frames;
  readonly all: Frames;
  /** Slots there were at the end. */
  readonly slots: number;
}

async function bare(): Promise<Frames> {
  return inApp(BARE, watchFrames);
}

async function synod(): Promise<Omit<Measured, 'bare'>> {
  return inApp(SYNOD, async (electron) => {
    await electron.evaluate(async () => {
      const bridge = (window as unknown as { synod: { request(channel: string, argument: unknown): Promise<unknown> } }).synod;
      const config = { load: { sessions: 8, pause: 0 }, window: 64 };
      await bridge.request('session:new', { protocol: 'multipaxos', nodes: 5, seed: 1, config });
      await bridge.request('transport:set', { playing: true, speed: 'max' });
    }, null);
    await press(electron, '[role="tab"]', 'Slots');
    const slots = (): Promise<number> =>
      electron.evaluate(() => Number(document.querySelector('.labels .applied')?.textContent?.replaceAll(',', '') ?? 0), null);
    while ((await slots()) < SLOTS) await new Promise((resume) => setTimeout(resume, 200));
    const latest = await watchFrames(electron);
    await press(electron, 'button', 'All of it at once');
    const all = await watchFrames(electron);
    const count = await slots();
    await press(electron, '[role="tab"]', 'Log');
    return { latest, all, log: await watchFrames(electron), slots: count };
  });
}

/** Presses what is called so, by its text or by its spoken name. */
async function press(electron: Electron, selector: string, name: string): Promise<void> {
  await electron.evaluate(
    async ([what, called]) => {
      for (;;) {
        const found = [...document.querySelectorAll<HTMLElement>(what)].find(
          (each) => each.textContent?.trim() === called || each.getAttribute('aria-label') === called,
        );
        if (found !== undefined) {
          found.dispatchEvent(new MouseEvent('mousedown', { bubbles: true, button: 0 }));
          found.click();
          return;
        }
        await new Promise((done) => requestAnimationFrame(done));
      }
    },
    [selector, name] as const,
  );
}

async function inApp<T>(folder: string, work: (electron: Electron) => Promise<T>): Promise<T> {
  const userData = mkdtempSync(join(tmpdir(), 'synod-bench-'));
  const electron = await Electron.launch(folder, userData);
  try {
    return await work(electron);
  } finally {
    await electron.close();
    rmSync(userData, { recursive: true, force: true });
  }
}

async function run(): Promise<Row[]> {
  const rounds: Measured[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push({ bare: await bare(), ...(await synod()) });
  const of = (which: 'bare' | 'log' | 'latest' | 'all', what: keyof Frames): number => median(rounds.map((one) => one[which][what]));
  const rows = (['log', 'latest', 'all'] as const).flatMap((which): Row[] => [
    { bench: 'slots', metric: `${texts[which]}: late frames`, value: 100 * of(which, 'late'), unit: '%', reference: 100 * of('bare', 'late') },
    { bench: 'slots', metric: `${texts[which]}: 95 % of frames take at most`, value: of(which, 'p95'), unit: 'ms', reference: of('bare', 'p95') },
  ]);
  return [...rows, { bench: 'slots', metric: `slots on the screen (load ${loadavg()[0]!.toFixed(1)})`, value: median(rounds.map((one) => one.slots)), unit: 'slots' }];
}

const texts = { log: 'log of events', latest: 'latest slots', all: 'all slots' } as const;

export default { name: 'slots', run };
