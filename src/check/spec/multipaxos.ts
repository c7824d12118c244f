/**
 * Multi-Paxos: a log of slots, each of them decided as in single-decree Paxos, with one ballot for all (*The Part-Time
 * Parliament*, section 3.1; van Renesse & Altinbuken, *Paxos Made Moderately Complex*, section 4).
 *
 * Phase 1 is done once per ballot and for all slots: an acceptor has one `maxBal`, and its promise carries its last vote
 * in every slot. Phase 2 is done slot by slot:
 *
 * - `Phase1a(b)` sends 1a of ballot b;
 * - `Phase1b(a, b)` answers it, if b is higher than a's maxBal, with a's last votes in all slots;
 * - `Phase2a(s, b, v)` proposes v in slot s at b, once, if a phase-1 quorum has answered b and v has the highest of the
 *   votes in slot s that its answers report, if there is any;
 * - `Phase2b(a, s, b, v)` votes for it, if b is not lower than a's maxBal, which becomes b: for all slots.
 *
 * In each slot that is Paxos (see `slotOf`), and that is checked of every step.
 */
import { afterPromise, answersFrom, votesFrom } from './actions.ts';
import { add, copy, Layout, read, times, write, type Field } from './layout.ts';
import { paxosLayout, type PaxosLayout } from './paxos-layout.ts';
import { LAMPORTS_RULES, LOG_RULES, type MultiPaxosRules } from './rules.ts';
import { paxosSpec } from './paxos.ts';
import { checkScope, countVotes, listVotes, nameVote, ScopeError } from './specification.ts';
import type { Inspected, Scope, Sink, Specification, State, StepProperty } from './specification.ts';
import { chosenValues } from './voting.ts';
import { waysOf } from './ways.ts';

export interface LogScope extends Scope {
  /** Slots of the log, 1 or more. */
  readonly slots: number;
}

/** Where the variables stand. Votes and `last` as in `PaxosLayout`. */
interface LogLayout {
  readonly words: number;
  readonly maxBal: readonly Field[];
  readonly sent1a: Field;
  /** By acceptor: the ballots it has promised, a set. */
  readonly promised: readonly Field[];
  /** By acceptor, ballot and slot: the vote that the 1b message reports. There is at most one 1b for a ballot. */
  readonly reports: readonly (readonly (readonly Field[])[])[];
  /** By slot. */
  readonly sent2a: readonly Field[];
  /** By acceptor and slot. */
  readonly last: readonly (readonly Field[])[];
  readonly sent2b: readonly (readonly Field[])[];
}

const SLOTS_MAX = 8;

/** @throws ScopeError */
function logLayout(scope: LogScope): LogLayout {
  checkScope(scope);
  const { acceptors, maxBallot, slots } = scope;
  if (slots < 1 || slots > SLOTS_MAX) throw new ScopeError(`there can be 1 to ${SLOTS_MAX} slots`);
  const votes = countVotes(scope);
  const layout = new Layout();
  const sent2b = times(acceptors, () => times(slots, () => layout.bits(votes)));
  const sent2a = times(slots, () => layout.bits(votes));
  const reports = times(acceptors, () => times(maxBallot + 1, () => times(slots, () => layout.upTo(votes))));
  const last = times(acceptors, () => times(slots, () => layout.upTo(votes)));
  const promised = times(acceptors, () => layout.bits(maxBallot + 1));
  const sent1a = layout.bits(maxBallot + 1);
  const maxBal = times(acceptors, () => layout.upTo(maxBallot + 1));
  return { words: layout.words, maxBal, sent1a, promised, reports, sent2a, last, sent2b };
}

const PHASE_1A = 0;
const PHASE_1B = 1;
const PHASE_2A = 2;
const PHASE_2B = 3;

