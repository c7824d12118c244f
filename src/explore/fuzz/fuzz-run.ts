/**
 * One run of the fuzzer, from its seed alone. Swarm style (Groce, Zhang, Eide, Chen and Regehr, *Swarm Testing*, 2012):
 * each run draws the cluster, the settings of the protocol, and *which* faults there are at all before it draws how
 * often they strike, for some bugs only show where one fault is rare or absent.
 *
 * Nothing is drawn that breaks what the protocol assumes, also where the protocol is broken on purpose: a violation is
 * then never the fault's, and what is harmless is never flagged.
 */
import { createRandom } from '../../protocol/random.ts';
import type { NodeId } from '../../protocol/protocol.ts';
import type { RunHeader } from '../../cluster/run.ts';
import type { FuzzRequest } from '../job.ts';
import { LOG } from './draw-log.ts';
import { drawLogRun } from './multipaxos-run.ts';
import { drawPaxosRun } from './paxos-run.ts';

/** What happens once the network is healed for good (TigerBeetle calls it liveness mode). */
export interface Calm {
  /** When it is healed, virtual time in µs. What comes before is about safety alone. */
  readonly at: number;
  /** Who is up and can reach each other from then on, ascending: servers, with all the quorums they need, and clients. */
  readonly core: readonly NodeId[];
  /** From when on nothing more is asked for, µs. */
  readonly quietAt: number;
  /** By when all is to be done that was asked for in the core, µs. */
  readonly deadline: number;
}

export interface FuzzRun {
  /** All that is done to the run is in its script. */
  readonly header: RunHeader;
  /** Virtual time, µs; the run is over then. */
  readonly until: number;
  /** `null`: nothing is promised to happen in this run. */
  readonly calm: Calm | null;
}

/** Tells the draws of the fuzzer from those of the run itself, which has the same seed. */
const SEED_FUZZ = 0xf022;

/** What is not drawn. */
export type Wanted = Pick<FuzzRequest, 'protocol' | 'mutant' | 'nodes'>;

/** The draws are the same whether the protocol is broken or not. */
export function drawFuzzRun(wanted: Wanted, seed: number): FuzzRun {
  const random = createRandom(seed, SEED_FUZZ);
  return wanted.protocol === LOG ? drawLogRun(random, seed, wanted) : drawPaxosRun(random, seed, wanted);
}
