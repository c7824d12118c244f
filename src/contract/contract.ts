/**
 * The contract between the main process and the window: one map per direction, each entry with a schema. Main checks
 * whatever comes from the window before it acts on it; the window checks what comes from main before it shows it.
 */
import * as z from 'zod';
import { commandSchema, clientSchema } from '../cluster/commands.ts';
import { nodeCountSchema, seedSchema, type NodeInspection } from '../cluster/run.ts';
import { NODES_MAX } from '../protocol/protocol.ts';
import { SPEED_MAX, SPEED_MIN, type Frame, type SessionInfo } from '../cluster/frames.ts';

/** Every answer says whether the thing was done; a refusal says why, and has changed nothing. */
export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: string };

/** Where a command took its place in the run. */
export interface CommandPlace {
  readonly at: number;
  readonly seq: number;
}

export interface AppInfo {
  readonly version: string;
  readonly electron: string;
  readonly chromium: string;
  readonly node: string;
  readonly platform: string;
}

const node = z.int().min(1).max(NODES_MAX);
export const speedSchema = z.union([z.number().min(SPEED_MIN).max(SPEED_MAX), z.literal('max')]);

export const packedEventsSchema = z.object({
  firstSeq: z.int().min(0),
  count: z.int().min(0),
  baseAt: z.int().min(0),
  bytes: z.instanceof(Uint8Array),
});

/** What the window may ask of main: argument schema by channel. The result types stand in `WindowResults`. */
export const windowRequests = {
  /** Who are you? */
  'app:info': z.undefined(),
  /** The run that goes on now. Also starts the stream of frames, with a snapshot first. */
  'session:attach': z.undefined(),
  /** Ends this run and begins another. */
  'session:new': z.strictObject({
    nodes: nodeCountSchema,
    seed: seedSchema,
    config: z.record(z.string(), z.unknown()).default({}),
    network: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
    client: clientSchema.partial().default({}),
  }),
  /** Does something to the cluster. */
  'session:command': commandSchema,
  'transport:set': z.strictObject({ playing: z.boolean().optional(), speed: speedSchema.optional() }),
  /** Lets exactly one step of one node, or one event of the network, happen; pauses if the run was playing. */
  'transport:step': z.undefined(),
  'node:inspect': z.strictObject({ node }),
  /** The window has folded this frame in and can take another. */
  'frame:acknowledge': z.strictObject({ run: z.int().min(0), frame: z.int().min(0) }),
} as const satisfies Record<string, z.ZodType>;

export type WindowChannel = keyof typeof windowRequests;

/** What main answers, by channel. */
export interface WindowResults {
  'app:info': AppInfo;
  'session:attach': SessionInfo;
  'session:new': SessionInfo;
  'session:command': CommandPlace;
  'transport:set': null;
  'transport:step': null;
  'node:inspect': NodeInspection;
  'frame:acknowledge': null;
}

export type WindowArgument<C extends WindowChannel> = z.input<(typeof windowRequests)[C]>;

/** Actions of the application menu that the window carries out. */
export const menuActions = [
  'new-run',
  'play-pause',
  'step',
  'toggle-theme',
  'show-shortcuts',
  'reset-layout',
  'about',
] as const;
export type MenuAction = (typeof menuActions)[number];

/** Something went wrong in main: what happened, what it means, what to do. */
export interface Problem {
  readonly title: string;
  readonly detail: string;
}

/** What main tells the window: payload schema by channel. */
export const mainMessages = {
  frame: z.custom<Frame>((given) => frameShape.safeParse(given).success, 'a frame was expected'),
  session: z.custom<SessionInfo>((given) => sessionShape.safeParse(given).success, 'a session was expected'),
  menu: z.enum(menuActions),
  problem: z.strictObject({ title: z.string(), detail: z.string() }),
} as const satisfies Record<string, z.ZodType>;

export type MainChannel = keyof typeof mainMessages;
export type MainMessage<C extends MainChannel> = z.output<(typeof mainMessages)[C]>;

/** What the preload exposes as `window.synod`, and nothing else. */
export interface SynodBridge {
  request<C extends WindowChannel>(channel: C, argument: WindowArgument<C>): Promise<Answer<WindowResults[C]>>;
  /** Returns a function that ends the subscription. */
  on<C extends MainChannel>(channel: C, listener: (message: MainMessage<C>) => void): () => void;
}

const transportShape = z.object({ playing: z.boolean(), speed: speedSchema });

// The outer shape only: a frame carries thousands of packed events, whose own codec refuses what it cannot read.
const frameShape = z.object({
  run: z.int().min(0),
  frame: z.int().min(0),
  events: packedEventsSchema,
  views: z.array(z.object({ node, view: z.object({ slots: z.array(z.unknown()) }) })),
  now: z.number().min(0),
  transport: transportShape,
  world: z.object({ seq: z.int().min(0), nodes: z.instanceof(Map) }).nullable(),
});

const sessionShape = z.object({
  run: z.int().min(0),
  header: z.object({ protocol: z.string(), seed: seedSchema, nodes: z.array(node) }),
  title: z.string(),
  transport: transportShape,
});
