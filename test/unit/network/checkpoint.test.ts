import { describe, expect, it } from 'vitest';
import { cutFaults } from '../../../src/network/faults/registry.ts';
import { progressAt, type Packet } from '../../../src/network/packet.ts';
import { PacketError, Router } from '../../../src/network/router.ts';
import { createRandom, nextFloat, nextInteger, nextItem, type Random } from '../../../src/protocol/random.ts';
import { randomNetwork } from '../../../src/explore/fuzz/draw-network.ts';

const nodes = [1, 2, 3, 4, 5];
const SEED = 77;

const plain = (packet: Packet) => ({
  ...packet,
  bytes: [...packet.bytes.subarray(packet.start, packet.end)],
  start: 0,
  end: packet.end - packet.start,
});

function attempt(act: () => Packet): unknown {
  try {
    return plain(act());
  } catch (error) {
    if (!(error instanceof PacketError)) throw error;
    return error.message;
  }
}

/** One thing that can happen to a network, the same for the same draws; says all that came of it. */
function happen(net: Router, random: Random, at: number): unknown {
  const choice = nextFloat(random);
  const number = nextInteger(random, 1, 200);
  const [from, to] = [nextItem(random, nodes), nextItem(random, nodes)];
  const bytes = Uint8Array.from({ length: nextInteger(random, 3, 30) }, (_, i) => i);
  if (choice < 0.6) {
    if (from === to) return net.numberForSelf();
    const sent = net.send({ from, to, kind: 1, at, bytes, start: 2, end: bytes.length, checksum: number });
    return [plain(sent.packet), sent.copy === null ? null : plain(sent.copy)];
  }
  if (choice < 0.75) {
    const taken = [];
    while ((net.next()?.time ?? Infinity) <= at) taken.push(plain(net.takeNext()!));
    return taken;
  }
  switch (nextInteger(random, 0, 11)) {
    case 0:
      return net.part(from === to ? [nodes] : [[from, to], nodes.filter((node) => node !== from && node !== to)]).map(plain);
    case 1: {
      const { links, picks } = nextItem(random, cutFaults);
      const cut = net.cut(links(nodes, nodes.slice(0, picks.min)));
      return [cut.links, cut.caught.map(plain)];
    }
    case 2:
      return net.mend(from === to || choice < 0.8 ? undefined : [{ from, to }]);
    case 3:
      return net.change(randomNetwork(random));
    case 4:
      return net.setLink(from, (from % 5) + 1, choice < 0.8 ? null : randomNetwork(random));
    case 5:
      return net.setHolding(choice < 0.8, at).map(plain);
    case 6:
      return attempt(() => net.hold(number, at));
    case 7:
      return attempt(() => net.release(number, at));
    case 8:
      return attempt(() => net.deliver(number, at));
    case 9:
      return attempt(() => net.drop(number));
    case 10:
      return attempt(() => net.duplicate(number, at));
    default:
      return attempt(() => net.delay(number, 5000, at));
  }
}

function go(net: Router, random: Random, from: number, count: number): unknown[] {
  return Array.from({ length: count }, (_, i) => [happen(net, random, from + i * 20_000), net.inFlight, net.latencyMin]);
}

describe('a saved router', () => {
  it('goes on as the one it was saved from, structured-cloned or not, and neither changes the other', () => {
    for (let seed = 0; seed < 60; seed++) {
      const random = createRandom(seed, 0x5a);
      const net = new Router(nodes, SEED, randomNetwork(random));
      go(net, random, 0, 150);
      const state = net.save();
      const text = JSON.stringify(state);
      const rest = [...random] satisfies number[] as Random;
      const expected = go(net, random, 3_000_000, 150);
      expect(JSON.stringify(state)).toBe(text);
      for (const from of [state, structuredClone(state)]) {
        const again = Router.restore(nodes, SEED, from);
        expect(again.save()).toEqual(state);
        expect(go(again, [...rest], 3_000_000, 150)).toEqual(expected);
        expect(JSON.stringify(state)).toBe(text);
      }
      expect(Router.restore(nodes, SEED, net.save()).save()).toEqual(net.save());
    }
  });

  it('keeps of a shared buffer only the bodies of the packets in flight', () => {
    const net = new Router(nodes, SEED, randomNetwork(createRandom(1)));
    const chunk = new Uint8Array(64 * 1024);
    for (let i = 0; i < 20; i++) net.send({ from: 1, to: 2, kind: 0, at: i, bytes: chunk, start: i * 10, end: i * 10 + 10, checksum: 0 });
    const { moving, held } = net.save().traffic;
    for (const { bytes, start, end } of [...moving, ...held]) expect([bytes.buffer.byteLength, start, end]).toEqual([10, 0, 10]);
  });

  it('is never late: whatever was done, nothing comes to its end before it was done', () => {
    for (let seed = 0; seed < 60; seed++) {
      const random = createRandom(seed, 0x6b);
      const net = new Router(nodes, SEED, randomNetwork(random));
      for (let i = 0; i < 300; i++) {
        const at = i * 20_000;
        while ((net.next()?.time ?? Infinity) < at) net.takeNext();
        happen(net, random, at);
        const next = net.next();
        if (next === undefined) continue;
        expect(next.time).toBeGreaterThanOrEqual(at);
        expect(Number.isSafeInteger(next.time)).toBe(true);
        expect(next.due).toBeGreaterThanOrEqual(next.time);
        const progress = progressAt(next, next.time);
        if (next.doom === null && next.due > next.goneAt) expect(progress).toBe(1);
        expect(progress >= 0 && progress <= 1).toBe(true);
      }
    }
  });
});
