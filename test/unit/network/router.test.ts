import { describe, expect, it } from 'vitest';
import { progressAt, type Packet } from '../../../src/network/packet.ts';
import { Router } from '../../../src/network/router.ts';
import { completeNetwork } from '../../../src/network/settings.ts';

const nodes = [1, 2, 3, 4];
const LATENCY = 1000;
const calm = { latency: { distribution: 'constant', min: LATENCY } };

function router(settings: object = {}): Router {
  return new Router(nodes, 42, completeNetwork({ ...calm, ...settings }));
}

const send = (net: Router, from: number, to: number, at = 0) =>
  net.send({ from, to, kind: 0, at, bytes: new Uint8Array([from, to]), start: 0, end: 2, checksum: 7 });

function drained(net: Router): Packet[] {
  const packets: Packet[] = [];
  for (let packet = net.takeNext(); packet !== undefined; packet = net.takeNext()) packets.push(packet);
  return packets;
}

describe('a packet', () => {
  it('arrives after its latency, with a number of its own and its body', () => {
    const net = router();
    const { packet, copy } = send(net, 1, 2, 50);
    expect(copy).toBeNull();
    expect(packet).toMatchObject({ packet: 1, from: 1, to: 2, sentAt: 50, due: 1050, time: 1050, place: 2, doom: null });
    expect([...packet.bytes.subarray(packet.start, packet.end)]).toEqual([1, 2]);
    expect(send(net, 1, 2, 60).packet.packet).toBe(2);
    expect(net.numberForSelf()).toBe(3);
    expect([net.inFlight, net.next()]).toEqual([2, packet]);
  });

  it('comes to its end in the order of time, place and number', () => {
    const net = router();
    send(net, 1, 3);
    send(net, 2, 1);
    send(net, 3, 1);
    send(net, 1, 2, -10);
    expect(drained(net).map(({ packet }) => packet)).toEqual([4, 2, 3, 1]);
  });

  it('can be put back and has its place again', () => {
    const net = router();
    send(net, 1, 2);
    send(net, 1, 3);
    const first = net.takeNext()!;
    net.putBack(first);
    expect(drained(net).map(({ to }) => to)).toEqual([2, 3]);
  });

  it('that is lost ends on its way, as the network’s business', () => {
    const net = router({ loss: { probability: 1 } });
    for (let i = 0; i < 50; i++) {
      const { packet } = send(net, 1, 2);
      expect(packet).toMatchObject({ place: 0, due: LATENCY, doom: { cause: 'loss' } });
      expect(packet.time).toBe(packet.doom!.at);
      expect(packet.time).toBeGreaterThan(0);
      expect(packet.time).toBeLessThan(LATENCY);
    }
  });

  it('that is doubled has a copy with a number and a fate of its own', () => {
    const net = router({ loss: { probability: 0.5 }, duplication: { probability: 1 }, latency: { distribution: 'uniform', min: 0, max: 1e6 } });
    const both = Array.from({ length: 200 }, () => send(net, 1, 2));
    expect(both.every(({ packet, copy }) => copy?.packet === packet.packet + 1)).toBe(true);
    const fates = new Set(both.map(({ packet, copy }) => `${packet.doom === null} ${copy!.doom === null}`));
    expect(fates.size).toBe(4);
    expect(both.some(({ packet, copy }) => copy!.due < packet.due)).toBe(true);
    expect(net.inFlight).toBe(400);
  });

  it('is judged by the settings of the moment it is sent', () => {
    const net = router();
    expect(net.latencyMin).toBe(LATENCY);
    const before = send(net, 1, 2).packet;
    net.change(completeNetwork({ latency: { min: 5 } }, net.settings));
    expect(net.latencyMin).toBe(5);
    expect([before.due, send(net, 1, 2).packet.due]).toEqual([LATENCY, 5]);
  });
});

