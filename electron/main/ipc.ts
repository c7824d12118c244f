/**
 * The door between the window and main. Every request is checked before anything acts on it: who asks, and what. A
 * refusal is an answer with one readable sentence, and has changed nothing.
 */
import type * as z from 'zod';
import { windowRequests, type Answer, type WindowChannel, type WindowResults } from '../../src/contract/contract.ts';
import { ProtocolError } from '../../src/protocol/protocol.ts';
import { SettingsError } from '../../src/network/settings.ts';
import { TopologyError } from '../../src/network/topology.ts';
import { CommandError } from '../../src/cluster/commands.ts';
import { complaintsOf, complaintText } from '../../src/cluster/complaints.ts';
import { RunFileError } from '../../src/cluster/run-file/error.ts';
import { HistoryError } from '../../src/host/history/history-client.ts';
import { ScenarioError } from '../../src/scenario/parse.ts';
import { isAppAddress } from './security/asset.ts';

/** What carries out each request; it gets the argument as the contract's schema has checked and completed it. */
export type RequestHandlers = {
  readonly [C in WindowChannel]: (
    argument: z.output<(typeof windowRequests)[C]>,
  ) => WindowResults[C] | Promise<WindowResults[C]>;
};

/** As much of Electron's `ipcMain` as is needed. */
export interface Door {
  handle(channel: string, listener: (event: RequestEvent, ...args: unknown[]) => unknown): void;
}

/** As much of Electron's event as is needed. */
export interface RequestEvent {
  readonly senderFrame: { readonly url: string; readonly parent: unknown } | null;
  readonly sender: { readonly id: number };
}

/** Refusals that say all there is to say; every other error is a fault of the program and goes to the log too. */
const refusals = [
  CommandError,
  ProtocolError,
  SettingsError,
  TopologyError,
  ScenarioError,
  RunFileError,
  HistoryError,
];

/**
 * Opens the door: one listener per channel of the contract.
 * @param isWindow whether web contents of this id are our window
 * @param report is told of errors that are no refusals
 */
export function answerRequests(
  door: Door,
  handlers: RequestHandlers,
  isWindow: (contents: number) => boolean,
  report: (error: unknown) => void,
): void {
  for (const channel of Object.keys(windowRequests) as WindowChannel[]) {
    door.handle(channel, (event, ...args) => {
      if (!isWindow(event.sender.id) || !isOwnPage(event)) return refused('only the window of Synod may ask this');
      if (args.length > 1) return refused('one argument was expected');
      return answer(handlers, channel, args[0], report);
    });
  }
}

/** Checks an argument and carries the request out. Never rejects. */
export async function answer<C extends WindowChannel>(
  handlers: RequestHandlers,
  channel: C,
  argument: unknown,
  report: (error: unknown) => void,
): Promise<Answer<WindowResults[C]>> {
  const schema: z.ZodType<z.output<(typeof windowRequests)[C]>> = windowRequests[channel] as never;
  try {
    const parsed = schema.safeParse(argument);
    if (!parsed.success) {
      const complaints = complaintsOf(schema, argument, parsed.error);
      return refused(complaints.map((complaint) => complaintText(complaint, 'argument')).join('; '));
    }
    return { ok: true, value: await handlers[channel](parsed.data) };
  } catch (error) {
    if (refusals.some((refusal) => error instanceof refusal)) return refused((error as Error).message);
    report(error);
    return refused(`Synod could not do this: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The top frame, showing the app's own page. */
function isOwnPage(event: RequestEvent): boolean {
  return event.senderFrame !== null && event.senderFrame.parent === null && isAppAddress(event.senderFrame.url);
}

function refused(error: string): Answer<never> {
  return { ok: false, error };
}
