/** What is printed about a run: lines as it goes on, and a summary at its end. */
import { applyEvent, createWorld, type World } from '../cluster/world.ts';
import type { RunEvent } from '../cluster/events.ts';
import { readEvents } from '../cluster/event-log.ts';
import type { PackedEvents } from '../cluster/frames.ts';
import type { RunHeader } from '../cluster/run.ts';
import { clockText } from '../contract/format.ts';
import { logRow, nodeList, sentence, type LogGroup } from '../contract/log.ts';
import { formatBallot } from '../protocol/ballot.ts';
import { protocolNamed } from '../protocol/registry.ts';
import type { AnyProtocol, NodeId } from '../protocol/protocol.ts';

export interface ReportOptions {
  readonly title: string;
  readonly json: boolean;
  readonly only: readonly LogGroup[];
  /** Takes whole lines, each with its end. */
  readonly write: (text: string) => void;
}

/** How a run ended. */
export interface Ending {
  /** Virtual time, µs. */
  readonly at: number;
  readonly digest: string;
}

export class Report {
  #world: World;
  readonly #header: RunHeader;
  readonly #protocol: AnyProtocol;
  readonly #options: ReportOptions;

  constructor(header: RunHeader, options: ReportOptions) {
    this.#header = header;
    this.#protocol = protocolNamed(header.protocol);
    this.#options = options;
    this.#world = createWorld(header);
  }

  /** Events printed, or known to have gone by. */
  get seq(): number {
    return this.#world.seq;
  }

  /** Two different values were chosen in one instance. */
  get disagreed(): boolean {
    return [...this.#world.chosen.values()].some((chosen) => chosen.conflict !== null);
  }

  begin(): void {
    const { nodes, seed, protocol } = this.#header;
    const { title, json } = this.#options;
    if (json) this.#object({ type: 'run', title, header: this.#header });
    else
      this.#line(
        `${title === '' ? this.#protocol.title : title}: ${protocol}, ${count(nodes.length, 'node')}, seed ${seed}`,
      );
  }

  /**
   * Prints the events of a stretch.
   * @param world the world before it, when events between the last stretch and this one were let go
   */
  events(packed: PackedEvents, world: World | null = null): void {
    if (world !== null && world.seq > this.#world.seq) {
      this.#gap(world.seq - this.#world.seq);
      this.#world = world;
    }
    let text = '';
    for (const event of readEvents(packed)) {
      // A snapshot comes with events that may have been printed before it was taken.
      if (event.seq < this.#world.seq) continue;
      const row = logRow(this.#world, event);
      if (this.#options.only.includes(row.group)) text += this.#eventLine(event, sentence(this.#protocol, row));
      applyEvent(this.#world, event);
    }
    if (text !== '') this.#options.write(text);
  }

  /** Says that something went wrong which did not end the run. */
  problem(title: string, detail: string): void {
    if (this.#options.json) this.#object({ type: 'problem', title, detail });
    else this.#line(`! ${title}: ${detail}`);
  }

  end(ending: Ending): void {
    const { counters, chosen } = this.#world;
    const values = [...chosen.values()].sort((a, b) => a.slot - b.slot);
    if (this.#options.json) {
      this.#object({
        type: 'summary',
        at: ending.at,
        events: this.#world.seq,
        chosenCount: this.#world.chosenCount,
        chosen: values.map(({ slot, value, ballot, quorum, knownTo, conflict }) => {
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
        digest: ending.digest,
      });
      return;
    }
    this.#line('');
    this.#line(`Ended at ${clockText(ending.at)} of virtual time, after ${count(this.#world.seq, 'event')}`);
    if (values.length === 0) this.#line('  chosen   nothing');
    const earlier = this.#world.chosenCount - values.length;
    if (earlier > 0) this.#line(`  chosen   in ${count(earlier, 'earlier instance')}, too many to list here`);
    for (const { slot, value, ballot, quorum, knownTo, conflict } of values) {
      const known = knownTo.size === this.#header.nodes.length ? 'all' : nodeList(ascending(knownTo.keys()));
      const by = quorum.length === 0 ? '' : `, accepted by ${nodeList(ascending(quorum))}`;
      this.#line(
        `  chosen   in ${slot}: "${value}", ballot ${formatBallot(ballot)}${by}; known to ${known || 'nobody that is up'}`,
      );
      if (conflict !== null)
        this.#line(`           AGREEMENT IS BROKEN: n${conflict.node} takes "${conflict.value}" to be chosen`);
    }
    const { loss, cut, dead } = counters.lost;
    this.#line(
      `  packets  ${counters.sent} sent, ${counters.duplicated} doubled, ${counters.delivered} arrived; ` +
        `lost: ${loss} on a link, ${cut} at a cut, ${dead} with nobody up`,
    );
    this.#line(`  digest   ${ending.digest}`);
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

  #gap(events: number): void {
    if (this.#options.json) this.#object({ type: 'gap', events });
    else this.#line(`… ${count(events, 'event')} went by faster than they could be printed …`);
  }

  #object(value: unknown): void {
    this.#options.write(`${JSON.stringify(value)}\n`);
  }

  #line(text: string): void {
    this.#options.write(`${text}\n`);
  }
}

function ascending(nodes: Iterable<NodeId>): NodeId[] {
  return [...nodes].sort((a, b) => a - b);
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
