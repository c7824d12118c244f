import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useActions } from '../../renderer/actions.ts';
import LabChip from '../../renderer/panels/lab/LabChip.vue';
import LabDialog from '../../renderer/panels/lab/LabDialog.vue';
import { wholeFrom } from '../../renderer/panels/lab/lab-form.ts';
import { elapsedText, shortCount } from '../../renderer/panels/lab/lab-text.ts';
import { useLab } from '../../renderer/stores/lab.ts';
import { mutantsOf } from '../../src/contract/index.ts';
import { clear, one, scene, settled, show, type Scene } from './mounting.ts';

let on: Scene;
let lab: ReturnType<typeof useLab>;

beforeEach(async () => {
  on = await scene({ nodes: 3, us: 2_000_000 });
  lab = useLab();
});
afterEach(clear);

/** Opens the place of the lab as its action does. */
async function open(): Promise<void> {
  useActions().perform('lab');
  show(LabDialog);
  await settled();
}

async function type(label: string, text: string): Promise<void> {
  const id = [...document.querySelectorAll('label')].find((each) => each.textContent === label)!.htmlFor;
  const field = one<HTMLInputElement>(`[id="${id}"]`);
  field.value = text;
  field.dispatchEvent(new Event('input'));
  await settled();
}

async function press(name: string): Promise<void> {
  [...document.querySelectorAll<HTMLElement>('button')].find((button) => (button.getAttribute('aria-label') ?? button.textContent.trim()).startsWith(name))!.click();
  await settled();
}

/** Does what Start does, if it can be pressed: happy-dom knows no buttons of a form elsewhere. */
async function start(possible = true): Promise<void> {
  expect(one('.primary').getAttribute('aria-disabled')).toBe(String(!possible));
  one('[data-state="active"] form').dispatchEvent(new Event('submit', { cancelable: true }));
  await settled();
}

async function work(pieces?: number): Promise<void> {
  on.bridge.lab.work(pieces);
  await settled();
}

const asked = (channel: string) => on.bridge.requests.filter((request) => request.channel === channel).map(({ argument }) => argument);
const verdict = () => one('.verdict').textContent;
const count = (name: string) => [...document.querySelectorAll('dl.counts > div')].find((each) => each.querySelector('dt')!.textContent === name)!.querySelector('dd')!.textContent;

describe('the fuzzer', () => {
  it('says what will be there, and begins with what is filled in', async () => {
    await open();
    expect(document.body.textContent).toContain('Nothing was tried yet');
    await type('Runs', '3');
    await type('First seed', '12');
    await start();
    expect(asked('lab:fuzz')).toEqual([{ protocol: 'paxos', mutant: null, runs: 3, seed: 12, shrink: true }]);
    expect(verdict()).toBe('No violation so far');
    await work();
    expect(verdict()).toMatch(/^No violation3 runs, [\d,]+ events: no violation\. That is no proof: other seeds/);
    expect(count('Runs')).toBe('3');
    expect([...document.querySelectorAll('.sometimes li')].map(({ textContent }) => textContent)).toContain('Chosenseen');
  });

  it('refuses nonsense in the form, and remembers sense', async () => {
    await open();
    await type('Runs', 'many');
    expect(document.body.textContent).toContain('A whole number from 1 to 1,000,000.');
    await start(false);
    expect(asked('lab:fuzz')).toEqual([]);
    await type('Runs', '40');
    clear();
    on = await scene({ nodes: 3 });
    localStorage.setItem('synod.lab.runs', '"40"');
    await open();
    expect([...document.querySelectorAll('input')].map(({ value }) => value)).toContain('40');
  });

  it('is cancelled, and says what was done until then', async () => {
    await open();
    await type('Runs', '5000');
    await start();
    await work(3);
    await press('Cancel the fuzzing');
    expect(verdict()).toMatch(/^Cancelled\d+ of 5,000 runs were done\. No violation in what was looked at\.$/);
    expect(lab.running).toBeNull();
  });

  it('lists what it has found, which can be opened and saved', async () => {
    on.bridge.picked = 'found';
    localStorage.setItem('synod.lab.fuzz.mutant', '"promise-not-stored"');
    await open();
    await type('Runs', '400');
    await start();
    expect(asked('lab:fuzz')).toMatchObject([{ mutant: 'promise-not-stored' }]);
    let found = on.bridge.lab.work(1);
    while (found.length === 0) found = on.bridge.lab.work(20);
    await settled();
    const { violation, seed, size, before } = found[0]!;
    const text = one('[data-finding="1"]').textContent;
    expect(text).toContain(violation.text);
    expect(text).toContain(`seed ${seed}`);
    expect(text).toContain(`${size.packets} packets`);
    expect(size.packets).toBeLessThan(before!.packets);
    await press('Cancel the fuzzing');
    await press('Save as a test');
    expect(on.bridge.saved.get('found')).toContain('violated');
    await press('Save the run');
    expect(JSON.parse(on.bridge.saved.get('found')!)).toMatchObject({ header: { mutant: 'promise-not-stored' } });
    await press('Open');
    expect(on.run.session!.header.mutant).toBe('promise-not-stored');
    expect(on.run.liveSeq).toBe(found[0]!.end.seq);
    expect(on.run.playing).toBe(false);
  });

  it('that dies says why', async () => {
    await open();
    await start();
    on.bridge.lab.die(new Error('a thread of the job ended by itself, with code 1'));
    await settled();
    expect(verdict()).toContain('It could not go on');
    expect(verdict()).toContain('a thread of the job ended by itself');
  });
});

