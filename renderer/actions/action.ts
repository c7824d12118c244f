/** What an action is. */
import type { Component } from 'vue';
import type { NodeId } from '../../src/contract/index.ts';
import type { Chord } from '../keys.ts';
import type { useBranches } from '../stores/branches.ts';
import type { useDatabase } from '../stores/database.ts';
import type { useFiles } from '../stores/files.ts';
import type { useHistory } from '../stores/history.ts';
import type { useLab } from '../stores/lab.ts';
import type { useRun } from '../stores/run.ts';
import type { useSelection } from '../stores/selection.ts';
import type { useUi } from '../stores/ui.ts';

export const actionGroups = ['Transport', 'Time', 'Node', 'Network', 'Run', 'Window'] as const;
export type ActionGroup = (typeof actionGroups)[number];

/** What an action acts on. */
export interface Context {
  readonly run: ReturnType<typeof useRun>;
  readonly selection: ReturnType<typeof useSelection>;
  readonly ui: ReturnType<typeof useUi>;
  readonly history: ReturnType<typeof useHistory>;
  readonly branches: ReturnType<typeof useBranches>;
  readonly files: ReturnType<typeof useFiles>;
  readonly database: ReturnType<typeof useDatabase>;
  readonly lab: ReturnType<typeof useLab>;
  /** The node it is about: the one whose menu is open, else the selected one. */
  readonly node: NodeId | null;
  /** The key that was pressed, when it was a key. */
  readonly key: string | null;
}

export interface Action {
  readonly id: string;
  readonly group: ActionGroup;
  /** What it does, as a command: `Crash`. */
  readonly title: string | ((context: Context) => string);
  /** One sentence for the tooltip; the title stands before it. */
  readonly meaning: string;
  readonly icon: Component;
  readonly chords?: readonly Chord[];
  /** How the chords are written in the `?` dialog when there are many of them. */
  readonly chordsText?: string;
  /** About one node: stands in the context menu of every node. */
  readonly perNode?: boolean;
  readonly tone?: 'danger';
  /** Of those about nodes and the network: changes nothing in the run, and so can be done in the past as well. */
  readonly looks?: boolean;
  /** A key that is held down does it over and over. */
  readonly repeats?: boolean;
  /** Why it cannot be done now; `null` when it can. */
  readonly blocked?: (context: Context) => string | null;
  readonly perform: (context: Context) => unknown;
}
