/**
 * A person at the app: what they do with the pointer and the keyboard, and what they read off the screen. One app serves
 * all tests that run in one worker; each begins a run of its own in a window that remembers nothing.
 */
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { ClassicLevel } from 'classic-level';
import type { MenuAction, Speed, WindowArgument } from '../../src/contract/index.ts';
import { SynodApp, expect, test as base, type Point } from './app.ts';

type Client = NonNullable<WindowArgument<'session:new'>['client']>;
type Network = NonNullable<WindowArgument<'session:new'>['network']>;

export interface RunChoices {
  /** @default 5 */
  readonly nodes?: number;
  /** @default single-decree Paxos */
  readonly protocol?: string;
  /** @default as many as the protocol has, which is none in single-decree Paxos */
  readonly clients?: number;
  readonly seed: number;
  /** @default a client that proposes nothing */
  readonly client?: Client;
  readonly config?: Record<string, unknown>;
  /** @default the network of the classroom */
  readonly network?: Network;
  /** @default 16 */
  readonly speed?: Speed;
}

/** A row of the table of ballots; empty strings for none. */
export interface BallotRow {
  readonly node: number;
  readonly promised: string;
  readonly accepted: string;
  readonly value: string;
}

/** What the disk of a node holds, read without the app. */
export interface NodeDisk {
  readonly round: number;
  /** Promise and vote by instance, ballots as `3.1`. */
  readonly instances: ReadonlyMap<number, { readonly promised: string; readonly accepted: string; readonly value: string }>;
}

/** Distance, px, at which a point counts as open sea. */
const FAR = 60;
/** Where a proposer keeps its highest round. What else there is on the disk is the disk's own. */
const ROUND_KEY = 'proposer/round';

export class Person {
  readonly app: SynodApp;
  readonly page: Page;

  constructor(app: SynodApp) {
    this.app = app;
    this.page = app.page;
  }

  /** Begins a run, at once and without the dialog, in a window as it is when first opened. */
  async begin({ nodes = 5, speed = 16, client = { enabled: false }, ...rest }: RunChoices): Promise<void> {
    const { header } = await this.app.request('session:new', { nodes, client, ...rest });
    // Held while the window loads: it shows only the latest of what has happened before it is there.
    await this.app.request('transport:set', { playing: false });
    await this.page.evaluate(() => localStorage.clear());
    await this.page.reload();
    await expect(this.discs).toHaveCount(nodes + header.clients);
    await this.app.request('transport:set', { playing: true, speed });
    await expect(this.app.node(nodes)).toHaveAccessibleName(/\bup\b/);
  }

  /** The discs of all nodes. */
  get discs(): Locator {
    return this.page.locator('button[data-node]');
  }

  /** Does what an entry of the application's menu bar does. */
  async menu(action: MenuAction): Promise<void> {
    await this.app.electron.evaluate(({ BrowserWindow }, id) => BrowserWindow.getAllWindows()[0]!.webContents.send('menu', id), action);
  }

  /** Brings one of the panels on the right to the front. */
  async show(tab: 'Chosen' | 'Ballots' | 'Node' | 'Messages' | 'Checks'): Promise<void> {
    await this.page.getByRole('tab', { name: tab, exact: true }).click();
  }

  /** Does what an entry of a node's context menu says. */
  async choose(node: number, entry: string | RegExp): Promise<void> {
    await this.app.node(node).locator('.disc').click({ button: 'right' });
    await this.page.getByRole('menuitem', { name: entry }).click();
    await expect(this.page.getByRole('menu')).toHaveCount(0);
  }

  /** Crashes a node between two steps, and waits until it is down. */
  async crash(node: number): Promise<void> {
    await this.choose(node, /^Crash( \w)?$/);
    await this.expectUp(node, false);
  }

  /** Restarts a node with the disk it has; whether that works out is another matter. */
  async restart(node: number): Promise<void> {
    await this.choose(node, /^Restart( \w)?$/);
  }

