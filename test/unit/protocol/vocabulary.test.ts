import { describe, expect, it } from 'vitest';
import { NO_BALLOT, compareBallots, formatBallot, isBallot, sameBallot } from '../../../src/protocol/ballot.ts';
import { ProtocolError } from '../../../src/protocol/protocol.ts';
import { createRandom, mix, nextFloat, nextInteger, nextItem, nextUint32 } from '../../../src/protocol/random.ts';
import { protocolNamed, protocols } from '../../../src/protocol/registry.ts';

describe('ballots', () => {
  it('are ordered by round, then by node', () => {
    expect(compareBallots({ round: 2, node: 1 }, { round: 1, node: 9 })).toBeGreaterThan(0);
    expect(compareBallots({ round: 2, node: 1 }, { round: 2, node: 3 })).toBeLessThan(0);
    expect(compareBallots({ round: 2, node: 3 }, { round: 2, node: 3 })).toBe(0);
    expect(compareBallots(NO_BALLOT, { round: 1, node: 1 })).toBeLessThan(0);
  });

  it('are the same only if both agree', () => {
    expect(sameBallot({ round: 2, node: 3 }, { round: 2, node: 3 })).toBe(true);
    expect(sameBallot({ round: 2, node: 3 }, { round: 2, node: 2 })).toBe(false);
    expect(sameBallot({ round: 2, node: 3 }, { round: 3, node: 3 })).toBe(false);
  });

  it('are written round.node', () => {
    expect(formatBallot({ round: 12, node: 3 })).toBe('12.3');
    expect(formatBallot(NO_BALLOT)).toBe('–');
    expect(formatBallot(null)).toBe('–');
    expect(isBallot(NO_BALLOT)).toBe(false);
    expect(isBallot({ round: 1, node: 1 })).toBe(true);
  });
});

describe('random numbers', () => {
  it('are the same for the same seed and stream, and others for others', () => {
    const draw = (seed: number, stream?: number) => {
      const random = createRandom(seed, stream);
      return Array.from({ length: 8 }, () => nextUint32(random));
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    expect(draw(1, 0)).not.toEqual(draw(1, 1));
  });

  it('never change from one version to the next: recorded runs depend on them', () => {
    const random = createRandom(2024, 7);
    expect(Array.from({ length: 4 }, () => nextUint32(random))).toMatchInlineSnapshot(`
      [
        1398414681,
        2230940856,
        2500994984,
        1818921517,
      ]
    `);
    expect(mix(1, 2, 3)).toMatchInlineSnapshot(`3534789862`);
  });

  it('go on from a copy of the state', () => {
    const random = createRandom(5);
    nextUint32(random);
    const copy = structuredClone(random);
    expect(nextUint32(copy)).toBe(nextUint32(random));
  });

  it('keep within their bounds, and reach both', () => {
    const random = createRandom(3);
    const drawn = new Set(Array.from({ length: 400 }, () => nextInteger(random, 4, 7)));
    expect([...drawn].sort()).toEqual([4, 5, 6, 7]);
    for (let i = 0; i < 400; i++) {
      const x = nextFloat(random);
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x).toBeLessThan(1);
    }
    expect(['a', 'b']).toContain(nextItem(random, ['a', 'b']));
    expect(() => nextItem(random, [])).toThrow(RangeError);
  });

  it('are spread evenly: each of 16 buckets within a tenth of its share', () => {
    const random = createRandom(9);
    const buckets = Array(16).fill(0) as number[];
    for (let i = 0; i < 64_000; i++) buckets[nextUint32(random) >>> 28]!++;
    for (const count of buckets) expect(Math.abs(count - 4000)).toBeLessThan(400);
  });
});

describe('the registry', () => {
  it('has Paxos, and names the protocols there are when asked for another', () => {
    expect(protocolNamed('paxos').title).toBe('Single-decree Paxos');
    expect(() => protocolNamed('raft')).toThrow(ProtocolError);
    expect(() => protocolNamed('raft')).toThrow('there is none called "raft"; there are: paxos');
  });

  it('has a name, a letter and a meaning for every message', () => {
    for (const { name, messages } of protocols) {
      expect(name).toMatch(/^[a-z]+$/);
      expect(new Set(messages.map((kind) => kind.letter)).size).toBe(messages.length);
      for (const { letter, meaning } of messages) {
        expect(letter.length).toBeLessThanOrEqual(2);
        expect(meaning).toMatch(/\.$/);
      }
    }
  });
});
