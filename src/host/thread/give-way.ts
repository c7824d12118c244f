import { setPriority } from 'node:os';

/** As `nice` counts: of two that want the same processor, who has not given way gets it three times as long. */
const NICENESS = 5;

/**
 * A thread of an engine that is watched lets the window go first, which has to answer to a hand even while a cluster
 * runs as fast as it can on all processors there are. Linux has a priority for each thread; elsewhere there is only one
 * for the whole process, the window's own thread included, and it stays as it is.
 */
export function giveWay(): void {
  if (process.platform === 'linux') setPriority(0, NICENESS);
}
