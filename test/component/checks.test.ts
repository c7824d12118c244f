/** What is checked, as the window shows it: live, in the past, and when a check fails. */
import { afterEach, describe, expect, it } from 'vitest';
import SidePanel from '../../renderer/panels/side/SidePanel.vue';
import LogPanel from '../../renderer/panels/log/LogPanel.vue';
import MutantChip from '../../renderer/panels/bar/MutantChip.vue';
import { useActions } from '../../renderer/actions.ts';
import { clusterMarks } from '../../renderer/panels/timeline/clusters.ts';
import { Announcer } from '../../renderer/stage/announcements.ts';
import { useChecks } from '../../renderer/stores/checks.ts';
import { checksOf, mutantOf, type ViolationWorld } from '../../src/contract/index.ts';
import { mutants } from '../../src/protocol/mutants.ts';
import { clear, one, play, scene, settled, show, type Scene } from './mounting.ts';

const SECOND = 1_000_000;

const row = (name: string) => one(`[data-check="${name}"]`);
const stateOf = (name: string) => row(name).querySelector('.state')!.textContent;
const head = (name: string) => row(name).querySelector<HTMLButtonElement>('.head')!;
const card = () => document.querySelector<HTMLElement>('[role="alert"]');
const button = (text: string) => one<HTMLButtonElement>('button', text);
const events = () => [...document.querySelectorAll<HTMLButtonElement>('.event')];

/** Two of four are enough for either phase, and each half has a value of its own chosen. */
async function disagreement(): Promise<Scene> {
  const on = await scene();
  await on.run.enter('Open', on.bridge.request('library:open', { name: 'quorums-that-miss' }));
  return on;
}

/** Agreement is violated, with the column of panels beside it. */
async function violated(): Promise<{ readonly on: Scene; readonly violation: ViolationWorld }> {
  const on = await disagreement();
  on.ui.tab = 'checks';
  show(SidePanel);
  await play(on, 6 * SECOND);
  return { on, violation: on.run.world!.violations.find(({ check }) => check === 'Agreement')! };
}

afterEach(clear);

