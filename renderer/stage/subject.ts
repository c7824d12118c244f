/** What on the stage an event is about. */
import type { NodeId } from '../../src/contract/index.ts';
import type { Pair } from './links.ts';

export type Subject =
  | { readonly type: 'node'; readonly node: NodeId }
  | { readonly type: 'island'; readonly nodes: readonly NodeId[] }
  /** By its number. */
  | { readonly type: 'packet'; readonly packet: number }
  | { readonly type: 'link'; readonly link: Pair }
  | { readonly type: 'control' }
  | { readonly type: 'sea' };

/** Finds out by the nearest element that names a node (`data-node`) or an island (`data-island="1,2,3"`). */
export function subjectAt(target: EventTarget | null): Subject {
  if (!(target instanceof Element)) return { type: 'sea' };
  const node = target.closest<HTMLElement>('[data-node]')?.dataset.node;
  if (node !== undefined) return { type: 'node', node: Number(node) };
  const island = target.closest<HTMLElement | SVGElement>('[data-island]')?.dataset.island;
  if (island !== undefined) return { type: 'island', nodes: island.split(',').map(Number) };
  return target.closest('[data-no-drag]') === null ? { type: 'sea' } : { type: 'control' };
}
