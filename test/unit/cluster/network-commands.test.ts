import { describe, expect, it } from 'vitest';
import { commandSchema, CommandError, type Command } from '../../../src/cluster/commands.ts';
import type { RunEvent } from '../../../src/cluster/events.ts';
import { createHeader } from '../../../src/cluster/run.ts';
import { applyEvent, createWorld, packetProgress } from '../../../src/cluster/world.ts';
import { InlineCluster } from '../../../src/host/inline.ts';
import { completeNetwork, type NetworkSettings } from '../../../src/network/settings.ts';
import { directionKey } from '../../../src/network/topology.ts';
import { protocolNamed } from '../../../src/protocol/registry.ts';
import { createRandom, nextInteger } from '../../../src/protocol/random.ts';
import { eventsOf } from '../../support/events.ts';
import { randomCommand, randomRun } from '../../support/random-run.ts';

const LATENCY = 100_000;

/** When the proposal is made that all these tests look at, µs; what nodes ask of one another at their start is over. */
const PROPOSED = 1_000_000;
const NOW = PROPOSED + LATENCY / 2;
/** Numbers of the packets that carry it from n1, half-way to n2, n3 and n4. */
const [P2, P3, P4] = [6, 7, 8];
/** The next number, after one that n1 has sent itself. */
const COPY = 10;

/** A cluster of four, quiet but for what it is told, half a flight after n1 has proposed. */
function cluster(settings: object = {}): InlineCluster {
  const network = completeNetwork({ latency: { distribution: 'constant', min: LATENCY } });
  const config = { learnEvery: 60_000_000 };
  const header = createHeader(protocolNamed('paxos'), { nodes: 4, seed: 1, network, config, client: { enabled: false } });
  const one = new InlineCluster(header);
  one.runUntil(PROPOSED);
  one.command({ type: 'network', settings: completeNetwork(settings, network) });
  give(one, { type: 'propose', node: 1, value: 'red' });
  one.runUntil(NOW);
  return one;
}

/** Gives a command as it comes from outside, and the events it wrote. */
function give(one: InlineCluster, command: { type: Command['type'] } & Record<string, unknown>): RunEvent[] {
  const { log } = one.scheduler;
  const mark = log.mark();
  one.command(commandSchema.parse(command));
  return eventsOf(log, mark);
}

function refusal(one: InlineCluster, command: { type: Command['type'] } & Record<string, unknown>): string {
  const { scheduler } = one;
  const before = JSON.stringify([scheduler.log.digest, scheduler.journal, scheduler.router.save()]);
  try {
    give(one, command);
  } catch (error) {
    expect(error).toBeInstanceOf(CommandError);
    expect(JSON.stringify([scheduler.log.digest, scheduler.journal, scheduler.router.save()])).toBe(before);
    return (error as Error).message;
  }
  return expect.unreachable(`${JSON.stringify(command)} was carried out`);
}

const short = (events: readonly RunEvent[]) => events.map(({ seq: _seq, at: _at, ...event }) => event);

