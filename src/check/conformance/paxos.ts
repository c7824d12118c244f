/**
 * That single-decree Paxos does nothing but what its specification allows: each instance by itself. What of the
 * implementation is what of the specification, says docs/proven.md.
 *
 * An acceptor's variables are those on its disk. So a save is where a promise or a vote is an action, and what is sent
 * after it must be there by then; if a crash comes between, it was sent and lost.
 */
import { createBounded, forkBounded, getBounded, setBounded, type Bounded } from '../../protocol/bounded.ts';
import type { Checker, Fact, Violation } from '../../protocol/checker.ts';
import { createPaged, forkPaged, getPaged, pagedEntries, setPaged, type Paged } from '../../protocol/paged.ts';
import type { PaxosConfig, PaxosRequest } from '../../protocol/paxos/config.ts';
import { quote, type PaxosMessage, type Promised } from '../../protocol/paxos/messages.ts';
import { readRecord, type AcceptorSlot } from '../../protocol/paxos/state.ts';
import type { Input, NodeId, Saved } from '../../protocol/protocol.ts';
import type { QuorumSystem } from '../../protocol/quorum.ts';
import { violationOf } from '../../protocol/violation.ts';
import { checks, falseReport, isTrueReport, nameVote, phase1a, phase1b, phase2a, phase2b, sent1b, sent2b } from './actions.ts';
import type { Electorate, Language } from './actions.ts';
import { readOnce } from './reading.ts';
import { acceptorOf, copyPhase1, copyPhase2, knowsAcceptor, lastVote, maxBalOf, nameOfBallot, NONE, noPhase1, noPhase2, numberOf, proposerOf } from './state.ts';
import type { Phase1, Phase2 } from './state.ts';

/** So many instances are remembered; the one first heard of is forgotten first, and not judged any more. */
const INSTANCES_MAX = 2_000;
/** Disks have no epochs here: an acceptor is who it was, whatever its disk has lost. */
const EPOCH = 1;

const language: Language<string> = { same: (one, other) => one === other, text: quote, place: 'instance' };

/** The variables of one instance. Changed in place by whoever owns it (`Paged.owner`); others copy it first. */
interface InstanceState {
  readonly owner: object;
  readonly phase1: Phase1;
  readonly phase2: Phase2<string>;
}

/** What a node takes for the acceptors and their quorums. */
interface NodeConfig {
  readonly config: PaxosConfig;
  readonly quorum: QuorumSystem;
  readonly electorate: Electorate;
}

export interface PaxosConformance {
  readonly nodes: readonly NodeId[];
  /** By node. */
  readonly configs: NodeConfig[];
  /** With which a node comes up. */
  latest: NodeConfig;
  readonly instances: Bounded<InstanceState>;
  /** Instances that are remembered no more. */
  readonly forgotten: Paged<true>;
}

export const paxosConformance: Checker<PaxosConformance, PaxosMessage, PaxosConfig, PaxosRequest> = {
  checks,
  create(nodes, config) {
    const latest = configOf(nodes, config);
    const configs: NodeConfig[] = [];
    for (const node of nodes) configs[node] = latest;
    return { nodes, configs, latest, instances: createBounded(), forgotten: createPaged() };
  },
  observe,
  fork: ({ nodes, configs, latest, instances, forgotten }) => ({
    nodes,
    configs: configs.slice(),
    latest,
    instances: forkBounded(instances),
    forgotten: forkPaged(forgotten),
  }),
};

function configOf(nodes: readonly NodeId[], config: PaxosConfig): NodeConfig {
  const acceptors = nodes.filter((_, i) => config.roles[i]!.includes('acceptor'));
  const electorate = { nodes: acceptors, acceptors: acceptors.map((node) => acceptorOf(node, EPOCH)) };
  return { config, quorum: config.quorum, electorate };
}

