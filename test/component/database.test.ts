import { afterEach, describe, expect, it } from 'vitest';
import DatabasePanel from '../../renderer/panels/database/DatabasePanel.vue';
import { openTransactions, operationsOf, throughput } from '../../renderer/panels/database/operations.ts';
import { leaderOf, tablesOf } from '../../renderer/panels/database/tables.ts';
import { waitOf } from '../../renderer/panels/database/waiting.ts';
import { useDatabase } from '../../renderer/stores/database.ts';
import type { Operation } from '../../src/contract/index.ts';
import { clear, one, play, press, scene, settled, show, waited, type Scene } from './mounting.ts';
import { type } from './typing.ts';

const SECOND = 1_000_000;
/** Long enough for what was asked to leave, and too short for any answer. */
const MOMENT = 1_000;
const QUIET = { load: { sessions: 0 } };

afterEach(clear);

/** The database of a cluster that leads itself by now, and that nobody uses but the person. */
async function quiet(config: Record<string, unknown> = {}): Promise<Scene> {
  const on = await scene({ protocol: 'multipaxos', seed: 3, config: { ...QUIET, ...config }, us: 20 * SECOND });
  show(DatabasePanel);
  await settled();
  return on;
}

/** Asks for what is typed. */
function submit(): void {
  one<HTMLButtonElement>('button[type="submit"]').click();
}

function click(text: string): void {
  one<HTMLButtonElement>('button', text).click();
}

/** What the person's latest operation shows. */
function latest(): string {
  return one('.latest').textContent.replaceAll(/\s+/g, ' ').trim();
}

/** The cells of a server in the table, by column. */
function cells(node: number): Record<string, HTMLElement> {
  const heads = [...document.querySelectorAll('thead th')].map((head) => head.textContent.trim());
  const row = [...document.querySelectorAll('tbody tr')][node - 1]!;
  return Object.fromEntries([...row.querySelectorAll<HTMLElement>('th, td')].map((cell, i) => [heads[i]!, cell]));
}

