import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { GivenUpError, TASK_SHOWN_AFTER_MS, Tasks, type TaskControl } from '../../../electron/main/tasks.ts';
import type { TaskNews } from '../../../src/contract/index.ts';

let news: TaskNews[];
let tasks: Tasks;

beforeEach(() => {
  vi.useFakeTimers();
  news = [];
  tasks = new Tasks((one) => news.push(one));
});
afterEach(() => vi.useRealTimers());

/** A task that is over when the test says so. */
function begin(title = 'Opening a.synod') {
  let control!: TaskControl;
  let resolve!: (value: string) => void;
  let reject!: (error: Error) => void;
  const done = tasks.run(title, (given) => {
    control = given;
    return new Promise<string>((...both) => ([resolve, reject] = both));
  });
  return { control, resolve: (value: string) => resolve(value), reject: (error: Error) => reject(error), done };
}

test('what is over soon is not mentioned', async () => {
  const { control, resolve, done } = begin();
  control.progress(0.5);
  await vi.advanceTimersByTimeAsync(TASK_SHOWN_AFTER_MS - 1);
  resolve('it');
  expect(await done).toBe('it');
  await vi.advanceTimersByTimeAsync(1000);
  expect(news).toEqual([]);
});

test('what takes longer is, with how far it has got, and when it is over', async () => {
  const { control, resolve, done } = begin();
  control.progress(0.25);
  await vi.advanceTimersByTimeAsync(TASK_SHOWN_AFTER_MS);
  control.progress(0.3);
  await vi.advanceTimersByTimeAsync(100);
  control.progress(0.5);
  control.progress(0.4);
  resolve('it');
  await done;
  const task = { id: 1, title: 'Opening a.synod' };
  expect(news).toEqual([
    { ...task, done: 0.25, over: false },
    { ...task, done: 0.5, over: false },
    { ...task, done: 0.5, over: true },
  ]);
});

test('what is given up says so, whatever comes of it', async () => {
  const { control, reject, done } = begin();
  await vi.advanceTimersByTimeAsync(TASK_SHOWN_AFTER_MS);
  tasks.cancel(1);
  tasks.cancel(7);
  expect(control.signal.aborted).toBe(true);
  reject(new Error('called off'));
  await expect(done).rejects.toThrow(GivenUpError);
  expect(news.at(-1)).toMatchObject({ over: true });
});

test('what fails says why', async () => {
  const { reject, done } = begin();
  reject(new Error('the disk is on fire'));
  await expect(done).rejects.toThrow('the disk is on fire');
});
