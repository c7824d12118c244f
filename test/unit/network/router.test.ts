import { describe, expect, it } from 'vitest';
import type { Packet } from '../../../src/network/packet.ts';
import { Router, progressAt } from '../../../src/network/router.ts';
import { completeNetwork } from '../../../src/network/settings.ts';

const nodes = [1, 2, 3, 4];
const LATENCY = 1000;
const calm = { loss: { probability: 0 }, latency: { distribution: 'constant', min: LATENCY }, duplication: { probability: 0 } };

function router(settings: object = {}): Router {
  return new Router(nodes, 42, completeNetwork({ ...calm, ...settings }));
}

const send = (net: Router, from: number, to: number, at = 0) =>
  net.send({ from, to, kind: 0, at, bytes: new Uint8Array([from, to]), start: 0, end: 2 });

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

describe('progress', () => {
  it('goes from 0 to 1 and no further, and a packet that takes no time is there at once', () => {
    const packet = { sentAt: 100, due: 300 };
    expect([50, 100, 150, 300, 400].map((at) => progressAt(packet, at))).toEqual([0, 0, 0.25, 1, 1]);
    expect([99, 100].map((at) => progressAt({ sentAt: 100, due: 100 }, at))).toEqual([0, 1]);
  });
});
