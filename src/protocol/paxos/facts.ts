/**
 * What the invariants remember of everything the nodes said and did: plain data, a bounded number of instances. With
 * each fact goes the number of the event that told of it. A fork shares what neither side changes (`owner`).
 */
import { NO_BALLOT, sameBallot } from '../ballot.ts';
import type { Ballot } from '../ballot.ts';
import { createBounded, forkBounded, getBounded, setBounded } from '../bounded.ts';
import type { Bounded } from '../bounded.ts';
import { createPaged, forkPaged, getPaged, setPaged } from '../paged.ts';
import type { Paged } from '../paged.ts';
import type { NodeId } from '../protocol.ts';
import { NO_EVENT } from '../violation.ts';
import type { PaxosConfig } from './config.ts';

/** Most instances remembered; the one first heard of is forgotten first, and nothing is said of it any more. */
const INSTANCES_MAX = 2_000;

/** A vote of an acceptor. */
export interface VoteFact {
  readonly ballot: Ballot;
  readonly value: string;
  readonly seq: number;
  /** It was told, or found on the disk at a restart; before that, a crash may have taken it. */
  certain: boolean;
}

/** What is known of one acceptor in one instance. */
export interface AcceptorFacts {
  /** The promise on its disk. */
  saved: Ballot;
  savedSeq: number;
  /** The highest ballot that it told others it promised or accepted. */
  told: Ballot;
  toldSeq: number;
  /** In the order in which it cast them. */
  readonly votes: VoteFact[];
}

export interface PromiseFact {
  readonly node: NodeId;
  readonly ballot: Ballot;
  readonly acceptedBallot: Ballot;
  readonly acceptedValue: string;
  readonly seq: number;
}

/** The first value heard of at a ballot, and who proposed or accepted it. */
export interface ValueFact {
  readonly ballot: Ballot;
  readonly value: string;
  readonly node: NodeId;
  readonly did: 'proposed' | 'accepted';
  readonly seq: number;
  /** It was proposed, and it was said whether that was safe. */
  judged: boolean;
}

/** The acceptors whose vote for a value at a ballot is certain, and the events that told of it. */
export interface Tally {
  readonly ballot: Ballot;
  readonly value: string;
  readonly voters: NodeId[];
  readonly seqs: number[];
}

/** The first value that was chosen: by whose votes, or which learner said so. */
export interface ChosenFact {
  readonly ballot: Ballot;
  readonly value: string;
  readonly by: NodeId | readonly NodeId[];
  readonly seqs: readonly number[];
}

/** What is known of one instance. */
export interface InstanceFacts {
  /** Of the facts that may change this record; others copy it first. */
  readonly owner: object;
  /** The values clients asked for. */
  readonly wanted: { readonly value: string; readonly seq: number }[];
  readonly prepared: { readonly ballot: Ballot; readonly node: NodeId; readonly incarnation: number; readonly seq: number }[];
  readonly promises: PromiseFact[];
  readonly values: ValueFact[];
  /** By node. */
  readonly acceptors: (AcceptorFacts | undefined)[];
  readonly tallies: Tally[];
  chosen: ChosenFact | null;
}

/** A configuration, with its acceptors at hand. */
export interface ConfigFact {
  readonly config: PaxosConfig;
  readonly acceptors: readonly NodeId[];
}

export interface PaxosFacts {
  readonly nodes: readonly NodeId[];
  /** By node: its configuration, how often it came up, the highest round on its disk. */
  readonly configs: (ConfigFact | undefined)[];
  readonly incarnations: (number | undefined)[];
  readonly rounds: ({ readonly round: number; readonly seq: number } | undefined)[];
  readonly instances: Bounded<InstanceFacts>;
  /** Thirty-two instances a number, a bit for each: those forgotten. */
  readonly forgotten: Paged<number>;
}

/** No facts yet. */
export function noFacts(nodes: readonly NodeId[], config: PaxosConfig): PaxosFacts {
  const configs: ConfigFact[] = [];
  const first = configFact(nodes, config);
  for (const node of nodes) configs[node] = first;
  return { nodes, configs, incarnations: [], rounds: [], instances: createBounded(), forgotten: createPaged() };
}