/** @throws ScopeError */
export function multipaxosSpec(scope: LogScope, changed: Partial<MultiPaxosRules> = {}): Specification {
  const rules = { ...LAMPORTS_RULES, ...LOG_RULES, ...changed };
  const layout = logLayout(scope);
  const { acceptors, maxBallot, values, slots } = scope;
  const { maxBal, sent1a, promised, reports, sent2a, last, sent2b } = layout;
  const ways = waysOf(scope, rules);
  const action = (phase: number, acceptor: number, slot: number, what: number): number =>
    ((what * slots + slot) * acceptors + acceptor) * 4 + phase;

  function phase1a(state: State, sink: Sink): void {
    const sent = read(state, sent1a);
    for (let ballot = 0; ballot <= maxBallot; ballot++) {
      if ((sent & (1 << ballot)) !== 0) {
        sink.stutter(1);
        continue;
      }
      copy(state, sink.next);
      add(sink.next, sent1a, 1 << ballot);
      sink.step(action(PHASE_1A, 0, 0, ballot), 1);
    }
  }

  function phase1b(state: State, acceptor: number, sink: Sink): void {
    const own = read(state, maxBal[acceptor]!) - 1;
    for (let asked = read(state, sent1a) & ~((1 << answersFrom(rules, own)) - 1); asked !== 0; asked &= asked - 1) {
      const ballot = 31 - Math.clz32(asked & -asked);
      copy(state, sink.next);
      write(sink.next, maxBal[acceptor]!, afterPromise(rules, own, ballot) + 1);
      add(sink.next, promised[acceptor]!, 1 << ballot);
      for (let slot = 0; slot < (rules.reportsAllSlots ? slots : 1); slot++) {
        write(sink.next, reports[acceptor]![ballot]![slot]!, read(state, last[acceptor]![slot]!));
      }
      sink.step(action(PHASE_1B, acceptor, 0, ballot), 1);
    }
  }

  function report(state: State, slot: number, ballot: number): void {
    for (let acceptor = 0; acceptor < acceptors; acceptor++) {
      const has = (read(state, promised[acceptor]!) & (1 << ballot)) !== 0;
      ways.reports[acceptor] = has ? 1 << read(state, reports[acceptor]![ballot]![slot]!) : 0;
    }
  }

  function phase2a(state: State, slot: number, sink: Sink): void {
    const sent = read(state, sent2a[slot]!);
    for (let ballot = 0; ballot <= maxBallot; ballot++) {
      if (((sent >>> (ballot * values)) & ((1 << values) - 1)) !== 0) continue;
      report(state, slot, ballot);
      const found = ways.count();
      for (let value = 0; value < values; value++) {
        if (found[value] === 0) continue;
        const vote = ballot * values + value;
        copy(state, sink.next);
        add(sink.next, sent2a[slot]!, 1 << vote);
        sink.step(action(PHASE_2A, 0, slot, vote), found[value]!);
      }
    }
  }

  function phase2b(state: State, acceptor: number, slot: number, sink: Sink): void {
    const lowest = votesFrom(rules, read(state, maxBal[acceptor]!) - 1);
    for (let asked = read(state, sent2a[slot]!) & ~((1 << (lowest * values)) - 1); asked !== 0; asked &= asked - 1) {
      const vote = 31 - Math.clz32(asked & -asked);
      copy(state, sink.next);
      write(sink.next, maxBal[acceptor]!, Math.floor(vote / values) + 1);
      if (rules.recordsVote) write(sink.next, last[acceptor]![slot]!, vote + 1);
      add(sink.next, sent2b[acceptor]![slot]!, 1 << vote);
      sink.step(action(PHASE_2B, acceptor, slot, vote), 1);
    }
  }

  function describe(taken: number, before: State): string {
    const phase = taken & 3;
    const [acceptor, rest] = [(taken >> 2) % acceptors, Math.floor((taken >> 2) / acceptors)];
    const [slot, what] = [rest % slots, Math.floor(rest / slots)];
    switch (phase) {
      case PHASE_1A:
        return `Phase1a(${what})`;
      case PHASE_1B: {
        const carried = last[acceptor]!.map((field) => nameReport(scope, read(before, field)));
        return `Phase1b(a${acceptor + 1}, ${what}) reports ${carried.slice(0, rules.reportsAllSlots ? slots : 1).join(', ')}`;
      }
      case PHASE_2A:
        return `Phase2a(s${slot + 1}, ${nameVote(scope, what).slice(1, -1)})`;
      default:
        return `Phase2b(a${acceptor + 1}, s${slot + 1}, ${nameVote(scope, what).slice(1, -1)})`;
    }
  }

  return {
    name: 'multipaxos',
    words: layout.words,
    initial: () => new Int32Array(layout.words),
    successors(state, sink) {
      phase1a(state, sink);
      for (let slot = 0; slot < slots; slot++) phase2a(state, slot, sink);
      for (let acceptor = 0; acceptor < acceptors; acceptor++) {
        phase1b(state, acceptor, sink);
        for (let slot = 0; slot < slots; slot++) phase2b(state, acceptor, slot, sink);
      }
    },
    describe,
    inspect: (state) => inspect(scope, layout, state),
    invariants: [slotAgreement(scope, layout)],
    steps: [refinesPaxos(scope, layout)],
  };
}

/**
 * One slot of the log as a state of Paxos. All variables are those of the slot, the 1b messages with what they report of
 * it; but for `maxBal`, which is the highest ballot that the acceptor has promised or has voted at *in this slot*: a vote
 * in another slot raises the acceptor's ballot, and nothing was sent in this slot that would say so.
 */
function slotOf(scope: LogScope, from: LogLayout, to: PaxosLayout) {
  const { acceptors, values, maxBallot } = scope;
  return (state: State, slot: number, into: State): void => {
    into.fill(0);
    write(into, to.sent1a, read(state, from.sent1a));
    write(into, to.sent2a, read(state, from.sent2a[slot]!));
    for (let acceptor = 0; acceptor < acceptors; acceptor++) {
      const promised = read(state, from.promised[acceptor]!);
      const cast = read(state, from.sent2b[acceptor]![slot]!);
      write(into, to.sent2b[acceptor]!, cast);
      write(into, to.last[acceptor]!, read(state, from.last[acceptor]![slot]!));
      const voted = cast === 0 ? 0 : Math.floor((31 - Math.clz32(cast)) / values) + 1;
      write(into, to.maxBal[acceptor]!, Math.max(32 - Math.clz32(promised), voted));
      for (let ballot = 0; ballot <= maxBallot; ballot++) {
        if ((promised & (1 << ballot)) === 0) continue;
        write(into, to.sent1b[acceptor]![ballot]!, 1 << read(state, from.reports[acceptor]![ballot]![slot]!));
      }
    }
  };
}

