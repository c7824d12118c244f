import { describe, expect, it } from 'vitest';
import { checkHistory } from '../../../src/check/linearizability/check.ts';
import { faultsOf, isFaultEvent, type FaultSpan } from '../../../src/check/linearizability/faults.ts';
import { historyBefore, HistoryRecorder, historyOf } from '../../../src/check/linearizability/history.ts';
import { drawPicture } from '../../../src/check/linearizability/picture/draw.ts';
import { barAt, layOut, placeOrder } from '../../../src/check/linearizability/picture/layout.ts';
import type { Shape } from '../../../src/check/linearizability/picture/shapes.ts';
import { headHeight, NAMES, xOf, type PictureView } from '../../../src/check/linearizability/picture/view.ts';
import { pictureText } from '../../../src/check/linearizability/picture/whole.ts';
import { InlineCluster } from '../../../src/host/inline.ts';
import { libraryText } from '../../../src/scenario/library.ts';
import { eventsOf } from '../../support/events.ts';
import { historyNoted } from '../../support/histories.ts';
import { runOf } from '../../support/scenarios.ts';
import { simulatedHistory } from '../../support/simulated-history.ts';

function eventsOfScenario(name: string) {
  const { header, until } = runOf(libraryText(name));
  const cluster = new InlineCluster(header);
  cluster.runUntil(until!);
  return eventsOf(cluster.scheduler.log);
}

const long = simulatedHistory(1, { operations: 4000, clients: 6, keys: 4, unanswered: 0.01, transactions: 0.1 });

describe('the bars of a history', () => {
  it('never overlap in a lane, and lanes belong to one client', () => {
    const { lanes, bars } = layOut(long);
    expect(bars).toHaveLength(long.calls.length);
    for (const { client, bars: own } of lanes) {
      expect(own.every(({ call }) => call.client === client)).toBe(true);
      for (const [i, bar] of own.entries()) if (i > 0) expect(bar.from).toBeGreaterThanOrEqual(own[i - 1]!.to);
    }
    expect(lanes.filter(({ first }) => first).map(({ client }) => client)).toEqual([...new Set(lanes.map(({ client }) => client))]);
  });

  it('have their client in the order of its number, and a lane for each operation at once', () => {
    const { lanes } = layOut(historyNoted('c10 1-2 get x: nothing; c2 1-9 put x = 1: done; c2 2-3 get x: 1; c2 4-5 get x: 1'));
    expect(lanes.map(({ client, bars }) => [client, bars.length])).toEqual([['c2', 1], ['c2', 2], ['c10', 1]]);
  });

  it('without an answer go on until the client crashes, or to the end', () => {
    const crash: FaultSpan = { kind: 'down', node: 'c1', text: 'c1 is down', seq: 3, from: 300, to: 500 };
    const calls = historyNoted('c1 1- put x = 1; c2 2- put x = 2; c2 4-5 get x: 1').calls.map((call) => {
      return { ...call, at: { invoked: 100 * call.invoked, returned: call.result === null ? null : 100 * call.returned } };
    });
    const { bars, to } = layOut({ calls }, [crash], 900);
    expect(bars.map(({ from, to: end, open }) => [from, end, open])).toEqual([[100, 300, true], [200, 900, true], [400, 500, false]]);
    expect(to).toBe(900);
  });

  it('are found by their place', () => {
    const { lanes } = layOut(historyNoted('c1 1-4 put x = 1: done; c1 6-9 get x: 1'));
    expect([0, 1, 3, 5, 6, 9, 10].map((place) => barAt(lanes[0]!, place, 0.5)?.index ?? null)).toEqual([null, 0, 0, null, 1, 1, null]);
  });
});

describe('an order in a picture', () => {
  it('takes effect within the bars, one after the other', () => {
    const verdict = checkHistory(long);
    if (verdict.type !== 'linearizable') throw new Error('it is linearizable');
    const picture = layOut(long);
    const { calls, places, positions } = placeOrder(picture, verdict.order);
    for (const [i, place] of places.entries()) {
      const bar = picture.bars[calls[i]!]!;
      expect(place).toBeGreaterThanOrEqual(bar.from);
      expect(place).toBeLessThanOrEqual(bar.open ? picture.to : bar.to);
      if (i > 0) expect(place).toBeGreaterThanOrEqual(places[i - 1]!);
      expect(positions.get(calls[i]!)).toBe(i);
    }
  });

  it('spreads what has the same limits', () => {
    const history = historyNoted('c1 0-10 put x = 1: done; c2 0-10 put x = 2: done; c3 0-10 get x: 2');
    expect(placeOrder(layOut(history), [0, 1, 2]).places).toEqual([2.5, 5, 7.5]);
  });
});

