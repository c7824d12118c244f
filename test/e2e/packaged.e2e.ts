/** The packaged program: what a person installs, not the development tree. */
import { Person, expect, test } from './person.ts';

test('the packaged program opens on a cluster that agrees, and a node crashes and comes back with its disk', async ({ launch }) => {
  const app = await launch({ packaged: true, args: ['--seed', '51'] });
  const program = await app.electron.evaluate(({ app }) => ({ packed: app.isPackaged, path: app.getAppPath() }));
  expect(program).toEqual({ packed: true, path: expect.stringMatching(/resources[\\/]app\.asar$/) });
  expect(app.page.url()).toBe('app://synod/index.html');
  await app.waitForChosen(1);

  // Preload and page, router and node threads, and the native storage of each node are all at work from here on.
  const person = new Person(app);
  await person.begin({ seed: 52 });
  await person.propose(2, 'packed');
  expect((await app.waitForChosen(1, [1, 2, 3, 4, 5])).value).toBe('packed');
  await person.crash(3);
  expect((await person.disk(3)).instances.get(1)).toEqual({ promised: '1.2', accepted: '1.2', value: 'packed' });
  await person.propose(2, 'without n3');
  await app.waitForChosen(2, [1, 2, 4, 5]);
  await person.restart(3);
  await person.expectUp(3, true);
  expect((await app.waitForChosen(2, [1, 2, 3, 4, 5])).value).toBe('without n3');
  const { memory } = await app.request('node:inspect', { node: 3 });
  expect(memory).toMatchObject({ acceptor: { 1: { promised: '1.2', accepted: { ballot: '1.2', value: 'packed' } } } });
});
