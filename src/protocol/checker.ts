/**
 * What checks a run while it happens: a checker sees every fact, in order, and says at once when one contradicts those
 * before it. Each protocol has checkers of its own (its invariants, and how it follows its specification).
 */
import type { Effect, Input, NodeId } from './protocol.ts';

/** Something that happened at an actor, in the order in which it happened there. A `save` is one when it is durable. */
export type Fact<Message, Request> =
  | { readonly seq: number; readonly node: NodeId; readonly input: Input<Message, Request> }
  | { readonly seq: number; readonly node: NodeId; readonly effect: Effect<Message> };

/** Facts that contradict each other. */
export interface Violation {
  /** The name of the check that fails. */
  readonly check: string;
  /** 0: it is about none. */
  readonly slot: number;
  /** One sentence that names the two facts. */
  readonly text: string;
  /** The events that tell of them, ascending; the last is the one by which it came to light. */
  readonly events: readonly number[];
}

/** What is checked. */
export interface Check {
  readonly name: string;
  /** One sentence. */
  readonly meaning: string;
}

export interface Checker<Facts, Message, Config, Request> {
  readonly checks: readonly Check[];
  /** The kinds of message of which it is told when they arrive, by their names; of others it hears when they are sent. */
  readonly hears?: readonly string[];
  /** Nothing is known yet. @param nodes the founding servers */
  create(nodes: readonly NodeId[], config: Config): Facts;
  /**
   * Takes note of a fact. Costs as much as there are servers, or slots in what the fact speaks of.
   * @returns the first violation found, or `null`. The facts stay usable after a violation.
   */
  observe(facts: Facts, fact: Fact<Message, Request>): Violation | null;
  /** An independent copy, cheap in long runs: what grows with the run is shared until it is changed. */
  fork(facts: Facts): Facts;
}

/** A checker whose types are nobody's business. */
export type AnyChecker = Checker<any, any, any, any>;
