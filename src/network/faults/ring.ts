import { directionsWhere } from '../topology.ts';
import type { CutFault } from './fault.ts';

/** Each node talks only with the one before and the one after it, and the last with the first. */
export const ring: CutFault = {
  kind: 'cut',
  name: 'ring',
  label: 'Ring',
  meaning: 'Each node talks only with its two neighbours, by their numbers, and the last with the first.',
  fields: {},
  picks: { min: 0, max: 0, cluster: 4 },
  clients: false,
  links: (all) =>
    directionsWhere(all, (from, to) => {
      const apart = Math.abs(all.indexOf(from) - all.indexOf(to));
      return apart !== 1 && apart !== all.length - 1;
    }),
};