describe('a cut', () => {
  it('catches what is in flight across it, and only that, in the order of the numbers', () => {
    const net = router();
    for (const [from, to] of [[1, 2], [3, 1], [3, 4], [2, 4], [1, 3]] as const) send(net, from, to);
    const caught = net.part([[1, 2], [3, 4]]);
    expect(caught.map(({ from, to }) => [from, to])).toEqual([[3, 1], [2, 4], [1, 3]]);
    expect(drained(net).map(({ from, to, doom }) => [from, to, doom])).toEqual([[1, 2, null], [3, 4, null]]);
  });

  it('catches nothing twice: who is parted already is cut off no further', () => {
    const net = router();
    net.part([[1], [2, 3, 4]]);
    send(net, 1, 2);
    expect(net.part([[1], [2], [3, 4]])).toEqual([]);
    expect(net.part([[1], [2], [3, 4]])).toEqual([]);
    expect(net.inFlight).toBe(1);
  });

  it('stops what is sent across it half-way, even if it heals meanwhile', () => {
    const net = router();
    net.part([[1], [2, 3, 4]]);
    const { packet } = send(net, 1, 2, 100);
    expect(packet).toMatchObject({ doom: { cause: 'cut', at: 100 + LATENCY / 2 }, time: 600, place: 0, due: 1100 });
    expect(net.part([nodes])).toEqual([]);
    expect(net.takeNext()).toBe(packet);
    expect(packet.doom).toMatchObject({ cause: 'cut' });
    // Both ways, but not inside an island.
    net.part([[1], [2, 3, 4]]);
    expect(send(net, 2, 1).packet.doom).toMatchObject({ cause: 'cut' });
    expect(send(net, 2, 3).packet.doom).toBeNull();
  });

  it('loses a packet in flight though the link is whole again before it is due', () => {
    const net = router();
    const { packet } = send(net, 1, 2);
    expect(net.part([[1], [2, 3, 4]])).toEqual([packet]);
    expect(net.part([nodes])).toEqual([]);
    expect(net.inFlight).toBe(0);
  });

  it('takes a packet that would have been lost by chance further on, and what the link says stays in step', () => {
    const lossy = { loss: { probability: 0.5 } };
    const [cut, calmly] = [router(lossy), router(lossy)];
    cut.part([[1], [2, 3, 4]]);
    for (let i = 0; i < 20; i++) {
      expect(send(cut, 1, 2).packet.doom).toMatchObject({ cause: 'cut' });
      send(calmly, 1, 2);
    }
    cut.part([nodes]);
    // The luck after the cut is what it would have been without.
    for (let i = 0; i < 20; i++) expect(send(cut, 1, 2).packet.doom).toEqual(send(calmly, 1, 2).packet.doom);
  });
});

describe('cut directions', () => {
  const pairs = (list: readonly { from: number; to: number }[]) => list.map(({ from, to }) => `${from}${to}`).join(' ');
  const of = (text: string) => text.split(' ').map((pair) => ({ from: Number(pair[0]), to: Number(pair[1]) }));

  it('catch what is on them, in this direction only, and stop what is sent later', () => {
    const net = router();
    for (const [from, to] of [[1, 2], [2, 1], [1, 3]] as const) send(net, from, to);
    const { links, caught } = net.cut(of('13 12 12'));
    expect([pairs(links), pairs(caught)]).toEqual(['12 13', '12 13']);
    expect(drained(net).map(({ from, to }) => [from, to])).toEqual([[2, 1]]);
    expect(send(net, 1, 2).packet.doom).toMatchObject({ cause: 'cut', at: LATENCY / 2 });
    expect(send(net, 2, 1).packet.doom).toBeNull();
  });

  it('say which are new, and which were mended', () => {
    const net = router();
    net.cut(of('12 21'));
    expect(pairs(net.cut(of('21 31')).links)).toBe('31');
    expect(net.cut(of('12')).links).toEqual([]);
    expect(pairs(net.mend(of('12 43')))).toBe('12');
    expect(pairs(net.mend())).toBe('21 31');
    expect(net.mend()).toEqual([]);
    expect(send(net, 1, 2).packet.doom).toBeNull();
  });

  it('and islands do not know of each other: a direction is open when neither closes it', () => {
    const net = router();
    net.part([[1], [2, 3, 4]]);
    net.cut(of('12'));
    net.part([nodes]);
    expect(send(net, 1, 2).packet.doom).not.toBeNull();
    net.part([[1], [2, 3, 4]]);
    net.mend();
    expect(send(net, 1, 2).packet.doom).not.toBeNull();
    net.part([nodes]);
    expect(send(net, 1, 2).packet.doom).toBeNull();
  });

  it('catch nothing that is cut off already', () => {
    const net = router();
    net.part([[1], [2, 3, 4]]);
    send(net, 1, 2);
    expect(net.cut(of('12')).caught).toEqual([]);
    expect(net.part([nodes])).toEqual([]);
    expect(net.inFlight).toBe(1);
  });
});

describe('settings of one direction', () => {
  it('lie over those of the network, for that direction only', () => {
    const net = router();
    const own = net.setLink(1, 2, { latency: { min: 70 } })!;
    expect(own).toEqual(completeNetwork({ latency: { min: 70 } }, net.settings));
    expect([send(net, 1, 2), send(net, 2, 1), send(net, 1, 3)].map(({ packet }) => packet.due)).toEqual([70, LATENCY, LATENCY]);
    expect(net.ownLinks()).toEqual([{ from: 1, to: 2, settings: own }]);
    expect(net.setLink(1, 2, null)).toBeNull();
    expect(send(net, 1, 2).packet.due).toBe(LATENCY);
    expect(net.ownLinks()).toEqual([]);
  });

  it('stay laid over when the network changes, and only what they name', () => {
    const net = router();
    net.setLink(1, 2, { latency: { min: 70 } });
    net.setLink(1, 2, { jitter: { max: 0 } });
    net.change(completeNetwork({ latency: { min: 5 }, loss: { probability: 1 } }, net.settings));
    const { packet } = send(net, 1, 2);
    expect([packet.due, packet.doom?.cause]).toEqual([70, 'loss']);
    expect(net.ownLinks()[0]!.settings.loss).toEqual({ probability: 1 });
  });

  it('that are wrong are refused, and nothing has changed', () => {
    const net = router();
    net.setLink(1, 2, { latency: { min: 70 } });
    expect(() => net.setLink(1, 2, { latency: { min: -1 } })).toThrow('network.latency.min');
    expect(() => net.setLink(2, 1, { lag: {} })).toThrow('network.lag');
    expect(net.ownLinks()).toHaveLength(1);
    expect(send(net, 1, 2).packet.due).toBe(70);
  });

  it('count for the least latency, and the network’s do not when every direction has its own', () => {
    const net = router();
    net.setLink(1, 2, { latency: { min: 70 } });
    expect(net.latencyMin).toBe(70);
    net.setLink(1, 2, { latency: { min: 7000 } });
    expect(net.latencyMin).toBe(LATENCY);
    for (const from of nodes) for (const to of nodes) if (from !== to) net.setLink(from, to, { latency: { min: 3000 } });
    expect(net.latencyMin).toBe(3000);
    expect(new Router([1], 1, completeNetwork(calm)).latencyMin).toBe(LATENCY);
  });
});

