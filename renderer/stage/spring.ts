/** A critically damped spring: comes to rest without overshoot, from any position and velocity. */

export interface Spring {
  position: number;
  /** Per second. */
  velocity: number;
  target: number;
}

/** Angular frequency, 1/s: nine tenths of the way in about 220 ms. */
const STIFFNESS = 18;
/** Nearer than this (px) and slower than ten times this (px/s), it is at rest. */
const REST = 0.05;

export function springAt(position: number): Spring {
  return { position, velocity: 0, target: position };
}

/**
 * Moves on by `seconds`, by the exact solution, so that it does not depend on the frame rate.
 * @returns whether it is still moving
 */
export function advance(spring: Spring, seconds: number): boolean {
  const offset = spring.position - spring.target;
  if (Math.abs(offset) < REST && Math.abs(spring.velocity) < REST * 10) {
    settle(spring);
    return false;
  }
  const decay = Math.exp(-STIFFNESS * seconds);
  const drive = spring.velocity + STIFFNESS * offset;
  spring.position = spring.target + (offset + drive * seconds) * decay;
  spring.velocity = (spring.velocity - STIFFNESS * drive * seconds) * decay;
  return true;
}

/** Puts it at its target at once. */
export function settle(spring: Spring): void {
  spring.position = spring.target;
  spring.velocity = 0;
}

/** Holds it at `position`, as the pointer does while dragging. */
export function hold(spring: Spring, position: number): void {
  spring.position = position;
  spring.target = position;
  spring.velocity = 0;
}
