/** What is printed about a run: lines as it goes on, and a summary at its end. */
import { applyEvent, createWorld, type World } from '../cluster/world.ts';
import type { RunEvent } from '../cluster/events.ts';
import { readEvents } from '../cluster/event-log.ts';
import type { PackedEvents } from '../cluster/frames.ts';
import type { RunHeader } from '../cluster/run.ts';
import type { ExpectationState } from '../cluster/timeline.ts';
import { clockText } from '../contract/format.ts';
import { logRow, nodeList, sentence, type LogGroup } from '../contract/log.ts';
import { formatBallot } from '../protocol/ballot.ts';
import { protocolOf } from '../protocol/mutants.ts';
import { lossCauses, type LossCause } from '../network/packet.ts';
import { isClient, type AnyProtocol, type NodeId } from '../protocol/protocol.ts';
import { ExpectationJudge, type Expected } from '../scenario/expect.ts';
import type { Subject } from '../scenario/expectations.ts';

export interface ReportOptions {
  readonly title: string;
  readonly json: boolean;
  readonly only: readonly LogGroup[];
  /** What the scenario expects; null: nothing. */
  readonly expected: Expected | null;
  /** Takes whole lines, each with its end. */
  readonly write: (text: string) => void;
}

/** Where a replay differs from the run that was saved, as closely as it is known. */
export interface Divergence {
  /** The first event that differs is one from this number to `last`. */
  readonly first: number;
  readonly last: number;
  /** One sentence. */
  readonly text: string;
}

/** How a run ended. */
export interface Ending {
  /** Virtual time, µs. */
  readonly at: number;
  /** Over all events; null when it is not known. */
  readonly digest: string | null;
  /** Of a replay: whether it is the run that was saved; null when that is not known. */
  readonly exact?: boolean | null;
  /** Of a replay: where it differs; null when it does not. */
  readonly divergence?: Divergence | null;
  /** Where the run was saved. */
  readonly file?: string;
}

const lossTexts: { readonly [cause in LossCause]: string } = {
  loss: 'on a link',
  cut: 'at a cut',
  dead: 'with nobody up',
  corrupt: 'with a wrong checksum',
  queue: 'at a full queue',
  dropped: 'by hand',
};

export class Report {
  readonly #world: World;
  readonly #header: RunHeader;
  readonly #protocol: AnyProtocol;
  readonly #options: ReportOptions;
  /** Null when nothing is expected. */
  readonly #judge: ExpectationJudge | null;

  constructor(header: RunHeader, options: ReportOptions) {
    this.#header = header;
    this.#protocol = protocolOf(header);
    this.#options = options;
    this.#world = createWorld(header);
    this.#judge = options.expected && new ExpectationJudge(options.expected, this.#protocol);
  }

  /** Events printed. */
  get seq(): number {
    return this.#world.seq;
  }

  /** Virtual time of the last of them, µs. */
  get at(): number {
    return this.#world.at;
  }

  /** A check has failed. */
  get violated(): boolean {
    return this.#world.violations.length > 0;
  }

  /** The scenario is there to show that a check fails. */
  get violationExpected(): boolean {
    return this.#options.expected?.list.some(({ subject }) => expectsViolation(subject)) ?? false;
  }

  /** Something that the scenario expects did not come, or something that should not come did. */
  get broken(): boolean {
    return this.#judge?.states().some(({ state }) => state === 'broken') ?? false;
  }