describe('database panel', () => {
  it('says what would stand there, and offers a run that has it', async () => {
    const on = await scene();
    show(DatabasePanel);
    expect(document.body.textContent).toContain('No database in this run');
    click('New run with a database…');
    expect(on.ui.dialog).toEqual({ name: 'new-run', protocol: 'multipaxos' });
    expect(on.ui.lowerTab).toBe('database');
  });

  it('begins a transaction, writes in it and commits, each by a request to the client', async () => {
    const on = await quiet();
    click('Begin');
    await play(on, MOMENT);
    expect(document.body.textContent).toContain('waits for its ID…');
    expect(latest()).toMatch(/^c1begin ?waits/);
    await play(on, 10 * SECOND);
    expect(one('.chip').getAttribute('aria-label')).toBe('Transaction #1: 0 writes noted.');
    expect(latest()).toContain('#1');

    type(one('input[aria-label="Key to write"]'), 'colour');
    type(one('input[aria-label="Value to write"]'), 'deep blue');
    submit();
    await play(on, 10 * SECOND);
    expect(one('.chip').getAttribute('aria-label')).toBe('Transaction #1: 1 write noted.');
    expect(document.body.textContent).toContain('No key has a value yet');
    click('Commit');
    await play(on, 10 * SECOND);
    expect(document.querySelector('.chip')).toBeNull();
    expect(cells(1)['colour']!.textContent).toBe('deep blue');
    expect(cells(1)['colour']!.title).toBe('colour = deep blue, written by transaction #1');
    expect(cells(5)['Next ID']!.textContent).toBe('#2');
    expect(on.bridge.commands).toEqual([
      { type: 'request', node: 16, request: { type: 'operate', operation: { type: 'begin' } } },
      { type: 'request', node: 16, request: { type: 'operate', operation: { type: 'write', transaction: 1, key: 'colour', value: 'deep blue' } } },
      { type: 'request', node: 16, request: { type: 'operate', operation: { type: 'commit', transaction: 1 } } },
    ]);
  });

  it('aborts: nothing of it is seen', async () => {
    const on = await quiet();
    click('Begin');
    await play(on, 10 * SECOND);
    one<HTMLButtonElement>('button[aria-label="Abort"]').click();
    await play(on, 10 * SECOND);
    expect(latest()).toContain('abort #1done');
    expect(document.querySelector('.chip')).toBeNull();
  });

  it('puts, reads at a server in a way, and swaps', async () => {
    const on = await quiet();
    const database = useDatabase();
    database.form = 'put';
    await settled();
    type(one('input[aria-label="Value"]'), '1');
    submit();
    await play(on, 10 * SECOND);
    database.form = 'cas';
    await settled();
    type(one('input[aria-label="Expected value; empty for none"]'), '1');
    type(one('input[aria-label="Value"]'), '2');
    one<HTMLFormElement>('form').requestSubmit();
    await play(on, 10 * SECOND);
    expect(latest()).toContain('cas x: 1 → 2swapped');
    database.form = 'get';
    database.server = 4;
    database.reads = 'local';
    await settled();
    expect(one('.warning').textContent).toContain('may be old');
    submit();
    await play(on, 10 * SECOND);
    expect(latest()).toContain('get x2');
    expect(on.bridge.commands.at(-1)).toEqual({
      type: 'request',
      node: 16,
      request: { type: 'operate', operation: { type: 'get', key: 'x' }, server: 4, reads: 'local' },
    });
  });

  it('warns of leases only where there are none, or where they are trusted', async () => {
    const on = await quiet();
    const database = useDatabase();
    database.form = 'get';
    database.reads = 'lease';
    await settled();
    expect(one('.warning').textContent).toContain('grant no leases');
    await on.run.command({ type: 'configure', config: { reads: 'lease' } });
    await settled();
    expect(one('.warning').textContent).toContain('clock');
    database.reads = 'log';
    await settled();
    expect(document.querySelector('.warning')).toBeNull();
  });

  it('waits in a minority, says why, and is answered after healing; another can begin meanwhile', async () => {
    const on = await quiet();
    await on.run.command({ type: 'partition', groups: [[1, 2, 3, 16], [4, 5, 17]] });
    const database = useDatabase();
    database.client = 17;
    database.form = 'put';
    await settled();
    type(one('input[aria-label="Value"]'), 'minority');
    submit();
    submit();
    await play(on, 20 * SECOND);
    expect(latest()).toContain('c2 reaches only n4 and n5: no quorum');
    expect(latest()).toMatch(/attempt [2-9]/);
    expect(operationsOf(on.run.world!).filter(({ result }) => result === null)).toHaveLength(2);
    await on.run.command({ type: 'partition', groups: [[1, 2, 3, 4, 5, 16, 17]] });
    await play(on, 40 * SECOND);
    expect(latest()).toContain('put x = minoritydone');
  });

  it('marks who lags, what differs there, and a read that must be old', async () => {
    const on = await quiet();
    const database = useDatabase();
    const ask = async (operation: Operation, client = 16) => {
      await database.operate(operation, client);
      await play(on, 12 * SECOND);
    };
    await ask({ type: 'put', key: 'x', value: 'before' });
    const leader = leaderOf(on.run.world!)!;
    const far = [1, 2, 3, 4, 5].filter((node) => node !== leader).slice(0, 2);
    const near = [1, 2, 3, 4, 5].filter((node) => !far.includes(node));
    await on.run.command({ type: 'partition', groups: [[...near, 16], [...far, 17]] });
    await ask({ type: 'put', key: 'x', value: 'after' });
    database.server = far[0]!;
    database.reads = 'local';
    database.client = 17;
    await ask({ type: 'get', key: 'x' }, 17);
    expect(latest()).toContain('get x');
    expect(latest()).toContain('oldbefore');
    expect(latest()).toContain('Old: after had been written, and that answered, before this read began.');
    expect(cells(far[0]!)['x']!.textContent).toBe('before');
    expect(cells(far[0]!)['x']!.classList).toContain('different');
    expect(cells(near[0]!)['x']!.textContent).toBe('after');
    expect(cells(near[0]!)['x']!.classList).not.toContain('different');
    expect(document.querySelectorAll('tr.late')).toHaveLength(2);
    expect(one('.fact').textContent).toBe('2 behind');
  });

  it('greys what was last seen of a server that is down, and marks what a crashed client lost', async () => {
    const on = await quiet();
    const database = useDatabase();
    await database.operate({ type: 'put', key: 'x', value: '1' });
    await play(on, 10 * SECOND);
    await on.run.command({ type: 'crash', node: 2 });
    await database.operate({ type: 'get', key: 'x' });
    await play(on, MOMENT);
    await on.run.command({ type: 'crash', node: 16 });
    await settled();
    expect(document.querySelectorAll('tr.down')).toHaveLength(1);
    expect(cells(2)['x']!.textContent).toBe('1');
    expect(one('tr.down button').getAttribute('aria-label')).toContain('this is what was last seen');
    expect(latest()).toContain('Nobody knows whether it took effect');
    expect(throughput(on.run.world!).underWay).toBe(0);
  });

  it('shows a moment of the past as it was, with nothing to be done to it', async () => {
    const on = await quiet();
    const database = useDatabase();
    const before = on.run.world!.seq;
    await database.operate({ type: 'put', key: 'x', value: '1' });
    await play(on, 10 * SECOND);
    expect(cells(1)['x']).toBeDefined();
    on.history.seek(before);
    await waited(100);
    expect(on.run.past).not.toBeNull();
    expect(cells(1)['x']).toBeUndefined();
    expect(document.querySelector('.latest')).toBeNull();
    expect(one<HTMLFieldSetElement>('fieldset').disabled).toBe(true);
  });

  it('lists the operations of everybody, newest first, with their bars', async () => {
    const on = await scene({ protocol: 'multipaxos', seed: 3, config: { load: { sessions: 2, pause: SECOND } }, us: 40 * SECOND });
    useDatabase().view = 'all';
    show(DatabasePanel);
    await settled();
    const rows = [...document.querySelectorAll('[role="listitem"]')];
    const all = operationsOf(on.run.world!);
    expect(all.length).toBeGreaterThan(10);
    expect(rows.length).toBeGreaterThan(5);
    rows.slice(0, 5).forEach((row, i) => expect(row.textContent).toContain(`c${all[i]!.client - 15}`));
    expect(all.map(({ from }) => from)).toEqual(all.map(({ from }) => from).sort((a, b) => b - a));
  });
});

