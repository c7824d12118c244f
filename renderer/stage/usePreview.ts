/** What letting go would do: the links that it would cut and heal, and the same in words. */
import { computed, type Ref } from 'vue';
import { cutLinks, healedLinks, nameOf, type Groups } from '../../src/contract/index.ts';
import { useMembers } from '../stores/members.ts';
import { useRun } from '../stores/run.ts';
import type { Drag } from './drag.ts';
import { dropText } from './islands.ts';
import { isLinked, type Pair } from './links.ts';
import { addText, removeText } from './membership.ts';

export function usePreview(drag: Ref<Drag>, shown: Ref<Groups>) {
  const run = useRun();
  const members = useMembers();
  /** The partition that there would be; `null` while nothing is held. */
  const groups = computed<Groups | null>(() => {
    const now = drag.value;
    return now.phase === 'dragging' && now.grip.type !== 'sea' ? now.preview : null;
  });
  const cuts = computed(() => linksOf(groups.value === null ? [] : cutLinks(shown.value, groups.value)));
  const heals = computed(() => linksOf(groups.value === null ? [] : healedLinks(shown.value, groups.value)));
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
  const onBin = computed(() => drag.value.phase === 'dragging' && drag.value.target.type === 'bin');
  return { groups, cuts, heals, changes, text, onBin };
}

function linksOf(pairs: readonly Pair[]): readonly Pair[] {
  return pairs.filter(([a, b]) => isLinked(a, b));
}