describe('panel of checks', () => {
  it('has every check with its meaning, and says that all hold', async () => {
    const on = await scene({ us: 20 * SECOND });
    on.ui.tab = 'checks';
    show(SidePanel);
    await settled();
    const checks = checksOf('paxos');
    expect(checks.length).toBeGreaterThan(9);
    for (const { name, meaning } of checks) {
      expect(row(name).querySelector('.meaning')!.textContent).toBe(meaning);
      expect(stateOf(name)).toBe('holds');
    }
    expect(one('h2').textContent).toBe(`All ${checks.length} checks hold`);
    expect(document.querySelector('.badge')).toBeNull();
    expect(card()).toBeNull();
  });

  it('has those of a replicated log', async () => {
    const on = await scene({ protocol: 'multipaxos', us: 5 * SECOND });
    on.ui.tab = 'checks';
    show(SidePanel);
    await settled();
    expect(stateOf('AppliedInOrder')).toBe('holds');
  });

  it('says since when a check is violated, first and counted', async () => {
    const { on, violation } = await violated();
    expect(stateOf('Agreement')).toBe('violated');
    expect(row('Agreement').querySelector('.since')!.textContent).toContain(`since ${(violation.at / SECOND).toFixed(3)} s`);
    expect(one('section.group:first-of-type h3').textContent).toContain('Violated in this run');
    const failed = new Set(on.run.world!.violations.map(({ check }) => check));
    expect(one('.badge').textContent).toBe(String(failed.size));
    expect(one('.figure h2').textContent).toContain(`${failed.size} of ${checksOf('paxos').length} checks`);
    expect(stateOf('P1a')).toBe('holds');
  });

  it('shows it as it was at a moment of the past, and keeps what comes later in its place', async () => {
    const { on, violation } = await violated();
    on.history.seek(violation.events[0]!);
    await settled();
    expect(stateOf('Agreement')).toBe('holds here');
    expect(row('Agreement').querySelector('.since')!.textContent).toContain('violated at');
    expect(one('.figure').textContent).toMatch(/All \d+ checks hold.*Later in this run/);
    expect(document.querySelector('.badge')).toBeNull();
    on.history.seek(violation.seq + 1);
    await settled();
    expect(stateOf('Agreement')).toBe('violated');
    on.history.goLive();
    await settled();
    expect(stateOf('Agreement')).toBe('violated');
  });

  it('opens to the two facts and the events behind them, each of which leads to its moment', async () => {
    const { on, violation } = await violated();
    useChecks().close();
    head('Agreement').click();
    await settled();
    expect(head('Agreement').getAttribute('aria-expanded')).toBe('true');
    expect(row('Agreement').querySelector('.text')!.textContent).toContain(violation.text.slice(1));
    expect(events()).toHaveLength(violation.events.length);
    for (const event of events()) expect(event.querySelector('.sentence')!.textContent).toMatch(/n\d/);
    expect(violation.events.length).toBeGreaterThan(1);
    events()[0]!.click();
    await settled();
    expect(on.history.position).toBe(violation.events[0]! + 1);
    expect(events()[0]!.getAttribute('aria-current')).toBe('true');
    expect(on.selection.node).not.toBeNull();
    button('Show the moment').click();
    await settled();
    expect(on.history.position).toBe(violation.seq + 1);
    head('Agreement').click();
    await settled();
    expect(events()).toHaveLength(0);
  });

  it('tells of events that the log does not keep, and lights who they happened to', async () => {
    const { on, violation } = await violated();
    useChecks().close();
    await on.run.setTransport({ playing: true });
    // A window that was opened just now has seen none of them, and asking for them would pause the run.
    on.bridge.emit('session', { ...on.bridge.session, run: ++on.bridge.run });
    on.bridge.emit('frame', on.bridge.frame(true));
    await settled();
    head('Agreement').click();
    await settled();
    expect(events().map(({ textContent }) => textContent)).toEqual(violation.events.map((seq) => `event ${seq + 1}`));
    await on.run.setTransport({ playing: false });
    await settled();
    for (const event of events()) expect(event.querySelector('.sentence')!.textContent).toMatch(/^n\d → n\d accepted/);
    expect(on.run.past).toBeNull();
    events()[0]!.dispatchEvent(new FocusEvent('focus'));
    expect(on.selection.hoveredNode).not.toBeNull();
  });

  it('marks the events on the timeline as long as they are told', async () => {
    const { violation } = await violated();
    const checks = useChecks();
    checks.close();
    head('Agreement').click();
    await settled();
    button('On the timeline').click();
    expect(checks.marked).toEqual(violation.events);
    head('Agreement').click();
    await settled();
    expect(checks.marked).toEqual([]);
  });

});

it('the panel of checks is reached by its action', async () => {
  const on = await scene();
  useActions().perform('show-checks');
  expect(on.ui.tab).toBe('checks');
});

