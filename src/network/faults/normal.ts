/**
 * The inverse of the standard normal distribution: PPND7 of M. J. Wichura, "Algorithm AS 241: The Percentage Points of
 * the Normal Distribution", Applied Statistics 37 (1988), 477–484. About seven digits, from one uniform number, so that
 * every packet takes one draw.
 */

/** A 32-bit draw can be 0, whose quantile is minus infinity: the first is taken as half a step above it. */
const SMALLEST = 2 ** -33;

/** @param u in [0, 1). @returns the z below which a standard normal variable stays with probability `u`; finite. */
export function normalQuantile(u: number): number {
  const q = u - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (
      (q * (((59.10937472 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179)) /
      (((67.1875636 * r + 78.757757664) * r + 17.895169469) * r + 1)
    );
  }
  const tail = Math.sqrt(-Math.log(Math.max(q < 0 ? u : 1 - u, SMALLEST)));
  let z: number;
  if (tail <= 5) {
    const r = tail - 1.6;
    z =
      (((0.17023821103 * r + 1.3067284816) * r + 2.75681539) * r + 1.4234372777) /
      ((0.12021132975 * r + 0.7370016425) * r + 1);
  } else {
    const r = tail - 5;
    z =
      (((0.017337203997 * r + 0.42868294337) * r + 3.081226386) * r + 6.657905115) /
      ((0.012258202635 * r + 0.24197894225) * r + 1);
  }
  return q < 0 ? -z : z;
}
