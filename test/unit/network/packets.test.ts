import { describe, expect, it } from 'vitest';
import { progressAt, type Packet } from '../../../src/network/packet.ts';
import { PacketError, Router } from '../../../src/network/router.ts';
import { completeNetwork } from '../../../src/network/settings.ts';

const nodes = [1, 2, 3];
const LATENCY = 1000;

function router(settings: object = {}): Router {
  return new Router(nodes, 42, completeNetwork({ latency: { distribution: 'constant', min: LATENCY }, ...settings }));
}

const send = (net: Router, from: number, to: number, at = 0): Packet =>
  net.send({ from, to, kind: 0, at, bytes: new Uint8Array([from, to]), start: 0, end: 2, checksum: 0 }).packet;

const refused = (act: () => unknown, reason: RegExp) => {
  expect(act).toThrow(PacketError);
  expect(act).toThrow(reason);
};

describe('a packet that is held', () => {
  it('stands where it is and goes on from there with the time it had left', () => {
    const net = router();
    const packet = send(net, 1, 2);
    net.hold(1, 300);
    expect([net.inFlight, net.next(), progressAt(packet, 5000)]).toEqual([1, undefined, 0.3]);
    net.release(1, 5000);
    expect(packet).toMatchObject({ due: 5700, time: 5700, place: 2, held: false });
    expect([5000, 5700].map((at) => progressAt(packet, at))).toEqual([0.3, 1]);
    expect(progressAt(packet, 5350)).toBeCloseTo(0.65);
    expect(net.takeNext()).toBe(packet);
  });

  it('can be held again and again', () => {
    const net = router();
    const packet = send(net, 1, 2);
    for (let i = 0; i < 9; i++) {
      net.hold(1, i * 10_000 + 100);
      net.release(1, i * 10_000 + 10_000);
    }
    // It has moved for 900 µs.
    expect(packet.due).toBe(90_000 + 100);
  });

  it('that would be lost is lost at the same place, only later', () => {
    const net = router({ loss: { probability: 1 } });
    const packet = send(net, 1, 2);
    const share = packet.doom!.at / LATENCY;
    net.hold(1, 50);
    net.release(1, 9050);
    expect(packet.doom).toEqual({ cause: 'loss', at: 9000 + share * LATENCY });
    expect(packet).toMatchObject({ place: 0, time: packet.doom!.at, due: 10_000 });
  });

  it('is caught by a cut, where it stands', () => {
    const net = router();
    const packet = send(net, 1, 2);
    send(net, 3, 2);
    net.hold(1, 250);
    expect(net.part([[1], [2, 3]])).toEqual([packet]);
    expect([progressAt(packet, 777), net.inFlight]).toEqual([0.25, 1]);
    net.hold(2, 500);
    expect(net.cut([{ from: 3, to: 2 }]).caught.map((one) => one.packet)).toEqual([2]);
    expect(net.inFlight).toBe(0);
  });

  it('escapes the clock of a flapping link while it stands, and meets it again when it goes on', () => {
    const net = router({ flapping: { period: 10_000, down: 0.5 } });
    const packet = send(net, 1, 2, 4500);
    expect(packet.doom).toEqual({ cause: 'cut', at: 5000 });
    net.hold(1, 4800);
    net.release(1, 12_000);
    expect(packet).toMatchObject({ doom: null, due: 12_700 });
    net.hold(1, 12_100);
    net.release(1, 14_800);
    expect(packet).toMatchObject({ doom: { cause: 'cut', at: 15_000 }, due: 15_400 });
    net.hold(1, 14_900);
    net.release(1, 17_000);
    // The link is down: it gets half-way of what is left.
    expect(packet).toMatchObject({ doom: { cause: 'cut', at: 17_250 }, due: 17_500 });
  });

  it('is refused what makes no sense', () => {
    const net = router();
    send(net, 1, 2);
    refused(() => net.release(1, 10), /packet 1 is not held/);
    net.hold(1, 10);
    refused(() => net.hold(1, 20), /packet 1 is held already/);
    for (const act of [
      () => net.hold(2, 20),
      () => net.release(2, 20),
      () => net.deliver(2, 20),
      () => net.drop(2),
      () => net.duplicate(2, 20),
      () => net.delay(2, 5, 20),
    ]) {
      refused(act, /packet 2 is not in flight/);
    }
    expect([net.inFlight, send(net, 1, 3).packet]).toEqual([1, 2]);
  });
});

describe('hold mode', () => {
  it('has everything stand still, what is in flight and what is sent, and go on when it is off', () => {
    const net = router();
    const [first, second] = [send(net, 1, 2), send(net, 2, 3, 100)];
    expect(net.setHolding(true, 400)).toEqual([first, second]);
    const third = send(net, 3, 1, 700);
    expect([third.held, net.next(), net.inFlight]).toEqual([true, undefined, 3]);
    expect([first, second, third].map((packet) => progressAt(packet, 9999))).toEqual([0.4, 0.3, 0]);
    expect(net.setHolding(true, 800)).toEqual([]);
    expect(net.setHolding(false, 2000)).toEqual([first, second, third]);
    expect([first, second, third].map(({ due, held }) => [due, held])).toEqual([[2600, false], [2700, false], [3000, false]]);
    expect(send(net, 1, 2, 2000).held).toBe(false);
  });

  it('lets a packet through that is released or delivered by hand, and off, lets go those held singly too', () => {
    const net = router();
    const packets = [send(net, 1, 2), send(net, 1, 3), send(net, 2, 3)];
    net.hold(1, 100);
    net.setHolding(true, 200);
    net.release(2, 300);
    net.deliver(3, 300);
    expect(packets.map(({ held, due }) => (held ? 'held' : due))).toEqual(['held', 1100, 300]);
    expect(net.setHolding(false, 400)).toEqual([packets[0]]);
    expect(packets[0]!.due).toBe(1300);
  });

  it('leaves a packet at its end if that is where it was', () => {
    const net = router();
    const packet = send(net, 1, 2);
    net.setHolding(true, LATENCY);
    expect(packet).toMatchObject({ gone: 1, held: true });
    net.setHolding(false, 7000);
    expect(packet).toMatchObject({ due: 7000, time: 7000 });
  });
});

