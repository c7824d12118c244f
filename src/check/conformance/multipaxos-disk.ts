/** What the disks of servers tell: promises and votes as they are saved, and whether a restart finds them. */
import type { Ballot } from '../../protocol/ballot.ts';
import type { Violation } from '../../protocol/checker.ts';
import type { LogCommand } from '../../protocol/multipaxos/command.ts';
import { readRecord, slotOfRecord } from '../../protocol/multipaxos/records.ts';
import type { NodeId, Saved } from '../../protocol/protocol.ts';
import { violationOf } from '../../protocol/violation.ts';
import { isSame, nameVote, phase1a, phase1b, phase2b } from './actions.ts';
import { advance, language, lookAt, membersAt, propose, serverOf, slotOf, type LogConformance, type Server } from './multipaxos-state.ts';
import { readOnce } from './reading.ts';
import { acceptorOf, lastVote, maxBalOf, nameOfAcceptor, nameOfBallot, NONE, numberOf, proposerOf } from './state.ts';
import type { Phase2 } from './state.ts';

/** A vote as it is on a disk. */
interface SavedVote {
  readonly slot: number;
  readonly ballot: number;
  readonly command: LogCommand;
}

/**
 * A restart is a stutter: the disk holds what it held. A server that finds another disk than it had is another acceptor,
 * of which nothing was sent; one that does not know its disk yet says with its first save which it is.
 */
export function onStart(log: LogConformance, seq: number, node: NodeId, stored: readonly Saved[]): Violation | null {
  const server = serverOf(log, node);
  const votes = new Map<number, Ballot>();
  const before = server.epoch;
  let promised = NONE;
  server.quorum = log.quorum;
  server.epoch = 0;
  server.edge = 0;
  for (const record of stored) {
    const fact = readRecord(record);
    if (fact?.type === 'born') useDisk(server, node, fact.epoch);
    else if (fact?.type === 'ballot') promised = numberOf(fact.ballot);
    else if (fact?.type === 'snapshot') server.edge = fact.snapshot.upTo;
    else if (fact?.type === 'vote') votes.set(fact.slot, fact.vote.ballot);
  }
  return server.epoch === 0 || server.epoch !== before ? null : compareDisk(log, seq, server, promised, votes);
}

function useDisk(server: Server, node: NodeId, epoch: number): void {
  server.epoch = epoch;
  server.acceptor = acceptorOf(node, epoch);
}

function compareDisk(log: LogConformance, seq: number, server: Server, promised: number, votes: ReadonlyMap<number, Ballot>): Violation | null {
  const { acceptor, edge } = server;
  const own = maxBalOf(log.phase1, acceptor);
  const { ballot: before, seq: since } = own;
  const name = `${nameOfAcceptor(acceptor)} restarts, which is no stutter`;
  if (promised !== before) {
    own.ballot = promised;
    own.seq = seq;
    const text = `${name}: its maxBal was ${nameOfBallot(before)}, and its disk holds ${nameOfBallot(promised)}`;
    return violationOf('Stutter', 0, text, [since, seq]);
  }
  for (let slot = Math.max(edge, log.forgotten) + 1; slot <= log.highest; slot++) {
    const phase2 = lookAt(log, slot);
    const vote = phase2 === null ? null : lastVote(phase2, acceptor, Infinity);
    const left = votes.get(slot);
    if (vote === null || (left !== undefined && numberOf(left) === vote.ballot)) continue;
    const holds = left === undefined ? 'no vote there' : `a vote at ${nameOfBallot(numberOf(left))}`;
    const text = `${name} in slot ${slot}: its last vote was for ${nameVote(language, vote.ballot, vote.value)}, and its disk holds ${holds}`;
    return violationOf('Stutter', slot, text, [vote.seqs[vote.acceptors.indexOf(acceptor)]!, seq]);
  }
  return null;
}

/** What a save says. */
interface Save {
  readonly votes: readonly SavedVote[];
  /** Slots whose votes it lets go of. */
  readonly gone: readonly number[];
  /** `null`: nothing of it. */
  readonly promised: number | null;
  readonly epoch: number | null;
  /** The last slot of its snapshot; 0: there is none. */
  readonly edge: number;
}

