/**
 * Which rows of the log pass the filter. Found a slice at a time, newest first, so that no change of the filter and no
 * burst of events holds up the screen: 50,000 rows are looked at once, new ones as they come, and never all again.
 */
import type { LogRow } from '../../../src/contract/index.ts';
import type { Ring } from '../../ring.ts';
import { passes, type LogFilter, type TextTest } from './log-filter.ts';

/** Rows between two looks at the clock. */
const CHUNK = 256;

export class LogIndex {
  private readonly rows: Ring<LogRow>;
  private readonly sentenceOf: (row: LogRow) => string;
  private filter: LogFilter;
  private test: TextTest | null;
  /** Positions that pass, from before the filter was set: newest first. */
  private readonly older: number[] = [];
  /** Positions that pass, from after: oldest first, from `newerFrom` on. */
  private readonly newer: number[] = [];
  private newerFrom = 0;
  /** Everything from here on is still to be looked at, forwards. */
  private ahead: number;
  /** Everything before this is still to be looked at, backwards. */
  private behind: number;

  constructor(rows: Ring<LogRow>, sentenceOf: (row: LogRow) => string, filter: LogFilter, test: TextTest | null) {
    this.rows = rows;
    this.sentenceOf = sentenceOf;
    this.filter = filter;
    this.test = test;
    this.ahead = this.behind = rows.end;
  }

  /** How many rows pass, as far as they were looked at. */
  get length(): number {
    return this.older.length + this.newer.length - this.newerFrom;
  }

  /** Whether there are rows that were not looked at yet. */
  get pending(): boolean {
    return this.ahead < this.rows.end || this.behind > this.rows.start;
  }

  /** Position in the ring of the passing row `index`, oldest first. */
  at(index: number): number | undefined {
    if (index < 0) return undefined;
    const { older, newer } = this;
    return index < older.length ? older[older.length - 1 - index] : newer[this.newerFrom + index - older.length];
  }

  /** How many passing rows at the beginning belong to events before `seq`. */
  countBefore(seq: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const position = this.at(middle)!;
      // A row that is no longer kept is older than all that are.
      if ((this.rows.at(position)?.event.seq ?? -1) < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Looks at everything anew, newest first. */
  setFilter(filter: LogFilter, test: TextTest | null): void {
    this.filter = filter;
    this.test = test;
    this.older.length = this.newer.length = this.newerFrom = 0;
    this.ahead = this.behind = this.rows.end;
  }

  /**
   * Looks at rows for about `budget` ms, new ones first, and at a few of each in any case.
   * @param wall wall time in ms
   * @returns how many passing rows at the beginning are not kept any more, and how many were found before the first
   */
  advance(budget: number, wall: () => number): { readonly dropped: number; readonly prepended: number } {
    const until = wall() + budget;
    const dropped = this.drop();
    const found = this.older.length;
    this.ahead = Math.max(this.ahead, this.rows.start);
    do {
      for (let i = 0; i < CHUNK && this.ahead < this.rows.end; i++, this.ahead++) {
        if (this.wanted(this.ahead)) this.newer.push(this.ahead);
      }
    } while (this.ahead < this.rows.end && wall() < until);
    do {
      for (let i = 0; i < CHUNK && this.behind > this.rows.start; i++) {
        this.behind--;
        if (this.wanted(this.behind)) this.older.push(this.behind);
      }
    } while (this.behind > this.rows.start && wall() < until);
    return { dropped, prepended: this.older.length - found };
  }

  private wanted(position: number): boolean {
    const row = this.rows.at(position)!;
    return passes(this.filter, row) && (this.test === null || this.test(this.sentenceOf(row)));
  }

  /** Lets go of positions that the ring has overwritten. */
  private drop(): number {
    const { start } = this.rows;
    const before = this.length;
    while (this.older.length > 0 && this.older.at(-1)! < start) this.older.pop();
    while (this.newerFrom < this.newer.length && this.newer[this.newerFrom]! < start) this.newerFrom++;
    // Now and then the room of dropped positions is given back.
    if (this.newerFrom > this.rows.capacity) {
      this.newer.splice(0, this.newerFrom);
      this.newerFrom = 0;
    }
    this.behind = Math.max(this.behind, start);
    return before - this.length;
  }
}