export function forkFacts({ nodes, configs, incarnations, rounds, instances, forgotten }: PaxosFacts): PaxosFacts {
  return {
    nodes,
    configs: configs.slice(),
    incarnations: incarnations.slice(),
    rounds: rounds.slice(),
    instances: forkBounded(instances),
    forgotten: forkPaged(forgotten),
  };
}

export function configFact(nodes: readonly NodeId[], config: PaxosConfig): ConfigFact {
  return { config, acceptors: nodes.filter((_, i) => config.roles[i]!.includes('acceptor')) };
}

/** What is known of an instance, to be changed; of one not heard of before, nothing. `null`: it was forgotten. */
export function instanceOf(facts: PaxosFacts, instance: number): InstanceFacts | null {
  const { instances } = facts;
  const { owner } = instances.records;
  const known = getBounded(instances, instance);
  if (known !== undefined) {
    if (known.owner === owner) return known;
    const own = copyOf(known, owner);
    setBounded(instances, instance, own, INSTANCES_MAX);
    return own;
  }
  if (isForgotten(facts, instance)) return null;
  const fresh: InstanceFacts = {
    owner,
    wanted: [],
    prepared: [],
    promises: [],
    values: [],
    acceptors: [],
    tallies: [],
    chosen: null,
  };
  const gone = setBounded(instances, instance, fresh, INSTANCES_MAX);
  if (gone >= 0) forget(facts, gone);
  return fresh;
}

function copyOf(known: InstanceFacts, owner: object): InstanceFacts {
  const { wanted, prepared, promises, values, acceptors, tallies, chosen } = known;
  return {
    owner,
    wanted: wanted.slice(),
    prepared: prepared.slice(),
    promises: promises.slice(),
    values: values.map((value) => ({ ...value })),
    acceptors: acceptors.map((one) => one && { ...one, votes: one.votes.map((vote) => ({ ...vote })) }),
    tallies: tallies.map((tally) => ({ ...tally, voters: tally.voters.slice(), seqs: tally.seqs.slice() })),
    chosen,
  };
}

function forget({ forgotten }: PaxosFacts, instance: number): void {
  const at = Math.floor(instance / 32);
  setPaged(forgotten, at, (getPaged(forgotten, at) ?? 0) | (1 << instance % 32));
}

function isForgotten({ forgotten }: PaxosFacts, instance: number): boolean {
  return ((getPaged(forgotten, Math.floor(instance / 32)) ?? 0) & (1 << instance % 32)) !== 0;
}

export function acceptorOf(record: InstanceFacts, node: NodeId): AcceptorFacts {
  const known = record.acceptors[node];
  if (known !== undefined) return known;
  const fresh = { saved: NO_BALLOT, savedSeq: NO_EVENT, told: NO_BALLOT, toldSeq: NO_EVENT, votes: [] };
  record.acceptors[node] = fresh;
  return fresh;
}

/** Its vote at a ballot, or `null`. */
export function voteAt({ votes }: AcceptorFacts, ballot: Ballot): VoteFact | null {
  for (const vote of votes) if (sameBallot(vote.ballot, ballot)) return vote;
  return null;
}

/** Its vote for a value at a ballot, or `null`. */
export function voteFor({ votes }: AcceptorFacts, ballot: Ballot, value: string): VoteFact | null {
  for (const vote of votes) if (sameBallot(vote.ballot, ballot) && vote.value === value) return vote;
  return null;
}

export function valueAt({ values }: InstanceFacts, ballot: Ballot): ValueFact | null {
  for (const value of values) if (sameBallot(value.ballot, ballot)) return value;
  return null;
}

export function tallyFor(record: InstanceFacts, ballot: Ballot, value: string): Tally {
  for (const tally of record.tallies) if (tally.value === value && sameBallot(tally.ballot, ballot)) return tally;
  const fresh = { ballot, value, voters: [], seqs: [] };
  record.tallies.push(fresh);
  return fresh;
}
