import { ACTORS_MAX } from '../../protocol/protocol.ts';
import { directionsWhere } from '../topology.ts';
import type { CutFault } from './fault.ts';

/** Nobody hears the picked nodes; they still hear everybody. */
export const oneWay: CutFault = {
  kind: 'cut',
  name: 'one-way',
  label: 'Mute',
  meaning: 'Nobody hears these nodes, though they hear everybody: what they send is cut.',
  fields: {},
  picks: { min: 1, max: ACTORS_MAX, cluster: 2 },
  clients: true,
  links: (all, picked) => directionsWhere(all, (from) => picked.includes(from)),
};
