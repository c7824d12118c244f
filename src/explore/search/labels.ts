/** What can be given to a node and what it says, each a thing that gets a number. */
import type { Ask, Model, Saying } from './model.ts';
import { canonical, renamed, type Renaming } from './plain.ts';
import { encoded, type Core, type Given } from './steps.ts';

/** What can be given to a node, by its number: a saying that is a message, or one of these. */
export type Label =
  | Saying
  | { readonly type: 'timer'; readonly name: string }
  | { readonly type: 'request'; readonly ask: Ask }
  | { readonly type: 'crash' }
  | { readonly type: 'start' };

/** What is given to the protocol. */
export function givenOf(label: Label): Given {
  switch (label.type) {
    case 'message':
    case 'timer':
    case 'request':
      return label;
    case 'crash':
    case 'start':
      return { type: label.type };
    default:
      throw new Error(`nobody is given what was ${label.type}`);
  }
}

/** A text that no other thing has. */
export function labelText(label: Label, { words }: Model): string {
  switch (label.type) {
    case 'message':
      return `${label.from}>${label.to} ${label.kind} ${label.body.join()}${label.open ? '' : ' gone'}`;
    case 'request':
      return `request ${label.ask.value}`;
    default:
      return canonical(label, words);
  }
}

/** A node in the place of another. */
export function renamedCore(core: Core, model: Model, renaming: Renaming): Core {
  const state = renamed(core.state, model.words, renaming);
  return { ...core, node: renaming.nodes[core.node]!, state, disk: model.renamedDisk(core.disk, renaming) };
}

/** The same said by, of and to others. */
export function renamedSaying(saying: Saying, { protocol, words }: Model, renaming: Renaming): Saying {
  const fresh = renamed(saying, words, renaming);
  if (fresh.type !== 'message') return fresh;
  return { ...fresh, body: encoded(protocol, fresh.message) };
}
