/** What invariants.ts remembers of everything the nodes said and did: plain data, a bounded number of instances. */
import { NO_BALLOT, sameBallot } from '../ballot.ts';
import type { Ballot } from '../ballot.ts';
import type { NodeId } from '../protocol.ts';
import type { PaxosConfig } from './config.ts';

/** Most instances remembered; the one first heard of is forgotten first. */
const INSTANCES_MAX = 10_000;

/** What is known of one acceptor in one instance. */
export interface AcceptorFacts {
  /** The promise on its disk. */
  saved: Ballot;
  /** The highest ballot that it told others it promised or accepted. */
  told: Ballot;
  /**
   * Its votes, in the order in which it cast them. One is certain once it was told or found on the disk at a restart;
   * before that, a crash may have taken it.
   */
  readonly votes: { readonly ballot: Ballot; readonly value: string; certain: boolean }[];
}

/** What is known of one instance. */
export interface InstanceFacts {
  /** The values clients asked for. */
  readonly wanted: string[];
  readonly prepared: { readonly ballot: Ballot; readonly node: NodeId; readonly incarnation: number }[];
  promises: {
    readonly node: NodeId;
    readonly ballot: Ballot;
    readonly acceptedBallot: Ballot;
    readonly acceptedValue: string;
  }[];
  /** The first value heard of at each ballot, and `who` proposed or accepted it. */
  readonly values: { readonly ballot: Ballot; readonly value: string; readonly who: string; judged: boolean }[];
  /** By node. */
  readonly acceptors: (AcceptorFacts | undefined)[];
  /** The acceptors whose vote is certain. */
  readonly tallies: { readonly ballot: Ballot; readonly value: string; readonly voters: NodeId[] }[];
  chosen: { readonly ballot: Ballot; readonly value: string; readonly how: string } | null;
}

export interface PaxosFacts {
  readonly nodes: readonly NodeId[];
  /** By node: its configuration, how often it came up, the highest round on its disk. */
  readonly configs: (PaxosConfig | undefined)[];
  readonly incarnations: (number | undefined)[];
  readonly rounds: (number | undefined)[];
  readonly instances: Map<number, InstanceFacts>;
}

/** No facts yet. */
export function noFacts(nodes: readonly NodeId[], config: PaxosConfig): PaxosFacts {
  const configs: PaxosConfig[] = [];
  for (const node of nodes) configs[node] = config;
  return { nodes, configs, incarnations: [], rounds: [], instances: new Map() };
}

/** What is known of an instance; of one not heard of before, nothing. */
export function instanceOf(facts: PaxosFacts, instance: number): InstanceFacts {
  const known = facts.instances.get(instance);
  if (known) return known;
  const fresh: InstanceFacts = {
    wanted: [],
    prepared: [],
    promises: [],
    values: [],
    acceptors: [],
    tallies: [],
    chosen: null,
  };
  facts.instances.set(instance, fresh);
  if (facts.instances.size > INSTANCES_MAX) facts.instances.delete(facts.instances.keys().next().value!);
  return fresh;
}

export function acceptorOf(record: InstanceFacts, node: NodeId): AcceptorFacts {
  return (record.acceptors[node] ??= { saved: NO_BALLOT, told: NO_BALLOT, votes: [] });
}

export function tallyFor(record: InstanceFacts, ballot: Ballot, value: string): InstanceFacts['tallies'][number] {
  const known = record.tallies.find((tally) => tally.value === value && sameBallot(tally.ballot, ballot));
  if (known) return known;
  const fresh = { ballot, value, voters: [] };
  record.tallies.push(fresh);
  return fresh;
}

/** The acceptors of a configuration. */
export function acceptorsOf(facts: PaxosFacts, config: PaxosConfig): NodeId[] {
  return facts.nodes.filter((_, i) => config.roles[i]!.includes('acceptor'));
}
