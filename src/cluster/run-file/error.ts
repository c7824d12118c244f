/** What is wrong with a run file or an autosave journal. */

/** Most problems that are worth reading at once. */
export const PROBLEMS_MAX = 10;

export interface RunFileProblem {
  /** Counted from 1; null when it is about the file as a whole. */
  readonly line: number | null;
  /** E.g. `commands[2].command.node`; empty for the file as a whole. */
  readonly field: string;
  readonly message: string;
}

/** A file that is no run. Its message is ready to be shown: one line per problem, each with line and field. */
export class RunFileError extends Error {
  readonly problems: readonly RunFileProblem[];

  /** @param name of the file, for the message */
  constructor(name: string, problems: readonly RunFileProblem[]) {
    super(problems.map((problem) => problemText(name, problem)).join('\n'));
    this.name = 'RunFileError';
    this.problems = problems;
  }
}

/** An error about one thing. @param line counted from 1; null: the file as a whole */
export function refusal(name: string, line: number | null, message: string): RunFileError {
  return new RunFileError(name, [{ line, field: '', message }]);
}

function problemText(name: string, { line, field, message }: RunFileProblem): string {
  const place = line === null ? name : `${name}, line ${line}`;
  return field === '' ? `${place}: ${message}` : `${place}: ${field} ${message}`;
}
