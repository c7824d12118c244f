/** What a mutant is, and how a protocol is changed without its knowing. */
import type { AnyProtocol, Effect, Input, NodeId, Protocol } from '../protocol.ts';
import type { QuorumSystem } from '../quorum.ts';

export interface Mutant {
  /** Name in files and on the command line, e.g. `quorum-of-one`. */
  readonly name: string;
  /** The protocol that it breaks. */
  readonly protocol: string;
  /** What is done wrong, in one sentence. */
  readonly meaning: string;
  /** It is harmless, and must not be flagged. @default false */
  readonly control?: boolean;
  readonly change: (protocol: AnyProtocol) => AnyProtocol;
}

/** What is done differently around the steps of a protocol. What is left out is done as it should be. */
export interface Tampering<State, Message, Config, Request> {
  /** The configuration instead of a complete one. It is changed once more when it is read from a file: to the same. */
  readonly config?: (config: Config, nodes: readonly NodeId[]) => Config;
  /** What a node takes an input for. */
  readonly input?: (input: Input<Message, Request>, state: State) => Input<Message, Request>;
  /** Done to the state before the step. @returns what is done to it after the step. */
  readonly before?: (state: State, input: Input<Message, Request>) => (() => void) | void;
  /** What is done instead of what the step does. The state is as after the step, and may be changed. */
  readonly effects?: (effects: Effect<Message>[], state: State, input: Input<Message, Request>) => Effect<Message>[];
}

/**
 * The protocol with something done differently in each of its steps. All it remembers is in the protocol's own state, so
 * that forks of it are as independent as they were.
 */
export function tampered<State, Message, Config, Request>(
  protocol: Protocol<State, Message, Config, Request>,
  tampering: Tampering<State, Message, Config, Request>,
): Protocol<State, Message, Config, Request> {
  const { config, input: taken, before, effects: instead } = tampering;
  return {
    ...protocol,
    config(given, nodes) {
      const complete = protocol.config(given, nodes);
      return config === undefined ? complete : config(complete, nodes);
    },
    step(state, given) {
      const input = taken === undefined ? given : taken(given, state);
      const after = before?.(state, input);
      const effects = protocol.step(state, input);
      after?.();
      return instead === undefined ? effects : instead(effects, state, input);
    },
  };
}

/** Counted quorums; at least one acceptor in each phase. */
export function counted(phase1: number, phase2: number): QuorumSystem {
  return { type: 'counted', phase1: Math.max(1, phase1), phase2: Math.max(1, phase2) };
}

/** The effects with other messages: each is sent as `change` says, `null`: not at all. */
export function sending<Message>(
  effects: readonly Effect<Message>[],
  change: (message: Message, to: NodeId) => Message | null,
): Effect<Message>[] {
  return effects.flatMap((effect): Effect<Message>[] => {
    if (effect.type !== 'send') return [effect];
    const message = change(effect.message, effect.to);
    return message === null ? [] : [{ ...effect, message }];
  });
}

/** The effects with every save after all that it should come before. */
export function savingLast<Message>(effects: readonly Effect<Message>[]): Effect<Message>[] {
  return [...effects.filter(({ type }) => type !== 'save'), ...effects.filter(({ type }) => type === 'save')];
}
