import { Database, Ticket } from '@lucide/vue';
import { nameOf, protocols } from '../../src/contract/index.ts';
import type { Action, Context } from './action.ts';

/** The protocol whose servers keep a database for clients; `undefined` when there is none. */
export function databaseProtocol() {
  return protocols.find(({ clients }) => clients > 0);
}

function showPanel({ ui }: Context): void {
  ui.lowerTab = 'database';
  ui.logOpen = true;
}

function needsClient({ run, database }: Context): string | null {
  if (database.client === null) return `${run.protocol.title} has no clients.`;
  return run.world?.nodes.get(database.client)?.up === true ? null : `${nameOf(database.client)} has crashed.`;
}

/** The database that the servers keep, as a client sees it. */
export const databaseActions: readonly Action[] = [
  {
    id: 'show-database',
    group: 'Window',
    title: 'Ask the database',
    meaning: 'Shows the panel in which you are a client, ready to type.',
    icon: Database,
    chords: ['T'],
    perform: (context) => {
      showPanel(context);
      context.database.call();
    },
  },
  {
    id: 'begin-transaction',
    group: 'Node',
    title: ({ database }) => `Begin a transaction${database.client === null ? '' : ` by way of ${nameOf(database.client)}`}`,
    meaning: 'The client asks for a transaction ID that no other ever gets.',
    icon: Ticket,
    chords: ['Shift+T'],
    blocked: needsClient,
    perform: (context) => {
      showPanel(context);
      context.database.form = 'transaction';
      return context.database.operate({ type: 'begin' });
    },
  },
  {
    id: 'new-database-run',
    group: 'Run',
    title: 'New run with a database…',
    meaning: 'Servers that agree on a log, and clients that use the database they make of it.',
    icon: Database,
    blocked: () => (databaseProtocol() === undefined ? 'No protocol here replicates a log.' : null),
    perform: (context) => {
      showPanel(context);
      context.ui.open({ name: 'new-run', protocol: databaseProtocol()!.name });
    },
  },
];
