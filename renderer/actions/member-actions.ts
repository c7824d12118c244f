/** Servers that come and go while the run goes on. */
import { CirclePlus, Replace, Trash2, Undo2, Zap } from '@lucide/vue';
import { isClient, nameOf } from '../../src/contract/index.ts';
import { isMember } from '../stage/membership.ts';
import { useMembers } from '../stores/members.ts';
import type { Action, Context } from './action.ts';

const fixed = 'The servers of this protocol stay the same.';

/** Why the node cannot be taken out or replaced; `null` when it can. */
function needsServer({ run, node }: Context): string | null {
  if (!run.protocol.membership) return fixed;
  if (node === null) return 'Select a server first: click it, or press its number.';
  if (isClient(node)) return `${nameOf(node)} is a client.`;
  return run.world?.nodes.has(node) === true ? null : `${nameOf(node)} is not there any more.`;
}

function needsStaying(context: Context): string | null {
  const why = needsServer(context);
  if (why !== null) return why;
  if (useMembers().leaving.has(context.node!)) return `${nameOf(context.node!)} is to go already.`;
  return context.run.nodes.length === 1 ? 'At least one server must stay.' : null;
}

function needsSpare(): string | null {
  return useMembers().spare === null ? 'There are as many servers as there can be.' : null;
}

const named = (verb: string, rest = '') => ({ node }: Context): string => `${verb} ${node === null ? 'a server' : nameOf(node)}${rest}`;

export const memberActions: readonly Action[] = [
  {
    id: 'add-server',
    group: 'Network',
    title: () => {
      const { spare } = useMembers();
      return spare === null ? 'Add a server' : `Add a server, ${nameOf(spare)}`;
    },
    meaning: 'A new server comes to the island of the selected one, or the largest; it learns, and joins through the log.',
    icon: CirclePlus,
    chords: ['A'],
    blocked: ({ run }) => (run.protocol.membership ? needsSpare() : fixed),
    perform: ({ node }) => useMembers().add(node ?? undefined),
  },
  {
    id: 'remove-server',
    group: 'Node',
    title: named('Take', ' out'),
    meaning: 'Asks for its removal through the log, and takes it away when it is no member any more.',
    icon: Trash2,
    chords: ['Delete'],
    perNode: true,
    blocked: needsStaying,
    perform: ({ node }) => useMembers().take([node!]),
  },
  {
    id: 'replace-server',
    group: 'Node',
    title: named('Replace', ' by a new server'),
    meaning: 'A new server joins beside it; when that is a member, this one goes.',
    icon: Replace,
    perNode: true,
    blocked: (context) => needsStaying(context) ?? needsSpare(),
    perform: ({ node }) => useMembers().replace(node!),
  },
  {
    id: 'keep-server',
    group: 'Node',
    title: named('Keep'),
    meaning: 'It is asked for no more. What the log has decided already holds all the same.',
    icon: Undo2,
    perNode: true,
    blocked: (context) => {
      const why = needsServer(context);
      return why ?? (useMembers().leaving.has(context.node!) ? null : `${nameOf(context.node!)} is not to go.`);
    },
    perform: ({ node }) => useMembers().keep(node!),
  },
  {
    id: 'pull-out-server',
    group: 'Node',
    title: named('Take', ' away at once (unsafe)'),
    meaning: 'Its thread ends and its disk is gone, though the log still counts it as a member.',
    icon: Zap,
    perNode: true,
    tone: 'danger',
    blocked: (context) => {
      const why = needsServer(context);
      if (why !== null) return why;
      if (context.run.nodes.length === 1) return 'At least one server must stay.';
      return isMember(useMembers().membership, context.node!) ? null : `${nameOf(context.node!)} is no member: take it out.`;
    },
    perform: ({ node }) => useMembers().pullOut(node!),
  },
];
