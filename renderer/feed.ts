/**
 * The one way in for events. Frames are folded into the world and committed once per animation frame; nothing here is
 * reactive, `onCommit` tells whoever shows it. A hidden window does not commit, so it does not acknowledge either, and
 * main sends it a snapshot later instead of a queue without end.
 */
import {
  applyEvent,
  applyView,
  createWorld,
  logRow,
  mainMessages,
  readEvents,
  type Frame,
  type LogRow,
  type LossCause,
  type Moment,
  type PacketWorld,
  type Problem,
  type SessionInfo,
  type SynodBridge,
  type Transport,
  type World,
} from '../src/contract/index.ts';
import { Ring } from './ring.ts';

/** Rows of the log that are kept. */
export const ROWS_MAX = 50_000;
/** How long a lost or delivered packet is kept for the painter, in wall ms. */
export const TRACE_MS = 1500;
/** Most of them kept: more cannot be told apart on a stage. */
export const TRACES_MAX = 256;

/** A packet that was lost a moment ago. `at` is wall time (performance.now), ms. */
export interface Loss {
  readonly packet: PacketWorld;
  readonly cause: LossCause;
  /** Share of its way, 0 to 1, that it had gone. */
  readonly progress: number;
  readonly at: number;
}

/** A packet that arrived a moment ago. */
export interface Arrival {
  readonly packet: PacketWorld;
  readonly at: number;
}

export interface FeedState {
  session: SessionInfo | null;
  world: World | null;
  readonly rows: Ring<LogRow>;
  readonly losses: Loss[];
  readonly arrivals: Arrival[];
  /** Virtual time of the last frame, µs. */
  now: number;
  transport: Transport;
}

export interface FeedOptions {
  readonly bridge: SynodBridge;
  /** Something has changed: once per animation frame at most. */
  onCommit(state: FeedState): void;
  /** Another run has begun; its world is still the one before the first event. */
  onSession(state: FeedState): void;
  /** The run that is shown has another title, file or name. */
  onNews(state: FeedState): void;
  onProblem(problem: Problem): void;
  /** @default requestAnimationFrame */
  readonly schedule?: (callback: () => void) => void;
  /** Wall time in ms. @default performance.now */
  readonly wall?: () => number;
}

export interface Feed {
  readonly state: FeedState;
  /** Asks main for the run that goes on; frames follow by themselves. */
  attach(): Promise<void>;
  /** Begins to show this run, unless it is an older one; of the one shown already, takes in what is new about it. */
  begin(session: SessionInfo): void;
  /** Rows of what had happened before the first frame of the run. @throws Error when the moment's events cannot be read */
  fillIn(moment: Moment): void;
  stop(): void;
}

const brokenStream: Problem = {
  title: 'The window lost the thread of the run',
  detail: 'What main sent could not be read, twice. The cluster runs on, but what you see is old. Begin a new run.',
};

