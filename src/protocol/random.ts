/**
 * The only source of randomness in a run: sfc32 (Chris Doty-Humphrey's small fast counter generator, from PractRand),
 * kept as four 32-bit numbers so that a generator is plain data, can be cloned with a state and stored in a file.
 */

/** Plain data: four unsigned 32-bit numbers. */
export type Random = [number, number, number, number];

/** A generator from a 32-bit seed; `stream` gives independent generators for one seed. */
export function createRandom(seed: number, stream = 0): Random {
  const random: Random = [seed >>> 0, stream >>> 0, mix(seed ^ 0x9e3779b9, stream), 1];
  for (let i = 0; i < 15; i++) nextUint32(random);
  return random;
}

/** The next number, an integer in [0, 2³²). Advances the generator. */
export function nextUint32(random: Random): number {
  const a = random[0];
  const b = random[1];
  const c = random[2];
  const counter = random[3];
  const result = (a + b + counter) >>> 0;
  random[3] = (counter + 1) >>> 0;
  random[0] = (b ^ (b >>> 9)) >>> 0;
  random[1] = (c + (c << 3)) >>> 0;
  random[2] = (((c << 21) | (c >>> 11)) + result) >>> 0;
  return result;
}

/** A number in [0, 1), with 32 bits. */
export function nextFloat(random: Random): number {
  return nextUint32(random) / 4294967296;
}

/** An integer in [min, max], both included; `min` ≤ `max`, both safe integers. */
export function nextInteger(random: Random, min: number, max: number): number {
  return min + Math.floor(nextFloat(random) * (max - min + 1));
}

/** One of the items; the list must not be empty. */
export function nextItem<T>(random: Random, items: readonly T[]): T {
  const item = items[nextInteger(random, 0, items.length - 1)];
  if (item === undefined) throw new RangeError('nextItem: the list is empty');
  return item;
}

/** A 32-bit number from several, for seeds of nodes, links and restarts. (Finaliser of MurmurHash3.) */
export function mix(...parts: number[]): number {
  let h = 0x2545f491;
  for (const part of parts) {
    h = Math.imul(h ^ (part | 0), 0x85ebca6b);
    h ^= h >>> 13;
    h = Math.imul(h, 0xc2b2ae35);
    h ^= h >>> 16;
  }
  return h >>> 0;
}
