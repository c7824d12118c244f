/** What each server's database holds, one beside the other. Pure. */
import { isClient, type DatabaseView, type NodeId, type NodeWorld, type Standing, type World } from '../../../src/contract/index.ts';

/** A server, as it stands to the others. */
export interface ServerState {
  readonly node: NodeId;
  readonly up: boolean;
  /** It was never seen: there is nothing to show. */
  readonly seen: boolean;
  readonly leads: boolean;
  /** More than one says it leads: this one's ballot is not the highest. */
  readonly deposed: boolean;
  readonly standing: Standing;
  readonly applied: number;
  /** How many slots the one that is furthest has applied more. */
  readonly lag: number;
  /** What it lacks was chosen so long ago that it should have heard of it. */
  readonly late: boolean;
}

export interface Cell {
  readonly text: string;
  /** `same` as at the server that is furthest, `different`, `none` there, or `unseen`: not among what a server shows. */
  readonly state: 'same' | 'different' | 'unseen';
  /** What it is, in a sentence, for those who point at it. */
  readonly title: string;
}

/** Something that each of them holds. */
export interface Field {
  readonly name: string;
  readonly label: string;
  readonly meaning: string;
  /** One for each server. */
  readonly cells: readonly Cell[];
}

export interface Tables {
  readonly servers: readonly ServerState[];
  /** Counters of the transactions. */
  readonly counters: readonly Field[];
  /** The keys, in the order of their names. */
  readonly keys: readonly Field[];
  /** Keys that no server shows: each shows those written last. */
  readonly hidden: number;
}

/** A slot that a server lacks is news for so many heartbeats: then something keeps the news from it. */
const NEWS_HEARTBEATS = 2;
/** Where a protocol has no heartbeat, µs. */
const HEARTBEAT = 1_000_000;

/** A key that has no value. */
const NOTHING = '–';
const UNSEEN = '·';

/** The servers, ascending. */
export function serversOf(world: World): NodeWorld[] {
  return [...world.nodes.values()].filter(({ node }) => !isClient(node)).sort((a, b) => a.node - b.node);
}

/** The server that has applied most, one that runs if there is one; `undefined` when none has shown anything. */
export function furthest(world: World): NodeWorld | undefined {
  const seen = serversOf(world).filter(({ view }) => view?.replica !== undefined);
  const running = seen.filter(({ up }) => up);
  return (running.length > 0 ? running : seen).reduce<NodeWorld | undefined>(
    (best, server) => (best === undefined || appliedOf(server) > appliedOf(best) ? server : best),
    undefined,
  );
}

/** The slot up to which a server's tables stand: of one that is down, when it was last seen. */
export function appliedOf({ view }: NodeWorld): number {
  return view?.replica?.applied ?? 0;
}

/** The node that leads with the highest ballot, by its own word and running; `null` for none. */
export function leaderOf(world: World): NodeId | null {
  const terms = world.terms.filter(({ until }) => until === null);
  const latest = terms.reduce<(typeof terms)[number] | undefined>(
    (best, term) =>
      best === undefined || term.ballot.round > best.ballot.round || (term.ballot.round === best.ballot.round && term.ballot.node > best.ballot.node)
        ? term
        : best,
    undefined,
  );
  return latest?.node ?? null;
}

/** All tables of the servers at this moment. */
export function tablesOf(world: World): Tables {
  const servers = serversOf(world);
  const reference = furthest(world);
  const top = reference === undefined ? 0 : appliedOf(reference);
  const leader = leaderOf(world);
  const databases = servers.map(({ view }) => view?.replica?.database ?? null);
  const ours = reference?.view?.replica?.database ?? null;
  const states = servers.map((server): ServerState => {
    const { node, up, view } = server;
    const leads = up && world.terms.some((term) => term.node === node && term.until === null);
    return {
      node,
      up,
      seen: view?.replica !== undefined,
      leads: leads && node === leader,
      deposed: leads && node !== leader,
      standing: view?.replica?.standing ?? 'member',
      applied: appliedOf(server),
      lag: Math.max(0, top - appliedOf(server)),
      late: top > appliedOf(server) && isLate(world, appliedOf(server) + 1),
    };
  });
  const keys = keysOf(databases);
  const count = Math.max(0, ...databases.map((database) => database?.entryCount ?? 0));
  return {
    servers: states,
    counters: countersOf(databases, ours),
    keys: keys.map((key) => keyField(key, databases, ours)),
    hidden: Math.max(0, count - keys.length),
  };
}

/** Whether the slot was chosen, or let go, longer ago than news take. */
function isLate(world: World, slot: number): boolean {
  const chosen = world.chosen.get(slot);
  const { heartbeat = HEARTBEAT } = world.config as { readonly heartbeat?: number };
  return chosen === undefined || world.at - chosen.at > NEWS_HEARTBEATS * heartbeat;
}

function countersOf(databases: readonly (DatabaseView | null)[], ours: DatabaseView | null): Field[] {
  const field = (name: string, label: string, meaning: string, text: (database: DatabaseView) => string, title = text): Field => ({
    name,
    label,
    meaning,
    cells: databases.map((database) => {
      if (database === null) return { text: '', state: 'unseen', title: '' };
      const state = ours === null || text(database) === text(ours) ? 'same' : 'different';
      return { text: text(database), state, title: title(database) };
    }),
  });
  return [
    field('next', 'Next ID', 'The number that the next transaction will get.', ({ next }) => `#${next}`),
    field('open', 'Open', 'Transactions begun and neither committed nor aborted.', ({ openCount }) => String(openCount), openText),
    field('committed', 'Done', 'Transactions that were committed.', ({ committed }) => String(committed)),
  ];
}

/** `#7 with 2 writes, #9 with 1 write`. */
function openText({ open, openCount }: DatabaseView): string {
  if (openCount === 0) return 'No transaction is open.';
  const some = open.map(({ transaction, writes }) => `#${transaction} with ${writes} ${writes === 1 ? 'write' : 'writes'}`);
  return `${some.join(', ')}${openCount > open.length ? ` and ${openCount - open.length} more` : ''}`;
}

function keysOf(databases: readonly (DatabaseView | null)[]): string[] {
  const keys = new Set(databases.flatMap((database) => database?.entries.map(({ key }) => key) ?? []));
  return [...keys].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

function keyField(key: string, databases: readonly (DatabaseView | null)[], ours: DatabaseView | null): Field {
  const reference = ours === null ? null : valueIn(ours, key);
  return {
    name: `key ${key}`,
    label: key,
    meaning: '',
    cells: databases.map((database): Cell => {
      if (database === null) return { text: '', state: 'unseen', title: '' };
      const found = valueIn(database, key);
      if (found === undefined) return { text: UNSEEN, state: 'unseen', title: `${key} was not among the entries written last here.` };
      const state = reference === undefined || found?.value === reference?.value ? 'same' : 'different';
      if (found === null) return { text: NOTHING, state, title: `${key} has no value here.` };
      const by = found.transaction === 0 ? 'outside of a transaction' : `by transaction #${found.transaction}`;
      return { text: found.value, state, title: `${key} = ${found.value}, written ${by}` };
    }),
  };
}

/** The entry of a key; `null`: it has none; `undefined`: the database does not show it. */
function valueIn(database: DatabaseView, key: string): DatabaseView['entries'][number] | null | undefined {
  const found = database.entries.find((entry) => entry.key === key);
  if (found !== undefined) return found;
  return database.entryCount > database.entries.length ? undefined : null;
}