function observe(facts: PaxosConformance, fact: Fact<PaxosMessage, PaxosRequest>): Violation | null {
  const { seq, node } = fact;
  if ('input' in fact) return onInput(facts, seq, node, fact.input);
  const { effect } = fact;
  if (effect.type === 'save') return onSave(facts, seq, node, effect.records);
  return effect.type === 'send' ? onSend(facts, seq, node, effect.message) : null;
}

function onInput(facts: PaxosConformance, seq: number, node: NodeId, input: Input<PaxosMessage, PaxosRequest>): Violation | null {
  if (input.type === 'start') {
    facts.configs[node] = facts.latest;
    return onStart(facts, seq, node, input.stored);
  }
  if (input.type !== 'request' || input.request.type !== 'configure') return null;
  const { config } = input.request;
  if (config.roles.length !== facts.nodes.length) return null;
  // The same is told to every node.
  if (facts.latest.config !== config) facts.latest = configOf(facts.nodes, config);
  facts.configs[node] = facts.latest;
  return null;
}

/** A restart is a stutter: the disk holds what it held. What it has lost, the acceptor has, from now on. */
function onStart(facts: PaxosConformance, seq: number, node: NodeId, stored: readonly Saved[]): Violation | null {
  const found = new Map<number, AcceptorSlot>();
  for (const record of stored) {
    const fact = readRecord(record);
    if (fact.type === 'slot') found.set(fact.instance, fact.slot);
  }
  const acceptor = acceptorOf(node, EPOCH);
  let violation: Violation | null = null;
  for (const [instance, known] of pagedEntries(facts.instances.records)) {
    if (!knowsAcceptor(known.phase1, acceptor)) continue;
    const lost = compareDisk(instanceOf(facts, instance)!, instance, acceptor, found.get(instance), seq);
    violation ??= lost;
  }
  return violation;
}

function compareDisk({ phase1, phase2 }: InstanceState, instance: number, acceptor: number, slot: AcceptorSlot | undefined, seq: number): Violation | null {
  const own = maxBalOf(phase1, acceptor);
  const { ballot: before, seq: since } = own;
  const promised = slot === undefined ? NONE : numberOf(slot.promised);
  const vote = lastVote(phase2, acceptor, Infinity);
  const name = `n${proposerOf(acceptor)} restarts, which is no stutter in instance ${instance}`;
  if (promised !== before) {
    own.ballot = promised;
    own.seq = seq;
    const text = `${name}: its maxBal was ${nameOfBallot(before)}, and its disk holds ${nameOfBallot(promised)}`;
    return violationOf('Stutter', instance, text, [since, seq]);
  }
  const left = slot === undefined ? NONE : numberOf(slot.acceptedBallot);
  if (vote === null || left === vote.ballot) return null;
  const holds = left === NONE ? 'no vote' : nameVote(language, left, slot!.acceptedValue);
  const text = `${name}: its last vote was for ${nameVote(language, vote.ballot, vote.value)}, and its disk holds ${holds}`;
  return violationOf('Stutter', instance, text, [vote.seqs[vote.acceptors.indexOf(acceptor)]!, seq]);
}

/** What a record says of an instance, in numbers. */
interface SavedSlot {
  readonly instance: number;
  readonly promised: number;
  readonly accepted: number;
  readonly value: string;
}

const readSlots = readOnce((records): readonly SavedSlot[] =>
  records.flatMap((record) => {
    const fact = record.value === null ? null : readRecord(record);
    if (fact?.type !== 'slot') return [];
    const { promised, acceptedBallot, acceptedValue } = fact.slot;
    return [{ instance: fact.instance, promised: numberOf(promised), accepted: numberOf(acceptedBallot), value: acceptedValue }];
  }),
);

function onSave(facts: PaxosConformance, seq: number, node: NodeId, records: readonly Saved[]): Violation | null {
  let violation: Violation | null = null;
  for (const slot of readSlots(records)) {
    const found = onSlotSaved(facts, seq, node, slot);
    violation ??= found;
  }
  return violation;
}

