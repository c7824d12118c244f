/**
 * Single-decree Paxos (Lamport, the TLA+ module `Paxos`; the rules are those of *Paxos Made Simple*, section 2.2).
 *
 * Variables, by acceptor: `maxBal`, below which it takes no part any more; `maxVBal` and `maxVal`, its last vote. And `msgs`:
 * all messages that were ever sent. A message that is lost is one that nobody acts on, one that is late is acted on
 * later, and what is there may be acted on twice. Who leads a ballot is no part of it: at each ballot somebody does.
 *
 * - `Phase1a(b)` sends 1a of ballot b;
 * - `Phase1b(a, b)` answers it, if b is higher than a's maxBal, with a's last vote;
 * - `Phase2a(b, v)` proposes v at b, once, if a phase-1 quorum Q has answered and v has the highest of the votes in its
 *   answers, if there is any;
 * - `Phase2b(a, b, v)` votes for it, if b is not lower than a's maxBal.
 */
import { afterPromise, answersFrom, votesFrom } from './actions.ts';
import { agreement } from './consensus.ts';
import { add, copy, read, write } from './layout.ts';
import { paxosInvariants } from './paxos-facts.ts';
import { paxosLayout, votingOf, type PaxosLayout } from './paxos-layout.ts';
import { LAMPORTS_RULES, type PaxosRules } from './rules.ts';
import { bitsOf, listVotes, nameVote } from './specification.ts';
import type { Inspected, Scope, Sink, Specification, State } from './specification.ts';
import { chosenValues, emptyBallots, refinesVoting } from './voting.ts';
import { waysOf } from './ways.ts';

const PHASE_1A = 0;
const PHASE_1B = 1;
const PHASE_2A = 2;
const PHASE_2B = 3;

