/**
 * Golden conversations: a command, a line of dashes, the log expected. They are read before they are believed; after a
 * change on purpose, `UPDATE_GOLDEN=1` writes them anew, to be read again.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { Conversation } from './conversation.ts';
import type { Dialect } from './conversation.ts';

const DASHES = '----';

/** The file as it should be: everything kept but the logs, which are those of the commands. */
function play(dialect: Dialect, text: string): string {
  const conversation = new Conversation(dialect);
  const lines = text.trimEnd().split('\n');
  const result: string[] = [];
  let commands: string[] = [];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    result.push(line);
    if (line === DASHES) {
      result.push(...commands.map((command) => conversation.execute(command)));
      commands = [];
      while (i + 1 < lines.length && lines[i + 1] !== '') i++;
    } else if (line !== '' && !line.startsWith('#')) commands.push(line);
  }
  if (commands.length > 0) throw new Error(`no ${DASHES} after: ${commands.join('; ')}`);
  return result.join('\n') + '\n';
}

/** A test for each file of the folder `name` beside this file; there are at least so many. */
export function playAll(dialect: Dialect, name: string, least: number): void {
  const folder = fileURLToPath(new URL(`./${name}/`, import.meta.url));
  const files = readdirSync(folder).filter((file) => file.endsWith('.txt'));

  it('are there', () => {
    expect(files.length).toBeGreaterThanOrEqual(least);
  });

  it.each(files)('%s', (file) => {
    const expected = readFileSync(folder + file, 'utf8');
    const actual = play(dialect, expected);
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(folder + file, actual);
    else expect(actual).toBe(expected);
  });
}
