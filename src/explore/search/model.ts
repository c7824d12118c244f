/**
 * What the exhaustive search has to know of a protocol beyond its contract: what there is to ask for, where the scope
 * ends, what of a state cannot matter, and which properties hold. The steps themselves are the protocol's own.
 */
import type { Check } from '../../protocol/checker.ts';
import type { AnyProtocol, NodeId, Saved } from '../../protocol/protocol.ts';
import type { Ballot } from '../../protocol/ballot.ts';
import type { Renaming, Vocabulary } from './plain.ts';

/** Something that a node has said, once and for all: a message, or what it told its host. */
export type Saying =
  | {
      readonly type: 'message';
      readonly from: NodeId;
      readonly to: NodeId;
      readonly kind: number;
      readonly body: Uint8Array;
      readonly message: unknown;
      /** It can still arrive. Not so what was sent, and is on its way no more, before the search begins. */
      readonly open: boolean;
    }
  | {
      readonly type: 'chosen';
      readonly from: NodeId;
      readonly slot: number;
      readonly value: string;
      readonly ballot: Ballot;
      readonly quorum: readonly NodeId[];
    }
  /** Its state machine took in these slots. */
  | { readonly type: 'applied'; readonly from: NodeId; readonly first: number; readonly last: number }
  /** When it came up, or since, this vote was on its disk. */
  | { readonly type: 'found'; readonly from: NodeId; readonly slot: number; readonly ballot: Ballot; readonly value: string }
  /** It was asked for this value. */
  | { readonly type: 'asked'; readonly from: NodeId; readonly value: string };

/** One thing after another in a step of a node, what it sends itself included. */
export type Moment =
  | { readonly type: 'start'; readonly stored: readonly Saved[] }
  | { readonly type: 'save'; readonly records: readonly Saved[] }
  | { readonly type: 'said'; readonly saying: Saying };

/** What can be asked of a node. */
export interface Ask {
  readonly value: string;
  readonly request: unknown;
  /** Where servers are asked by clients: the request is a message of this one. @default it is asked for by the operator */
  readonly by?: AskedBy;
}

export interface AskedBy {
  readonly client: NodeId;
  /** What the client is asked for itself, so that it sends the request to the server that this then names. */
  readonly wish: object;
  /** By this timer it asks another server. */
  readonly timer: string;
}

/** A property does not hold. */
export interface Broken {
  readonly check: string;
  readonly text: string;
}

/** Whether the property of this name is looked at. */
export type Wanted = (check: string) => boolean;

/** Something that can happen, so that a search in which it never does is known to look at too little. */
export interface Sometimes {
  readonly name: string;
  readonly meaning: string;
  /** It is about one of the values: where they can take each other's place, what is seen of one can be of each. */
  readonly ofValue?: boolean;
}

/** The properties, over what nodes have told: functions of the global state, however it was come to. */
export interface Properties<Told> {
  readonly checks: readonly Check[];
  readonly sometimes: readonly Sometimes[];
  /** What of all a node has said, and has on its disk, the properties are about; and a text by which equal ones are one. */
  told(node: NodeId, said: readonly Saying[], disk: readonly Saved[]): { readonly told: Told; readonly key: string };
  /**
   * What one step of a node contradicts of what this node said before.
   * @param disk before the step
   * @param crashed how often it has crashed before it
   */
  step(node: NodeId, before: Told, disk: readonly Saved[], crashed: number, moments: readonly Moment[]): Broken | null;
  /** What all nodes have told contradicts itself. */
  state(told: readonly Told[]): Broken | null;
  /** Bits, in the order of `sometimes`: what there is in this state. */
  seen(told: readonly Told[]): number;
}

export interface Model {
  readonly protocol: AnyProtocol;
  readonly nodes: readonly NodeId[];
  readonly config: unknown;
  readonly values: readonly string[];
  readonly words: Vocabulary;
  /** Nodes can take each other's place, and values. */
  readonly symmetric: boolean;
  /** Which nodes, in groups. */
  readonly alike: readonly (readonly NodeId[])[];
  readonly properties: Properties<unknown>;
  /** A timer by which a node asks another, at random, for what it may have missed; `null`: there is none. */
  readonly chatter: string | null;
  /** What clients can ask of the node in this state. */
  asks(node: NodeId, state: unknown): readonly Ask[];
  /** Whether the state is within the scope; a step that leads out of it is not taken. */
  within(state: unknown): boolean;
  /** Has the state draw these random numbers from now on. */
  reseed(state: unknown, seed: number): void;
  /** Whether it can change nothing at any node within the scope. */
  inert(message: unknown): boolean;
  /** Whether a timer can fire. @default every one can */
  fires?(timer: string): boolean;
  /** What a node has on its disk from now on, as far as the properties are about it. @default nothing */
  saved?(node: NodeId, records: readonly Saved[]): readonly Saying[];
  /** What a node that comes up finds on its disk, as far as the properties are about it. */
  found(node: NodeId, stored: readonly Saved[]): readonly Saying[];
  renamedDisk(disk: readonly Saved[], renaming: Renaming): readonly Saved[];
}
