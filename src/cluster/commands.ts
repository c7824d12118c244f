/**
 * Commands: all that a person, a scenario or the fuzzer can do to a run. Header and commands together determine every
 * event (DESIGN: *exact*), so nothing else may change what happens. Play, pause and speed are no commands: they change
 * when events are shown, never which.
 */
import * as z from 'zod';
import { NODES_MAX, TEXT_LENGTH_MAX, type NodeId } from '../protocol/protocol.ts';
import { completeNetwork, SettingsError } from '../network/settings.ts';
import { crashPoints } from './events.ts';

export { CommandError } from './command-error.ts';

const node = z.int().min(1).max(NODES_MAX);
const plain = z.record(z.string(), z.unknown());

/** What a restart finds on disk. `erased` breaks the protocol's assumption and is marked unsafe. */
export const restartDisks = ['kept', 'erased'] as const;
export type RestartDisk = (typeof restartDisks)[number];

/** The client that keeps proposing. */
export const clientSchema = z.strictObject({
  enabled: z.boolean(),
  /** Mean time between two proposals, µs; the gaps are drawn evenly from half to one and a half of it. */
  interval: z.int().min(1000).max(600_000_000),
  /** Proposers it asks, by turns; an empty list: every proposer of the cluster. */
  proposers: z.array(node).max(NODES_MAX),
});
export type ClientSettings = z.infer<typeof clientSchema>;

export const clientDefaults: ClientSettings = { enabled: true, interval: 5_000_000, proposers: [] };

export const commandSchema = z.discriminatedUnion('type', [
  /** Have a value chosen in a slot; by default in the one after the highest known chosen, and the next word. */
  z.strictObject({
    type: z.literal('propose'),
    node,
    value: z.string().trim().min(1).max(TEXT_LENGTH_MAX).optional(),
    slot: z.int().min(1).max(1_000_000_000).optional(),
  }),
  z.strictObject({ type: z.literal('crash'), node, point: z.enum(crashPoints).default('now') }),
  z.strictObject({ type: z.literal('restart'), node, disk: z.enum(restartDisks).default('kept') }),
  z.strictObject({ type: z.literal('partition'), groups: z.array(z.array(node).max(NODES_MAX)).min(1).max(NODES_MAX) }),
  /** Settings by fault; what is not named stays as it is. */
  z.strictObject({ type: z.literal('network'), settings: networkSchema() }),
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
}

/** Which node a command is about, for the log; `null` for the whole cluster. */
export function subjectOf(command: Command): NodeId | null {
  return 'node' in command ? command.node : null;
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
