/** What letting go would do: the links that it would cut and heal, and the same in words. */
import { computed, type Ref } from 'vue';
import { cutLinks, healedLinks, nameOf, type Groups, type NodeId } from '../../src/contract/index.ts';
import { useMembers } from '../stores/members.ts';
import { useRun } from '../stores/run.ts';
import type { Drag } from './drag.ts';
import { dropText } from './islands.ts';
import { isLinked, type Pair } from './links.ts';
import { addText, removeText } from './membership.ts';

const none: readonly NodeId[] = [];

export function usePreview(drag: Ref<Drag>, shown: Ref<Groups>) {
  const run = useRun();
  const members = useMembers();
  /** The partition that there would be; the one there is while nothing is held. */
  const after = computed<Groups>(() => {
    const now = drag.value;
    return now.phase === 'dragging' && now.grip.type !== 'sea' ? now.preview : shown.value;
  });
  /** The servers that are held over the bin. */
  const binned = computed<readonly NodeId[]>(() => {
    const now = drag.value;
    return now.phase === 'dragging' && now.grip.type === 'nodes' && now.target.type === 'bin' ? now.grip.nodes : none;
  });
  /** Who stands on which island while that is held: what is over the bin stands on none. */
  const groups = computed<Groups>(() => {
    if (binned.value.length === 0) return after.value;
    return after.value.map((group) => group.filter((node) => !binned.value.includes(node))).filter((group) => group.length > 0);
  });
  const cuts = computed(() => linksOf(cutLinks(shown.value, after.value)));
  const heals = computed(() => linksOf(healedLinks(shown.value, after.value)));
  const changes = computed(() => cuts.value.length + heals.value.length > 0);
  const text = computed(() => {
    const now = drag.value;
    if (now.phase !== 'dragging' || now.grip.type === 'sea' || run.world === null) return '';
    const { grip, target } = now;
    if (grip.type === 'spare') {
      if (target.type !== 'island') return `Drop ${nameOf(grip.node)} on an island to add it there`;
      return addText(run.world, members.membership, grip.node);
    }
    if (target.type === 'bin') return removeText(run.world, members.membership, grip.nodes);
    return changes.value ? dropText(run.world, shown.value, now.preview) : '';
  });
  /** Whether what is held would be put into the bin. */
  const onBin = computed(() => binned.value.length > 0);
  return { groups, cuts, heals, changes, text, onBin };
}

function linksOf(pairs: readonly Pair[]): readonly Pair[] {
  return pairs.filter(([a, b]) => isLinked(a, b));
}