describe('a picture', () => {
  const view = (width: number, scale: number, from: number): PictureView => ({ from, scale, width, height: 400, scroll: 0, laneHeight: 26 });
  const drawn = (given: PictureView): Shape[] => {
    return drawPicture({ picture: layOut(long), view: given, order: null, failure: null, moment: null, pointed: null, placeText: String });
  };

  it('costs what is in sight, however much there is', () => {
    const { to, lanes } = layOut(long);
    expect(drawn(view(800, 0.6, to / 2)).length).toBeLessThan(2500);
    expect(drawn(view(800, 748 / to, 0)).length).toBeLessThan(3 * 800 * lanes.length);
    expect(drawn(view(800, 20, to / 2)).length).toBeLessThan(400);
  });

  it('has every operation that is in sight', () => {
    const shapes = drawPicture({
      picture: layOut(historyNoted('c1 1-4 put x = 1: done; c2 6-9 get x: 1; c2 20- get x')),
      view: view(NAMES + 1000, 100, 0),
      order: null,
      failure: null,
      moment: null,
      pointed: null,
      placeText: String,
    });
    const texts = shapes.flatMap((shape) => (shape.type === 'text' ? [shape.text] : []));
    expect(texts).toEqual(expect.arrayContaining(['put x = 1 → done', 'get x → 1', 'c1', 'c2']));
    expect(texts).not.toContain('get x → ?');
  });

  it('has what fits nowhere, the order before it, and the faults of a run beside it', () => {
    const events = eventsOfScenario('stale-read');
    const history = historyOf(events);
    const svg = pictureText(history, faultsOf(events.filter(isFaultEvent)), checkHistory(history), (us) => `${us / 1e6} s`);
    expect(svg).toContain('Not linearizable: no order explains every answer');
    expect(svg).toContain('>✕ get x → old<');
    expect(svg).toContain('>n1 n2 c1 | n3 n4 n5 c2<');
    expect(svg).toMatch(/>1<[^]*>2</);
    expect(svg).not.toContain('NaN');
    expect(svg).not.toContain('"none"/><text');
  });

  it('is text that any reader of SVG takes', () => {
    const history = historyNoted('c1 1-2 put x = "<&\\u0001\\"": done');
    const svg = pictureText(history, [], checkHistory(history), String);
    expect(svg).not.toMatch(/<&/);
    expect(svg).toContain('&lt;&amp;');
  });

  it('of a long history shows a part, and says so', () => {
    const svg = pictureText(long, [], checkHistory(long), String);
    expect(svg.includes(`400 operations of ${long.calls.length}`)).toBe(true);
    expect(svg.length).toBeLessThan(1_000_000);
  });

  it('keeps names and faults out of the lanes', () => {
    const picture = layOut(historyNoted('c1 1-4 put x = 1: done'));
    expect(headHeight(picture)).toBe(20);
    expect(xOf(view(800, 2, 3), 3)).toBe(NAMES);
  });
});

describe('the faults of a run', () => {
  it('begin and end', () => {
    const spans = faultsOf(eventsOfScenario('stale-read').filter(isFaultEvent));
    expect(spans).toMatchObject([{ kind: 'partition', node: null, from: 6_000_000, to: 30_000_000 }]);
    const down = faultsOf(eventsOfScenario('crash-and-restart').filter(isFaultEvent)).filter(({ kind }) => kind === 'down');
    expect(down.length).toBeGreaterThan(0);
    for (const { node, from, to, text } of down) {
      expect(text).toBe(`${node} is down`);
      expect(to ?? Infinity).toBeGreaterThan(from);
    }
  });
});

describe('a history of a run', () => {
  const events = eventsOfScenario('client-retry');

  it('can be had as it was at any moment', () => {
    const all = historyOf(events);
    for (let seq = 0; seq <= events.length; seq += Math.ceil(events.length / 40)) {
      expect(historyBefore(all, seq).calls).toEqual(historyOf(events.slice(0, seq)).calls);
    }
  });

  it('goes on from a moment that it was taken back to as if there had been nothing after it', () => {
    for (let seq = 0; seq <= events.length; seq += Math.ceil(events.length / 15)) {
      const recorder = new HistoryRecorder();
      for (const event of events) recorder.take(event);
      recorder.forget(seq);
      for (const event of events.slice(seq)) recorder.take(event);
      expect(recorder.history()).toEqual(historyOf(events));
    }
  });

  it('knows the slots of its operations', () => {
    const { calls, slots } = historyOf(eventsOfScenario('transaction-ids'));
    const known = slots!.filter((slot) => slot < Infinity);
    expect(known.length).toBeGreaterThan(0.5 * calls.length);
    expect(new Set(known).size).toBe(known.length);
  });
});