/** One action, or none: a promise, a vote, or what was there already. */
function onSlotSaved(facts: PaxosConformance, seq: number, node: NodeId, slot: SavedSlot): Violation | null {
  const { instance, promised, accepted, value } = slot;
  const state = instanceOf(facts, instance);
  if (state === null) return null;
  const { phase1, phase2 } = state;
  const acceptor = acceptorOf(node, EPOCH);
  const own = maxBalOf(phase1, acceptor);
  const last = lastVote(phase2, acceptor, Infinity);
  const isLast = last === null ? accepted === NONE || accepted <= phase2.forgotten : last.ballot === accepted && last.value === value;
  if (isLast) return promised === own.ballot ? null : phase1b(phase1, language.place, instance, acceptor, promised, seq);
  if (accepted === promised) {
    const { quorum, electorate } = configAt(facts, proposerOf(promised));
    return phase2b(language, phase1, phase2, instance, acceptor, promised, value, quorum, electorate, seq);
  }
  // A promise that brings another vote with it than the last.
  const violation = phase1b(phase1, language.place, instance, acceptor, promised, seq);
  return violation ?? falseReport(language, phase2, instance, acceptor, promised, accepted, accepted === NONE ? null : value, seq);
}

function onSend(facts: PaxosConformance, seq: number, node: NodeId, message: PaxosMessage): Violation | null {
  const { type, instance } = message;
  if (type !== 'prepare' && type !== 'promise' && type !== 'accept' && type !== 'accepted') return null;
  const state = instanceOf(facts, instance);
  if (state === null) return null;
  const { phase1, phase2 } = state;
  const ballot = numberOf(message.ballot);
  switch (type) {
    case 'prepare':
      return phase1a(phase1, instance, node, ballot, seq);
    case 'promise':
      return onPromise(state, seq, node, message);
    case 'accept': {
      const { quorum, electorate } = configAt(facts, node);
      return phase2a(language, phase1, phase2, instance, node, ballot, message.value, quorum, electorate, seq);
    }
    case 'accepted':
      return sent2b(language, phase2, instance, acceptorOf(node, EPOCH), ballot, message.value, seq);
  }
}

/**
 * A promise that reports a vote at its own ballot comes again, or late, to where a 2a of that ballot is already: nothing
 * follows from it that the vote does not say.
 */
function onPromise({ phase1, phase2 }: InstanceState, seq: number, node: NodeId, message: Promised): Violation | null {
  const { instance, acceptedBallot, acceptedValue } = message;
  const acceptor = acceptorOf(node, EPOCH);
  const ballot = numberOf(message.ballot);
  const reported = numberOf(acceptedBallot);
  const value = reported === NONE ? null : acceptedValue;
  const isTrue = isTrueReport(language, phase2, acceptor, ballot, reported, value);
  if (isTrue && reported === ballot && ballot !== NONE) return null;
  const violation = sent1b(phase1, language.place, instance, acceptor, ballot, seq);
  return violation ?? (isTrue ? null : falseReport(language, phase2, instance, acceptor, ballot, reported, value, seq));
}

function configAt({ configs, latest }: PaxosConformance, node: NodeId): NodeConfig {
  return configs[node] ?? latest;
}

/** The variables of an instance, to be changed; of one not heard of before, the initial ones. `null`: forgotten. */
function instanceOf({ instances, forgotten }: PaxosConformance, instance: number): InstanceState | null {
  const { owner } = instances.records;
  const known = getBounded(instances, instance);
  if (known?.owner === owner) return known;
  if (known === undefined && getPaged(forgotten, instance) === true) return null;
  const own: InstanceState =
    known === undefined
      ? { owner, phase1: noPhase1(), phase2: noPhase2() }
      : { owner, phase1: copyPhase1(known.phase1), phase2: copyPhase2(known.phase2) };
  const oldest = setBounded(instances, instance, own, INSTANCES_MAX);
  if (oldest >= 0) setPaged(forgotten, oldest, true);
  return own;
}
