/** Small types that the parts of the stage share. */
import type { PacketWorld } from '../../src/contract/index.ts';
import type { IslandStatus } from './islands.ts';
import type { Pair } from './links.ts';
import type { CaptionForm } from './look.ts';
import type { ShownIsland } from './shores.ts';

/** An island as it is shown now, or would be after the drop. */
export interface Shown extends ShownIsland {
  readonly key: string;
  readonly status: IslandStatus;
  readonly captionForm: CaptionForm;
  /** What is dragged would stand on it. */
  readonly receives: boolean;
}

/** A link under the pointer, and where the pointer came to it, px. */
export interface LinkTip {
  readonly link: Pair;
  readonly x: number;
  readonly y: number;
}

/** A packet under the pointer. */
export interface PacketTip {
  readonly packet: PacketWorld;
  /** Where the packet is, px. */
  readonly x: number;
  readonly y: number;
  /** Virtual time it has still to go, µs. */
  readonly left: number;
}
