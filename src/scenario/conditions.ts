/**
 * Conditions as people write them: `red chosen`, `n3 learns`, `2 accepts to n4`. Scenario files use them for commands
 * (`when`, `after`) and, with bounds around them, for what they expect (expectations.ts). docs/scenarios.md lists them.
 */
import type { Pattern } from '../cluster/conditions.ts';
import { actorNamed, type AnyProtocol, type NodeId } from '../protocol/protocol.ts';
import { canBe, noNode } from '../cluster/run-file/schema.ts';

/** Longest condition or expectation, characters. */
export const CONDITION_LENGTH_MAX = 200;

/** Most occurrences that can be waited for. */
export const COUNT_MAX = 1_000_000;

/** A condition that cannot be read. Its message says what there is instead. */
export class ConditionError extends Error {
  /** It has none of the forms there are; otherwise only a name or a number in it is wrong. */
  readonly formless: boolean;
  constructor(message: string, formless = false) {
    super(message);
    this.name = 'ConditionError';
    this.formless = formless;
  }
}

/** What names in a condition can stand for: servers that are there from the beginning, or can be added, and clients. */
export interface Vocabulary {
  readonly protocol: AnyProtocol;
  readonly nodes: readonly NodeId[];
  /** How many. */
  readonly clients: number;
}

/** Something that can happen, and how often. */
export interface Occurrence {
  readonly pattern: Pattern;
  readonly count: number;
}

/** How each condition is written, for messages; `N` and what stands in brackets may be left out. */
export const conditionForms: readonly string[] = [
  'chosen',
  'VALUE chosen [in instance N]',
  'instance N chosen',
  'instance N chooses VALUE',
  'N instances chosen',
  'two values chosen',
  'CHECK violated',
  'a check violated',
  'n1 learns [VALUE] [in instance N]',
  'n1 leads',
  'a node leads',
  'leader changes',
  'n1 crashes',
  'n1 restarts',
  'n1 saves',
  'n1 refused',
  'n1 applies slot N',
  'c1 answered [RESULT]',
  'N answers to c1 [RESULT]',
  'n1 joins',
  'n1 leaves',
  'parted',
  'healed',
  'N MESSAGES [sent, delivered or lost] [from n1] [to n2]',
];

/** A value: one word, or anything between quotation marks. */
const VALUE = String.raw`(?:"([^"]+)"|([^\s"]+))`;

type Reader = (groups: readonly (string | undefined)[], vocabulary: Vocabulary) => Pattern | Occurrence;

/** The first that fits counts: what is more particular comes first. */
const readers: readonly (readonly [RegExp, Reader])[] = [
  [/^(?:(?:is|a value is) )?chosen$/, () => ({ type: 'chosen', slot: null, value: null })],
  [/^SLOT (\d+) (?:is )?chosen$/, ([slot]) => ({ type: 'chosen', slot: slotOf(slot), value: null })],
  [
    /^(\d+) SLOTs? chosen$/,
    ([count]) => ({ pattern: { type: 'chosen', slot: null, value: null }, count: countOf(count) }),
  ],
  [/^two values(?: (?:are )?chosen)?$/, () => ({ type: 'conflict' })],
  [/^(?:(?:a|any) check|([A-Z][A-Za-z0-9]*)) (?:is )?violated$/, ([check]) => ({ type: 'violated', check: check ?? null })],
  [
    RegExp(`^SLOT (\\d+) chooses ${VALUE}$`),
    ([slot, quoted, word]) => ({ type: 'chosen', slot: slotOf(slot), value: quoted ?? word ?? null }),
  ],
  [
    RegExp(`^${VALUE} (?:is )?chosen(?: in SLOT (\\d+))?$`),
    ([quoted, word, slot]) => ({ type: 'chosen', slot: slotOf(slot), value: quoted ?? word ?? null }),
  ],
  [
    /^NODE learns(?: (?:in )?SLOT (\d+))?$/,
    ([node, slot], vocabulary) => ({ type: 'learns', node: nodeOf(node, vocabulary), slot: slotOf(slot), value: null }),
  ],
  [
    RegExp(`^NODE learns ${VALUE}(?: in SLOT (\\d+))?$`),
    ([node, quoted, word, slot], vocabulary) => ({
      type: 'learns',
      node: nodeOf(node, vocabulary),
      slot: slotOf(slot),
      value: quoted ?? word ?? null,
    }),
  ],
  [/^(?:the )?leader changes$/, () => ({ type: 'leader-changes' })],
  [/^NODE leads$/, ([node], vocabulary) => ({ type: 'leads', node: nodeOf(node, vocabulary) })],
  [/^NODE applies SLOT (\d+)$/, ([node, slot], vocabulary) => ({
    type: 'applies',
    node: nodeOf(node, vocabulary),
    slot: slotOf(slot),
  })],
  [RegExp(`^(c\\d+|a client) (?:is )?answered(?: (?:"([^"]+)"|(.+)))?$`), ([node, quoted, words], vocabulary) => ({
    type: 'answered',
    node: nodeOf(node, vocabulary),
    result: quoted ?? words ?? null,
  })],
  [RegExp(`^(\\d+) answers? to (c\\d+|a client)(?: (?:"([^"]+)"|(.+)))?$`), ([count, node, quoted, words], vocabulary) => ({
    pattern: { type: 'answered', node: nodeOf(node, vocabulary), result: quoted ?? words ?? null },
    count: countOf(count),
  })],
  [/^(n\d+) (joins|leaves)$/, ([node, verb], vocabulary) => ({
    type: verb as 'joins' | 'leaves',
    node: nodeOf(node, vocabulary)!,
  })],
  [/^NODE (crashes|restarts|saves)$/, ([node, verb], vocabulary) => ({
    type: verb as 'crashes' | 'restarts' | 'saves',
    node: nodeOf(node, vocabulary),
  })],
  [/^NODE (?:is )?refused$/, ([node], vocabulary) => ({ type: 'refused', node: nodeOf(node, vocabulary) })],
  [/^(?:the network is )?parted$/, () => ({ type: 'parted' })],
  [/^(?:heal|(?:the network is )?healed)$/, () => ({ type: 'healed' })],
];