describe('card of a violation', () => {
  it('says what is violated, what that means and which facts contradict each other', async () => {
    const { violation } = await violated();
    expect(card()!.getAttribute('aria-label')).toBe('Agreement is violated');
    expect(card()!.textContent).toContain('At most one value is chosen in an instance.');
    expect(card()!.textContent).toContain(violation.text.slice(1));
    expect(card()!.textContent).toContain('instance 1');
  });

  it('leads to the moment, to the events, to the panel, to a file', async () => {
    const { on, violation } = await violated();
    on.ui.tab = 'chosen';
    await settled();
    button('Show the moment').click();
    await settled();
    expect(on.history.position).toBe(violation.seq + 1);
    button('Events behind it').click();
    await settled();
    expect(events()).toHaveLength(violation.events.length);
    events()[0]!.click();
    await settled();
    expect(on.history.position).toBe(violation.events[0]! + 1);
    expect(card()).not.toBeNull();
    button('Save this run').click();
    await settled();
    expect([...on.bridge.saved.keys()]).toEqual(['counter.synod']);
    button('Open Checks').click();
    await settled();
    expect(on.ui.tab).toBe('checks');
    expect(head('Agreement').getAttribute('aria-expanded')).toBe('true');
  });

  it('goes on when told to, stays away once closed, and comes again for something new', async () => {
    const { on } = await violated();
    await on.run.setTransport({ playing: false });
    button('Go on').click();
    await settled();
    expect(on.bridge.transport.playing).toBe(true);
    expect(card()).toBeNull();
    await play(on, SECOND);
    on.history.seek(10);
    await settled();
    on.history.goLive();
    await settled();
    expect(card()).toBeNull();
    for (const [node, value] of [[1, 'left'], [3, 'right']] as const) await on.run.command({ type: 'propose', node, value, slot: 2 });
    await play(on, 6 * SECOND);
    expect(card()!.textContent).toContain('instance 2');
    one<HTMLButtonElement>('[role="alert"] button[aria-label="Close"]').click();
    await settled();
    expect(card()).toBeNull();
  });

  it('does not tell a branch of what it was told before; only of what the branch has to come to by itself', async () => {
    const { on, violation } = await violated();
    useChecks().close();
    await on.run.fork();
    await settled();
    expect(stateOf('Agreement')).toBe('violated');
    expect(card()).toBeNull();
    on.history.seek(violation.events[0]!);
    await settled();
    await on.run.fork();
    await settled();
    expect(stateOf('Agreement')).toBe('holds');
    await play(on, 6 * SECOND);
    expect(card()).not.toBeNull();
  });

  it('is said by the announcer too, once', async () => {
    const { on } = await violated();
    const announcer = new Announcer();
    const world = on.bridge.worldNow;
    const { violations } = world;
    announcer.news({ ...world, violations: [] }, 'instance');
    expect(announcer.news({ ...world, violations }, 'instance')).toContain('Agreement is violated.');
    expect(announcer.news({ ...world, violations }, 'instance')).toEqual([]);
  });
});

describe('elsewhere', () => {
  it('a violation is an alarm in the log', async () => {
    const on = await disagreement();
    show(LogPanel);
    await play(on, 6 * SECOND);
    const field = one<HTMLInputElement>('input');
    field.value = 'violated';
    field.dispatchEvent(new Event('input'));
    await settled();
    const alarms = [...document.querySelectorAll('.row.checks .sentence')].map(({ textContent }) => textContent);
    expect(alarms.some((text) => text.startsWith('Agreement is violated: '))).toBe(true);
  });

  it('is one alarm on the timeline, and the next mark leads to it', async () => {
    const { on, violation } = await violated();
    on.bridge.tellTimeline();
    await settled();
    const alarms = on.history.marks().filter(({ kind, at }) => (kind === 'violation' || kind === 'conflict') && at === violation.at);
    expect(alarms.every(({ kind }) => kind === 'violation')).toBe(true);
    // However far apart its events are drawn: one step is one alarm.
    const clusters = clusterMarks(on.history.marks(), on.history.total, 20_000);
    expect(clusters.filter(({ kind }) => kind === 'violation').map(({ count }) => count)).toEqual([alarms.length]);
    on.history.seek(violation.seq);
    await settled();
    expect(on.history.markAfter()).toMatchObject({ kind: 'violation', seq: violation.seq });
  });

  it('a protocol that is broken on purpose is called so', async () => {
    const mutant = mutants.find(({ protocol, control }) => protocol === 'paxos' && control !== true)!;
    await scene({ mutant: mutant.name });
    show(MutantChip);
    expect(one('.mutant').textContent).toBe(`Broken on purpose: ${mutant.meaning}`);
    expect(mutantOf({ protocol: 'paxos' })).toBeNull();
  });

  it('one that is as it should be is not', async () => {
    await scene();
    show(MutantChip);
    expect(document.querySelector('.mutant')).toBeNull();
  });
});
