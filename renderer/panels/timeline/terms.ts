/**
 * Terms of office on the timeline. The world knows the latest `TERMS_KEPT_MAX` of the moment that is shown; those that
 * were seen before are remembered, and of what this window never saw (a run that was opened, or ran while the window was
 * hidden) the marks tell who began to lead and when: such a term is taken to end when its leader crashes or another
 * begins to lead. Pure, but for the memory.
 */
import { formatBallot, nameOf, type Mark, type NodeId, type Term } from '../../../src/contract/index.ts';

/** A term of office. `text`: `n2 7.2`; of one known by its mark only, `n2`. */
export interface TermSpan {
  readonly node: NodeId;
  readonly text: string;
  /** The event that began it. */
  readonly seq: number;
  /** Virtual time, µs; `null` while it goes on. */
  readonly from: number;
  readonly until: number | null;
  /** 0, or 1 where another goes on below it. */
  readonly lane: 0 | 1;
}

/** Terms that have been seen, by the event that began them. */
export class TermMemory {
  private readonly seen = new Map<number, Term>();
  private latest: readonly Term[] = [];

  /** Takes in what a world knows; @returns whether there was something new in it. */
  learn(terms: readonly Term[]): boolean {
    if (terms === this.latest) return false;
    this.latest = terms;
    for (const term of terms) {
      // A world of the past does not know yet how a term ended that has been seen to end.
      if (term.until !== null || !this.seen.has(term.seq)) this.seen.set(term.seq, term);
    }
    return true;
  }

  clear(): void {
    this.seen.clear();
    this.latest = [];
  }

  /** All terms, seen or marked, ascending, each in its lane. */
  spans(marks: readonly Mark[]): TermSpan[] {
    const spans = [...this.seen.values()].map(({ node, ballot, seq, from, until }) => {
      return { node, text: `${nameOf(node)} ${formatBallot(ballot)}`, seq, from, until };
    });
    const marked = marks.flatMap((mark, index) => {
      if (mark.kind !== 'leader' || mark.node === null || this.seen.has(mark.seq)) return [];
      return [{ node: mark.node, text: nameOf(mark.node), seq: mark.seq, from: mark.at, until: endAfter(marks, index) }];
    });
    return inLanes([...spans, ...marked].sort((a, b) => a.seq - b.seq));
  }
}

/** When the term that a mark began must have ended, as far as the marks tell. */
function endAfter(marks: readonly Mark[], index: number): number | null {
  const { node } = marks[index]!;
  for (let i = index + 1; i < marks.length; i++) {
    const { kind, node: whose, at } = marks[i]!;
    if (kind === 'leader' || (kind === 'crash' && whose === node)) return at;
  }
  return null;
}

/** The upper lane for whoever leads while another still does. */
function inLanes(spans: readonly Omit<TermSpan, 'lane'>[]): TermSpan[] {
  const free = [-Infinity, -Infinity];
  return spans.map((span) => {
    const lane = free[0]! <= span.from || free[0]! <= free[1]! ? 0 : 1;
    free[lane] = span.until ?? Infinity;
    return { ...span, lane };
  });
}
