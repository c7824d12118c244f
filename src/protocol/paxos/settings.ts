/** What a person can set of Paxos while it runs. */
import type { SettingGroup } from '../settings.ts';

export const settings: readonly SettingGroup[] = [
  {
    title: '',
    fields: {
      backoff: {
        type: 'flag',
        label: 'Random backoff',
        meaning: 'A proposer that met a higher ballot waits a random, growing time. Off: two proposers can duel for ever.',
      },
      nacks: {
        type: 'flag',
        label: 'Refusals (nack)',
        meaning: 'An acceptor says that it refuses. Off: it is silent, and the proposer has to wait in vain.',
      },
    },
  },
];
