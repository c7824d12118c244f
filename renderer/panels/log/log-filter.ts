/** What a person asks of the log, and which rows answer it. */
import { logGroups, type AnyProtocol, type LogGroup, type LogRow, type NodeId } from '../../../src/contract/index.ts';

export interface LogFilter {
  /** Only rows about one of these nodes, or about the whole cluster; empty: all nodes. */
  readonly nodes: ReadonlySet<NodeId>;
  readonly groups: ReadonlySet<LogGroup>;
  /** Kinds of packets of which nothing is said. */
  readonly silent: ReadonlySet<number>;
  /** Words that a sentence has to hold, or an expression between slashes; empty: everything. */
  readonly text: string;
}

/** Left out unless asked for: they tell how, not what. */
export const quietGroups: readonly LogGroup[] = ['disk', 'timers'];

export const firstFilter: LogFilter = {
  nodes: new Set(),
  groups: new Set(logGroups.filter((group) => !quietGroups.includes(group))),
  silent: new Set(),
  text: '',
};

export type TextTest = (sentence: string) => boolean;

/**
 * The test for the text of a filter: `null` when every sentence passes.
 * @returns what is wrong, in words, when it is an expression that does not parse
 */
export function textTest(text: string): { readonly test: TextTest | null; readonly error: string | null } {
  const typed = text.trim();
  if (typed === '') return { test: null, error: null };
  const expression = /^\/(.+)\/([a-z]*)$/s.exec(typed);
  if (expression === null) {
    const wanted = typed.toLowerCase();
    return { test: (sentence) => sentence.toLowerCase().includes(wanted), error: null };
  }
  try {
    // Flags that remember where the last match ended would give another answer for every other row.
    const pattern = new RegExp(expression[1]!, expression[2]!.replace(/[gy]/g, ''));
    return { test: (sentence) => pattern.test(sentence), error: null };
  } catch (error) {
    return { test: null, error: `Not a regular expression: ${(error as Error).message.replace(/^Invalid regular expression: /, '')}` };
  }
}

/** The kinds of packets of a protocol that only say, over and over, that somebody is there: left out unless asked for. */
export function routineKinds({ messages }: AnyProtocol): ReadonlySet<number> {
  return new Set(messages.flatMap(({ routine }, kind) => (routine === true ? [kind] : [])));
}

/** The kind of the packet that a row is about. */
function kindOf({ event, packet }: LogRow): number | undefined {
  return event.type === 'send' ? event.kind : packet?.kind;
}

/** Whether a row passes all but the text, which costs a sentence. */
export function passes(filter: LogFilter, row: LogRow): boolean {
  if (!filter.groups.has(row.group)) return false;
  if (row.group === 'messages' && filter.silent.has(kindOf(row) ?? -1)) return false;
  return filter.nodes.size === 0 || row.nodes.length === 0 || row.nodes.some((node) => filter.nodes.has(node));
}