describe('a command on cuts', () => {
  it('cuts directions, and what was on them is lost where it is', () => {
    const one = cluster();
    const events = give(one, { type: 'cut', links: [{ from: 1, to: 3 }, { from: 3, to: 1 }] });
    expect(short(events)).toEqual([
      { type: 'cut', links: [{ from: 1, to: 3 }, { from: 3, to: 1 }] },
      { type: 'lost', packet: P3, cause: 'cut', progress: 0.5 },
    ]);
    expect(short(give(one, { type: 'mend', links: [{ from: 1, to: 3 }, { from: 1, to: 4 }] }))).toEqual([
      { type: 'mend', links: [{ from: 1, to: 3 }] },
    ]);
    expect(short(give(one, { type: 'mend' }))).toEqual([{ type: 'mend', links: [{ from: 3, to: 1 }] }]);
  });

  it('cuts by a pattern around the nodes pointed at, in any order', () => {
    const one = cluster();
    const [cut, ...lost] = short(give(one, { type: 'cut-pattern', pattern: 'one-way', nodes: [1] }));
    expect(cut).toEqual({ type: 'cut', links: [2, 3, 4].map((to) => ({ from: 1, to })) });
    expect(lost).toHaveLength(3);
    expect(short(give(one, { type: 'cut-pattern', pattern: 'knife', nodes: [4, 1, 4] }))).toEqual([{ type: 'cut', links: [{ from: 4, to: 1 }] }]);
    expect(short(give(one, { type: 'cut-pattern', pattern: 'ring' }))[0]).toMatchObject({ type: 'cut', links: [{ from: 2, to: 4 }, { from: 3, to: 1 }, { from: 4, to: 2 }] });
  });

  it('that cannot be carried out is refused with the reason, and nothing has changed', () => {
    const one = cluster();
    give(one, { type: 'cut', links: [{ from: 1, to: 2 }] });
    const refusals: [{ type: Command['type'] } & Record<string, unknown>, RegExp][] = [
      [{ type: 'cut', links: [{ from: 1, to: 2 }] }, /all of this is cut already/],
      [{ type: 'cut', links: [{ from: 1, to: 5 }] }, /there is no n5/],
      [{ type: 'mend', links: [{ from: 2, to: 1 }] }, /none of these links is cut by itself/],
      [{ type: 'mend', links: [{ from: 9, to: 1 }] }, /there is no n9/],
      [{ type: 'cut-pattern', pattern: 'star', nodes: [] }, /there is no pattern star; there are one-way, deaf, bridge, ring, knife/],
      [{ type: 'cut-pattern', pattern: 'toString', nodes: [] }, /there is no pattern toString/],
      [{ type: 'cut-pattern', pattern: 'knife', nodes: [1] }, /knife is drawn around 2 of the nodes; 1 were named/],
      [{ type: 'cut-pattern', pattern: 'deaf', nodes: [] }, /deaf is drawn around 1 to 23 of the nodes; 0 were named/],
      [{ type: 'cut-pattern', pattern: 'bridge', nodes: [7] }, /there is no n7/],
      [{ type: 'link', from: 1, to: 5, settings: {} }, /there is no n5/],
      [{ type: 'partition', groups: [[1, 2]] }, /n3 stands in no group/],
      [{ type: 'packet', packet: 77, action: 'drop' }, /packet 77 is not in flight/],
      [{ type: 'packet', packet: P3, action: 'release' }, /packet 7 is not held/],
    ];
    for (const [command, reason] of refusals) expect(refusal(one, command)).toMatch(reason);
    const small = new InlineCluster(createHeader(protocolNamed('paxos'), { nodes: 3, seed: 1 }));
    expect(refusal(small, { type: 'cut-pattern', pattern: 'ring' })).toBe('ring needs a cluster of at least 4 nodes');
    expect(refusal(small, { type: 'mend' })).toBe('no link is cut');
  });
});

describe('settings of a direction', () => {
  it('are told complete, again when those of the network change, and gone when they are taken away', () => {
    const one = cluster();
    const [link] = give(one, { type: 'link', from: 2, to: 1, settings: { loss: { probability: 1 } } });
    const { settings } = one.scheduler.router;
    expect(link).toMatchObject({ type: 'link', from: 2, to: 1, settings: { ...settings, loss: { probability: 1 } } });
    const [network, again] = give(one, { type: 'network', settings: { jitter: { max: 9 }, loss: { probability: 0.5 } } });
    expect(network).toMatchObject({ type: 'network', settings: { jitter: { max: 9 }, loss: { probability: 0.5 } } });
    expect(again).toMatchObject({ type: 'link', settings: { jitter: { max: 9 }, loss: { probability: 1 } } });
    expect(give(one, { type: 'link', from: 2, to: 1, settings: null })).toMatchObject([{ type: 'link', settings: null }]);
    expect(give(one, { type: 'network', settings: {} })).toHaveLength(1);
  });
});