const readSave = readOnce((records): Save => {
  const votes: SavedVote[] = [];
  const gone: number[] = [];
  let [promised, epoch, edge]: [number | null, number | null, number] = [null, null, 0];
  for (const record of records) {
    const slot = record.value === null ? slotOfRecord(record) : 0;
    if (slot > 0) gone.push(slot);
    const fact = readRecord(record);
    if (fact?.type === 'vote') votes.push({ slot: fact.slot, ballot: numberOf(fact.vote.ballot), command: fact.vote.command });
    else if (fact?.type === 'ballot') promised = numberOf(fact.ballot);
    else if (fact?.type === 'snapshot') edge = fact.snapshot.upTo;
    else if (fact?.type === 'born') ({ epoch } = fact);
  }
  return { votes, gone, promised, epoch, edge };
});

/** A save: a promise, or votes, each of which is an action; or what changes nothing. */
export function onSave(log: LogConformance, seq: number, node: NodeId, records: readonly Saved[]): Violation | null {
  const server = serverOf(log, node);
  const { votes, gone, promised, epoch, edge } = readSave(records);
  if (epoch !== null && epoch !== server.epoch) useDisk(server, node, epoch);
  if (edge > server.edge) server.edge = edge;
  let violation = promised === null ? null : onBallotSaved(log, seq, node, server, promised, votes);
  const onDisk = promised ?? maxBalOf(log.phase1, server.acceptor).ballot;
  for (const vote of votes) {
    const found = onVoteSaved(log, seq, node, server, vote, onDisk);
    violation ??= found;
  }
  return violation ?? (gone.length === 0 ? null : checkGone(log, seq, server, gone));
}

/** Phase1b; with a vote at the ballot, it is that vote that raises maxBal. A candidate's own is its 1a as well. */
function onBallotSaved(log: LogConformance, seq: number, node: NodeId, { acceptor }: Server, promised: number, votes: readonly SavedVote[]): Violation | null {
  const { phase1 } = log;
  if (promised === maxBalOf(phase1, acceptor).ballot || votes.some(({ ballot }) => ballot === promised)) return null;
  const asked = proposerOf(promised) === node ? phase1a(phase1, 0, node, promised, seq) : null;
  return asked ?? phase1b(phase1, language.place, 0, acceptor, promised, seq);
}

function onVoteSaved(log: LogConformance, seq: number, node: NodeId, { acceptor }: Server, vote: SavedVote, onDisk: number): Violation | null {
  const { slot, ballot, command } = vote;
  const { phase1 } = log;
  const leader = proposerOf(ballot);
  const known = lookAt(log, slot);
  // Saved once more.
  if (known !== null && isLastVote(known, acceptor, ballot, command)) return null;
  const proposed = leader === node ? propose(log, seq, node, slot, ballot, command) : null;
  const phase2 = slotOf(log, slot);
  if (phase2 === null) return proposed;
  const { quorum } = serverOf(log, leader);
  const voted = phase2b(language, phase1, phase2, slot, acceptor, ballot, command, quorum, membersAt(log, slot), seq);
  if (phase2.chosen !== null && slot === log.chosenUpTo + 1) advance(log);
  // To vote at a ballot is to promise it: on the disk, too.
  const own = maxBalOf(phase1, acceptor);
  own.ballot = onDisk;
  if (proposed !== null || voted !== null || ballot <= onDisk) return proposed ?? voted;
  const text = `${nameOfAcceptor(acceptor)} voted at ${nameOfBallot(ballot)} in slot ${slot}, which is no Phase2b: that makes its maxBal ${nameOfBallot(ballot)}, and its disk holds ${nameOfBallot(onDisk)}`;
  return violationOf('Phase2b', slot, text, [seq]);
}

function isLastVote(phase2: Phase2<LogCommand>, acceptor: number, ballot: number, command: LogCommand): boolean {
  const last = lastVote(phase2, acceptor, Infinity);
  return last?.ballot === ballot && isSame(language, last.value, command);
}

/** A vote may be let go of where a snapshot holds what was chosen; else it is lost. */
function checkGone(log: LogConformance, seq: number, { acceptor, edge }: Server, slots: readonly number[]): Violation | null {
  for (const slot of slots) {
    const phase2 = slot > edge ? lookAt(log, slot) : null;
    const vote = phase2 === null ? null : lastVote(phase2, acceptor, Infinity);
    if (vote === null) continue;
    const text = `${nameOfAcceptor(acceptor)} lets go of its vote for ${nameVote(language, vote.ballot, vote.value)} in slot ${slot}, which is no stutter: its snapshot ends at slot ${edge}`;
    return violationOf('Stutter', slot, text, [vote.seqs[vote.acceptors.indexOf(acceptor)]!, seq]);
  }
  return null;
}
