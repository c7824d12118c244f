/**
 * The live check and the search judge alike: in states of the packed specification that random walks come to, every action
 * there could be is held against both.
 */
import { describe, expect, it } from 'vitest';
import { specOf, type SpecName } from '../../src/check/spec/catalogue.ts';
import { quorumsOf } from '../../src/check/spec/quorums.ts';
import type { Specification, State } from '../../src/check/spec/specification.ts';
import type { Violation } from '../../src/protocol/checker.ts';
import type { QuorumSystem } from '../../src/protocol/quorum.ts';
import { createRandom, nextItem } from '../../src/protocol/random.ts';
import { multipaxosForm, paxosForm, type LiveForm, type PackedAction, type PackedVote } from '../support/live-forms.ts';

interface Case {
  readonly name: SpecName;
  readonly form: LiveForm;
  readonly acceptors: number;
  readonly values: number;
  readonly maxBallot: number;
  readonly slots: number;
  readonly quorum: QuorumSystem;
}

const majority: QuorumSystem = { type: 'majority' };
const counted = (phase1: number, phase2: number): QuorumSystem => ({ type: 'counted', phase1, phase2 });
const paxos = { name: 'paxos', form: paxosForm, values: 2, maxBallot: 2, slots: 1 } as const;
const log = { name: 'multipaxos', form: multipaxosForm, values: 2, maxBallot: 2, slots: 2 } as const;

const cases: readonly (readonly [string, Case])[] = [
  ['Paxos, 3 acceptors', { ...paxos, acceptors: 3, quorum: majority }],
  ['Paxos, 4 acceptors, q1 3, q2 2', { ...paxos, acceptors: 4, quorum: counted(3, 2) }],
  ['Paxos, 4 acceptors, a grid', { ...paxos, acceptors: 4, quorum: { type: 'grid', rows: 2, columns: 2 } }],
  ['Paxos, 3 acceptors, n1 knows no better', { ...paxos, acceptors: 3, quorum: { type: 'sets', phase1: [[1], [2, 3]], phase2: [[1, 2], [1, 3]] } }],
  ['Paxos, 4 acceptors, quorums that need not meet', { ...paxos, acceptors: 4, quorum: counted(2, 2) }],
  ['Multi-Paxos, 3 acceptors', { ...log, acceptors: 3, quorum: majority }],
  ['Multi-Paxos, 2 acceptors, quorums of one', { ...log, acceptors: 2, quorum: counted(1, 1) }],
];

const WALKS = 12;
const STEPS = 24;

/** Where a walk stands. */
interface Place {
  readonly maxBal: readonly number[];
  /** By acceptor and slot. */
  readonly last: readonly (readonly (PackedVote | null)[])[];
  readonly msgs: readonly string[];
  readonly chosen: readonly string[];
  /** What can be done, and where it leads. */
  readonly steps: ReadonlyMap<string, State>;
}

function placeOf(spec: Specification, state: State, { slots }: Case): Place {
  const { maxBal, msgs, chosen, ...rest } = spec.inspect(state) as { readonly [variable: string]: readonly string[] };
  const steps = new Map<string, State>();
  const next = new Int32Array(spec.words);
  spec.successors(state, {
    next,
    stutter: () => undefined,
    step: (action) => void steps.set(spec.describe(action, state).replace(/ reports .*/, ''), next.slice()),
  });
  const votes = (rest.lastVote ?? rest.lastVotes)!.map((told) => [...told.matchAll(/no vote|\((\d+), v(\d+)\)/g)].slice(0, slots));
  return {
    maxBal: (maxBal as readonly unknown[] as readonly number[]),
    last: votes.map((told) => told.map(([, ballot, value]) => (ballot === undefined ? null : { ballot: Number(ballot), value: Number(value) - 1 }))),
    msgs: msgs!,
    chosen: [...new Set(chosen!.flatMap((one, slot) => (slots === 1 ? [one] : one.split(' ').map((value) => `s${slot} ${value}`))))],
    steps,
  };
}

