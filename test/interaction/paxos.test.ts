/**
 * Golden conversations: a command, a line of dashes, the log expected. They are read before they are believed; after a
 * change on purpose, `UPDATE_GOLDEN=1` writes them anew, to be read again.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Conversation } from './conversation.ts';

const folder = fileURLToPath(new URL('./paxos/', import.meta.url));
const DASHES = '----';

/** The file as it should be: everything kept but the logs, which are those of the commands. */
function play(text: string): string {
  const conversation = new Conversation();
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

describe('conversations', () => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.txt'));

  it('are there', () => {
    expect(files.length).toBeGreaterThan(15);
  });

  it.each(files)('%s', (name) => {
    const expected = readFileSync(folder + name, 'utf8');
    const actual = play(expected);
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(folder + name, actual);
    else expect(actual).toBe(expected);
  });
});
