/** Run files with what their scenarios expected of them. */
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
  const { expect } = file;
  const vocabulary = vocabularyOf(file.run.header);
  const expected = expect && { until: expect.until, list: expect.list.map((one) => readExpectation(one, vocabulary)) };
  return { ...file, expected };
}

/** Expectations as a run file keeps them. */
export function writtenExpectations(expected: Expected | null): WrittenExpectations | null {
  return expected && { until: expected.until, list: expected.list.map(({ text }) => text) };
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

function vocabularyOf({ protocol, nodes }: RunHeader): Vocabulary {
  return { protocol: protocolNamed(protocol), nodes };
}
