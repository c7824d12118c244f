/**
 * The app as end-to-end tests use it: the real program, a fresh folder for its data, a real pointer. Whatever goes wrong
 * in the window while a test runs, an error on the console or an exception nobody caught, fails that test.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { _electron, expect, test as base, type ElectronApplication, type Locator, type Page } from '@playwright/test';
import type { Answer, SynodBridge, WindowArgument, WindowChannel, WindowResults } from '../../src/contract/contract.ts';

declare global {
  interface Window {
    readonly synod: SynodBridge;
  }
}

export interface LaunchOptions {
  /** What a person would write after the program's name: FILE, --seed N, --nodes N. */
  readonly args?: readonly string[];
  /** An earlier app's data folder; otherwise a fresh one, removed at the end. */
  readonly userData?: string;
  /** The packaged program instead of the development tree. */
  readonly packaged?: boolean;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A row of the panel of chosen values. */
export interface ChosenRow {
  readonly slot: number;
  readonly value: string;
  /** Who accepted it; empty when nobody here saw the quorum. */
  readonly quorum: readonly number[];
  readonly knownTo: readonly number[];
}

const root = resolve(import.meta.dirname, '../..');
/** How long Playwright may take to attach, ms, and how often it may try. */
const ATTACH_MS = 10_000;
const ATTEMPTS_MAX = 4;
/** Moves of the pointer in one drag: a hand does not jump. */
const DRAG_MOVES = 12;

export class SynodApp {
  readonly electron: ElectronApplication;
  readonly page: Page;
  readonly userData: string;
  /** Errors of the window so far, oldest first. */
  readonly errors: readonly string[];
  readonly #fresh: boolean;
  readonly #expected: RegExp[] = [];
  #output = '';

  private constructor(electron: ElectronApplication, page: Page, userData: string, fresh: boolean, errors: string[]) {
    this.electron = electron;
    this.page = page;
    this.userData = userData;
    this.errors = errors;
    this.#fresh = fresh;
    electron.process().stderr?.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
  }

  /** Starts the program and waits until its window is there. */
  static async launch({ args = [], userData, packaged = false }: LaunchOptions = {}): Promise<SynodApp> {
    const folder = userData ?? mkdtempSync(join(tmpdir(), 'synod-e2e-'));
    const { ELECTRON_RUN_AS_NODE: _unwanted, ...env } = process.env as Record<string, string>;
    const [executablePath, ...before] = programArguments(folder, packaged);
    const held = before.map((argument) => (argument === root ? join(import.meta.dirname, 'hold.cjs') : argument));
    const electron = await attached({
      executablePath,
      args: [...held, ...args],
      env: { ...env, SYNOD_DIALOGS: 'off' },
    });
    const errors: string[] = [];
    const watch = (page: Page): void => {
      page.on('console', (message) => message.type() === 'error' && errors.push(`console: ${message.text()}`));
      page.on('pageerror', (error) => errors.push(`page: ${error.stack ?? error.message}`));
    };
    electron.windows().forEach(watch);
    electron.on('window', watch);
    const app = new SynodApp(electron, await electron.firstWindow(), folder, userData === undefined, errors);
    await app.page.waitForLoadState('domcontentloaded');
    return app;
  }

  /** Errors that a test provokes on purpose. */
  expectErrors(...patterns: RegExp[]): void {
    this.#expected.push(...patterns);
  }