describe('keys and actions', () => {
  it('begins a transaction with a key, and gives the form the keyboard with another', async () => {
    const on = await quiet();
    const { useActions } = await import('../../renderer/actions.ts');
    useActions().perform('begin-transaction');
    await play(on, 10 * SECOND);
    expect(openTransactions(on.run.world!, 16)).toEqual([{ transaction: 1, writes: 0, underWay: 0, ending: null }]);
    useActions().perform('show-database');
    await settled();
    expect(document.activeElement?.textContent.trim()).toBe('Begin');
    press('Escape');
  });

  it('says why there is nothing to begin', async () => {
    await scene();
    const { useActions } = await import('../../renderer/actions.ts');
    expect(useActions().bind('begin-transaction').blocked).toBe('Single-decree Paxos has no clients.');
  });
});

describe('open transactions', () => {
  it('are the person’s, however much the load does beside and since', async () => {
    const on = await scene({ protocol: 'multipaxos', seed: 3, config: { load: { sessions: 4, pause: 100_000, transactions: 90 } }, us: 20 * SECOND });
    await useDatabase().operate({ type: 'begin' });
    const seen = new Set<number>();
    for (let i = 0; i < 60; i++) {
      await play(on, 3 * SECOND);
      for (const { transaction } of openTransactions(on.run.world!, 16)) seen.add(transaction);
    }
    expect(operationsOf(on.run.world!).some(({ mine }) => mine)).toBe(false);
    expect(openTransactions(on.run.world!, 16)).toHaveLength(1);
    expect(seen.size).toBe(1);
  });
});

describe('why an operation waits', () => {
  const waitOfLatest = (on: Scene) => waitOf(on.run.world!, operationsOf(on.run.world!)[0]!);

  it('no server', async () => {
    const on = await quiet();
    await on.run.command({ type: 'partition', groups: [[1, 2, 3, 4, 5, 17], [16]] });
    await useDatabase().operate({ type: 'begin' });
    await play(on, MOMENT);
    expect(waitOfLatest(on)).toMatchObject({ stuck: true, why: 'c1 reaches no server that runs. It goes on asking.' });
  });

  it('no leader yet', async () => {
    const on = await quiet();
    await on.run.command({ type: 'crash', node: leaderOf(on.run.world!)! });
    await useDatabase().operate({ type: 'begin' });
    await play(on, MOMENT);
    expect(waitOfLatest(on)).toMatchObject({ stuck: false, why: expect.stringMatching(/^No leader among n/) });
  });

  it('a server that was asked by name, and is gone', async () => {
    const on = await quiet();
    const [asked] = on.run.nodes.filter((node) => node !== leaderOf(on.run.world!));
    await on.run.command({ type: 'crash', node: asked! });
    Object.assign(useDatabase(), { server: asked, reads: 'local' });
    await useDatabase().operate({ type: 'get', key: 'x' });
    await play(on, MOMENT);
    const only = `n${asked} was asked by name, so c1 asks nobody else.`;
    expect(waitOfLatest(on)).toMatchObject({ stuck: true, why: `${only} n${asked} has crashed: restart it, or ask the leader instead.` });
    await on.run.command({ type: 'remove', node: asked! });
    await play(on, MOMENT);
    expect(waitOfLatest(on)).toMatchObject({ why: `${only} n${asked} was taken away and does not come back: ask the leader instead.` });
  });

  it('nothing is wrong', async () => {
    const on = await quiet();
    await useDatabase().operate({ type: 'begin' });
    await play(on, MOMENT);
    expect(waitOfLatest(on)).toMatchObject({ stuck: false, why: '', attempts: 1 });
  });
});

describe('tables', () => {
  it('of servers in step differ in nothing', async () => {
    const on = await quiet();
    await useDatabase().operate({ type: 'put', key: 'x', value: '1' });
    await play(on, 10 * SECOND);
    const { servers, keys, counters } = tablesOf(on.run.world!);
    expect(servers.map(({ lag }) => lag)).toEqual([0, 0, 0, 0, 0]);
    expect(servers.filter(({ leads }) => leads)).toHaveLength(1);
    expect([...keys, ...counters].flatMap(({ cells: all }) => all.map(({ state }) => state))).toEqual(Array.from({ length: 20 }, () => 'same'));
  });
});
