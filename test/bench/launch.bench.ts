/**
 * From the start of the process to the first chosen value on the screen, beside a bare Electron's start to the first
 * paint of a page with one line in it. Both in the same runtime, by turns, in the same run, seen in the same way: a
 * script waits in the page for an element, then for a frame after the one that has it.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { BARE, Electron, SYNOD } from './electron.ts';
import { median, type Row } from './row.ts';

const ROUNDS = 9;
const FIRST_VALUE = '[aria-label^="Chosen values"] button';
const BARE_CONTENT = '.content';

/** Milliseconds from the start of the process until the element was painted. */
async function launch(folder: string, userData: string, element: string): Promise<number> {
  const electron = await Electron.launch(folder, userData);
  try {
    const paintedAt = await electron.evaluate(
      (selector) =>
        new Promise<number>((done) => {
          const look = (): void => {
            if (document.querySelector(selector) === null) requestAnimationFrame(look);
            else requestAnimationFrame(() => requestAnimationFrame(() => done(performance.timeOrigin + performance.now())));
          };
          look();
        }),
      element,
    );
    return paintedAt - electron.startedAt;
  } finally {
    await electron.close();
  }
}

async function run(): Promise<Row[]> {
  const synodData = mkdtempSync(join(tmpdir(), 'synod-bench-'));
  const bareData = mkdtempSync(join(tmpdir(), 'synod-bench-'));
  const synod: number[] = [];
  const bare: number[] = [];
  try {
    const firstBare = await launch(BARE, bareData, BARE_CONTENT);
    const firstSynod = await launch(SYNOD, synodData, FIRST_VALUE);
    for (let round = 0; round < ROUNDS; round++) {
      bare.push(await launch(BARE, bareData, BARE_CONTENT));
      synod.push(await launch(SYNOD, synodData, FIRST_VALUE));
    }
    const row = (metric: string, value: number, reference: number, aim?: string): Row => ({
      bench: 'launch',
      metric,
      value,
      unit: 'ms',
      reference,
      ratio: value / reference,
      ...(aim !== undefined && { aim }),
    });
    return [
      row(`launch to first chosen value (load ${loadavg()[0]!.toFixed(1)})`, median(synod), median(bare), '<= 1.5'),
      row('the same, best of each', Math.min(...synod), Math.min(...bare)),
      row('the same, in a new data folder, once', firstSynod, firstBare),
    ];
  } finally {
    rmSync(synodData, { recursive: true, force: true });
    rmSync(bareData, { recursive: true, force: true });
  }
}

export default { name: 'launch', run };