  /** Errors that nobody expected. */
  get unexpectedErrors(): string[] {
    return this.errors.filter((error) => !this.#expected.some((pattern) => pattern.test(error)));
  }

  /** Gives the window's page a size, px, and waits until it has it. */
  async resize(width: number, height: number): Promise<void> {
    await this.electron.evaluate(({ BrowserWindow }, size) => {
      BrowserWindow.getAllWindows()[0]!.setContentSize(size.width, size.height);
    }, { width, height });
    await expect.poll(() => this.page.evaluate(() => [window.innerWidth, window.innerHeight])).toEqual([width, height]);
  }

  /** What the program has written to standard error. */
  get output(): string {
    return this.#output;
  }

  /** Ends the program the way a person does, and removes its data if it was given none. */
  async close(): Promise<void> {
    await this.electron.close();
    if (this.#fresh) rmSync(this.userData, { recursive: true, force: true });
  }

  /**
   * Asks main through the window's own bridge.
   * @throws Error with main's sentence when it refuses.
   */
  async request<C extends WindowChannel>(channel: C, argument: WindowArgument<C>): Promise<WindowResults[C]> {
    const answer = await this.ask(channel, argument);
    if (!answer.ok) throw new Error(`${channel} was refused: ${answer.error}`);
    return answer.value as WindowResults[C];
  }

  /** Asks main anything at all through the window's bridge, and gives its answer as it is. */
  ask(channel: string, argument?: unknown): Promise<Answer<unknown>> {
    return this.page.evaluate(([name, given]) => window.synod.request(name as 'app:info', given as undefined), [
      channel,
      argument,
    ] as const);
  }

  /** The disc of a node on the stage. */
  node(node: number): Locator {
    return this.page.locator(`button[data-node="${node}"]`);
  }

  /** The stage with all islands. */
  get stage(): Locator {
    return this.page.getByRole('group', { name: 'Nodes', exact: true }).first();
  }

  /** The middle of a node's disc, in the window's CSS pixels. */
  async centre(node: number): Promise<Point> {
    const box = await this.node(node).locator('.disc').boundingBox();
    if (box === null) throw new Error(`n${node} is not on the stage`);
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  }

  /** The middles of all nodes, by node. */
  async positions(): Promise<Map<number, Point>> {
    const positions = new Map<number, Point>();
    for (const locator of await this.page.locator('button[data-node]').all()) {
      const node = Number(await locator.getAttribute('data-node'));
      positions.set(node, await this.centre(node));
    }
    return positions;
  }

  /** Drags a node with the pointer and drops it at a point. `before` is called while it is still held. */
  async drag(node: number, to: Point, before?: () => Promise<void>): Promise<void> {
    const from = await this.centre(node);
    const { mouse } = this.page;
    await mouse.move(from.x, from.y);
    await mouse.down();
    for (let move = 1; move <= DRAG_MOVES; move++) {
      const share = move / DRAG_MOVES;
      await mouse.move(from.x + (to.x - from.x) * share, from.y + (to.y - from.y) * share);
    }
    await before?.();
    await mouse.up();
  }

  /** Drags a node onto the island of another. */
  async dragOnto(node: number, host: number): Promise<void> {
    await this.drag(node, await this.centre(host));
  }

  /** The islands as their captions say. */
  async islands(): Promise<number[][]> {
    const keys = await this.page
      .locator('button[data-island]')
      .evaluateAll((captions) => captions.map((caption) => caption.getAttribute('data-island') ?? ''));
    return keys.map((key) => key.split(',').map(Number)).sort((a, b) => a[0]! - b[0]!);
  }

  /** Waits until the islands are these; nodes ascending, islands by their first node. */
  async expectIslands(islands: number[][]): Promise<void> {
    await expect.poll(() => this.islands()).toEqual(islands);
  }

  /** The rows of the panel of chosen values that are in sight, newest first. */
  async chosen(): Promise<ChosenRow[]> {
    const rows = this.page.getByRole('list', { name: 'Chosen values' }).getByRole('button');
    const names = await rows.evaluateAll((buttons) => buttons.map((button) => button.getAttribute('aria-label') ?? ''));
    return names.map(chosenRow);
  }

  /** Waits until some value is chosen in the instance, and known to these nodes, if any are named. */
  async waitForChosen(slot: number, knownTo: readonly number[] = []): Promise<ChosenRow> {
    const find = async (): Promise<ChosenRow | undefined> => (await this.chosen()).find((row) => row.slot === slot);
    await expect
      .poll(
        async () => {
          const row = await find();
          return row !== undefined && knownTo.every((node) => row.knownTo.includes(node));
        },
        `a value is chosen in instance ${slot}${knownTo.length === 0 ? '' : ` and known to ${knownTo.join(', ')}`}`,
      )
      .toBe(true);
    return (await find())!;
  }

  /** The sentences of the log that are in sight, oldest first. */
  log(): Promise<string[]> {
    return this.page.getByRole('list', { name: 'Events' }).getByRole('listitem').locator('.sentence').allTextContents();
  }

  /** Waits until the log shows a sentence. */
  async waitForLog(sentence: RegExp): Promise<void> {
    await expect
      .poll(async () => (await this.log()).some((line) => sentence.test(line)), `the log says ${sentence}`)
      .toBe(true);
  }
}

/** Gives each test the apps it starts, and fails it on any error of their windows. */
export const test = base.extend<{ launch: (options?: LaunchOptions) => Promise<SynodApp>; synod: SynodApp }>({
  launch: async ({}, use, info) => {
    const apps: SynodApp[] = [];
    await use(async (options) => {
      const app = await SynodApp.launch(options);
      apps.push(app);
      return app;
    });
    for (const app of apps) {
      if (info.status !== info.expectedStatus) {
        await info.attach('window', {
          body: await app.page.screenshot().catch(() => Buffer.alloc(0)),
          contentType: 'image/png',
        });
        await info.attach('standard error', { body: app.output, contentType: 'text/plain' });
      }
      await app.close();
    }
    expect(apps.flatMap((app) => app.unexpectedErrors)).toEqual([]);
  },
  synod: async ({ launch }, use) => use(await launch({ args: ['--seed', '1'] })),
});

export { expect };

/** The program, and the arguments that come before those of a person. */
export function programArguments(userData: string, packaged = false): [string, ...string[]] {
  const variable = packaged ? 'SYNOD_PACKAGED_PATH' : 'SYNOD_ELECTRON_PATH';
  const path = process.env[variable];
  if (path === undefined) throw new Error(`${variable} is not set: run the tests with npm test`);
  const sandbox = JSON.parse(process.env.SYNOD_ELECTRON_ARGS ?? '[]') as string[];
  return [path, ...sandbox, ...(packaged ? [] : [root]), `--user-data-dir=${userData}`];
}

/** A packaged program cannot be held (see hold.cjs): now and then Playwright loses its page, and has to begin anew. */
async function attached(options: Parameters<typeof _electron.launch>[0]): Promise<ElectronApplication> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await _electron.launch({ ...options, timeout: ATTACH_MS });
    } catch (error) {
      if (attempt === ATTEMPTS_MAX) throw error;
    }
  }
}

/** From its spoken name: `Instance 2: red at 3.1 s, accepted by n1, n2 and n3; known to n1`. */
function chosenRow(name: string): ChosenRow {
  const match = /^(?:Instance|Slot) (\d+): (.*) at [^,;]*(?:, accepted by ([^;]*))?; known to (.*)$/.exec(name);
  if (match === null) throw new Error(`a row of chosen values has a strange name: ${name}`);
  return { slot: Number(match[1]), value: match[2]!, quorum: nodesIn(match[3]), knownTo: nodesIn(match[4]) };
}

function nodesIn(text = ''): number[] {
  return [...text.matchAll(/\bn(\d+)\b/g)].map((match) => Number(match[1])).sort((a, b) => a - b);
}