export function createFeed(options: FeedOptions): Feed {
  const { bridge, onCommit, onSession, onNews, onProblem } = options;
  const schedule = options.schedule ?? ((callback) => requestAnimationFrame(callback));
  const wall = options.wall ?? (() => performance.now());
  const state: FeedState = {
    session: null,
    world: null,
    rows: new Ring(ROWS_MAX),
    losses: [],
    arrivals: [],
    now: 0,
    transport: { playing: false, speed: 1 },
  };
  let queue: Frame[] = [];
  let scheduled = false;
  let stopped = false;
  /** A frame was unreadable: only one with a snapshot is of use now. */
  let awaitingSnapshot = false;
  /** `seq` of the newest row. */
  let lastSeq = -1;

  const unsubscribe = [
    bridge.on('frame', (message) => {
      const frame = mainMessages.frame.safeParse(message);
      if (!frame.success) return resync();
      queue.push(frame.data);
      request();
    }),
    bridge.on('session', (message) => {
      const session = mainMessages.session.safeParse(message);
      if (session.success) begin(session.data);
      else onProblem(brokenStream);
    }),
    bridge.on('problem', (message) => {
      const problem = mainMessages.problem.safeParse(message);
      if (problem.success) onProblem(problem.data);
    }),
  ];

  function request(): void {
    if (scheduled || stopped) return;
    scheduled = true;
    schedule(commit);
  }

  function commit(): void {
    scheduled = false;
    const session = state.session;
    // The first frames of a run may overtake the news of it; they wait.
    if (stopped || session === null) return;
    const waiting = queue;
    queue = [];
    let changed = false;
    for (const frame of waiting) {
      if (frame.run > session.run) {
        queue.push(frame);
        continue;
      }
      if (frame.run === session.run) changed = take(frame) || changed;
      void bridge.request('frame:acknowledge', { run: frame.run, frame: frame.frame });
    }
    if (changed) onCommit(state);
  }

  /** Folds one frame in; false when it was of no use. */
  function take(frame: Frame): boolean {
    if (awaitingSnapshot && frame.world === null) return false;
    try {
      if (frame.world !== null) {
        state.world = frame.world;
        state.losses.length = state.arrivals.length = 0;
      }
      fold(frame);
    } catch {
      if (frame.world === null) resync();
      else onProblem(brokenStream);
      return false;
    }
    awaitingSnapshot = false;
    state.now = frame.now;
    state.transport = frame.transport;
    return true;
  }

  function fold(frame: Frame): void {
    const world = state.world;
    if (world === null) throw new Error('a frame came before its run');
    const at = wall();
    for (const event of readEvents(frame.events)) {
      const row = logRow(world, event);
      if (row.packet !== null) trace(row, at);
      applyEvent(world, event);
      // A snapshot comes with events that may have been seen already.
      if (event.seq > lastSeq) {
        state.rows.push(row);
        lastSeq = event.seq;
      }
    }
    for (const { node, view } of frame.views) applyView(world, node, view);
    forget(state.losses, at);
    forget(state.arrivals, at);
  }

  function trace({ event, packet }: LogRow, at: number): void {
    if (packet === null) return;
    if (event.type === 'lost') state.losses.push({ packet, cause: event.cause, progress: event.progress, at });
    if (event.type === 'deliver') state.arrivals.push({ packet, at });
  }

  function resync(): void {
    if (awaitingSnapshot) return;
    awaitingSnapshot = true;
    void attach();
  }

  function begin(session: SessionInfo): void {
    const shown = state.session;
    if (shown !== null && session.run < shown.run) return;
    state.session = session;
    if (session.run === shown?.run) return onNews(state);
    state.world = createWorld(session.header);
    state.rows.clear();
    lastSeq = -1;
    state.losses.length = state.arrivals.length = 0;
    state.now = 0;
    state.transport = session.transport;
    awaitingSnapshot = false;
    onSession(state);
    if (queue.length > 0) request();
  }

  function fillIn({ world, events }: Moment): void {
    const older: LogRow[] = [];
    for (const event of readEvents(events)) {
      older.push(logRow(world, event));
      applyEvent(world, event);
    }
    const { rows } = state;
    const newer = Array.from({ length: rows.length }, (_, i) => rows.at(rows.start + i)!).filter(({ event }) => event.seq >= world.seq);
    rows.clear();
    for (const row of [...older, ...newer]) rows.push(row);
    lastSeq = Math.max(lastSeq, world.seq - 1);
  }

  async function attach(): Promise<void> {
    const answer = await bridge.request('session:attach', undefined);
    if (stopped) return;
    if (answer.ok) begin(answer.value);
    else onProblem({ title: 'There is no cluster to show', detail: `${answer.error} Begin a new run.` });
  }

  function stop(): void {
    stopped = true;
    for (const end of unsubscribe) end();
  }

  return { state, attach, begin, fillIn, stop };
}

function forget(traces: { readonly at: number }[], now: number): void {
  let old = Math.max(0, traces.length - TRACES_MAX);
  while (old < traces.length && now - traces[old]!.at > TRACE_MS) old++;
  if (old > 0) traces.splice(0, old);
}
