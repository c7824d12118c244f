/** What a person did, latest last, so that it can be taken back: pure, for the service to carry out. */
import { nodeFaultNamed } from '../../src/network/faults/conditions.ts';
import { nodeList } from '../../src/contract/log.ts';
import { nameOf } from '../../src/protocol/protocol.ts';
import type { Command, JournalEntry } from '../../src/cluster/commands.ts';
import type { DeletedBranch } from './branches.ts';

/** Most deeds that are remembered. */
export const DEEDS_MAX = 1000;

export type Deed =
  | { readonly type: 'command'; readonly entry: JournalEntry }
  | { readonly type: 'fork'; readonly from: number; readonly to: number }
  | { readonly type: 'delete'; readonly deleted: DeletedBranch }
  | { readonly type: 'rename'; readonly branch: number; readonly before: string };

export class UndoStack {
  readonly #deeds: Deed[] = [];

  push(deed: Deed): void {
    this.#deeds.push(deed);
    if (this.#deeds.length > DEEDS_MAX) this.#deeds.shift();
  }

  /** The latest deed that can be taken back now; those of other branches wait until the person is there again. */
  latest(possible: (deed: Deed) => boolean): Deed | null {
    return this.#deeds.findLast(possible) ?? null;
  }

  remove(deed: Deed): void {
    const index = this.#deeds.lastIndexOf(deed);
    if (index >= 0) this.#deeds.splice(index, 1);
  }

  clear(): void {
    this.#deeds.length = 0;
  }
}

/** A deed as part of a sentence: `crash of n3`. */
export function deedText(deed: Deed): string {
  switch (deed.type) {
    case 'command':
      return commandText(deed.entry.command);
    case 'fork':
      return 'fork';
    case 'delete':
      return `deletion of “${deed.deleted.branch.name}”`;
    case 'rename':
      return `renaming of “${deed.before}”`;
  }
}

/** A command as part of a sentence: `crash of n3`. */
export function commandText(command: Command): string {
  switch (command.type) {
    case 'propose':
      return `proposal to ${nameOf(command.node)}`;
    case 'request':
      return `request to ${nameOf(command.node)}`;
    case 'add':
      return command.node === undefined ? 'addition of a server' : `addition of ${nameOf(command.node)}`;
    case 'remove':
      return `removal of ${nameOf(command.node)}`;
    case 'crash':
      return `crash of ${nameOf(command.node)}`;
    case 'died':
      return `end of ${nameOf(command.node)}`;
    case 'restart':
      return `restart of ${nameOf(command.node)}`;
    case 'partition':
      return command.groups.length === 1
        ? 'healing of the partition'
        : `partition ${command.groups.map((group) => nodeList(group)).join(' | ')}`;
    case 'network':
      return 'change of the network';
    case 'link':
      return `change of the link ${nameOf(command.from)} → ${nameOf(command.to)}`;
    case 'cut':
      return command.links.length === 1
        ? `cut ${nameOf(command.links[0]!.from)} → ${nameOf(command.links[0]!.to)}`
        : `cut of ${command.links.length} links`;
    case 'cut-pattern':
      return `cut “${command.pattern}”`;
    case 'mend':
      return 'mending of cut links';
    case 'fault':
      return `${nodeFaultNamed(command.fault)?.label.toLowerCase() ?? command.fault} of ${nameOf(command.node)}`;
    case 'hold':
      return command.on ? 'holding of packets' : 'end of holding packets';
    case 'packet':
      return `${packetText[command.action]} of a packet`;
    case 'fire':
      return `timer of ${nameOf(command.node)}`;
    case 'client':
      return 'change of the client';
    case 'configure':
      return 'change of the protocol';
  }
}

const packetText = {
  hold: 'hold',
  release: 'release',
  deliver: 'delivery',
  drop: 'loss',
  duplicate: 'doubling',
  delay: 'delay',
} as const;
