/**
 * Versions of the format. A file of an older version is brought up to this one step by step, before it is checked; one
 * of a newer version is refused. Raise the version and add a step whenever what an older program wrote, or could
 * read, changes its meaning.
 */

export interface Format {
  readonly version: number;
  /** Step `i` turns a file of version `i + 1` into one of version `i + 2`; it must take whatever is there. */
  readonly migrations: readonly ((file: Fields) => Fields)[];
}

export type Fields = { readonly [key: string]: unknown };

export const RUN_FORMAT: Format = { version: 1, migrations: [] };
export const JOURNAL_FORMAT: Format = { version: 1, migrations: [] };

/** Brings a file of an older version, at least 1, up to this one. */
export function migrate(file: Fields, version: number, format: Format): Fields {
  let migrated = file;
  for (const step of format.migrations.slice(version - 1)) migrated = step(migrated);
  return { ...migrated, version: format.version };
}

/** What to say of a file whose version is newer. @param app the program that wrote it, if it says so */
export function newerText(version: number, app: unknown, format: Format): string {
  const writer = typeof app === 'string' && app.length <= 40 ? `Synod ${JSON.stringify(app).slice(1, -1)}` : 'a newer Synod';
  return `the file has version ${version}, written by ${writer}; this Synod reads up to version ${format.version}: update it to open the file`;
}
