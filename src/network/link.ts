/** One direction of a link. It has its own random generators, so that traffic elsewhere does not change its luck. */
import type { NodeId } from '../protocol/protocol.ts';
import { createRandom, nextFloat, type Random } from '../protocol/random.ts';
import type { Judgement } from './faults/fault.ts';
import { judge, type NetworkSettings } from './settings.ts';

/** What a link makes of one packet. */
export interface Verdict {
  /** Time of flight, µs. */
  latency: number;
  /** The share of its way, in (0, 1), after which it is lost; `null` when it arrives. */
  lostAfter: number | null;
  duplicated: boolean;
}

export class Link {
  private readonly random: Random;
  /** Copies draw from their own generator, so that duplication leaves the originals' draws as they are. */
  private readonly copies: Random;
  private readonly judgement: Judgement = {
    sentAt: 0,
    bytes: 0,
    latency: 0,
    lost: false,
    overflow: false,
    duplicated: false,
    corrupted: false,
    cutAt: null,
  };

  constructor(seed: number, from: NodeId, to: NodeId) {
    this.random = createRandom(seed, from * 256 + to);
    this.copies = createRandom(seed, 0x10000 + from * 256 + to);
  }

  /** The verdict on a packet (`copy`: on the network's second one of it, which is never doubled again). */
  judge(settings: NetworkSettings, copy: boolean): Verdict {
    const random = copy ? this.copies : this.random;
    judge(settings, random, this.judgement);
    // Drawn even for a packet that arrives: changing the loss leaves every later draw as it was.
    const share = 0.15 + 0.7 * nextFloat(random);
    const { latency, lost, duplicated } = this.judgement;
    return { latency, lostAfter: lost ? share : null, duplicated: duplicated && !copy };
  }
}
