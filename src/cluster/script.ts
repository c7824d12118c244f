/**
 * The script of a run: commands at times, and commands at conditions. Conditions wait one after another: each is armed
 * when the conditional command before it has been carried out, the first from the beginning. While one is armed the
 * scheduler goes in single steps, and the command strikes right after the step in which it came true; so its place
 * depends neither on windows nor on where the nodes run.
 *
 * Whatever it does stands in the journal, what was refused too. So whoever has a run again from its journal tells the
 * script of what it did then, at its place, and at whichever place that is, the script is as it was there.
 */
import type { AnyProtocol } from '../protocol/protocol.ts';
import { CommandError } from './command-error.ts';
import type { Command } from './commands.ts';
import { Observer, type Condition, type ObserverState } from './conditions.ts';
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

/** How far a script has got: plain data. */
export interface ScriptState {
  readonly timedDone: number;
  readonly conditionalDone: number;
  readonly occurred: number;
  readonly dueAt: number | null;
  /** What has happened, as far as conditions need to know; `null` when none is left. */
  readonly observed: ObserverState | null;
}

/** A command, and where it stands in the script. */
type Placed<T> = T & { readonly index: number };

export class Script {
  private readonly timed: readonly Placed<TimedCommand>[];
  private readonly conditional: readonly Placed<ConditionalCommand>[];
  private readonly observer: Observer;
  /** Commands of both kinds that were carried out, or refused, so far. */
  private timedDone: number;
  private conditionalDone: number;
  /** How often what is waited for has occurred. */
  private occurred: number;
  /** When the next conditional command strikes, µs; `null` while its condition has not come true. */
  private dueAt: number | null;
  /** Up to where the log has been read. */
  private mark: LogMark;

  /**
   * @param commands in any order; those of one time in theirs, and conditional ones one after another
   * @param log of the run: what happens from its end on counts
   * @param state what `save` gave at that place; without it, nothing has been done yet
   */
  constructor(commands: readonly ScriptedCommand[], protocol: AnyProtocol, log: EventLog, state?: ScriptState) {
    const placed = commands.map((one, index) => ({ ...one, index }));
    this.timed = placed.filter((one) => 'at' in one).sort((a, b) => a.at - b.at);
    this.conditional = placed.filter((one) => 'when' in one);
    this.timedDone = state?.timedDone ?? 0;
    this.conditionalDone = state?.conditionalDone ?? 0;
    this.occurred = state?.occurred ?? 0;
    this.dueAt = state?.dueAt ?? null;
    this.observer = new Observer(protocol, state?.observed ?? undefined);
    this.mark = log.mark();
  }

  /** How far it has got, after all that is in the log. */
  save(log: EventLog): ScriptState {
    this.watch(log);
    const { timedDone, conditionalDone, occurred, dueAt } = this;
    const observed = conditionalDone < this.conditional.length ? this.observer.save() : null;
    return { timedDone, conditionalDone, occurred, dueAt, observed };
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
  strike(log: EventLog, carryOut: (command: Command, index: number) => void): void {
    const timed = this.timed[this.timedDone];
    const next = timed !== undefined && timed.at <= (this.dueAt ?? Infinity) ? timed : this.conditional[this.conditionalDone]!;
    carryOut(next.command, next.index);
    this.pass(next.index, log);
  }

  /**
   * Goes on after a command that was done as the journal says, before anything else has happened.
   * @param index where it stands in the script
   */
  pass(index: number, log: EventLog): void {
    if (this.timed[this.timedDone]?.index === index) {
      this.timedDone++;
      return;
    }
    // What the command itself did is not what the next condition waits for.
    this.watch(log);
    this.conditionalDone++;
    this.occurred = 0;
    this.dueAt = null;
  }

  /** @throws CommandError when it is not the turn of this command of the script. */
  mustBeNext(index: number): void {
    if (this.timed[this.timedDone]?.index === index || this.conditional[this.conditionalDone]?.index === index) return;
    throw new CommandError(`it is not the turn of command ${index + 1} of the script`);
  }
}
