/** The arguments of `npm start`, and what the tally of `npm test` makes of its runners. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Tally } from '../../../build/check/tally.mjs';
import { helpText, readOptions } from '../../../build/options.mjs';

const folder = fileURLToPath(new URL('.', import.meta.url));
const read = (...args: string[]) => readOptions(args, folder);

describe('npm start', () => {
  it('opens the usual cluster without arguments', () => {
    expect(read()).toEqual({ help: false, headless: false, passed: [] });
  });

  it('passes on what the app understands, with the file made absolute', () => {
    expect(read('options.test.ts', '--seed', '7').passed).toEqual([`${folder}options.test.ts`, '--seed', '7']);
    expect(read('--nodes', '9', '--seed=0').passed).toEqual(['--seed', '0', '--nodes', '9']);
    expect(read('--headless', '--until', '2.5')).toEqual({ help: false, headless: true, passed: ['--until', '2.5'] });
  });

  it.each([
    [['--seed', 'x'], /--seed takes a whole number from 0 to 4294967295, not "x"/],
    [['--seed', '4294967296'], /--seed takes/],
    [['--nodes', '0'], /--nodes takes a whole number from 1 to 15/],
    [['--nodes', '16'], /--nodes takes/],
    [['--headless', '--until', 'soon'], /--until takes a number of seconds above 0/],
    [['--until', '3'], /--until goes with --headless/],
    [['nowhere.yaml'], /no such scenario file: .*nowhere\.yaml/],
    [['options.test.ts', 'b'], /one FILE at most/],
    [['options.test.ts', '--nodes', '3'], /the scenario says how many/],
    [['--sed', '3'], /Unknown option '--sed'/],
  ])('refuses %j and says why', (args, message) => {
    expect(() => read(...args)).toThrow(message);
  });

  it('has a help text that names every option', () => {
    for (const option of ['FILE', '--seed N', '--nodes N', '--headless', '--until SECONDS', '--help']) {
      expect(helpText()).toContain(option);
    }
  });

  it('helps and refuses at once, without any set-up', () => {
    const start = fileURLToPath(new URL('../../../build/start.mjs', import.meta.url));
    const run = (argument: string) => spawnSync(process.execPath, [start, argument], { encoding: 'utf8' });
    expect(run('--help')).toMatchObject({ status: 0, stdout: helpText(), stderr: '' });
    const refused = run('--sed');
    expect(refused).toMatchObject({ status: 2, stdout: '' });
    expect(refused.stderr).toBe("Unknown option '--sed'\nnpm start -- --help lists the options.\n");
  });
});

describe('the tally', () => {
  it('adds up checks and runners', () => {
    const tally = new Tally();
    tally.check(true);
    tally.runner({ passed: 3, failed: 0, code: 0 });
    expect(tally.line()).toBe('4 passed, 0 failed');
    tally.check(false);
    tally.runner({ passed: 1, failed: 2, code: 1 });
    expect(tally.line()).toBe('5 passed, 3 failed');
  });

  it('counts a runner that broke down, or that ran nothing, as a failure', () => {
    const tally = new Tally();
    tally.runner({ passed: 3, failed: 0, code: 1 });
    tally.runner({ passed: 0, failed: 0, code: 0 });
    expect(tally.line()).toBe('3 passed, 2 failed');
  });
});
