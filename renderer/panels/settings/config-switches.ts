/** The switches of a protocol's configuration: its true-or-false fields, in words where there are words for them. */
export interface ConfigSwitch {
  readonly name: string;
  readonly label: string;
  readonly meaning: string;
  readonly on: boolean;
}

const words: Readonly<Record<string, { readonly label: string; readonly meaning: string }>> = {
  backoff: {
    label: 'Random backoff',
    meaning: 'A proposer that met a higher ballot waits a random, growing time. Off: two proposers can duel for ever.',
  },
  nacks: {
    label: 'Refusals (nack)',
    meaning: 'An acceptor says that it refuses. Off: it is silent, and the proposer has to wait in vain.',
  },
};

/** The switches in `config`, in its own order. */
export function switchesOf(config: unknown): ConfigSwitch[] {
  if (typeof config !== 'object' || config === null) return [];
  return Object.entries(config)
    .filter((entry): entry is [string, boolean] => typeof entry[1] === 'boolean')
    .map(([name, on]) => ({ name, on, ...(words[name] ?? { label: name, meaning: `Sets ${name} in every node.` }) }));
}
