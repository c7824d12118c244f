/** What a run file and an autosave journal have in common: header, commands and places, and how each is checked. */
import * as z from 'zod';
import { mutantNamed, protocolOf } from '../../protocol/mutants.ts';
import { protocolNamed, protocols } from '../../protocol/registry.ts';
import { CLIENT_FIRST, isClient, nameOf, NODES_MAX, type NodeId } from '../../protocol/protocol.ts';
import { completeNetwork } from '../../network/settings.ts';
import { clientSchema, commandSchema, type Command, type JournalEntry } from '../commands.ts';
import { checkClients, clientCountSchema, ENGINE_VERSION, proposingClient, seedSchema, type Place, type RunHeader } from '../run.ts';
import { isFields, type Checker } from './checker.ts';

/** Longest virtual time of a run in a file, µs: some thirty years. */
export const RUN_TIME_MAX_US = 1_000_000_000_000_000;
/** Most commands of a run in a file. */
export const RUN_COMMANDS_MAX = 100_000;
/** Longest title. */
export const RUN_TITLE_MAX = 120;

type Path = readonly PropertyKey[];

export const versionSchema = z.int().min(1);
export const titleSchema = z.string().max(RUN_TITLE_MAX);
/** Version of the program that wrote a file. */
export const appSchema = z.string().max(40);
export const digestSchema = z
  .string()
  .regex(/^[0-9a-f]{16}$/)
  .describe('16 hexadecimal digits');

const at = z.int().min(0).max(RUN_TIME_MAX_US);
const seq = z.int().min(0);

export const placeSchema = z.strictObject({ at, seq });
export const markSchema = z.strictObject({ seq, digest: digestSchema });
const entrySchema = z.strictObject({
  at,
  seq,
  command: z.unknown(),
  scripted: z.int().min(0).optional(),
  refused: z.literal(true).optional(),
});

const headerSchema = z.strictObject({
  engine: z.int().min(1),
  protocol: z.enum(protocols.map((protocol) => protocol.name) as [string, ...string[]]),
  mutant: z.string().exactOptional(),
  config: z.record(z.string(), z.unknown()),
  seed: seedSchema,
  nodes: z.array(z.int().min(1).max(NODES_MAX)).min(1),
  clients: clientCountSchema.default(0),
  network: z.record(z.string(), z.record(z.string(), z.unknown())),
  client: clientSchema.partial(),
});

/** A header as it stands in a file, checked as by `createHeader`; null when there were complaints. */
export function checkHeader(checker: Checker, given: unknown, path: Path): RunHeader | null {
  // A long list would have as many complaints.
  if (isFields(given) && Array.isArray(given.nodes) && given.nodes.length > NODES_MAX) {
    return checker.complain([...path, 'nodes'], `must be a list of at most ${NODES_MAX} entries`);
  }
  const header = checker.parse(headerSchema, given, path);
  if (header === null) return null;
  const strange = header.nodes.findIndex((node, index) => node !== index + 1);
  if (strange >= 0) return checker.complain([...path, 'nodes', strange], `must be ${strange + 1}: nodes count from 1`);
  const { mutant } = header;
  const found = mutant === undefined || checker.attempt(() => mutantNamed(header.protocol, mutant), [...path, 'mutant']);
  if (found === null) return null;
  const protocol = protocolOf(header);
  const config = checker.attempt(() => protocol.config(header.config, header.nodes), [...path, 'config']);
  const network = checker.attempt(() => completeNetwork(header.network), [...path, 'network']);
  const clients = checker.attempt(() => checkClients(protocol, header.clients), [...path, 'clients']);
  const client = proposingClient(protocol, header.client);
  const stranger = client.proposers.findIndex((node) => node > header.nodes.length);
  if (stranger >= 0) {
    const proposer = client.proposers[stranger]!;
    return checker.complain([...path, 'client', 'proposers', stranger], noNode(proposer, header));
  }
  return config === null || network === null || clients === null ? null : { ...header, config, network, clients, client };
}