  /** Makes a node crash at a point of its next step, by the menu within its context menu. */
  async chooseCrashPoint(node: number, point: RegExp): Promise<void> {
    await this.chooseWithin(node, /during its next step/, point);
  }

  /** Does what an entry says of a menu within a node's context menu. */
  async chooseWithin(node: number, menu: string | RegExp, entry: string | RegExp): Promise<void> {
    await this.clickWithin(node, menu, entry);
    await expect(this.page.getByRole('menu')).toHaveCount(0);
  }

  /** Clicks an entry of a menu within a node's context menu, whatever that opens. */
  async clickWithin(node: number, menu: string | RegExp, entry: string | RegExp): Promise<void> {
    await this.app.node(node).locator('.disc').click({ button: 'right' });
    await this.page.getByRole('menuitem', { name: menu }).hover();
    await this.page.getByRole('menuitem', { name: entry }).first().click();
  }

  /** Proposes a value at a node, by its context menu and the dialog. */
  async propose(node: number, value: string): Promise<void> {
    await this.choose(node, /^Propose/);
    const dialog = this.page.getByRole('dialog', { name: 'Propose a value' });
    await dialog.getByLabel('Value').fill(value);
    await dialog.getByRole('button', { name: 'Propose' }).click();
    await expect(dialog).toHaveCount(0);
  }

  /** Waits until a node is up, or is not. */
  async expectUp(node: number, up: boolean): Promise<void> {
    await expect(this.app.node(node)).toHaveAccessibleName(up ? /\bup\b/ : /\bcrashed\b/);
  }

  /** Waits until no node on the stage moves any more. */
  async stageIsStill(): Promise<void> {
    await this.page.evaluate(async () => {
      const places = () => [...document.querySelectorAll('[data-node] .disc')].map((disc) => {
        const { x, y } = disc.getBoundingClientRect();
        return `${Math.round(x)} ${Math.round(y)}`;
      }).join();
      for (let before = '', still = 0; still < 5; ) {
        await new Promise((done) => requestAnimationFrame(done));
        const now = places();
        still = now === before ? still + 1 : 0;
        before = now;
      }
    });
  }

  /** A point of the stage that is far from every island. */
  sea(): Promise<Point> {
    return this.page.evaluate((far) => {
      const stage = document.querySelector('section[aria-label="Stage"]')!.getBoundingClientRect();
      const discs = [...document.querySelectorAll('[data-node] .disc')].map((disc) => disc.getBoundingClientRect());
      const free = (x: number, y: number): boolean =>
        [[0, 0], [far, 0], [-far, 0], [0, far], [0, -far]].every(([dx, dy]) => {
          const on = document.elementFromPoint(x + dx!, y + dy!);
          return on?.closest('section[aria-label="Stage"]') != null && on.closest('[data-island], [data-node], [data-no-drag]') === null;
        });
      let best = { x: 0, y: 0, distance: 0 };
      for (let x = stage.left + far; x < stage.right - far; x += 20) {
        for (let y = stage.top + far; y < stage.bottom - far; y += 20) {
          const distance = Math.min(...discs.map((disc) => Math.hypot(disc.x - x, disc.y - y)));
          if (distance > best.distance && free(x, y)) best = { x, y, distance };
        }
      }
      if (best.distance === 0) throw new Error('there is no open sea on the stage');
      return { x: best.x, y: best.y };
    }, FAR);
  }

  /** Drags a node off its island and lets go. `before` is called while it is still held. */
  async pullAway(node: number, before?: () => Promise<void>): Promise<void> {
    await this.stageIsStill();
    await this.app.drag(node, await this.sea(), before);
  }

  /** Drags a node onto the island of another and lets go. */
  async putOnto(node: number, host: number, before?: () => Promise<void>): Promise<void> {
    await this.stageIsStill();
    await this.app.drag(node, await this.app.centre(host), before);
  }

  /** The caption of an island. */
  island(...nodes: number[]): Locator {
    return this.page.locator(`button[data-island="${nodes.join()}"]`);
  }