/** Every action there could be, with its name, and whether it is one or changes nothing. */
function* attempts({ acceptors, values, maxBallot, slots, name }: Case, place: Place): Generator<[string, PackedAction, boolean]> {
  const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
  const can = (action: string): boolean => place.steps.has(action);
  // The last vote in a slot, saved once more beside a higher promise, changes nothing; in Paxos they are one record.
  const isSaved = (acceptor: number, slot: number, ballot: number, value: number): boolean => {
    const last = place.last[acceptor]![slot];
    return name === 'multipaxos' && last?.ballot === ballot && last.value === value;
  };
  const where = (slot: number): string => (name === 'paxos' ? '' : `s${slot + 1}, `);
  for (const ballot of upTo(maxBallot + 1)) {
    yield [`Phase1a(${ballot})`, { type: '1a', ballot }, true];
    for (const acceptor of upTo(acceptors)) {
      const last = place.last[acceptor]!;
      const action = `Phase1b(a${acceptor + 1}, ${ballot})`;
      const told = last[0] ? `(${last[0].ballot}, v${last[0].value + 1})` : 'no vote';
      // A prepare of the ballot that an acceptor has come to may be answered late, or again (docs/proven.md).
      const again = name !== 'paxos' || last[0]?.ballot === ballot || place.msgs.includes(`1b a${acceptor + 1} ${ballot} ${told}`);
      yield [action, { type: '1b', acceptor, ballot, last }, can(action) || (again && ballot === place.maxBal[acceptor])];
    }
    for (const slot of upTo(slots)) {
      for (const value of upTo(values)) {
        const vote = `${where(slot)}${ballot}, v${value + 1}`;
        const isThere = place.msgs.includes(name === 'paxos' ? `2a (${ballot}, v${value + 1})` : `2a s${slot + 1} (${ballot}, v${value + 1})`);
        yield [`Phase2a(${vote})`, { type: '2a', slot, ballot, value }, can(`Phase2a(${vote})`) || isThere];
        for (const acceptor of upTo(acceptors)) {
          const action = `Phase2b(a${acceptor + 1}, ${vote})`;
          yield [action, { type: '2b', acceptor, slot, ballot, value, maxBal: place.maxBal[acceptor]! }, can(action) || isSaved(acceptor, slot, ballot, value)];
        }
      }
    }
  }
}

function observe(form: LiveForm, facts: unknown, action: PackedAction): Violation[] {
  return form.factsOf(action).flatMap((fact, i) => {
    const violation = form.checker.observe(facts, { seq: i + 1, ...fact });
    return violation === null ? [] : [violation];
  });
}

describe('what the specification allows, and only that, is let pass', () => {
  it.each(cases)('%s', (_, given) => {
    const quorums = quorumsOf(given.quorum, given.acceptors);
    const spec = specOf(given.name, { ...given, quorums }, null);
    const { form } = given;
    const wrong: string[] = [];
    let [allowed, refused, twice] = [0, 0, 0];
    for (let walk = 1; walk <= WALKS; walk++) {
      const random = createRandom(walk, 0xc0);
      const facts = form.create(given.acceptors, given.quorum);
      let state = spec.initial();
      let consensus = false;
      for (let step = 0; step < STEPS; step++) {
        const place = placeOf(spec, state, given);
        const open: [string, PackedAction][] = [];
        for (const [name, action, isOne] of attempts(given, place)) {
          const found = observe(form, form.checker.fork(facts), action).filter(({ check }) => check !== 'Consensus');
          if ((found.length === 0) !== isOne) wrong.push(`walk ${walk}, step ${step}: ${name}: ${found[0]?.text ?? 'let pass'}`);
          if (isOne) allowed++;
          else refused++;
          if (place.steps.has(name)) open.push([name, action]);
        }
        if (open.length === 0) break;
        const [name, action] = nextItem(random, open);
        consensus = observe(form, facts, action).some(({ check }) => check === 'Consensus') || consensus;
        state = place.steps.get(name)!;
      }
      const { chosen } = placeOf(spec, state, given);
      const slots = chosen.filter((one) => !one.endsWith('none')).map((one) => one.split(' ')[0]);
      const isTwice = given.slots === 1 ? slots.length > 1 : new Set(slots).size < slots.length;
      expect(consensus, `walk ${walk}`).toBe(isTwice);
      if (isTwice) twice++;
    }
    expect(wrong).toEqual([]);
    expect(allowed).toBeGreaterThan(WALKS * STEPS);
    expect(refused).toBeGreaterThan(WALKS * STEPS);
    if (given.acceptors === 2) expect(twice).toBeGreaterThan(0);
  });
});