/** @throws ScopeError */
export function paxosSpec(scope: Scope, changed: Partial<PaxosRules> = {}): Specification {
  const rules = { ...LAMPORTS_RULES, ...changed };
  const layout = paxosLayout(scope);
  const { acceptors, maxBallot, values } = scope;
  const { maxBal, last, sent1a, sent1b, sent2a, sent2b } = layout;
  const ways = waysOf(scope, rules);
  const now = emptyBallots(scope);
  const unpack = votingOf(scope, layout);
  const chosen = (state: State): number => {
    unpack(state, now);
    return chosenValues(scope, now.votes);
  };
  /** An action: its phase, the acceptor, and the ballot or the number of the vote. */
  const action = (phase: number, acceptor: number, what: number): number => (what * acceptors + acceptor) * 4 + phase;

  function phase1a(state: State, sink: Sink): void {
    const sent = read(state, sent1a);
    for (let ballot = 0; ballot <= maxBallot; ballot++) {
      // It may be sent again; that changes nothing.
      if ((sent & (1 << ballot)) !== 0) {
        sink.stutter(1);
        continue;
      }
      copy(state, sink.next);
      add(sink.next, sent1a, 1 << ballot);
      sink.step(action(PHASE_1A, 0, ballot), 1);
    }
  }

  function phase1b(state: State, acceptor: number, sink: Sink): void {
    const own = read(state, maxBal[acceptor]!) - 1;
    for (let asked = read(state, sent1a) & ~((1 << answersFrom(rules, own)) - 1); asked !== 0; asked &= asked - 1) {
      const ballot = 31 - Math.clz32(asked & -asked);
      copy(state, sink.next);
      write(sink.next, maxBal[acceptor]!, afterPromise(rules, own, ballot) + 1);
      add(sink.next, sent1b[acceptor]![ballot]!, 1 << read(state, last[acceptor]!));
      sink.step(action(PHASE_1B, acceptor, ballot), 1);
    }
  }

  /** What was promised at the ballot; or below as well, if that is broken. */
  function report(state: State, ballot: number): void {
    for (let acceptor = 0; acceptor < acceptors; acceptor++) {
      let all = read(state, sent1b[acceptor]![ballot]!);
      for (let older = 0; rules.countsOlderPromises && older < ballot; older++) all |= read(state, sent1b[acceptor]![older]!);
      ways.reports[acceptor] = all;
    }
  }

  function phase2a(state: State, sink: Sink): void {
    const sent = read(state, sent2a);
    for (let ballot = 0; ballot <= maxBallot; ballot++) {
      const atBallot = (sent >>> (ballot * values)) & ((1 << values) - 1);
      if (atBallot !== 0 && rules.proposesOnce) continue;
      report(state, ballot);
      const found = ways.count();
      for (let value = 0; value < values; value++) {
        if (found[value] === 0) continue;
        const vote = ballot * values + value;
        copy(state, sink.next);
        add(sink.next, sent2a, 1 << vote);
        sink.step(action(PHASE_2A, 0, vote), found[value]!);
      }
    }
  }

  function phase2b(state: State, acceptor: number, sink: Sink): void {
    const lowest = votesFrom(rules, read(state, maxBal[acceptor]!) - 1);
    for (let asked = read(state, sent2a) & ~((1 << (lowest * values)) - 1); asked !== 0; asked &= asked - 1) {
      const vote = 31 - Math.clz32(asked & -asked);
      copy(state, sink.next);
      write(sink.next, maxBal[acceptor]!, Math.floor(vote / values) + 1);
      if (rules.recordsVote) write(sink.next, last[acceptor]!, vote + 1);
      add(sink.next, sent2b[acceptor]!, 1 << vote);
      sink.step(action(PHASE_2B, acceptor, vote), 1);
    }
  }

  function describe(taken: number, before: State): string {
    const [phase, acceptor, what] = [taken & 3, (taken >> 2) % acceptors, Math.floor((taken >> 2) / acceptors)];
    const vote = nameVote(scope, what).slice(1, -1);
    switch (phase) {
      case PHASE_1A:
        return `Phase1a(${what})`;
      case PHASE_1B: {
        const report = read(before, last[acceptor]!);
        return `Phase1b(a${acceptor + 1}, ${what}) reports ${report === 0 ? 'no vote' : nameVote(scope, report - 1)}`;
      }
      case PHASE_2A:
        return `Phase2a(${vote})`;
      default:
        return `Phase2b(a${acceptor + 1}, ${vote})`;
    }
  }

  return {
    name: 'paxos',
    words: layout.words,
    initial: () => new Int32Array(layout.words),
    successors(state, sink) {
      phase1a(state, sink);
      phase2a(state, sink);
      for (let acceptor = 0; acceptor < acceptors; acceptor++) {
        phase1b(state, acceptor, sink);
        phase2b(state, acceptor, sink);
      }
    },
    describe,
    inspect: (state) => inspect(scope, layout, chosen(state), state),
    invariants: [agreement(chosen), ...paxosInvariants(scope, layout)],
    steps: [refinesVoting(scope, unpack)],
  };
}

function inspect(scope: Scope, layout: PaxosLayout, chosen: number, state: State): Inspected {
  const name = (report: number): string => (report === 0 ? 'no vote' : nameVote(scope, report - 1));
  const msgs = [
    ...bitsOf(read(state, layout.sent1a)).map((ballot) => `1a ${ballot}`),
    ...layout.sent1b.flatMap((ballots, acceptor) =>
      ballots.flatMap((field, ballot) =>
        bitsOf(read(state, field)).map((report) => `1b a${acceptor + 1} ${ballot} ${name(report)}`))),
    ...listVotes(scope, read(state, layout.sent2a)).map((vote) => `2a ${vote}`),
    ...layout.sent2b.flatMap((field, acceptor) => listVotes(scope, read(state, field)).map((vote) => `2b a${acceptor + 1} ${vote}`)),
  ];
  return {
    maxBal: layout.maxBal.map((field) => read(state, field) - 1),
    lastVote: layout.last.map((field) => name(read(state, field))),
    msgs,
    chosen: bitsOf(chosen).map((value) => `v${value + 1}`),
  };
}
