/**
 * The script of a run: commands at times, and commands at conditions. Conditions wait one after another: each is armed
 * when the conditional command before it has been carried out, the first from the beginning. While one is armed the
 * scheduler goes in single steps, and the command strikes right after the step in which it came true; so its place
 * depends neither on windows nor on where the nodes run. Replay needs no script: what it did is in the journal.
 */
import type { AnyProtocol } from '../protocol/protocol.ts';
import type { Command } from './commands.ts';
import { Observer, type Condition } from './conditions.ts';
import { readEvents, type EventLog, type LogMark } from './event-log.ts';

export interface TimedCommand {
  /** Virtual time, µs. */
  readonly at: number;
  readonly command: Command;
}

export interface ConditionalCommand {
  readonly when: Condition;
  readonly command: Command;
}

export type ScriptedCommand = TimedCommand | ConditionalCommand;

/** A command of the script that could not be carried out when its time came. */
export interface RefusedCommand extends TimedCommand {
  readonly error: string;
}

export class Script {
  private readonly timed: readonly TimedCommand[];
  private readonly conditional: readonly ConditionalCommand[];
  private readonly observer: Observer;
  /** Commands of both kinds carried out so far. */
  private timedDone = 0;
  private conditionalDone = 0;
  /** How often what is waited for has occurred. */
  private occurred = 0;
  /** When the next conditional command strikes, µs; `null` while its condition has not come true. */
  private dueAt: number | null = null;
  /** Up to where the log has been read. */
  private mark: LogMark;

  /**
   * @param commands in any order; those of one time in theirs, and conditional ones one after another
   * @param log of the run: what happens from its end on counts
   */
  constructor(commands: readonly ScriptedCommand[], protocol: AnyProtocol, log: EventLog) {
    this.timed = commands.filter((one) => 'at' in one).sort((a, b) => a.at - b.at);
    this.conditional = commands.filter((one) => 'when' in one);
    this.observer = new Observer(protocol);
    this.mark = log.mark();
  }

  /** A condition is waited for, so that the run has to go in single steps. */
  get armed(): boolean {
    return this.conditionalDone < this.conditional.length && this.dueAt === null;
  }

  /** When the next command strikes, as far as that is known, µs; Infinity when it is not. */
  next(): number {
    const timed = this.timed[this.timedDone]?.at ?? Infinity;
    return this.dueAt === null ? timed : Math.min(timed, this.dueAt);
  }

  /** Reads what has happened since the last time. */
  watch(log: EventLog): void {
    const waiting = this.conditional[this.conditionalDone];
    if (waiting === undefined || log.seq === this.mark.seq) return;
    const events = log.since(this.mark);
    if (events === null) throw new Error('the event log let events go before the script had seen them');
    this.mark = log.mark();
    const { pattern, count, plus } = waiting.when;
    for (const event of readEvents(events)) {
      this.observer.take(event);
      if (this.dueAt !== null || !this.observer.matches(pattern, event)) continue;
      if (++this.occurred === count) this.dueAt = event.at + plus;
    }
  }

  /** Has the next command carried out; timed ones come before conditional ones of the same time. */
  strike(log: EventLog, carryOut: (command: Command) => void): void {
    const timed = this.timed[this.timedDone];
    if (timed !== undefined && timed.at <= (this.dueAt ?? Infinity)) {
      this.timedDone++;
      carryOut(timed.command);
      return;
    }
    carryOut(this.conditional[this.conditionalDone]!.command);
    // What the command itself did is not what the next condition waits for.
    this.watch(log);
    this.conditionalDone++;
    this.occurred = 0;
    this.dueAt = null;
  }
}
