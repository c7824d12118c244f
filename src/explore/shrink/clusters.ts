/** Smaller clusters: without one of the servers, or with fewer clients that ask for less. */
import { isClient, NODES_MAX, type NodeId } from '../../protocol/protocol.ts';
import type { Command } from '../../cluster/commands.ts';
import type { ScriptedCommand } from '../../cluster/script.ts';
import type { Found } from '../fuzz/finding.ts';
import type { FuzzRun } from '../fuzz/fuzz-run.ts';
import { withScript } from './commands.ts';
import { withConfig } from './settings.ts';

export function* simplerClusters(given: Found): Generator<FuzzRun, void, Found | null> {
  let { fuzzed } = given;
  if (fuzzed.calm !== null) return;
  for (let node = fuzzed.header.nodes.length; node >= 1 && fuzzed.header.nodes.length > 1; node--) {
    for (const smaller of without(fuzzed, node)) {
      const better = yield smaller;
      if (better === null) continue;
      fuzzed = better.fuzzed;
      break;
    }
  }
  while (fuzzed.header.clients > 1) {
    const better = yield withoutLastClient(fuzzed);
    if (better === null) break;
    fuzzed = better.fuzzed;
  }
  const { load } = fuzzed.header.config as { readonly load?: { readonly sessions: number } };
  if (load === undefined) return;
  for (let sessions = 0; sessions < load.sessions; sessions++) {
    const fewer = withConfig(fuzzed, { load: { ...load, sessions } });
    if (fewer !== null && (yield fewer) !== null) return;
  }
}

/** The run without this server, the later ones moving up: with its own quorums, if they do for fewer, or majorities. */
function without(fuzzed: FuzzRun, node: NodeId): FuzzRun[] {
  const { header } = fuzzed;
  const rename = (one: NodeId): NodeId | null => (one === node ? null : one > node && !isClient(one) ? one - 1 : one);
  const script = (header.script ?? []).flatMap((one): ScriptedCommand[] => {
    const command = renamed(one.command, rename);
    return command === null ? [] : [{ ...one, command }];
  });
  const fewer = withScript({ ...fuzzed, header: { ...header, nodes: header.nodes.slice(0, -1) } }, script);
  const { roles } = header.config as { readonly roles?: readonly unknown[] };
  const change = roles === undefined ? {} : { roles: roles.filter((_, i) => i + 1 !== node) };
  return [{ quorum: { type: 'majority' } }, {}].flatMap((quorum) => withConfig(fewer, { ...change, ...quorum }) ?? []);
}

function withoutLastClient(fuzzed: FuzzRun): FuzzRun {
  const { header } = fuzzed;
  const last = NODES_MAX + header.clients;
  const script = (header.script ?? []).flatMap((one): ScriptedCommand[] => {
    const command = renamed(one.command, (node) => (node === last ? null : node));
    return command === null ? [] : [{ ...one, command }];
  });
  return withScript({ ...fuzzed, header: { ...header, clients: header.clients - 1 } }, script);
}

/** The command with other nodes; `null` when it is about one that is gone. */
function renamed(command: Command, rename: (node: NodeId) => NodeId | null): Command | null {
  const all = (nodes: readonly NodeId[]): NodeId[] => nodes.flatMap((node) => rename(node) ?? []);
  const links = (given: readonly { readonly from: NodeId; readonly to: NodeId }[]) => {
    return given.flatMap(({ from, to }) => {
      const [a, b] = [rename(from), rename(to)];
      return a === null || b === null ? [] : [{ from: a, to: b }];
    });
  };
  switch (command.type) {
    case 'partition':
      return { ...command, groups: command.groups.map(all).filter((group) => group.length > 0) };
    case 'cut': {
      const left = links(command.links);
      return left.length === 0 ? null : { ...command, links: left };
    }
    case 'mend':
      return command.links === undefined ? command : { type: 'mend', links: links(command.links) };
    case 'cut-pattern':
      return { ...command, nodes: all(command.nodes) };
    case 'link': {
      const [link] = links([command]);
      return link === undefined ? null : { ...command, ...link };
    }
    case 'request': {
      const node = rename(command.node);
      const request = requestFor(command.request, rename);
      return node === null || request === null ? null : { ...command, node, request };
    }
    case 'add':
      return command;
    default: {
      if (!('node' in command)) return command;
      const node = rename(command.node);
      return node === null ? null : { ...command, node };
    }
  }
}

function requestFor(request: Record<string, unknown>, rename: (node: NodeId) => NodeId | null): Record<string, unknown> | null {
  const { server, add, remove } = request as { readonly server?: NodeId; readonly add?: NodeId[]; readonly remove?: NodeId[] };
  const other = server === undefined ? undefined : rename(server);
  if (other === null) return null;
  const changed = ([['add', add], ['remove', remove]] as const).flatMap(([name, nodes]) => {
    return nodes === undefined ? [] : [[name, nodes.flatMap((node) => rename(node) ?? [])] as const];
  });
  return { ...request, ...(other !== undefined && { server: other }), ...Object.fromEntries(changed) };
}
