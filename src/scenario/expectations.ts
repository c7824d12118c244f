/**
 * Expectations as people write them: `never two values`, `red chosen within 10 s`, `n5 learns within 5 s after heal`.
 * What is read here is plain data; expect.ts holds it against a run.
 */
import type { Pattern } from '../cluster/conditions.ts';
import type { NodeId } from '../protocol/protocol.ts';
import { conditionForms, ConditionError, nodeOf, readCondition } from './conditions.ts';
import type { Occurrence, Vocabulary } from './conditions.ts';
import { TIME_MAX_US, timeUs } from './quantity.ts';

/** What is expected to happen. */
export type Subject =
  /** Something occurs, from `min` to `max` times (`null`: however often). */
  | { readonly type: 'occurs'; readonly pattern: Pattern; readonly min: number; readonly max: number | null }
  /**
   * All of these nodes (`null`: every node that is up) know at one time what is chosen in this slot (`null`: in every
   * slot in which anything is), and that it is this value (`null`: whichever).
   */
  | {
      readonly type: 'all-know';
      readonly nodes: readonly NodeId[] | null;
      readonly slot: number | null;
      readonly value: string | null;
    };

export interface Expectation {
  /** As written. */
  readonly text: string;
  readonly subject: Subject;
  /** Its time begins when this has happened; `null`: with the run. */
  readonly after: Occurrence | null;
  /** How long its time lasts, µs; `null`: to the end of the scenario. */
  readonly within: number | null;
}

/** How expectations are written, for messages. */
export const expectationForms: readonly string[] = [
  'never CONDITION',
  'nothing chosen',
  'n1 learns nothing',
  'CONDITION',
  'at least, at most or exactly N CONDITION',
  'everyone learns [VALUE] [in instance N]',
  'n1, n2 and n3 learn [VALUE] [in instance N]',
];

const TIME = String.raw`(\d[\d.]*\s*[a-zµ]+)`;

/**
 * Reads an expectation.
 * @throws ConditionError saying what is wrong with it.
 */
export function readExpectation(given: string, vocabulary: Vocabulary): Expectation {
  const text = given.trim().replace(/\s+/g, ' ');
  const { rest, after, within } = readBounds(text, vocabulary);
  return { text, subject: readSubject(rest, text, vocabulary), after, within };
}

/** Takes `within TIME`, `before TIME` and `after CONDITION` off the end. */
function readBounds(
  text: string,
  vocabulary: Vocabulary,
): { readonly rest: string; readonly after: Occurrence | null; readonly within: number | null } {
  const bounded = RegExp(`^(.+?)(?: (within|before) ${TIME})?(?: after (.+))?$`).exec(text);
  if (bounded === null) return { rest: text, after: null, within: null };
  const [, rest, word, time, anchor] = bounded;
  if (word === 'before' && anchor !== undefined) {
    throw new ConditionError('"before" counts from the beginning; after something it is "within"');
  }
  return {
    rest: rest!,
    after: anchor === undefined ? null : readCondition(anchor, vocabulary),
    within: time === undefined ? null : timeOf(time),
  };
}

function readSubject(rest: string, text: string, vocabulary: Vocabulary): Subject {
  const never = /^never (.+)$/.exec(rest);
  if (never !== null) return times(readInner(never[1]!, text, vocabulary), 0, 0);
  const nothing = /^nothing (chosen.*)$/.exec(rest);
  if (nothing !== null) return times(readInner(inSlot(nothing[1]!), text, vocabulary), 0, 0);
  const ignorant = /^(n\d+) learns nothing(.*)$/.exec(rest);
  if (ignorant !== null) return times(readInner(`${ignorant[1]} learns${ignorant[2]}`, text, vocabulary), 0, 0);
  const counted = /^(at least|at most|exactly) (\d+ .+)$/.exec(rest);
  if (counted !== null) {
    const occurrence = readInner(counted[2]!, text, vocabulary);
    const { count } = occurrence;
    return times(occurrence, counted[1] === 'at most' ? 0 : count, counted[1] === 'at least' ? null : count);
  }
  const everyone = /^everyone learns(.*)$/.exec(rest);
  if (everyone !== null) return allKnow(null, everyone[1]!, text, vocabulary);
  const several = /^(n\d+(?:, n\d+)*,? and n\d+) learn((?: .*)?)$/.exec(rest);
  if (several !== null) {
    const nodes = several[1]!.split(/,? and |, /).map((name) => nodeOf(name, vocabulary)!);
    return allKnow(nodes, several[2]!, text, vocabulary);
  }
  const occurrence = readInner(rest, text, vocabulary);
  return times(occurrence, occurrence.count, null);
}

/** `chosen in instance 2` is `instance 2 chosen`. */
function inSlot(text: string): string {
  const found = /^chosen in (\S+ \d+)$/.exec(text);
  return found === null ? text : `${found[1]} chosen`;
}

function times({ pattern }: Occurrence, min: number, max: number | null): Subject {
  return { type: 'occurs', pattern, min, max };
}

/** What all are to know is what one of them could learn. */
function allKnow(nodes: readonly NodeId[] | null, what: string, text: string, vocabulary: Vocabulary): Subject {
  const { pattern } = readInner(`a node learns${what}`, text, vocabulary);
  if (pattern.type !== 'learns') throw unreadable(text);
  return { type: 'all-know', nodes, slot: pattern.slot, value: pattern.value };
}

function readInner(inner: string, text: string, vocabulary: Vocabulary): Occurrence {
  try {
    return readCondition(inner, vocabulary);
  } catch (error) {
    if (error instanceof ConditionError && error.formless) throw unreadable(text);
    throw error;
  }
}

function unreadable(text: string): ConditionError {
  return new ConditionError(
    `${JSON.stringify(text)} is no expectation; there are ${expectationForms.join(' · ')}, each with "within TIME", ` +
      `"before TIME", "after CONDITION" or "within TIME after CONDITION" at its end if need be; ` +
      `conditions are ${conditionForms.join(' · ')}`,
    true,
  );
}

function timeOf(text: string): number {
  const us = timeUs(text);
  if (us !== null && us <= TIME_MAX_US) return us;
  throw new ConditionError(`a time up to 24 h such as "2 s" or "500 ms" was expected, not ${JSON.stringify(text)}`);
}