describe('a packet that is delivered by hand', () => {
  it('arrives now, flying or held, even if chance would have lost it', () => {
    const net = router({ loss: { probability: 1 } });
    const packets = [send(net, 1, 2), send(net, 1, 3)];
    net.hold(2, 50);
    for (const { packet } of packets) net.deliver(packet, 100);
    expect(packets.map(({ due, time, doom, place, held }) => [due, time, doom, place, held])).toEqual([
      [100, 100, null, 2, false],
      [100, 100, null, 3, false],
    ]);
  });

  it('does not get across a cut, whatever cuts it, and nothing has changed', () => {
    const net = router();
    net.cut([{ from: 1, to: 2 }]);
    const packet = send(net, 1, 2);
    const before = { ...packet };
    refused(() => net.deliver(1, 100), /packet 1 cannot arrive: the link n1 → n2 is cut/);
    net.mend();
    refused(() => net.deliver(1, 100), /packet 1 was sent across a cut/);
    expect(packet).toEqual(before);
    const flapping = router({ flapping: { period: 10_000, down: 0.5 } });
    send(flapping, 1, 2, 4900);
    refused(() => flapping.deliver(1, 5000), /the link n1 → n2 is cut/);
    expect(flapping.deliver(1, 4950)).toMatchObject({ due: 4950, doom: null });
  });
});

describe('a packet that is dropped', () => {
  it('is in flight no more', () => {
    const net = router();
    const packet = send(net, 1, 2);
    send(net, 1, 3);
    expect(net.drop(1)).toBe(packet);
    net.hold(2, 10);
    net.drop(2);
    expect([net.inFlight, net.next()]).toEqual([0, undefined]);
  });
});

describe('a packet that is doubled by hand', () => {
  it('has a second one a little behind it, with the next number and its own way from there', () => {
    const net = router();
    const packet = send(net, 1, 2);
    const copy = net.duplicate(1, 400);
    expect(copy).toMatchObject({ packet: 2, from: 1, to: 2, sentAt: 0, gone: 0.4, goneAt: 400, due: LATENCY + LATENCY / 8, held: false });
    expect([...copy.bytes.subarray(copy.start, copy.end)]).toEqual([1, 2]);
    expect([packet.due, packet.gone, net.inFlight]).toEqual([LATENCY, 0, 2]);
    net.hold(1, 500);
    expect(progressAt(copy, 700)).toBeGreaterThan(0.5);
    expect(net.takeNext()).toBe(copy);
  });

  it('while it is held has one that goes on, but for hold mode, in which it stands there too', () => {
    const net = router();
    const packet = send(net, 1, 2);
    net.hold(1, 400);
    expect(net.duplicate(1, 5000)).toMatchObject({ gone: 0.4, goneAt: 5000, due: 5600 + 125, held: false });
    net.setHolding(true, 5100);
    const third = net.duplicate(1, 5200);
    expect(third).toMatchObject({ packet: 3, gone: 0.4, held: true });
    expect(packet).toMatchObject({ gone: 0.4, held: true });
    net.setHolding(false, 6000);
    expect(third.due).toBe(6000 + 600 + 125);
  });

  it('has one that chance does not take, but a cut that the first was sent across does, at the same place', () => {
    const net = router({ loss: { probability: 1 } });
    send(net, 1, 2);
    expect(net.duplicate(1, 10).doom).toBeNull();
    net.cut([{ from: 1, to: 3 }]);
    const cut = send(net, 1, 3, 100);
    const copy = net.duplicate(cut.packet, 100);
    expect(copy.doom!.cause).toBe('cut');
    expect(progressAt(copy, copy.doom!.at)).toBeCloseTo(0.5, 2);
  });
});

describe('a packet that is delayed', () => {
  it('arrives that much later, from where it is, flying or held', () => {
    const net = router();
    const packet = send(net, 1, 2);
    net.delay(1, 600, 400);
    expect(packet).toMatchObject({ due: 1600, time: 1600, gone: 0.4, goneAt: 400 });
    expect(progressAt(packet, 1000)).toBe(0.7);
    net.hold(1, 1000);
    net.delay(1, 1000, 3000);
    expect([packet.held, packet.gone, net.next()]).toEqual([true, 0.7, undefined]);
    net.release(1, 5000);
    expect(packet.due).toBe(5000 + 600 + 1000);
  });

  it('is lost at the same place if it is lost', () => {
    const net = router({ loss: { probability: 1 } });
    const packet = send(net, 1, 2);
    const place = progressAt(packet, packet.doom!.at);
    net.delay(1, 1_000_000, 10);
    expect(progressAt(packet, packet.doom!.at)).toBeCloseTo(place, 4);
    net.hold(1, 1000);
    net.delay(1, 2_000_000, 5000);
    net.release(1, 9000);
    expect(progressAt(packet, packet.doom!.at)).toBeCloseTo(place, 4);
  });
});