describe('the search', () => {
  beforeEach(() => (lab.tab = 'explore'));

  it('goes through all of a small scope, and says so', async () => {
    await open();
    await type('Nodes', '2');
    await type('Proposers', '1');
    await type('Values', '1');
    await start();
    expect(asked('lab:explore')).toMatchObject([{ nodes: 2, proposers: 1, values: 1, maxBallot: 1, crashes: 0, here: false, symmetry: true, reduction: true }]);
    await work();
    expect(verdict()).toMatch(/^No violationEvery one of [\d,]+ states within this scope: no violation\./);
    expect(Number(count('Distinct states').replaceAll(',', ''))).toBeGreaterThan(5);
  });

  it('that comes to its limit says that there is more', async () => {
    await open();
    await type('States at most', '1000');
    await type('Highest round', '2');
    await start();
    await work();
    expect(verdict()).toContain('Not all of it was looked at');
    expect(verdict()).toContain('the limit is 1,000');
  });

  it('refuses more proposers than nodes', async () => {
    await open();
    await type('Nodes', '2');
    await type('Proposers', '3');
    expect(document.body.textContent).toContain('No more than there are nodes.');
    await start(false);
    expect(asked('lab:explore')).toEqual([]);
  });

  it('from here has what the run has', async () => {
    useActions().perform('explore-here');
    show(LabDialog);
    await settled();
    expect(document.body.textContent).toContain('Single-decree Paxos with 3 nodes, after the');
    await start();
    expect(asked('lab:explore')).toMatchObject([{ here: true }]);
  });

  it('cannot begin in the past, nor where there is no model', async () => {
    await on.history.seek(5);
    await settled();
    expect(useActions().bind('explore-here').blocked).toContain('This is the past');
    clear();
    on = await scene({ protocol: 'multipaxos', nodes: 3 });
    expect(useActions().bind('explore-here').blocked).toBe('Multi-Paxos cannot be searched from a run on.');
  });
});

describe('while nobody looks', () => {
  const chip = () => document.querySelector('[aria-label^="Lab:"]')?.getAttribute('aria-label');

  it('the bar says what is at work, what it has found, and that it is through', async () => {
    show(LabChip);
    expect(chip()).toBeUndefined();
    await lab.fuzz({ protocol: 'paxos', mutant: null, runs: 4, seed: 1, shrink: false });
    await settled();
    expect(chip()).toBe('Lab: Fuzzing');
    await work();
    expect(chip()).toBe('Lab: Fuzzed');
    one('[aria-label^="Lab:"]').click();
    await settled();
    expect(on.ui.dialog).toEqual({ name: 'lab' });
    expect(chip()).toBeUndefined();
  });

  it('a finding is a message that leads to it', async () => {
    await lab.fuzz({ protocol: 'paxos', mutant: 'promise-not-stored', runs: 400, seed: 1, shrink: false });
    while (on.bridge.lab.work(20).length === 0);
    await settled();
    const toast = on.ui.toasts.at(-1)!;
    expect(toast.title).toMatch(/^Fuzz: .* is violated$/);
    toast.action!.perform();
    expect(on.ui.dialog).toEqual({ name: 'lab' });
  });

  it('only one goes on at a time: the other tab says so', async () => {
    await open();
    await start();
    lab.tab = 'explore';
    await settled();
    expect(one('.note').textContent).toBe('The fuzzer is at work: one at a time, as each takes all cores but one.');
    await start(false);
    expect(asked('lab:explore')).toEqual([]);
  });
});

it('every mutant of the protocol can be chosen, with what it does; the harmless ones come last', async () => {
  await open();
  for (const mutant of mutantsOf('paxos').slice(0, 2)) {
    localStorage.setItem('synod.lab.fuzz.mutant', JSON.stringify(mutant.name));
    clear();
    on = await scene({ nodes: 3 });
    localStorage.setItem('synod.lab.fuzz.mutant', JSON.stringify(mutant.name));
    await open();
    expect(document.body.textContent).toContain(mutant.meaning);
  }
});

it.each([['12', 12], ['1,000', 1000], ['1 000', 1000], ['', null], ['1.5', null], ['-1', null], ['1,00', null], ['1001', null]])('%j is read as %j', (text, value) => {
  expect(wholeFrom(text, { min: 0, max: 1000 })).toBe(value);
});

it('numbers and times are short', () => {
  expect([999_999, 3_140_000, 2_500_000_000].map(shortCount)).toEqual(['999,999', '3.1 M', '2.5 G']);
  expect([400, 12_345, 185_000].map(elapsedText)).toEqual(['0.4 s', '12 s', '3 min 5 s']);
});
