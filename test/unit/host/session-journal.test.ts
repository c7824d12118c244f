import { chmodSync, statSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync, appendFileSync, mkdirSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { JournalEntry } from '../../../src/cluster/commands.ts';
import { RunFileError } from '../../../src/cluster/run-file/error.ts';
import { entryText, markText, parseSession, sessionText, type Session, type SessionBranch } from '../../../src/cluster/run-file/journal.ts';
import { isRunning, ownIdentity } from '../../../src/host/process-identity.ts';
import { discard, recover, recoverable } from '../../../src/host/recovery.ts';
import { readRunText, replaceFile, saveRunFile } from '../../../src/host/run-file.ts';
import { SessionJournal, type JournalFiles, type SessionJournalOptions } from '../../../src/host/session-journal.ts';
import { parseRunFile } from '../../../src/cluster/run-file/run-file.ts';
import { shortRunFile } from '../../support/run-files.ts';

const file = shortRunFile();
const { header } = file.run;
/** A process that has ended: it cannot have this number. */
const gone = { pid: 2 ** 22 + 1, start: '' };
const digest = '0123456789abcdef';

const branchOf = (journal: readonly JournalEntry[], more: Partial<SessionBranch> = {}): SessionBranch => ({
  id: 1,
  name: 'Branch 1',
  parent: null,
  forkedAt: null,
  chosen: 0,
  run: { header, journal },
  end: journal.at(-1) === undefined ? { at: 0, seq: 0 } : { at: journal.at(-1)!.at, seq: journal.at(-1)!.seq },
  digest: null,
  ...more,
});

const sessionOf = (branches: readonly SessionBranch[] = [branchOf([])], live = branches.at(-1)!.id): Session => ({
  title: 'A session',
  app: '0.1.0',
  branches,
  live,
});

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'synod-journal-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'autosave');
}

function begin(folder: string, options: Partial<SessionJournalOptions> = {}) {
  const problems: string[] = [];
  const journal = new SessionJournal({
    folder,
    session: sessionOf(),
    onProblem: ({ detail }) => problems.push(detail),
    markEveryMs: 0,
    retryMs: 1,
    ...options,
  });
  onTestFinished(() => journal.close());
  return { journal, problems };
}

/** What a later process would find: as if this one had ended. */
function read(journal: SessionJournal) {
  return parseSession(readFileSync(journal.path, 'utf8'), 'journal');
}

const news = (...entries: JournalEntry[]) => ({ entries, at: entries.at(-1)!.at, seq: entries.at(-1)!.seq + 2, digest });
const [first, second, third] = file.run.journal as [JournalEntry, JournalEntry, JournalEntry];

