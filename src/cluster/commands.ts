/**
 * Commands: all that a person, a scenario or the fuzzer can do to a run. Header and commands together determine every
 * event (DESIGN: *exact*), so nothing else may change what happens. Play, pause and speed are no commands: they change
 * when events are shown, never which.
 */
import * as z from 'zod';
import { ACTORS_MAX, NODES_MAX, TEXT_LENGTH_MAX, type NodeId } from '../protocol/protocol.ts';
import { completeNetwork, SettingsError } from '../network/settings.ts';
import { crashPoints } from './events.ts';

export { CommandError } from './command-error.ts';

/** A server or a client. */
const node = z.int().min(1).max(ACTORS_MAX);
const server = z.int().min(1).max(NODES_MAX);
const plain = z.record(z.string(), z.unknown());

/**
 * What a restart finds on disk. `last-lost`: the last save is not there; `last-torn`: of the last save the first half of
 * its records was written and the record at the tear is gone; `erased`: nothing. All but `kept` break what the protocols
 * assume of stable storage and are marked unsafe.
 */
export const restartDisks = ['kept', 'last-lost', 'last-torn', 'erased'] as const;
export type RestartDisk = (typeof restartDisks)[number];

/** What can be done to one packet in flight. */
export const packetActions = ['hold', 'release', 'deliver', 'drop', 'duplicate', 'delay'] as const;
export type PacketAction = (typeof packetActions)[number];

/** One direction of a link. */
const linkSchema = z.strictObject({ from: node, to: node }).refine(({ from, to }) => from !== to, 'a link joins two nodes');
const linksSchema = z.array(linkSchema).min(1).max(ACTORS_MAX * ACTORS_MAX);

/** The client that keeps proposing. */
export const clientSchema = z.strictObject({
  enabled: z.boolean(),
  /** Mean time between two proposals, µs; the gaps are drawn evenly from half to one and a half of it. */
  interval: z.int().min(1000).max(600_000_000),
  /** Proposers it asks, by turns; an empty list: every proposer of the cluster. */
  proposers: z.array(server).max(NODES_MAX),
});
export type ClientSettings = z.infer<typeof clientSchema>;

export const clientDefaults: ClientSettings = { enabled: true, interval: 5_000_000, proposers: [] };

export const commandSchema = z.discriminatedUnion('type', [
  /** Have a value chosen in a slot; by default in the one after the highest known chosen, and the next word. */
  z.strictObject({
    type: z.literal('propose'),
    node: server,
    value: z.string().trim().min(1).max(TEXT_LENGTH_MAX).optional(),
    slot: z.int().min(1).max(1_000_000_000).optional(),
  }),
  /** Hands an actor a request of the protocol's own (its `request` says which there are); only of a running one. */
  z.strictObject({ type: z.literal('request'), node, request: plain }),
  /** Adds a server with an empty disk, on the island of `beside`, or the largest; by default the lowest number that is free. */
  z.strictObject({ type: z.literal('add'), node: server.optional(), beside: node.optional() }),
  /** Takes a server away, running or not, disk and all. */
  z.strictObject({ type: z.literal('remove'), node: server }),
  z.strictObject({ type: z.literal('crash'), node, point: z.enum(crashPoints).default('now') }),
  z.strictObject({ type: z.literal('restart'), node, disk: z.enum(restartDisks).default('kept') }),
  z.strictObject({ type: z.literal('partition'), groups: z.array(z.array(node).max(ACTORS_MAX)).min(1).max(ACTORS_MAX) }),
  /** Settings by fault; what is not named stays as it is. */
  z.strictObject({ type: z.literal('network'), settings: networkSchema() }),
  /** The same for one direction of a link only, over those of the network; null: as the network again. */
  z.strictObject({ type: z.literal('link'), from: node, to: node, settings: networkSchema().nullable() }),
  /** Cuts directions of links: those named, or those of a pattern (network/faults/registry.ts) drawn around `nodes`. */
  z.strictObject({ type: z.literal('cut'), links: linksSchema }),
  z.strictObject({ type: z.literal('cut-pattern'), pattern: z.string(), nodes: z.array(node).max(ACTORS_MAX).default([]) }),
  /** Mends cut directions; without `links`: all that were cut one by one or by a pattern. Groups stay parted. */
  z.strictObject({ type: z.literal('mend'), links: linksSchema.optional() }),
  /** Turns a fault of a node (network/faults/registry.ts) on, off or about; what is not named stays as it is. */
  z.strictObject({ type: z.literal('fault'), node, fault: z.string(), settings: plain.default({}) }),
  /** Hold mode: while on, every packet stands still where it is, or where it is sent, until it is delivered by hand. */
  z.strictObject({ type: z.literal('hold'), on: z.boolean() }),
  /** One packet in flight. `by`: how much later it arrives, µs, for `delay`. */
  z.strictObject({
    type: z.literal('packet'),
    packet: z.int().min(1),
    action: z.enum(packetActions),
    by: z.int().min(1).max(600_000_000).default(1_000_000),
  }),
  /** Fires a timer of a node now. */
  z.strictObject({ type: z.literal('fire'), node, timer: z.string().max(TEXT_LENGTH_MAX) }),
  z.strictObject({ type: z.literal('client'), settings: clientSchema.partial() }),
  /** Changes the protocol's configuration in every node, running or restarted later; what is not named stays. */
  z.strictObject({ type: z.literal('configure'), config: plain }),
  /** A node's thread ended by itself. Written by the host, never by a person; part of the journal so that it replays. */
  z.strictObject({ type: z.literal('died'), node, error: z.string().max(2000) }),
]);

export type Command = z.output<typeof commandSchema>;
export type CommandType = Command['type'];

/** A command where it took place: at virtual time `at` (µs), after `seq` events had happened. */
export interface JournalEntry {
  readonly at: number;
  readonly seq: number;
  readonly command: Command;
  /** Which command of the script it is, counted from 0; without it, the script has no part in it. */
  readonly scripted?: number;
  /** It could not be carried out, and nothing came of it; the script has gone on after it all the same. */
  readonly refused?: true;
}

/** Which node a command is about, for the log; `null` for the whole cluster. */
export function subjectOf(command: Command): NodeId | null {
  return 'node' in command ? (command.node ?? null) : null;
}

function networkSchema() {
  return z.record(z.string(), plain).superRefine((given, context) => {
    try {
      completeNetwork(given);
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      context.addIssue({ code: 'custom', message: error.message });
    }
  });
}