/**
 * Reads a condition.
 * @throws ConditionError saying what is wrong with it.
 */
export function readCondition(given: string, vocabulary: Vocabulary): Occurrence {
  const text = given.trim().replace(/\s+/g, ' ');
  for (const [form, read] of readers) {
    const groups = fitting(form, vocabulary).exec(text);
    if (groups === null) continue;
    const found = read(groups.slice(1), vocabulary);
    return 'pattern' in found ? found : { pattern: found, count: 1 };
  }
  const message = readMessages(text, vocabulary);
  if (message !== null) return message;
  throw new ConditionError(
    `${JSON.stringify(given)} is no condition; there are ${conditionForms.join(' · ')}, ` +
      `where MESSAGES are of ${vocabulary.protocol.messages.map(({ name }) => name).join(', ')}`,
    true,
  );
}

/** The node of `n3`; `null` for `a node`, any. */
export function nodeOf(text: string | undefined, { protocol, nodes, clients }: Vocabulary): NodeId | null {
  if (text === undefined || text.startsWith('a ')) return null;
  const node = actorNamed(text);
  const scope = { protocol: protocol.name, nodes, clients };
  if (node !== null && canBe(node, scope)) return node;
  throw new ConditionError(node === null ? `there is no ${text}` : noNode(node, scope));
}

function fitting(form: RegExp, { protocol }: Vocabulary): RegExp {
  const slot = protocol.slotName === 'instance' ? 'instance' : `(?:${protocol.slotName}|instance)`;
  return RegExp(form.source.replaceAll('SLOT', slot).replaceAll('NODE', String.raw`([nc]\d+|a node)`));
}

/** `3 promises`, `accept to n4`, `1 prepare from n1 sent`; null when the first word is no message. */
function readMessages(text: string, vocabulary: Vocabulary): Occurrence | null {
  const groups = /^(?:(\d+) |an? )?([a-z-]+)((?: \S+)*)$/.exec(text);
  const kind = groups === null ? -1 : kindOf(groups[2]!, vocabulary);
  if (groups === null || kind < 0) return null;
  let happens: 'sent' | 'delivered' | 'lost' = 'delivered';
  let from: NodeId | null = null;
  let to: NodeId | null = null;
  const words = groups[3]!.split(' ').filter((word) => word !== '');
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (word === 'sent' || word === 'delivered' || word === 'lost') happens = word;
    else if ((word === 'from' || word === 'to') && /^[nc]\d+$/.test(words[at + 1] ?? '')) {
      const node = nodeOf(words[++at], vocabulary);
      if (word === 'from') from = node;
      else to = node;
    } else {
      const known = 'sent, delivered or lost, and from and to with a node such as n1 or a client such as c1';
      throw new ConditionError(`after ${groups[2]} come ${known}, not ${JSON.stringify(word)}`);
    }
  }
  return { pattern: { type: 'message', kind, happens, from, to }, count: countOf(groups[1]) };
}

function kindOf(word: string, { protocol }: Vocabulary): number {
  const exact = protocol.messages.findIndex(({ name }) => name === word);
  if (exact >= 0) return exact;
  return protocol.messages.findIndex(({ name }) => `${name}s` === word || `${name.replace(/y$/, 'ie')}s` === word);
}

function slotOf(text: string | undefined): number | null {
  return text === undefined ? null : countOf(text);
}

function countOf(text: string | undefined): number {
  const count = text === undefined ? 1 : Number(text);
  if (count >= 1 && count <= COUNT_MAX) return count;
  throw new ConditionError(`a number from 1 to ${COUNT_MAX.toLocaleString('en')} was expected, not ${text}`);
}