/** That in each slot every step is one of Paxos, or a stutter. */
function refinesPaxos(scope: LogScope, layout: LogLayout): StepProperty {
  const paxos = paxosSpec(scope);
  const project = slotOf(scope, layout, paxosLayout(scope));
  const slots = times(scope.slots, () => ({ before: paxos.initial(), known: false, count: 0, allowed: [] as State[] }));
  const after = paxos.initial();
  const next = paxos.initial();
  let filled = slots[0]!;
  const sink: Sink = {
    next,
    stutter: () => undefined,
    step() {
      // States are used again, or there would be one for every step of the search.
      const kept = (filled.allowed[filled.count++] ??= paxos.initial());
      copy(next, kept);
    },
  };

  function isAllowed(slot: (typeof slots)[number]): boolean {
    if (same(slot.before, after)) return true;
    if (!slot.known) {
      slot.known = true;
      slot.count = 0;
      filled = slot;
      paxos.successors(slot.before, sink);
    }
    for (let at = 0; at < slot.count; at++) if (same(slot.allowed[at]!, after)) return true;
    return false;
  }

  return {
    name: 'Paxos',
    meaning: 'In each slot, every step is one of Paxos, or changes nothing there.',
    begin(from) {
      slots.forEach((slot, index) => {
        project(from, index, slot.before);
        slot.known = false;
      });
    },
    holds(to) {
      for (let index = 0; index < slots.length; index++) {
        project(to, index, after);
        if (!isAllowed(slots[index]!)) return false;
      }
      return true;
    },
  };
}

function same(one: State, other: State): boolean {
  for (let word = 0; word < one.length; word++) if (one[word] !== other[word]) return false;
  return true;
}

function slotAgreement(scope: LogScope, { sent2b }: LogLayout) {
  const chosen = chosenIn(scope, sent2b);
  return {
    name: 'Agreement',
    meaning: 'At most one value is chosen in each slot.',
    holds(state: State): boolean {
      for (let slot = 0; slot < scope.slots; slot++) {
        const values = chosen(state, slot);
        if ((values & (values - 1)) !== 0) return false;
      }
      return true;
    },
  };
}

function chosenIn(scope: LogScope, sent2b: LogLayout['sent2b']) {
  const votes = new Int32Array(scope.acceptors);
  return (state: State, slot: number): number => {
    for (let acceptor = 0; acceptor < scope.acceptors; acceptor++) votes[acceptor] = read(state, sent2b[acceptor]![slot]!);
    return chosenValues(scope, votes);
  };
}

function nameReport(scope: Scope, report: number): string {
  return report === 0 ? 'no vote' : nameVote(scope, report - 1);
}

function inspect(scope: LogScope, layout: LogLayout, state: State): Inspected {
  const { sent1a, promised, reports, sent2a, last, sent2b, maxBal } = layout;
  const ballots = times(scope.maxBallot + 1, (ballot) => ballot);
  const has = (field: Field, ballot: number): boolean => (read(state, field) & (1 << ballot)) !== 0;
  const told = (fields: readonly Field[]): string => fields.map((field) => nameReport(scope, read(state, field))).join(', ');
  const chosen = chosenIn(scope, sent2b);
  const msgs = [
    ...ballots.filter((ballot) => has(sent1a, ballot)).map((ballot) => `1a ${ballot}`),
    ...promised.flatMap((field, acceptor) =>
      ballots
        .filter((ballot) => has(field, ballot))
        .map((ballot) => `1b a${acceptor + 1} ${ballot} ${told(reports[acceptor]![ballot]!)}`)),
    ...sent2a.flatMap((field, slot) => listVotes(scope, read(state, field)).map((vote) => `2a s${slot + 1} ${vote}`)),
    ...sent2b.flatMap((fields, acceptor) =>
      fields.flatMap((field, slot) =>
        listVotes(scope, read(state, field)).map((vote) => `2b a${acceptor + 1} s${slot + 1} ${vote}`))),
  ];
  return {
    maxBal: maxBal.map((field) => read(state, field) - 1),
    lastVotes: last.map(told),
    msgs,
    chosen: times(scope.slots, (slot) => nameValues(scope, chosen(state, slot))),
  };
}

function nameValues(scope: Scope, set: number): string {
  const names = times(scope.values, (value) => `v${value + 1}`).filter((_, value) => (set & (1 << value)) !== 0);
  return names.length === 0 ? 'none' : names.join(' ');
}