/** A command at its place; null when there were complaints. @param before the place it must not come before */
export function checkEntry(
  checker: Checker,
  given: unknown,
  path: Path,
  before: Place,
  header: RunHeader,
): JournalEntry | null {
  const { script = [] } = header;
  const entry = checker.parse(entrySchema, given, path);
  if (entry === null) return null;
  if (!checkOrder(checker, entry, path, before)) return null;
  const command = checkCommand(checker, entry.command, [...path, 'command'], header);
  if (command === null) return null;
  const { scripted, refused } = entry;
  if (scripted === undefined && refused !== undefined) {
    return checker.complain([...path, 'refused'], 'only a command of the script can stand here that was refused');
  }
  if (scripted !== undefined && scripted >= script.length) {
    return checker.complain([...path, 'scripted'], `there is no such command: the script has ${script.length}`);
  }
  return { at: entry.at, seq: entry.seq, command, ...(scripted !== undefined && { scripted }), ...(refused && { refused }) };
}

/** A command as it stands in a file; null when there were complaints. */
export function checkCommand(checker: Checker, given: unknown, path: Path, header: RunHeader): Command | null {
  const command = checker.parse(commandSchema, given, path);
  if (command === null) return null;
  for (const { node, path: inner } of nodesOf(command)) {
    if (!canBe(node, header)) return checker.complain([...path, ...inner], noNode(node, header));
  }
  return command;
}

/** Whether a place comes at or after another one; a complaint is noted when not. */
export function checkOrder(checker: Checker, place: Place, path: Path, before: Place): boolean {
  for (const key of ['at', 'seq'] as const) {
    if (place[key] >= before[key]) continue;
    checker.complain([...path, key], `must be at least ${before[key]}, as before it, not ${place[key]}`);
    return false;
  }
  return true;
}

/** Why a run of another engine cannot go on; empty for one of this engine. */
export function readOnlyReason(header: RunHeader): string {
  if (header.engine === ENGINE_VERSION) return '';
  const age = header.engine > ENGINE_VERSION ? 'newer' : 'older';
  return (
    `This run was made by ${age} engine ${header.engine}; this Synod has engine ${ENGINE_VERSION}, in which the same ` +
    'commands may give other events. It can be looked at, but what is shown may differ from what happened then.'
  );
}

function nodesOf(command: Command): { readonly node: NodeId; readonly path: Path }[] {
  const list = (nodes: readonly NodeId[], ...path: Path) => nodes.map((node, i) => ({ node, path: [...path, i] }));
  switch (command.type) {
    case 'partition':
      return command.groups.flatMap((group, i) => list(group, 'groups', i));
    case 'client':
      return list(command.settings.proposers ?? [], 'settings', 'proposers');
    case 'cut':
    case 'mend':
      return (command.links ?? []).flatMap(({ from, to }, i) => [
        { node: from, path: ['links', i, 'from'] },
        { node: to, path: ['links', i, 'to'] },
      ]);
    case 'cut-pattern':
      return list(command.nodes, 'nodes');
    case 'link':
      return [
        { node: command.from, path: ['from'] },
        { node: command.to, path: ['to'] },
      ];
    case 'add':
      return (['node', 'beside'] as const).flatMap((key) => (command[key] === undefined ? [] : [{ node: command[key], path: [key] }]));
    default:
      return 'node' in command && command.node !== undefined ? [{ node: command.node, path: ['node'] }] : [];
  }
}

type Actors = Pick<RunHeader, 'nodes' | 'clients'>;

/** Whether there can be such an actor in a run: servers can be added to it, if its protocol knows how. */
export function canBe(node: NodeId, { nodes, clients, protocol }: Actors & { readonly protocol: string }): boolean {
  if (isClient(node)) return node < CLIENT_FIRST + clients;
  return node <= nodes.length || protocolNamed(protocol).membership;
}

/** What to say of an actor that is not there. */
export function noNode(node: NodeId, { nodes, clients }: Actors): string {
  const [count, what] = isClient(node) ? [clients, 'client'] : [nodes.length, 'node'];
  return `there is no ${nameOf(node)}: the cluster has ${count} ${what}${count === 1 ? '' : 's'}`;
}
