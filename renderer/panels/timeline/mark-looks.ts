/** How marks look: shape and colour say the same thing twice. */
import type { MarkKind } from '../../../src/contract/index.ts';

export type MarkShape = 'dot' | 'cross' | 'up' | 'gap' | 'bridge' | 'diamond' | 'tick' | 'alarm' | 'crown' | 'pair';

export interface MarkLook {
  readonly shape: MarkShape;
  /** Name of a design token. */
  readonly colour: string;
  /** Above the line stands what the cluster did, below what was done to it. */
  readonly lane: 'above' | 'below';
  /** Of several in one place the highest is shown. */
  readonly rank: number;
  readonly label: string;
}

export const markLooks: Readonly<Record<MarkKind, MarkLook>> = {
  violation: { shape: 'alarm', colour: '--danger', lane: 'above', rank: 10, label: 'check violated' },
  conflict: { shape: 'alarm', colour: '--danger', lane: 'above', rank: 9, label: 'two values chosen' },
  leader: { shape: 'crown', colour: '--accent', lane: 'above', rank: 3, label: 'new leader' },
  members: { shape: 'pair', colour: '--accent', lane: 'above', rank: 2, label: 'members changed' },
  chosen: { shape: 'dot', colour: '--accent', lane: 'above', rank: 1, label: 'chosen' },
  crash: { shape: 'cross', colour: '--danger', lane: 'below', rank: 7, label: 'crash' },
  cut: { shape: 'gap', colour: '--warn', lane: 'below', rank: 6, label: 'cut' },
  fault: { shape: 'diamond', colour: '--warn', lane: 'below', rank: 5, label: 'fault' },
  restart: { shape: 'up', colour: '--ok', lane: 'below', rank: 4, label: 'restart' },
  heal: { shape: 'bridge', colour: '--ok', lane: 'below', rank: 3, label: 'healed' },
  command: { shape: 'tick', colour: '--text-3', lane: 'below', rank: 2, label: 'command' },
};
