/** Why an operation has no answer yet, in words of somebody who has just heard of quorums. Pure. */
import { connected, directionKey, isQuorum, nodeList, type NodeId, type World } from '../../../src/contract/index.ts';
import { acceptorsOf, quorumsOf } from '../../stage/islands.ts';
import type { Asked } from './operations.ts';
import { leaderOf, serversOf } from './tables.ts';

export interface Wait {
  /** How often any server was asked, and which one last; `null`: the client does not show it. */
  readonly attempts: number;
  readonly server: NodeId | null;
  readonly why: string;
  /** It will not end by itself: the network or a server has to come back first. */
  readonly stuck: boolean;
}

/** What there is to say of an operation that waits. */
export function waitOf(world: World, asked: Asked): Wait {
  const { client, session, sequence } = asked;
  const shown = world.nodes
    .get(client)
    ?.view?.client?.waiting.find((one) => one.session === session && one.sequence === sequence);
  const attempts = shown?.attempts ?? 1;
  const server = shown?.server ?? null;
  return { attempts, server, ...reasonOf(world, client, server, attempts, shown?.pinned ?? false) };
}

function reasonOf(world: World, client: NodeId, server: NodeId | null, attempts: number, isPinned: boolean): Pick<Wait, 'why' | 'stuck'> {
  const name = nodeList([client]);
  const reached = reachOf(world, client);
  if (reached.length === 0) return { stuck: true, why: `${name} reaches no server that runs. It goes on asking.` };
  // Whatever the others could answer, they are not asked.
  if (server !== null && isPinned && !reached.includes(server)) return { stuck: true, why: goneText(world, client, server) };
  const members = acceptorsOf(world);
  const quorums = quorumsOf(world);
  const here = reached.filter((node) => members.includes(node));
  if (!isQuorum(quorums, 1, members, here) && !isQuorum(quorums, 2, members, here)) {
    const who = here.length === 0 ? 'no member of the cluster' : `only ${nodeList(here)}`;
    return { stuck: true, why: `${name} reaches ${who}: no quorum, so nothing can be chosen on this side. It goes on asking.` };
  }
  const leader = leaderOf(world);
  if (leader === null || !reached.includes(leader)) {
    return { stuck: false, why: `No leader among ${nodeList(here)} yet. One of them campaigns when it has heard of none for long enough.` };
  }
  const followers = [leader, ...reachOf(world, leader)].filter((node) => members.includes(node));
  if (!isQuorum(quorums, 2, members, followers)) {
    return { stuck: true, why: `${nodeList([leader])} leads, but reaches no quorum: it can have nothing chosen.` };
  }
  if (attempts > 1) return { stuck: false, why: 'No answer in time, so it was asked again under the same number: it takes effect only once.' };
  return { stuck: false, why: '' };
}

/** Of a server that was asked by name, and is not reached: why not, and what helps. */
function goneText(world: World, client: NodeId, server: NodeId): string {
  const [by, asked] = [nodeList([client]), nodeList([server])];
  const only = `${asked} was asked by name, so ${by} asks nobody else.`;
  const shown = world.nodes.get(server);
  if (shown === undefined) return `${only} ${asked} was taken away and does not come back: ask the leader instead.`;
  if (!shown.up) return `${only} ${asked} has crashed: restart it, or ask the leader instead.`;
  return `${only} ${by} does not reach ${asked}: bring them together, or ask the leader instead.`;
}

/** Servers that run and that an actor exchanges packets with, itself left out. */
function reachOf(world: World, node: NodeId): NodeId[] {
  return serversOf(world)
    .filter((server) => server.up && server.node !== node && isOpen(world, node, server.node))
    .map((server) => server.node);
}

function isOpen({ groups, cuts }: World, a: NodeId, b: NodeId): boolean {
  return connected(groups, a, b) && !cuts.has(directionKey(a, b)) && !cuts.has(directionKey(b, a));
}