  begin(): void {
    const { nodes, clients, seed, protocol, mutant } = this.#header;
    const { title, json } = this.#options;
    if (json) this.#object({ type: 'run', title, header: this.#header });
    else
      this.#line(
        `${title === '' ? this.#protocol.title : title}: ${protocol}, ${mutant === undefined ? '' : `broken by ${mutant}, `}${count(nodes.length, 'node')}, ` +
          `${clients === 0 ? '' : `${count(clients, 'client')}, `}seed ${seed}`,
      );
  }

  /** Prints the events of a stretch, which begins where the last one ended. */
  events(packed: PackedEvents): void {
    let text = '';
    for (const event of readEvents(packed)) {
      const row = logRow(this.#world, event);
      if (this.#options.only.includes(row.group)) text += this.#eventLine(event, sentence(this.#protocol, row));
      applyEvent(this.#world, event);
      this.#judge?.take(event);
    }
    if (text !== '') this.#options.write(text);
  }

  /** Says that something went wrong which did not end the run. */
  problem(title: string, detail: string): void {
    if (this.#options.json) this.#object({ type: 'problem', title, detail });
    else this.#line(`! ${title}: ${detail}`);
  }

  /** Prints the summary. */
  end(ending: Ending): void {
    this.#judge?.end(ending.at);
    if (this.#options.json) this.#objectSummary(ending);
    else this.#textSummary(ending);
  }

  #objectSummary({ at, ...ending }: Ending): void {
    const { counters, violations } = this.#world;
    this.#object({
      type: 'summary',
      at,
      violation: violations[0] ?? null,
      violationCount: violations.length,
      events: this.#world.seq,
      chosenCount: this.#world.chosenCount,
      chosen: this.#chosen().map(({ slot, value, ballot, quorum, knownTo, conflict }) => {
        return {
          slot,
          value,
          ballot: formatBallot(ballot),
          quorum: ascending(quorum),
          knownTo: ascending(knownTo.keys()),
          conflict,
        };
      }),
      packets: counters,
      expectations: this.#judge?.states() ?? [],
      ...ending,
    });
  }

  #textSummary(ending: Ending): void {
    const { counters } = this.#world;
    const values = this.#chosen();
    const servers = [...this.#world.nodes.keys()].filter((node) => !isClient(node));
    this.#line('');
    this.#line(`Ended at ${clockText(ending.at)} of virtual time, after ${count(this.#world.seq, 'event')}`);
    if (values.length === 0) this.#line('  chosen   nothing');
    const earlier = this.#world.chosenCount - values.length;
    if (earlier > 0) this.#line(`  chosen   in ${count(earlier, `earlier ${this.#protocol.slotName}`)}, too many to list here`);
    for (const { slot, value, ballot, quorum, knownTo, conflict } of values) {
      const known = servers.every((node) => knownTo.has(node)) ? 'all' : nodeList(ascending(knownTo.keys()));
      const by = quorum.length === 0 ? '' : `, accepted by ${nodeList(ascending(quorum))}`;
      this.#line(
        `  chosen   in ${slot}: "${value}", ballot ${formatBallot(ballot)}${by}; known to ${known || 'nobody that is up'}`,
      );
      if (conflict !== null)
        this.#line(`           AGREEMENT IS BROKEN: ${nodeList(conflict.nodes) || 'a node'} took "${conflict.value}" to be chosen`);
    }
    for (const { check, seq, text } of this.#world.violations) this.#line(`  VIOLATED ${check}, event ${seq}: ${text}`);
    const lost = lossCauses
      .filter((cause) => counters.lost[cause] > 0 || cause === 'loss' || cause === 'cut' || cause === 'dead')
      .map((cause) => `${counters.lost[cause]} ${lossTexts[cause]}`);
    this.#line(
      `  packets  ${counters.sent} sent, ${counters.duplicated} doubled, ${counters.delivered} arrived; ` +
        `lost: ${lost.join(', ')}`,
    );
    for (const state of this.#judge?.states() ?? []) this.#line(expectationLine(state));
    this.#line(`  digest   ${ending.digest ?? 'unknown'}`);
    if (ending.exact !== undefined) this.#line(`  exact    ${exactText(ending.exact)}`);
    if (ending.divergence != null) this.#line(`           ${ending.divergence.text}`);
    if (ending.file !== undefined) this.#line(`  saved    ${ending.file}`);
  }

  #chosen() {
    return [...this.#world.chosen.values()].sort((a, b) => a.slot - b.slot);
  }

  #eventLine(event: RunEvent, text: string): string {
    if (!this.#options.json) return `${clockText(event.at)}  ${text}\n`;
    return `${JSON.stringify({ ...event, ...('body' in event && this.#body(event)), text })}\n`;
  }

  /** A packet's body is bytes that only the protocol can read; `text` says what they say. */
  #body(event: Extract<RunEvent, { type: 'send' | 'request' }>) {
    if (event.type === 'request') return { body: JSON.parse(event.body) as unknown };
    return { body: undefined, kind: this.#protocol.messages[event.kind]?.name };
  }

  #object(value: unknown): void {
    this.#options.write(`${JSON.stringify(value)}\n`);
  }

  #line(text: string): void {
    this.#options.write(`${text}\n`);
  }
}

/** Whether it is met only when a check fails. */
function expectsViolation(subject: Subject): boolean {
  if (subject.type !== 'occurs' || subject.min === 0) return false;
  return subject.pattern.type === 'violated' || subject.pattern.type === 'conflict';
}

function expectationLine({ text, state, why }: ExpectationState): string {
  const word = { met: 'met', broken: 'BROKEN', open: 'open' }[state];
  return `  expected ${text}: ${word}${why === '' ? '' : `, ${why}`}`;
}

function exactText(exact: boolean | null): string {
  if (exact === null) return 'not known: not all of the run was compared';
  return exact ? 'yes' : 'NO';
}

function ascending(nodes: Iterable<NodeId>): NodeId[] {
  return [...nodes].sort((a, b) => a - b);
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
