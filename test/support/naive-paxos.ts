/**
 * Paxos and Multi-Paxos once more, as plainly as can be: states are objects, messages texts, what was met is a set of JSON.
 * It shares no line with src/check/spec, which must count the same.
 */
export interface NaiveScope {
  readonly acceptors: number;
  readonly values: number;
  readonly maxBallot: number;
  readonly slots: number;
  /** Sets of acceptors, which count from 0. */
  readonly quorums: readonly (readonly number[])[];
}

type Vote = readonly [ballot: number, value: number] | null;

type Message =
  | { readonly type: '1a'; readonly ballot: number }
  | { readonly type: '1b'; readonly from: number; readonly ballot: number; readonly votes: readonly Vote[] }
  | { readonly type: '2a'; readonly slot: number; readonly ballot: number; readonly value: number }
  | { readonly type: '2b'; readonly from: number; readonly slot: number; readonly ballot: number; readonly value: number };

interface State {
  readonly maxBal: readonly number[];
  readonly votes: readonly (readonly Vote[])[];
  readonly msgs: readonly Message[];
}

export interface Counts {
  readonly distinct: number;
  readonly generated: number;
  readonly depth: number;
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

function sent(state: State, message: Message): State {
  const text = JSON.stringify(message);
  if (state.msgs.some((each) => JSON.stringify(each) === text)) return state;
  const msgs = [...state.msgs, message].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  return { ...state, msgs };
}

const replaced = <T>(list: readonly T[], at: number, by: T): T[] => list.map((each, index) => (index === at ? by : each));

function* acceptorSteps({ slots }: NaiveScope, state: State, acceptor: number): Generator<State> {
  for (const message of state.msgs) {
    if (message.type === '1a' && message.ballot > state.maxBal[acceptor]!) {
      const promised = { ...state, maxBal: replaced(state.maxBal, acceptor, message.ballot) };
      yield sent(promised, { type: '1b', from: acceptor, ballot: message.ballot, votes: state.votes[acceptor]! });
    }
    if (message.type === '2a' && message.ballot >= state.maxBal[acceptor]!) {
      const { slot, ballot, value } = message;
      const own: Vote[] = upTo(slots).map((at) => (at === slot ? [ballot, value] : state.votes[acceptor]![at]!));
      const voted = { ...state, maxBal: replaced(state.maxBal, acceptor, ballot), votes: replaced(state.votes, acceptor, own) };
      yield sent(voted, { type: '2b', from: acceptor, slot, ballot, value });
    }
  }
}

function* proposals({ quorums, values }: NaiveScope, state: State, slot: number, ballot: number): Generator<State> {
  if (state.msgs.some((m) => m.type === '2a' && m.slot === slot && m.ballot === ballot)) return;
  for (const value of upTo(values)) {
    for (const quorum of quorums) {
      const answers = state.msgs.flatMap((m) => (m.type === '1b' && m.ballot === ballot && quorum.includes(m.from) ? [m] : []));
      if (!quorum.every((acceptor) => answers.some(({ from }) => from === acceptor))) continue;
      const reports = answers.map(({ votes }) => votes[slot]!).filter((vote) => vote !== null);
      if (reports.length === 0) yield sent(state, { type: '2a', slot, ballot, value });
      for (const report of reports) {
        const isHighest = reports.every((other) => report[0] >= other[0]);
        if (isHighest && report[1] === value) yield sent(state, { type: '2a', slot, ballot, value });
      }
    }
  }
}

function* successors(scope: NaiveScope, state: State): Generator<State> {
  for (const ballot of upTo(scope.maxBallot + 1)) {
    yield sent(state, { type: '1a', ballot });
    for (const slot of upTo(scope.slots)) yield* proposals(scope, state, slot, ballot);
  }
  for (const acceptor of upTo(scope.acceptors)) yield* acceptorSteps(scope, state, acceptor);
}

export function searchNaively(scope: NaiveScope): Counts {
  const none = upTo(scope.acceptors).map(() => upTo(scope.slots).map((): Vote => null));
  let level: State[] = [{ maxBal: upTo(scope.acceptors).map(() => -1), votes: none, msgs: [] }];
  const met = new Set(level.map((state) => JSON.stringify(state)));
  let [generated, depth] = [1, 0];
  for (; level.length > 0; depth++) {
    const next: State[] = [];
    for (const state of level) {
      for (const successor of successors(scope, state)) {
        generated++;
        const text = JSON.stringify(successor);
        if (met.has(text)) continue;
        met.add(text);
        next.push(successor);
      }
    }
    level = next;
  }
  return { distinct: met.size, generated, depth };
}
