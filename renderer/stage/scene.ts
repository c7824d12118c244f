/** Small types that the parts of the stage share. */
import type { PacketWorld } from '../../src/contract/index.ts';
import type { IslandStatus } from './islands.ts';
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

/** What the tooltip of the stage is about. */
export interface PacketTip {
  readonly packet: PacketWorld;
  /** Where the packet is, px. */
  readonly x: number;
  readonly y: number;
  /** Virtual time it has still to go, µs. */
  readonly left: number;
}
