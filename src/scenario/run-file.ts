/** Run files with what their scenarios expected of them. */
import { refusal } from '../cluster/run-file/error.ts';
import { parseRunFile, type OpenedRunFile, type WrittenExpectations } from '../cluster/run-file/run-file.ts';
import type { RunHeader } from '../cluster/run.ts';
import { protocolNamed } from '../protocol/registry.ts';
import { ConditionError, type Vocabulary } from './conditions.ts';
import type { Expected } from './expect.ts';
import { readExpectation } from './expectations.ts';

export interface OpenedRun extends OpenedRunFile {
  /** For an ExpectationJudge (expect.ts); null when nothing is expected. */
  readonly expected: Expected | null;
}

/**
 * Reads a run file and what is expected of the run.
 * @param name the file's name, for messages
 * @throws RunFileError naming every problem found, at most ten, each with its line and field.
 */
export function openRunFile(text: string, name: string): OpenedRun {
  const file = parseRunFile(text, name, { expectation });
  return { ...file, expected: file.expect && expectedOf(file.expect, file.run.header) };
}

/**
 * What a session expects of its runs that was interrupted; `null`: nothing.
 * @param name of its journal, for messages
 * @throws RunFileError when it cannot be read.
 */
export function expectedOfSession(expect: WrittenExpectations | undefined, header: RunHeader, name: string): Expected | null {
  if (expect === undefined) return null;
  const wrong = expect.list.map((text) => expectation(text, header)).find((message) => message !== '');
  if (wrong !== undefined) throw refusal(name, 1, wrong);
  return expectedOf(expect, header);
}

/** Expectations as a run file keeps them. */
export function writtenExpectations(expected: Expected | null): WrittenExpectations | null {
  return expected && { until: expected.until, list: expected.list.map(({ text }) => text) };
}

function expectedOf({ until, list }: WrittenExpectations, header: RunHeader): Expected {
  const vocabulary = vocabularyOf(header);
  return { until, list: list.map((one) => readExpectation(one, vocabulary)) };
}

function expectation(text: string, header: RunHeader): string {
  try {
    readExpectation(text, vocabularyOf(header));
    return '';
  } catch (error) {
    if (error instanceof ConditionError) return error.message;
    throw error;
  }
}

function vocabularyOf({ protocol, nodes, clients }: RunHeader): Vocabulary {
  return { protocol: protocolNamed(protocol), nodes, clients };
}