describe('what was synced is found', () => {
  test('commands, and how far the run had got', async () => {
    const { journal } = begin(scratch());
    await journal.append(news(first));
    expect(read(journal)).toMatchObject({ title: 'A session', app: '0.1.0', live: 1, dropped: 0, readOnly: '' });
    await journal.append(news(second));
    await journal.append({ entries: [], at: 900_000, seq: 5000, digest });
    const session = read(journal);
    expect(session.branches).toEqual([branchOf([first, second], { end: { at: 900_000, seq: 5000 }, digest })]);
    expect(session.process).toEqual(ownIdentity());
  });

  test('as soon as the promise says so, with many at once', async () => {
    const { journal } = begin(scratch());
    const found: number[] = [];
    const all = Array.from({ length: 100 }, async (_, index) => {
      await journal.append(news({ ...first, seq: index * 10 }));
      found[index] = read(journal).branches[0]!.run.journal.length;
    });
    await Promise.all(all);
    expect(found.filter((count, index) => count <= index)).toEqual([]);
    await journal.append(news({ ...first, seq: 2000 }));
    expect(read(journal).branches[0]!.run.journal).toHaveLength(101);
  });

  test('one after the other, each said as soon as the one before is synced', async () => {
    const { journal } = begin(scratch());
    for (let seq = 0; seq < 50; seq++) await journal.append(news({ ...first, seq: seq * 10 }));
    expect(read(journal).branches[0]!.run.journal).toHaveLength(50);
  });

  test('the tree of forks', async () => {
    const { journal } = begin(scratch());
    await journal.append(news(first, second));
    const parent = branchOf([first, second], { end: { at: second.at, seq: second.seq }, digest });
    const fork = branchOf([first], { id: 2, name: 'Later', parent: 1, forkedAt: { at: first.at, seq: first.seq + 50 }, end: { at: first.at, seq: first.seq + 50 } });
    await journal.replace(sessionOf([parent, fork]));
    await journal.append(news({ ...third, seq: 600 }));
    const session = read(journal);
    expect(session.live).toBe(2);
    expect(session.branches[0]).toEqual(parent);
    expect(session.branches[1]).toMatchObject({ id: 2, name: 'Later', parent: 1, end: { at: third.at, seq: 602 }, digest });
    expect(session.branches[1]!.run.journal).toHaveLength(2);
    await journal.replace(sessionOf(session.branches, 1));
    await journal.append(news(third));
    expect(read(journal)).toMatchObject({ live: 1 });
    expect(read(journal).branches.map(({ run }) => run.journal.length)).toEqual([3, 2]);
  });

  test('marks are written no more often than they should be, the last of them in the end', async () => {
    const { journal } = begin(scratch(), { markEveryMs: 50 });
    await journal.flush();
    const before = readFileSync(journal.path, 'utf8').length;
    const marks = Array.from({ length: 40 }, (_, index) => journal.append({ entries: [], at: index, seq: index + 1, digest }));
    await Promise.all(marks);
    expect(read(journal).branches[0]!.end).toEqual({ at: 39, seq: 40 });
    expect(readFileSync(journal.path, 'utf8').slice(before).split('\n').length).toBeLessThan(10);
  });

  test('marks out of date do not pile up without end', async () => {
    const { journal } = begin(scratch(), { compactBytes: 4000 });
    const lines = (): number => readFileSync(journal.path, 'utf8').split('\n').length;
    await journal.append(news(first));
    let most = 0;
    for (let seq = 1000; seq < 1000 + 1000; seq++) {
      await journal.append({ entries: [], at: 900_000, seq, digest });
      if (seq % 20 === 0) most = Math.max(most, lines());
    }
    expect(most).toBeLessThan(200);
    expect(read(journal).branches[0]).toMatchObject({ run: { journal: [first] }, end: { seq: 1999 } });
  });
});

test('whoever comes while the file is looked at is told when his command is synced', async () => {
  let late: Promise<void> | null = null;
  const files: JournalFiles = {
    async replace(path, text) {
      const real = await replaceFile(path, text);
      const stat = async () => {
        late ??= journal.append(news(second));
        return real.stat();
      };
      return { write: real.write.bind(real), datasync: () => real.datasync(), stat: stat as typeof real.stat, close: () => real.close() };
    },
  };
  const { journal } = begin(scratch(), { files });
  await journal.flush();
  await journal.append(news(first));
  await late;
  expect(read(journal).branches[0]!.run.journal).toEqual([first, second]);
});

describe('a disk that fails', () => {
  /** Real files on which so many writes or syncs fail, with half of what they should have written there. */
  function failing(what: 'replace' | 'write' | 'datasync', times: number, code: string): JournalFiles {
    let left = times;
    const fails = (kind: string): boolean => kind === what && left-- > 0;
    const error = Object.assign(new Error(`${code}: no luck`), { code });
    return {
      async replace(path, text) {
        if (fails('replace')) throw error;
        const real = await replaceFile(path, text);
        return {
          write: (async (bytes: Buffer, from: number, length: number, position: number) => {
            if (fails('write')) {
              await real.write(bytes, from, Math.ceil(length / 2), position);
              throw error;
            }
            return real.write(bytes, from, length, position);
          }) as unknown as typeof real.write,
          datasync: async () => {
            if (fails('datasync')) throw error;
            return real.datasync();
          },
          stat: real.stat.bind(real),
          close: () => real.close(),
        };
      },
    };
  }

  test.each([
    ['write', 'ENOSPC'],
    ['datasync', 'EIO'],
    ['replace', 'ENOSPC'],
  ] as const)('when %s fails with %s it is said once, tried again, and nothing is lost', async (what, code) => {
    const recovered = vi.fn<() => void>();
    const { journal, problems } = begin(scratch(), { files: failing(what, 3, code), onRecovered: recovered });
    if (what !== 'replace') await journal.flush();
    const all = [journal.append(news(first)), journal.append(news(second))];
    await journal.append(news(third));
    await Promise.all(all);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`${code}: no luck. The run goes on, and nothing is lost`);
    expect(recovered).toHaveBeenCalledOnce();
    expect(read(journal).branches[0]!.run.journal).toEqual([first, second, third]);
  });

  test('while it fails, what was synced before stays readable, and the journal can be closed', async () => {
    const folder = scratch();
    const { journal } = begin(folder);
    await journal.append(news(first));
    const whole = readFileSync(journal.path, 'utf8');
    const broken = begin(folder, { files: failing('write', Infinity, 'EIO'), retryMs: 1_000_000 });
    await broken.journal.flush();
    const never = broken.journal.append(news(first));
    while (broken.problems.length === 0) await new Promise((resume) => setImmediate(resume));
    expect(read(broken.journal).branches[0]!.run.journal).toEqual([]);
    await broken.journal.close();
    await never;
    expect(readFileSync(journal.path, 'utf8')).toBe(whole);
    expect(readdirSync(folder)).toEqual([`${journal.id}.journal`]);
  });

  test('a file that somebody deletes is written again, whole', async () => {
    const { journal, problems } = begin(scratch());
    await journal.append(news(first));
    unlinkSync(journal.path);
    await journal.append(news(second));
    expect(read(journal).branches[0]!.run.journal).toEqual([first, second]);
    rmSync(join(journal.path, '..'), { recursive: true });
    await journal.append(news(third));
    expect(read(journal).branches[0]!.run.journal).toEqual([first, second, third]);
    expect(problems).toEqual([]);
  });
});