  /** What the stage says of a drop before it is done. */
  get preview(): Locator {
    return this.page.locator('.preview');
  }

  /** The ballots of the instance in the table, which has to be in front. */
  async ballots(): Promise<BallotRow[]> {
    const rows = this.page.getByRole('table', { name: /^Ballots of instance/ }).locator('tbody tr');
    return rows.evaluateAll((all) =>
      all.map((row) => {
        const [promise, vote] = row.querySelectorAll('td');
        const text = (cell: Element | undefined, part: string) => cell?.querySelector(part)?.textContent ?? '';
        return {
          node: Number(/\d+/.exec(row.querySelector('button')!.getAttribute('aria-label')!)![0]),
          promised: text(promise, '.ballot'),
          accepted: text(vote, '.ballot'),
          value: text(vote, '.value'),
        };
      }),
    );
  }

  /** The highest round that any node has promised, in the table of ballots. */
  async highestRound(): Promise<number> {
    return Math.max(0, ...(await this.ballots()).map(({ promised }) => Number(promised.split('.')[0])));
  }

  /** The virtual time on the bar, in ms. */
  async clock(): Promise<number> {
    return clockMs(await this.page.getByRole('timer', { name: 'Virtual time' }).innerText());
  }

  /** Holds virtual time with the button on the bar, and waits until all that happened before is on the screen. */
  async pause(): Promise<void> {
    await this.page.getByRole('button', { name: 'Pause' }).click();
    await expect(this.page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
    await this.page.evaluate(async () => {
      const shown = () =>
        `${document.querySelector('[role="timer"]')!.textContent} ${document.querySelector('[aria-label="Events"]')!.scrollHeight}`;
      for (let before = '', still = 0; still < 15; ) {
        await new Promise((done) => requestAnimationFrame(done));
        const now = shown();
        still = now === before ? still + 1 : 0;
        before = now;
      }
    });
  }

  /** Lets virtual time run again. */
  async play(): Promise<void> {
    await this.page.getByRole('button', { name: 'Play', exact: true }).click();
    await expect(this.page.getByRole('button', { name: 'Pause' })).toBeVisible();
  }

  /** Types a number into a field of the settings. */
  async setNumber(label: string, text: string): Promise<void> {
    const field = this.settings.getByRole('textbox', { name: label });
    await field.fill(text);
    await field.press('Enter');
  }

  /** The thumb of a slider of the settings. */
  slider(label: string): Locator {
    return this.settings.getByRole('slider', { name: label });
  }

  /** The column of settings. */
  get settings(): Locator {
    return this.page.getByRole('complementary', { name: 'Settings' });
  }

  /** Writes into the log's filter. */
  async filterLog(text: string): Promise<void> {
    await this.page.getByRole('textbox', { name: 'Filter the log' }).fill(text);
  }

  /** Waits until the log holds a sentence with these words, or one that matches; leaves it as the filter. */
  async expectLogged(words: string | RegExp): Promise<void> {
    await this.filterLog(String(words));
    await expect.poll(() => this.logCount(), `the log says ${words}`).toBeGreaterThan(0);
  }

  /** How many rows the log has under its filter, in sight or not. */
  logCount(): Promise<number> {
    return this.page.getByRole('list', { name: 'Events' }).evaluate((list) => {
      const sizer = list.firstElementChild as HTMLElement;
      const row = list.querySelector<HTMLElement>('[role="listitem"]');
      return row === null ? 0 : Math.round(sizer.offsetHeight / row.offsetHeight);
    });
  }

  /** Leaves only these kinds of events in the log, by their names on the screen. */
  async filterKinds(...kinds: string[]): Promise<void> {
    const buttons = this.page.getByRole('group', { name: 'Kinds of events' }).getByRole('button');
    for (const button of await buttons.all()) {
      const wanted = kinds.includes((await button.getAttribute('aria-label')) ?? '');
      if (((await button.getAttribute('aria-pressed')) === 'true') !== wanted) await button.click();
    }
  }

  /** The rows of the inspector by path (`acceptor.1.promised`), which has to be in front. */
  async inspected(): Promise<Map<string, { memory: string; disk: string }>> {
    const rows = await this.page.getByRole('table', { name: 'State of the node' }).locator('tbody tr').evaluateAll((all) =>
      all.map((row) => ({
        name: row.querySelector('th')!.innerText.trim(),
        indent: parseFloat(row.querySelector('th')!.style.paddingLeft),
        cells: [...row.querySelectorAll('td')].map((cell) => cell.innerText.trim()),
      })),
    );
    const found = new Map<string, { memory: string; disk: string }>();
    let path: { name: string; indent: number }[] = [];
    for (const { name, indent, cells } of rows) {
      path = [...path.filter((above) => above.indent < indent), { name, indent }];
      found.set(path.map((part) => part.name).join('.'), { memory: cells[0]!, disk: cells[1]! });
    }
    return found;
  }

  /** The folder in which the nodes of this run keep their disks. */
  async runFolder(): Promise<string> {
    const { run } = await this.app.request('session:attach', undefined);
    const runs = join(this.app.userData, 'runs');
    const name = readdirSync(runs).find((folder) => folder.endsWith(`-${run}`));
    if (name === undefined) throw new Error(`run ${run} has no folder in ${runs}`);
    return join(runs, name);
  }

  /** Reads the LevelDB of a node that is down. A copy of it, so as to be in nobody's way. */
  async disk(node: number): Promise<NodeDisk> {
    const copy = mkdtempSync(join(tmpdir(), 'synod-disk-'));
    cpSync(join(await this.runFolder(), `n${node}`), copy, { recursive: true });
    const db = new ClassicLevel<string, string>(copy, { createIfMissing: false });
    const instances = new Map<number, { promised: string; accepted: string; value: string }>();
    let round = 0;
    try {
      for await (const [key, json] of db.iterator()) {
        const record = JSON.parse(json);
        const [, instance] = /^acceptor\/(\d+)$/.exec(key) ?? [];
        if (key === ROUND_KEY) round = record;
        else if (instance !== undefined) {
          const [acceptedRound, acceptedNode, value = ''] = record.accepted ?? [];
          const accepted = acceptedRound === undefined ? '' : `${acceptedRound}.${acceptedNode}`;
          instances.set(Number(instance), { promised: record.promised.join('.'), accepted, value });
        }
      }
    } finally {
      await db.close();
      rmSync(copy, { recursive: true });
    }
    return { round, instances };
  }
}

/** Tests with a person at an app that is there already. Any error in its window fails the test it came up in. */
export const test = base.extend<{ person: Person }, { shared: SynodApp }>({
  shared: [
    async ({}, use) => {
      const app = await SynodApp.launch({ args: ['--seed', '1'] });
      await use(app);
      await app.close();
    },
    { scope: 'worker' },
  ],
  person: async ({ shared }, use, info) => {
    const before = shared.unexpectedErrors.length;
    // Whatever size a test before this one has left it in.
    await shared.resize(1440, 900);
    await use(new Person(shared));
    if (info.status !== info.expectedStatus) {
      await info.attach('window', { body: await shared.page.screenshot().catch(() => Buffer.alloc(0)), contentType: 'image/png' });
      await info.attach('standard error', { body: shared.output, contentType: 'text/plain' });
    }
    expect(shared.unexpectedErrors.slice(before)).toEqual([]);
  },
});

export { expect };

/** Round and node of a ballot written `3.1`, to compare: higher ballots have higher ranks. */
export function rank(ballot: string): number {
  const [round = 0, node = 0] = ballot.split('.').map(Number);
  return round * 100 + node;
}

/** A time written `01:02.345`, in ms. */
export function clockMs(text: string): number {
  const [minutes, seconds] = text.split(':');
  return Math.round(Number(minutes) * 60_000 + Number(seconds) * 1000);
}
