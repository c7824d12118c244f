import { directionsWhere } from '../topology.ts';
import type { CutFault } from './fault.ts';

/** The picked node is the only way between two halves of the others: the lower numbers and the higher. */
export const bridge: CutFault = {
  kind: 'cut',
  name: 'bridge',
  label: 'Bridge',
  meaning: 'This node talks with all, but the others, parted into a lower and a higher half, only within their half.',
  fields: {},
  picks: { min: 1, max: 1, cluster: 3 },
  clients: false,
  links(all, picked) {
    const others = all.filter((node) => !picked.includes(node));
    const lower = others.slice(0, Math.ceil(others.length / 2));
    return directionsWhere(others, (from, to) => lower.includes(from) !== lower.includes(to));
  },
};
