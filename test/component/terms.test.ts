/** Terms of office on the timeline, and what agreement costs in one. */
import { afterEach, describe, expect, it } from 'vitest';
import MessagesPanel from '../../renderer/panels/messages/MessagesPanel.vue';
import { countersOf, eachOf, eachText, packetsText, purposeOf } from '../../renderer/panels/messages/counters.ts';
import { TermMemory } from '../../renderer/panels/timeline/terms.ts';
import TimelineStrip from '../../renderer/panels/timeline/TimelineStrip.vue';
import { TimeScale } from '../../renderer/time-scale.ts';
import { readEvents, type Mark, type RunEvent, type Term } from '../../src/contract/index.ts';
import { eventsOf } from './past.ts';
import { clear, one, play, scene, settled, show, waited, type Scene } from './mounting.ts';

const SECOND = 1_000_000;

afterEach(clear);

function busy(us: number): Promise<Scene> {
  return scene({ protocol: 'multipaxos', seed: 3, config: { load: { sessions: 2, pause: 0 } }, us });
}

function sends(on: Scene, wanted: (event: RunEvent) => boolean = () => true): number[] {
  const counts = on.run.protocol.messages.map(() => 0);
  for (const event of readEvents(eventsOf(on.bridge.cluster))) if (event.type === 'send' && wanted(event)) counts[event.kind]!++;
  return counts;
}

const term = (node: number, seq: number, from: number, until: number | null): Term => ({ node, ballot: { round: seq, node }, seq, from, until });
const leads = (node: number, seq: number, at: number): Mark => ({ seq, at, node, kind: 'leader', text: '' });

describe('terms of office', () => {
  it('stand in one lane one after the other, in two where two lead at once', () => {
    const memory = new TermMemory();
    memory.learn([term(1, 10, 100, 200), term(2, 30, 200, 500), term(3, 60, 400, null), term(2, 90, 600, null)]);
    expect(memory.spans([]).map(({ text, lane }) => [text, lane])).toEqual([
      ['n1 10.1', 0],
      ['n2 30.2', 0],
      ['n3 60.3', 1],
      ['n2 90.2', 0],
    ]);
  });

  it('are not forgotten when the world has let them go, or shows a moment before their end', () => {
    const memory = new TermMemory();
    memory.learn([term(1, 10, 100, 200), term(2, 30, 200, 500)]);
    memory.learn([term(2, 30, 200, null)]);
    expect(memory.spans([]).map(({ node, until }) => [node, until])).toEqual([
      [1, 200],
      [2, 500],
    ]);
    expect(memory.learn([])).toBe(true);
    memory.clear();
    expect(memory.spans([])).toEqual([]);
  });

  it('that were never seen are told by their marks', () => {
    const memory = new TermMemory();
    memory.learn([term(3, 90, 900, null)]);
    const crash: Mark = { seq: 20, at: 250, node: 1, kind: 'crash', text: '' };
    const marks = [leads(1, 10, 100), crash, leads(2, 30, 300), leads(3, 90, 900)];
    expect(memory.spans(marks).map(({ text, from, until }) => [text, from, until])).toEqual([
      ['n1', 100, 250],
      ['n2', 300, 900],
      ['n3 90.3', 900, null],
    ]);
  });

  it('are told on the timeline, the one of a parted leader too', async () => {
    const on = await busy(30 * SECOND);
    show(TimelineStrip);
    await settled();
    const told = () => one('.band .sr-only').textContent;
    const first = on.run.world!.terms.at(-1)!;
    expect(told()).toMatch(new RegExp(`^Terms of office: n${first.node} led with ${first.ballot.round}\\.${first.node} from [\\d.]+ s on$`));
    const rest = on.run.nodes.filter((node) => node !== first.node);
    await on.run.command({ type: 'partition', groups: [[first.node], [...rest, ...on.run.clients]] });
    await play(on, 20 * SECOND);
    const second = on.run.world!.terms.at(-1)!;
    expect(second.node).not.toBe(first.node);
    expect(told().match(/ on(;|$)/g)).toHaveLength(2);
    await on.run.command({ type: 'crash', node: first.node });
    await settled();
    expect(told()).toMatch(/led with \S+ from [\d.]+ s to [\d.]+ s; n/);
  });

  it('have no band where nobody takes office', async () => {
    await scene({ us: 10 * SECOND });
    show(TimelineStrip);
    await settled();
    expect(document.querySelector('.band')).toBeNull();
  });

  it('are among what the next mark goes to', async () => {
    const on = await busy(30 * SECOND);
    on.bridge.tellTimeline();
    on.history.seek(0);
    await settled();
    const kinds = new Set<string>();
    for (let mark = on.history.markAfter(); mark !== null; mark = on.history.markAfter()) {
      kinds.add(mark.kind);
      on.history.seek(mark.seq + 1);
      await settled();
      if (on.run.past === null) break;
    }
    expect(kinds).toContain('leader');
  });
});

