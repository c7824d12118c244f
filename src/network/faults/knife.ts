import { directionsWhere } from '../topology.ts';
import type { CutFault } from './fault.ts';

/** The one link between two nodes, both ways. */
export const knife: CutFault = {
  kind: 'cut',
  name: 'knife',
  label: 'Knife',
  meaning: 'The link between these two nodes is cut, both ways; all others hold.',
  fields: {},
  picks: { min: 2, max: 2, cluster: 2 },
  clients: true,
  links: (_all, picked) => directionsWhere(picked, () => true),
};
