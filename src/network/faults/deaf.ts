import { ACTORS_MAX } from '../../protocol/protocol.ts';
import { directionsWhere } from '../topology.ts';
import type { CutFault } from './fault.ts';

/** The picked nodes hear nobody; everybody still hears them. */
export const deaf: CutFault = {
  kind: 'cut',
  name: 'deaf',
  label: 'Deaf',
  meaning: 'These nodes hear nobody, though everybody hears them: what is sent to them is cut.',
  fields: {},
  picks: { min: 1, max: ACTORS_MAX, cluster: 2 },
  clients: true,
  links: (all, picked) => directionsWhere(all, (_from, to) => picked.includes(to)),
};