describe('places in time', () => {
  it('are found from either side', () => {
    const scale = new TimeScale();
    scale.add(10, 1000);
    scale.add(30, 5000);
    for (const seq of [0, 5, 10, 17, 30]) expect(scale.seqAt(scale.at(seq))).toBeCloseTo(seq);
    expect(scale.seqAt(9999)).toBe(30);
  });
});

describe('messages', () => {
  it('are counted by kind and purpose, in all and in this term', async () => {
    const on = await busy(60 * SECOND);
    const counters = countersOf(on.run.world!, on.run.protocol);
    const kinds = counters.purposes.flatMap((one) => one.kinds);
    const all = sends(on);
    const recent = sends(on, ({ seq }) => seq >= counters.term!.seq);
    on.run.protocol.messages.forEach((kind, index) => {
      const found = kinds.find((one) => one.kind === kind)!;
      expect([found.total, found.recent], kind.name).toEqual([all[index], recent[index]]);
    });
    expect(counters.purposes.map(({ purpose }) => purpose)).toEqual(['agreement', 'clients', 'rest']);
    for (const { total, kinds } of counters.purposes) expect(total).toBe(kinds.reduce((sum, one) => sum + one.total, 0));
    const clients = on.run.protocol.messages.filter((kind) => purposeOf(kind) === 'clients').map(({ name }) => name);
    expect(clients).toEqual(['request', 'response', 'redirect']);
  });

  it('are one round trip to each follower for a slot, and no phase 1, while a leader stays', async () => {
    const on = await busy(300 * SECOND);
    const counters = countersOf(on.run.world!, on.run.protocol);
    expect(counters.recentlyChosen).toBeGreaterThan(500);
    expect(eachOf(counters, 'phase1')).toBeLessThan(0.05);
    // Four followers, there and back; a few are still on their way.
    expect(eachOf(counters, 'phase2')).toBeCloseTo(8, 0);
  });

  it('stand in the panel', async () => {
    const on = await busy(60 * SECOND);
    show(MessagesPanel);
    await waited(250);
    const counters = countersOf(on.run.world!, on.run.protocol);
    const agreement = counters.purposes[0]!;
    expect(one('.big').textContent).toBe(`${eachText(agreement.each)} messages to choose one slot`);
    const row = [...document.querySelectorAll('tbody tr')].find((each) => each.querySelector('th')!.textContent === 'Aaccept')!;
    const accept = agreement.kinds.find(({ kind }) => kind.name === 'accept')!;
    const cells = [...row.querySelectorAll('td')].map((cell) => cell.textContent);
    expect(cells).toEqual([packetsText(accept.total), packetsText(accept.recent), eachText(accept.each)]);
  });

  it('of single-decree Paxos are two round trips for every instance', async () => {
    const on = await scene({ us: 60 * SECOND });
    show(MessagesPanel);
    await waited(250);
    const counters = countersOf(on.run.world!, on.run.protocol);
    expect(counters.term).toBeNull();
    expect(eachOf(counters, 'phase1')).toBeGreaterThan(4);
    expect(document.querySelectorAll('thead th')).toHaveLength(3);
    expect(document.body.textContent).toContain('Each instance begins anew with phase 1');
  });

  it.each([
    [null, '–'],
    [0, '0.00'],
    [9.996, '10.00'],
    [25.31, '25.3'],
  ])('%s for each is written %s', (each, text) => expect(eachText(each)).toBe(text));

  it('are written short when they are many', () => {
    expect(packetsText(12_345)).toBe('12,345');
    expect(packetsText(1_234_567)).toBe('1.23 M');
  });
});
