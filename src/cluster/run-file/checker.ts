/** Collects what is wrong with given data, and stops when there is more than anybody wants to read. */
import type * as z from 'zod';
import { SettingsError } from '../../network/settings.ts';
import { ProtocolError } from '../../protocol/protocol.ts';
import { complaintsOf, fieldText } from '../complaints.ts';
import { PROBLEMS_MAX, RunFileError } from './error.ts';

type Path = readonly PropertyKey[];

interface Found {
  readonly path: Path;
  readonly at: Path;
  readonly message: string;
}

/** Whether the value is an object with fields, as JSON has them. */
export function isFields(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export class Checker {
  readonly #found: Found[] = [];

  /** There is no point in looking further. */
  get full(): boolean {
    return this.#found.length >= PROBLEMS_MAX;
  }

  get clean(): boolean {
    return this.#found.length === 0;
  }

  complain(path: Path, message: string): null {
    this.#found.push({ path, at: path, message });
    return null;
  }

  /** What the schema makes of `given`; null, and the complaints are noted, when it refuses. */
  parse<T>(schema: z.ZodType<T>, given: unknown, path: Path): T | null {
    const parsed = schema.safeParse(given);
    if (parsed.success) return parsed.data;
    for (const complaint of complaintsOf(schema, given, parsed.error).slice(0, PROBLEMS_MAX)) {
      this.#found.push({
        path: [...path, ...complaint.path],
        at: [...path, ...complaint.at],
        message: complaint.message,
      });
    }
    return null;
  }

  /** What `check` gives; null, and its complaint is noted, when it throws one of the errors that name a field. */
  attempt<T>(check: () => T, path: Path): T | null {
    try {
      return check();
    } catch (error) {
      if (!(error instanceof ProtocolError || error instanceof SettingsError)) throw error;
      const keys = error.field.split('.').map((key) => (/^\d+$/.test(key) ? Number(key) : key));
      // The first word of such a field stands for the value that is checked itself.
      return this.complain([...path, ...keys.slice(1)], error.message.replace(`${error.field}: `, ''));
    }
  }

  /**
   * @param name of the file
   * @param lines gives the line of the value at each path
   * @throws RunFileError when anything was found.
   */
  finish(name: string, lines: (paths: readonly Path[]) => readonly (number | null)[]): void {
    if (this.clean) return;
    const shown = this.#found.slice(0, PROBLEMS_MAX);
    const at = lines(shown.map((found) => found.at));
    throw new RunFileError(
      name,
      shown.map(({ path, message }, index) => ({ line: at[index] ?? null, field: fieldText(path), message })),
    );
  }
}
