import { Eraser, FileX, Link2, MessageSquarePlus, Power, Skull, Undo2, Unlink } from '@lucide/vue';
import { isClient, isolate, join, nameOf, type Groups, type NodeId } from '../../src/contract/index.ts';
import type { Action, Context } from './action.ts';
import { part } from './parting.ts';

/** Where in its next step a node can be made to crash. */
const crashes = [
  { id: 'crash', point: 'now', title: 'Crash', meaning: 'Ends the thread between two steps; only what is on disk survives.' },
  {
    id: 'crash-before-step',
    point: 'before-step',
    title: 'Crash before its next step',
    meaning: 'The next input reaches nobody.',
  },
  {
    id: 'crash-after-save',
    point: 'after-save',
    title: 'Crash after its next save, before the sends',
    meaning: 'What it decided is on disk, but nobody hears of it.',
  },
  {
    id: 'crash-after-step',
    point: 'after-step',
    title: 'Crash after its next step',
    meaning: 'It still says what it has to say, then ends.',
  },
] as const;

/** Disks that a node must not be restarted with: Paxos relies on what was synced being there. */
const badDisks = [
  {
    id: 'restart-last-lost',
    disk: 'last-lost',
    title: 'Restart without its last save (unsafe)',
    meaning: 'What it saved last is not on disk, though it has acted on it. Paxos does not allow this.',
    icon: Undo2,
  },
  {
    id: 'restart-last-torn',
    disk: 'last-torn',
    title: 'Restart with its last save torn (unsafe)',
    meaning: 'Half of what it saved last was written, and the record at the tear is gone. Paxos does not allow this.',
    icon: FileX,
  },
  {
    id: 'restart-erased',
    disk: 'erased',
    title: 'Restart with an erased disk (unsafe)',
    meaning: 'It forgets its promises and votes. Paxos does not allow this: two values may be chosen.',
    icon: Eraser,
  },
] as const;

const needsNode = 'Select a node first: click it, or press its number.';

function nodeOf({ run, node }: Context) {
  return node === null ? undefined : run.world?.nodes.get(node);
}

function needsUp(context: Context): string | null {
  const node = nodeOf(context);
  if (node === undefined) return needsNode;
  return node.up ? null : `${nameOf(node.node)} has crashed.`;
}

function needsDown(context: Context): string | null {
  const node = nodeOf(context);
  if (node === undefined) return needsNode;
  return node.up ? `${nameOf(node.node)} is running.` : null;
}

function needsDisk({ node }: Context): string | null {
  return node !== null && isClient(node) ? `${nameOf(node)} keeps nothing on disk.` : null;
}

/** The largest island without the node; of two as large, the first. `undefined` when it is on the only one. */
function joinTarget(groups: Groups, node: NodeId): readonly NodeId[] | undefined {
  const others = groups.filter((group) => !group.includes(node));
  return others.sort((a, b) => b.length - a.length)[0];
}

/** What can be done to one node. */
export const nodeActions: readonly Action[] = [
  {
    id: 'propose',
    group: 'Node',
    title: ({ run, node }) => {
      if (run.protocol.propose !== null) return 'Propose a value…';
      return node === null || isClient(node) ? 'Ask the database…' : 'Ask it through a client…';
    },
    meaning: 'Asks this proposer to have a value chosen; where servers answer to clients only, a client is to ask it.',
    icon: MessageSquarePlus,
    chords: ['P'],
    perNode: true,
    blocked: (context) => {
      const node = nodeOf(context);
      if (node === undefined) return null;
      if (isClient(node.node) && context.run.protocol.propose !== null) return `${nameOf(node.node)} is a client.`;
      if (!node.up) return `${nameOf(node.node)} has crashed.`;
      if (context.run.protocol.propose === null) return null;
      return node.view === null || node.view.roles.includes('proposer') ? null : `${nameOf(node.node)} is no proposer.`;
    },
    perform: ({ ui, run, database, node }) => {
      if (run.protocol.propose === null) {
        if (node !== null && isClient(node)) database.client = node;
        else if (node !== null) database.server = node;
        ui.logOpen = true;
        ui.lowerTab = 'database';
        return database.call();
      }
      const asked = node ?? run.nodes.find((id) => run.world?.nodes.get(id)?.view?.roles.includes('proposer'));
      if (asked !== undefined) ui.open({ name: 'propose', node: asked });
    },
  },
  ...crashes.map(
    ({ id, point, title, meaning }): Action => ({
      id,
      group: 'Node',
      title,
      meaning,
      icon: Skull,
      ...(point === 'now' && { chords: ['C'] }),
      perNode: true,
      tone: 'danger',
      blocked: needsUp,
      perform: ({ run, node }) => run.command({ type: 'crash', node: node!, point }, `Crash ${nameOf(node!)}`),
    }),
  ),
  {
    id: 'restart',
    group: 'Node',
    title: 'Restart',
    meaning: 'A new thread, which reads what the disk kept.',
    icon: Power,
    chords: ['R'],
    perNode: true,
    blocked: needsDown,
    perform: ({ run, node }) => run.command({ type: 'restart', node: node! }, `Restart ${nameOf(node!)}`),
  },
  ...badDisks.map(
    ({ id, disk, title, meaning, icon }): Action => ({
      id,
      group: 'Node',
      title,
      meaning,
      icon,
      perNode: true,
      tone: 'danger',
      blocked: (context) => needsDown(context) ?? needsDisk(context),
      perform: ({ run, node }) => run.command({ type: 'restart', node: node!, disk }, `Restart ${nameOf(node!)}`),
    }),
  ),
  {
    id: 'isolate',
    group: 'Network',
    title: 'Isolate',
    meaning: 'Cuts every link of this node: it stands on an island of its own.',
    icon: Unlink,
    chords: ['I'],
    perNode: true,
    blocked: ({ node, run }) => {
      if (node === null) return needsNode;
      return run.world?.groups.some((group) => group.length === 1 && group[0] === node) ? `${nameOf(node)} is alone already.` : null;
    },
    perform: (context) => part(context, `Isolate ${nameOf(context.node!)}`, ({ groups }) => isolate(groups, [context.node!])),
  },
  {
    id: 'join',
    group: 'Network',
    title: 'Join the others',
    meaning: 'Puts this node on the largest other island.',
    icon: Link2,
    chords: ['J'],
    perNode: true,
    blocked: ({ node, run }) => {
      if (node === null) return needsNode;
      return run.world && joinTarget(run.world.groups, node) === undefined ? 'All nodes are together.' : null;
    },
    perform: (context) =>
      part(context, `Join ${nameOf(context.node!)}`, ({ groups }) => {
        const host = joinTarget(groups, context.node!);
        return host === undefined ? groups : join(groups, [context.node!], host[0]!);
      }),
  },
];