describe('a link', () => {
  it('that goes down by the clock loses what is on it where it is, and what is sent meanwhile half-way', () => {
    const net = router({ flapping: { period: 10_000, down: 0.5 } });
    expect(send(net, 1, 2, 0).packet).toMatchObject({ doom: null, time: LATENCY, place: 2 });
    expect(send(net, 1, 2, 4400).packet).toMatchObject({ doom: { cause: 'cut', at: 5000 }, time: 5000, place: 0 });
    expect(send(net, 1, 2, 6000).packet.doom).toEqual({ cause: 'cut', at: 6000 + LATENCY / 2 });
    // What comes first counts: chance may take a packet before the link goes down.
    const lossy = router({ flapping: { period: 10_000, down: 0.5 }, loss: { probability: 1 } });
    const causes = Array.from({ length: 40 }, () => send(lossy, 1, 2, 4500).packet.doom!);
    expect(new Set(causes.map(({ cause }) => cause))).toEqual(new Set(['cut', 'loss']));
    for (const { cause, at } of causes) expect(cause === 'cut' ? at === 5000 : at <= 5000).toBe(true);
  });

  it('with a full queue loses a packet where it is sent, at once, and it is never in flight', () => {
    const net = router({ bandwidth: { rate: 1000, queue: 1 } });
    expect(send(net, 1, 2, 10).packet.due).toBe(10 + 2000 + LATENCY);
    const { packet, copy } = send(net, 1, 2, 20);
    expect([packet.doom, copy, net.inFlight]).toEqual([{ cause: 'queue', at: 20 }, null, 1]);
    expect(send(net, 2, 1, 20).packet.doom).toBeNull();
  });

  it('that corrupts turns over exactly one bit of body or checksum, in a copy', () => {
    const net = router({ corruption: { share: 1 } });
    const seen = new Set<string>();
    for (let i = 0; i < 500; i++) {
      const bytes = new Uint8Array([9, 0, 0, 9]);
      const { packet } = net.send({ from: 1, to: 2, kind: 0, at: 0, bytes, start: 1, end: 3, checksum: 0 });
      expect([...bytes]).toEqual([9, 0, 0, 9]);
      const body = [...packet.bytes.subarray(packet.start, packet.end)];
      expect(body).toHaveLength(2);
      expect(packet.checksum).toBeGreaterThanOrEqual(0);
      const ones = [...body, packet.checksum].reduce((sum, one) => sum + one.toString(2).replaceAll('0', '').length, 0);
      expect(ones).toBe(1);
      seen.add(`${body} ${packet.checksum}`);
    }
    expect(seen.size).toBe(2 * 8 + 32);
    const { packet } = net.send({ from: 1, to: 2, kind: 0, at: 0, bytes: new Uint8Array(0), start: 0, end: 0, checksum: 0 });
    expect(packet.checksum).not.toBe(0);
  });
});

describe('a packet put back', () => {
  it('that has waited at its node ends now, not in the past', () => {
    const net = router();
    const { packet } = send(net, 1, 2);
    const { packet: late } = send(net, 1, 3, 500);
    for (const one of drained(net)) net.putBack(one, 1200);
    expect(drained(net).map(({ time, to }) => [time, to])).toEqual([[1200, 2], [late.due, 3]]);
    expect(packet.due).toBe(LATENCY);
  });
});

describe('progress', () => {
  it('goes from where the packet was to 1 and no further, and stands while it is held', () => {
    const packet = { gone: 0, goneAt: 100, due: 300, held: false };
    expect([50, 100, 150, 300, 400].map((at) => progressAt(packet, at))).toEqual([0, 0, 0.25, 1, 1]);
    expect([100, 200, 300].map((at) => progressAt({ ...packet, gone: 0.5 }, at))).toEqual([0.5, 0.75, 1]);
    expect(progressAt({ ...packet, gone: 0.5, held: true }, 1e9)).toBe(0.5);
    expect(progressAt({ ...packet, due: 100 }, 101)).toBe(1);
  });
});
