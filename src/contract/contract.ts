/**
 * The contract between the main process and the window: one map per direction, each entry with a schema. Main checks
 * whatever comes from the window before it acts on it; the window checks what comes from main before it shows it.
 */
import * as z from 'zod';
import { HISTORY_LENGTH_MAX } from '../check/linearizability/file.ts';
import type { Linearization } from '../check/linearizability/linearization.ts';
import { commandSchema, clientSchema } from '../cluster/commands.ts';
import { clientCountSchema, nodeCountSchema, seedSchema, type NodeInspection } from '../cluster/run.ts';
import { ACTORS_MAX } from '../protocol/protocol.ts';
import { protocols } from '../protocol/registry.ts';
import { SPEED_MAX, SPEED_MIN, type Frame, type SessionInfo } from '../cluster/frames.ts';
import type { Branch, Comparison, Moment, Recoverable, TaskNews, TimelineNews } from '../cluster/timeline.ts';
import { labNewsShape, labRequests, type LabNews } from './lab.ts';

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

/** A server or a client. */
const node = z.int().min(1).max(ACTORS_MAX);
export const speedSchema = z.union([z.number().min(SPEED_MIN).max(SPEED_MAX), z.literal('max')]);

/** Longest name of a branch. */
export const BRANCH_NAME_MAX = 60;
/** Most states that a search for an order may look at. */
export const SEARCH_STATES_MAX = 10_000_000;
const place = { run: z.int().min(0), seq: z.int().min(0) };

/** A scenario of the library. */
export interface LibraryEntry {
  readonly name: string;
  readonly title: string;
  readonly description: string;
}

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
    protocol: z.enum(protocols.map(({ name }) => name) as [string, ...string[]]).default(protocols[0]!.name),
    nodes: nodeCountSchema,
    /** By default as many as the protocol has. */
    clients: clientCountSchema.optional(),
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
  /** The run after its first `seq` events, with up to `before` of the latest events and `after` of those that follow. */
  'history:seek': z.strictObject({ ...place, before: z.int().min(0).max(4000), after: z.int().min(0).max(4000) }),
  /** Memory and disk of a node then. */
  'history:inspect': z.strictObject({ ...place, node }),
  /**
   * What clients had been answered by then, and whether that is linearizable. Operations are told of which something
   * happened from event `since` on, up to now; `null`: none. The search gives up after so many states, and one for each
   * operation. What is asked next calls off what was asked before.
   */
  'history:linearize': z.strictObject({ ...place, since: z.int().min(0).nullable(), states: z.int().min(1).max(SEARCH_STATES_MAX) }),
  /** Asks for a file, and writes the picture of a history, or the history, there. */
  'history:export': z.strictObject({ kind: z.enum(['svg', 'json']), text: z.string().max(HISTORY_LENGTH_MAX) }),
  /** Goes on from that moment in a new branch; the branch that was left is kept. */
  'branch:fork': z.strictObject(place),
  'branch:switch': z.strictObject({ branch: z.int().min(1) }),
  'branch:rename': z.strictObject({ branch: z.int().min(1), name: z.string().trim().min(1).max(BRANCH_NAME_MAX) }),
  /** Never the one that goes on. */
  'branch:delete': z.strictObject({ branch: z.int().min(1) }),
  'branch:compare': z.strictObject({ a: z.int().min(1), b: z.int().min(1) }),
  /**
   * Takes back what was done last: a command (the run forks to the moment before it), a fork, a deletion, a name.
   * Answers what was taken back; empty when there is nothing.
   */
  'session:undo': z.undefined(),
  /** Asks for a run file or scenario and opens it. */
  'run:open': z.undefined(),
  /** Saves the run to its file; with `as`, or without a file, asks for one. */
  'run:save': z.strictObject({ as: z.boolean() }),
  'run:save-scenario': z.undefined(),
  'library:list': z.undefined(),
  'library:open': z.strictObject({ name: z.string().max(100) }),
  /** Runs that an earlier launch did not close properly. */
  'recovery:list': z.undefined(),
  'recovery:restore': z.strictObject({ id: z.string().max(100) }),
  'recovery:discard': z.strictObject({ id: z.string().max(100) }),
  'task:cancel': z.strictObject({ id: z.int().min(0) }),
  ...labRequests,
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
  'history:seek': Moment;
  'history:inspect': NodeInspection;
  'history:linearize': Linearization;
  /** The name of the file; `null`: the person thought better of it. */
  'history:export': string | null;
  'branch:fork': SessionInfo;
  'branch:switch': SessionInfo;
  'branch:rename': null;
  'branch:delete': null;
  'branch:compare': Comparison;
  'session:undo': string;
  /** `null`: the person thought better of it. */
  'run:open': SessionInfo | null;
  /** The name of the file; `null`: the person thought better of it. */
  'run:save': string | null;
  'run:save-scenario': string | null;
  'library:list': readonly LibraryEntry[];
  'library:open': SessionInfo;
  'recovery:list': readonly Recoverable[];
  'recovery:restore': SessionInfo;
  'recovery:discard': null;
  'task:cancel': null;
  /** How the job stands that has begun. */
  'lab:fuzz': LabNews;
  'lab:explore': LabNews;
  'lab:cancel': null;
  'lab:state': readonly LabNews[];
  'lab:open': SessionInfo;
  /** The name of the file; `null`: the person thought better of it. */
  'lab:save': string | null;
  'lab:save-scenario': string | null;
  'frame:acknowledge': null;
}

export type WindowArgument<C extends WindowChannel> = z.input<(typeof windowRequests)[C]>;

/** Actions of the application menu that the window carries out. */
export const menuActions = [
  'new-run',
  'library',
  'open',
  'save',
  'save-as',
  'save-scenario',
  'lab',
  'explore-here',
  'undo',
  'play-pause',
  'step',
  'step-back',
  'previous-mark',
  'next-mark',
  'go-live',
  'fork',
  'hold-mode',
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
  timeline: z.custom<TimelineNews>((given) => timelineShape.safeParse(given).success, 'news of the timeline were expected'),
  branches: z.custom<readonly Branch[]>((given) => branchesShape.safeParse(given).success, 'branches were expected'),
  task: z.custom<TaskNews>((given) => taskShape.safeParse(given).success, 'news of a task were expected'),
  lab: z.custom<LabNews>((given) => labNewsShape.safeParse(given).success, 'news of a job were expected'),
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

const timelineShape = z.object({
  run: z.int().min(0),
  seq: z.int().min(0),
  at: z.int().min(0),
  marks: z.array(z.object({ seq: z.int().min(0), at: z.int().min(0), kind: z.string(), text: z.string() })),
  reset: z.boolean(),
  exactness: z.object({ state: z.enum(['checking', 'exact', 'diverged']), checked: z.int().min(0) }),
  expectations: z.array(z.object({ text: z.string(), state: z.enum(['open', 'met', 'broken']), why: z.string() })),
});

const branchesShape = z.array(
  z.object({ id: z.int().min(1), name: z.string(), seq: z.int().min(0), at: z.int().min(0), current: z.boolean() }),
);

const taskShape = z.object({ id: z.int().min(0), title: z.string(), done: z.number().min(0).max(1), over: z.boolean() });
