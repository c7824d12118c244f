/** src, but for host and cli, has no clock, no randomness and no I/O: a run must replay exactly. */
import { describe, expect, it } from 'vitest';
import { read, repositoryFiles } from './files.ts';

const PURE = /^src\/(?!host\/|cli\/).*\.ts$/;
const FORBIDDEN = [
  /\bDate\.now\b/, /\bnew Date\(\)/, /\bperformance\.now\b/, /\bMath\.random\b/, /\bcrypto\b/,
  /\bset(?:Timeout|Interval|Immediate)\s*\(/, /\bqueueMicrotask\b/, /\bprocess\./, /\bconsole\./, /\bfetch\s*\(/,
  /\bstructuredClone\b/, /\bglobalThis\b/, /\brequire\s*\(/,
];
// Also when the compiler does not see it: these silence it.
const SILENCERS = /@ts-(?:ignore|expect-error|nocheck)|\bdeclare (?:const|function|global|var)\b/;

describe('purity', () => {
  const files = repositoryFiles(PURE);

  it('has files to look at', () => {
    expect(files.length).toBeGreaterThan(10);
  });

  it('finds no clock, randomness or I/O', () => {
    const found = files.flatMap((name) => code(read(name)).flatMap((line, index) => {
      return FORBIDDEN.some((pattern) => pattern.test(line)) ? [`${name}:${index + 1} ${line.trim()}`] : [];
    }));
    expect(found).toEqual([]);
  });

  it('finds nothing that hides them from the compiler', () => {
    expect(files.filter((name) => SILENCERS.test(read(name)))).toEqual([]);
  });
});

// Lines with comments blanked, so that line numbers stay true.
function code(text: string): string[] {
  const blank = (comment: string) => comment.replace(/[^\n]/g, ' ');
  return text.replace(/\/\*[\s\S]*?\*\//g, blank).replace(/(^|\s)\/\/.*$/gm, blank).split('\n');
}