describe('single packets', () => {
  it('are held, go on, are delivered, dropped, doubled and delayed, and the log says so', () => {
    const one = cluster();
    expect(short(give(one, { type: 'packet', packet: P2, action: 'hold' }))).toEqual([{ type: 'held', packet: P2, progress: 0.5 }]);
    expect(short(give(one, { type: 'packet', packet: P3, action: 'drop' }))).toEqual([{ type: 'lost', packet: P3, cause: 'dropped', progress: 0.5 }]);
    expect(short(give(one, { type: 'packet', packet: P4, action: 'delay', by: 7000 }))).toEqual([{ type: 'retimed', packet: P4, due: NOW + 57_000 }]);
    expect(short(give(one, { type: 'packet', packet: P2, action: 'delay', by: 5000 }))).toEqual([
      { type: 'retimed', packet: P2, due: NOW + 55_000 },
      { type: 'held', packet: P2, progress: 0.5 },
    ]);
    expect(short(give(one, { type: 'packet', packet: P4, action: 'duplicate' }))).toEqual([{ type: 'duplicate', packet: COPY, of: P4, due: NOW + 57_000 + 13_375 }]);
    expect(short(give(one, { type: 'packet', packet: COPY, action: 'deliver' }))).toEqual([{ type: 'retimed', packet: COPY, due: NOW }]);
    one.runUntil(NOW + 1000);
    expect(eventsOf(one.scheduler.log)).toContainEqual({ seq: expect.any(Number), at: NOW, type: 'deliver', node: 4, packet: COPY });
    expect(short(give(one, { type: 'packet', packet: P2, action: 'release' }))).toEqual([{ type: 'retimed', packet: P2, due: NOW + 56_000 }]);
    one.runUntil(NOW + 56_001);
    expect(eventsOf(one.scheduler.log).some((event) => event.type === 'deliver' && event.packet === P2 && event.at === NOW + 56_000)).toBe(true);
  });

  it('are all held in hold mode, in flight and sent, until they are dealt with or it is off', () => {
    const one = cluster();
    expect(short(give(one, { type: 'hold', on: true }))).toEqual([
      { type: 'hold', on: true },
      ...[P2, P3, P4].map((packet) => ({ type: 'held', packet, progress: 0.5 })),
    ]);
    give(one, { type: 'packet', packet: P3, action: 'deliver' });
    one.runUntil(2 * PROPOSED);
    const events = eventsOf(one.scheduler.log);
    const answer = events.findIndex((event) => event.type === 'send' && event.node === 3 && event.at > NOW - 1);
    expect(short(events.slice(answer, answer + 2))).toMatchObject([{ type: 'send', to: 1 }, { type: 'held', progress: 0 }]);
    const copies = short(give(one, { type: 'packet', packet: P2, action: 'duplicate' }));
    expect(copies).toMatchObject([{ type: 'duplicate', of: P2 }, { type: 'held', progress: 0.5 }]);
    const released = short(give(one, { type: 'hold', on: false }));
    expect(released[0]).toEqual({ type: 'hold', on: false });
    expect(released.slice(1).every((event) => event.type === 'retimed')).toBe(true);
    expect(released).toHaveLength(one.scheduler.router.inFlight + 1);
  });
});

describe('a full queue and a wrong checksum', () => {
  it('are told where they strike', () => {
    const one = cluster({ bandwidth: { rate: 10, queue: 1 }, duplication: { probability: 1 } });
    give(one, { type: 'propose', node: 1, value: 'blue' });
    one.runUntil(NOW + 1);
    const lost = eventsOf(one.scheduler.log).filter((event) => event.type === 'lost');
    expect(short(lost)).toContainEqual({ type: 'lost', packet: expect.any(Number), cause: 'queue', progress: 0 });
    const corrupt = cluster({ corruption: { share: 1 } });
    corrupt.runUntil(2 * PROPOSED);
    const events = eventsOf(corrupt.scheduler.log);
    const delivered = events.filter((event) => event.type === 'deliver' && event.at > PROPOSED);
    expect(delivered).toEqual([]);
    expect(short(events.filter(({ type }) => type === 'lost'))).toContainEqual({ type: 'lost', packet: P2, cause: 'corrupt', progress: 1 });
  });
});

describe('the world', () => {
  it('folded from the events is the network that the router has, packets in motion too', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const { header, script, until } = randomRun(seed, 8, { protocol: 'mixed' });
      const one = new InlineCluster({ ...header, script });
      const random = createRandom(seed, 0xf01d);
      const world = createWorld(header);
      let mark = { chunk: 0, offset: 0, seq: 0, at: 0 };
      for (let at = 0; at < until; at += nextInteger(random, 1, 1_000_000)) {
        one.runUntil(at);
        try {
          one.command(randomCommand(random, header));
        } catch (error) {
          if (!(error instanceof CommandError)) throw error;
        }
        const { log, router, now } = one.scheduler;
        for (const event of eventsOf(log, mark)) applyEvent(world, event);
        mark = log.mark();
        const { overrides, holding, reach, traffic } = router.save();
        expect([world.holding, world.groups, [...world.cuts].sort((a, b) => a - b)]).toEqual([
          holding,
          reach.groups,
          reach.cuts.map(({ from, to }) => directionKey(from, to)),
        ]);
        const own = new Map<number, NetworkSettings>(overrides.map(([key, override]) => [key, completeNetwork(override, router.settings)]));
        expect(world.links).toEqual(own);
        for (const packet of [...traffic.moving, ...traffic.held]) {
          const shown = world.packets.get(packet.packet)!;
          expect(shown, `seed ${seed}, packet ${packet.packet}`).toMatchObject({ from: packet.from, to: packet.to, held: packet.held });
          if (!packet.held) expect(shown.due).toBe(packet.due);
          // The log keeps progress in ten-thousandths.
          expect(Math.abs(packetProgress(shown, now) - packetProgress(packet, now))).toBeLessThan(0.0002);
        }
      }
    }
  });
});
