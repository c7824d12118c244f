/** What is done to links: cutting and mending directions, patterns of cuts, settings of their own. */
import { Grid3x3, Link } from '@lucide/vue';
import { cutFaults, isClient, type CommandPlace, type CutFault, type Direction, type NodeId } from '../../src/contract/index.ts';
import { useRun } from '../stores/run.ts';
import { useStage } from '../stores/stage.ts';
import type { Action } from './action.ts';

type Done = Promise<CommandPlace | null>;

/** Cuts these directions. `what` is for the toast of a refusal. */
export function cut(links: readonly Direction[], what = 'Cut'): Done {
  return links.length === 0 ? Promise.resolve(null) : useRun().command({ type: 'cut', links: [...links] }, what);
}

/** Mends these directions, or all that are cut. */
export function mend(links?: readonly Direction[], what = 'Mend'): Done {
  if (links?.length === 0) return Promise.resolve(null);
  return useRun().command({ type: 'mend', ...(links !== undefined && { links: [...links] }) }, what);
}

/** Cuts by a pattern drawn around some nodes. */
export function cutPattern(pattern: CutFault, nodes: readonly NodeId[]): Done {
  return useRun().command({ type: 'cut-pattern', pattern: pattern.name, nodes: [...nodes] }, pattern.label);
}

/** The patterns that can be drawn around these nodes in a cluster of `cluster` servers; most are between servers only. */
export function patternsFor(picked: readonly NodeId[], cluster: number): readonly CutFault[] {
  const { length } = picked;
  const noClient = !picked.some(isClient);
  return cutFaults.filter(
    ({ picks, clients }) => length >= picks.min && length <= picks.max && cluster >= picks.cluster && (clients || noClient),
  );
}

export const linkActions: readonly Action[] = [
  {
    id: 'mend',
    group: 'Network',
    title: 'Mend all cuts',
    meaning: 'Mends every link that was cut by itself or by a pattern; islands stay parted.',
    icon: Link,
    chords: ['Shift+K'],
    blocked: ({ run }) => ((run.world?.cuts.size ?? 0) === 0 ? 'No link is cut.' : null),
    perform: () => mend(undefined, 'Mend all cuts'),
  },
  {
    id: 'link-matrix',
    group: 'Network',
    title: 'Links one by one…',
    meaning: 'A table of all links, to cut, slow down or spoil any of them in either direction.',
    icon: Grid3x3,
    chords: ['M'],
    looks: true,
    blocked: ({ run }) => (run.actors.length < 2 ? 'One node has no links.' : null),
    perform: () => useStage().openMatrix(),
  },
];