describe('recovery', () => {
  function leave(folder: string, id: string, text: string): void {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${id}.journal`), text);
  }
  const left = branchOf(file.run.journal, { end: file.end, digest: file.digest });

  test('lists what was interrupted, gives it back, and throws it away', async () => {
    const folder = scratch();
    leave(folder, 'one', sessionText(sessionOf([left]), gone));
    const [found, ...more] = await recoverable(folder);
    expect(more).toEqual([]);
    expect(found).toMatchObject({ id: 'one', title: 'A session', commands: file.run.journal.length, at: file.end.at });
    expect(new Date(found!.saved).getTime()).toBeGreaterThan(0);
    const recovered = await recover(folder, 'one');
    expect(recovered).toMatchObject({ run: file.run, end: file.end, digest: file.digest, dropped: 0 });
    await discard(folder, 'one');
    expect(await recoverable(folder)).toEqual([]);
    await expect(recover(folder, 'one')).rejects.toThrow(RunFileError);
  });

  test('leaves out the sessions of processes that run, and those that were closed', async () => {
    const folder = scratch();
    const { journal } = begin(folder);
    await journal.append(news(first));
    expect(await recoverable(folder)).toEqual([]);
    await expect(recover(folder, journal.id)).rejects.toThrow('goes on in another window');
    await expect(discard(folder, journal.id)).rejects.toThrow('goes on in another window');
    await journal.close();
    await journal.append(news(second));
    expect(readdirSync(folder)).toEqual([]);
    expect(await recoverable(join(folder, 'nowhere'))).toEqual([]);
  });

  test('clears away what is empty or half written, and leaves what it cannot read', async () => {
    const folder = scratch();
    leave(folder, 'empty', sessionText(sessionOf(), gone));
    leave(folder, 'broken', 'not a journal');
    writeFileSync(join(folder, `x.journal.${gone.pid}.tmp`), 'half');
    writeFileSync(join(folder, `x.journal.${process.pid}.tmp`), 'half');
    expect(await recoverable(folder)).toEqual([]);
    expect(readdirSync(folder).sort()).toEqual(['broken.journal', `x.journal.${process.pid}.tmp`]);
  });

  test('a process that was given the number of an earlier one is not that one', () => {
    const own = ownIdentity();
    expect(isRunning(own)).toBe(true);
    expect(isRunning({ ...own, start: `${own.start}0` })).toBe(own.start === '');
    expect(isRunning(gone)).toBe(false);
  });

  test('wherever the writing was interrupted, all before it is there', async () => {
    const folder = scratch();
    const records = file.run.journal.map((entry) => entryText(entry) + markText({ ...entry, digest }));
    const begin = sessionText(sessionOf(), gone);
    const text = begin + records.join('');
    const ends = records.map((_record, index) => (begin + records.slice(0, index + 1).join('')).length - 1);
    for (let length = begin.length; length <= text.length; length++) {
      const session = parseSession(text.slice(0, length), 'torn');
      const whole = ends.filter((end) => end <= length).length;
      expect(session.branches[0]!.run.journal).toEqual(file.run.journal.slice(0, whole));
      expect(session.dropped).toBeLessThanOrEqual(2);
    }
    // What a power cut can leave at the end of a file.
    leave(folder, 'torn', text);
    appendFileSync(join(folder, 'torn.journal'), '\0'.repeat(5000));
    expect(await recover(folder, 'torn')).toMatchObject({ run: file.run, digest, dropped: 1 });
  });

  test.each(['../outside', 'a/b', '', '.', 'x'.repeat(200), 'a\0b'])('%j names no session', async (id) => {
    await expect(recover(scratch(), id)).rejects.toThrow('there is no session');
  });

  const [head, branch, entry] = sessionText(sessionOf([left]), gone).split('\n') as [string, string, string];
  test.each([
    ['nothing', '', 'a value was expected'],
    ['something else', '{"synod":"run"}', 'line 1: this is no journal of a session'],
    ['a newer version', head.replace('"version":1', '"version":9'), 'line 1: version the file has version 9, written by Synod 0.1.0'],
    ['a wrong header', head.replace('"seed":7', '"seed":"x"'), 'line 1: header.seed must be a whole number'],
    ['no branch', head, 'the journal has no branch'],
    ['a command before its branch', `${head}\n${entry}`, 'line 2: a branch was expected before this'],
    ['a branch twice', `${head}\n${branch}\n${branch}`, 'line 3: branch.id 1 is there twice'],
    ['a branch of none', `${head}\n${branch.replace('"id":1', '"id":5').replace('null', '4')}`, 'line 2: branch.parent there is no branch 4'],
    ['a branch of itself', `${head}\n${branch.replace('"parent":null', '"parent":1')}`, 'line 2: branch.parent must be below 1, not 1'],
    ['a node that is none', `${head}\n${branch}\n${entry.replace('"node":1', '"node":9')}`, 'line 3: command.node there is no n9'],
    ['time that goes back', `${head}\n${branch}\n{"mark":{"at":9,"seq":9,"digest":null}}\n{"mark":{"at":8,"seq":9,"digest":null}}`, 'line 4: mark.at must be at least 9'],
    ['a key of prototypes', head.replace('"pid"', '"__proto__"'), 'cannot be the name of a field'],
    ['a process that is none', head.replace(`"pid":${gone.pid}`, '"pid":-1'), 'line 1: process.pid must be a whole number'],
  ])('a journal with %s is refused, with its line', (_case, text, message) => {
    expect(() => parseSession(text, 'a.journal')).toThrow(RunFileError);
    expect(() => parseSession(text, 'a.journal')).toThrow(message);
  });
});

describe('run files on disk', () => {
  test('are written whole and read again', async () => {
    const folder = scratch();
    mkdirSync(folder);
    const path = join(folder, 'a.json');
    await saveRunFile(path, file);
    // Whoever could read it can still read it.
    expect(statSync(path).mode & 0o777).toBe(0o666 & ~process.umask());
    chmodSync(path, 0o640);
    await saveRunFile(path, { ...file, title: 'Again' });
    expect(statSync(path).mode & 0o777).toBe(0o640);
    expect(parseRunFile(await readRunText(path), 'a.json').title).toBe('Again');
    expect(readdirSync(folder)).toEqual(['a.json']);
    await expect(saveRunFile(join(folder, 'no', 'a.json'), file)).rejects.toThrow('ENOENT');
  });

  test('one that is too large is refused by its size, and what is no file at all is not read', async () => {
    const folder = scratch();
    mkdirSync(folder);
    const path = join(folder, 'huge.json');
    writeFileSync(path, '');
    const { truncateSync } = await import('node:fs');
    truncateSync(path, 200_000_000);
    await expect(readRunText(path)).rejects.toThrow('huge.json: the file is too large for a run: 200,000,000 bytes');
    await expect(readRunText(folder)).rejects.toThrow('it is no ordinary file');
    await expect(readRunText('/dev/zero')).rejects.toThrow('it is no ordinary file');
    await expect(readRunText(join(folder, 'none'))).rejects.toThrow('none: the file cannot be read');
  });
});
