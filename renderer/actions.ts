/**
 * Everything a person can do with a key, a menu or a button, in one registry. Tooltips, context menus, the `?` dialog,
 * the application menu and the keyboard are all derived from it, so that they can never disagree.
 */
import type { NodeId } from '../src/contract/index.ts';
import type { Action, Context } from './actions/action.ts';
import { databaseActions } from './actions/database-actions.ts';
import { labActions } from './actions/lab-actions.ts';
import { linkActions } from './actions/link-actions.ts';
import { memberActions } from './actions/member-actions.ts';
import { nodeActions } from './actions/node-actions.ts';
import { packetActions } from './actions/packet-actions.ts';
import { runActions } from './actions/run-actions.ts';
import { stageActions } from './actions/stage-actions.ts';
import { timeActions } from './actions/time-actions.ts';
import { transportActions } from './actions/transport-actions.ts';
import { windowActions } from './actions/window-actions.ts';
import { useBranches } from './stores/branches.ts';
import { useDatabase } from './stores/database.ts';
import { useFiles } from './stores/files.ts';
import { useHistory } from './stores/history.ts';
import { useLab } from './stores/lab.ts';
import { useRun } from './stores/run.ts';
import { useSelection } from './stores/selection.ts';
import { useUi } from './stores/ui.ts';

export { actionGroups, type Action, type ActionGroup } from './actions/action.ts';

export const actions: readonly Action[] = [
  ...transportActions,
  ...timeActions,
  ...nodeActions,
  ...memberActions,
  ...stageActions,
  ...linkActions,
  ...packetActions,
  ...runActions,
  ...labActions,
  ...databaseActions,
  ...windowActions,
];

/** An action together with what it acts on now, ready for a button or a menu. */
export interface BoundAction {
  readonly action: Action;
  readonly title: string;
  readonly blocked: string | null;
  perform(): void;
}

/** The registry, bound to the stores. Read inside a computed or a template: titles and blocks follow the run. */
export function useActions() {
  const run = useRun();
  const selection = useSelection();
  const ui = useUi();
  const history = useHistory();
  const branches = useBranches();
  const files = useFiles();
  const database = useDatabase();
  const lab = useLab();

  function context(node: NodeId | null | undefined, key: string | null = null): Context {
    return { run, selection, ui, history, branches, files, database, lab, node: node === undefined ? selection.node : node, key };
  }

  /** Why nothing can be done to the cluster now, for an action that would. */
  function lockOn(action: Action): string | null {
    return (action.group === 'Node' || action.group === 'Network') && action.looks !== true ? run.locked : null;
  }

  function bindTo(action: Action, node?: NodeId | null): BoundAction {
    const about = context(node);
    return {
      action,
      title: typeof action.title === 'string' ? action.title : action.title(about),
      blocked: lockOn(action) ?? action.blocked?.(about) ?? null,
      perform: () => perform(action, node),
    };
  }

  /** Does it; when it cannot be done now, says why instead. */
  function perform(action: Action, node?: NodeId | null, key: string | null = null): void {
    const lock = lockOn(action);
    if (lock !== null) return run.refuse('', lock);
    const about = context(node, key);
    const blocked = action.blocked?.(about) ?? null;
    if (blocked === null) void action.perform(about);
    else ui.toast({ tone: 'refused', title: blocked, detail: '' });
  }

  return {
    /**
     * One action, about `node` (default: the selected one).
     * @throws Error when there is no action of that name
     */
    bind: (id: string, node?: NodeId | null): BoundAction => bindTo(actionNamed(id), node),
    /** All that can be done to a node, for its context menu. */
    forNode: (node: NodeId): BoundAction[] =>
      actions.filter((action) => action.perNode === true).map((action) => bindTo(action, node)),
    /** Does the action; `key` when a key asked for it. */
    perform: (id: string, node?: NodeId | null, key: string | null = null): void => perform(actionNamed(id), node, key),
  };
}

function actionNamed(id: string): Action {
  const found = actions.find((action) => action.id === id);
  if (found === undefined) throw new Error(`there is no action called ${id}`);
  return found;
}
