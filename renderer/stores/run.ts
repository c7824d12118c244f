/**
 * The run on the screen: what the feed has folded, or a moment of its past, and what can be done to it. The world is
 * plain data changed in place; `world` is triggered once per committed frame, so read it in templates and computeds,
 * never watch it deeply.
 */
import { defineStore } from 'pinia';
import { computed, markRaw, shallowRef, triggerRef } from 'vue';
import {
  actorsOf,
  isClient,
  nameOf,
  protocolNamed,
  protocols,
  type Answer,
  type AnyProtocol,
  type CommandPlace,
  type Moment,
  type NodeId,
  type NodeInspection,
  type RunHeader,
  type SessionInfo,
  type Transport,
  type WindowArgument,
  type World,
} from '../../src/contract/index.ts';
import { VirtualClock } from '../clock.ts';
import { createFeed, type Feed, type FeedState } from '../feed.ts';
import type { Past } from '../past.ts';
import { stableList } from '../stable.ts';
import { throttled } from '../throttle.ts';
import { useUi } from './ui.ts';

/** When more events than this come with a frame, nobody can read what they change, and what is written changes so often, in wall ms. */
const CROWDED_EVENTS = 200;
const CROWDED_MS = 100;

export const useRun = defineStore('run', () => {
  const ui = useUi();
  const bridge = window.synod;
  const session = shallowRef<SessionInfo | null>(null);
  /** The moment of the past that is shown; `null`: the run as it is now. */
  const past = shallowRef<Past | null>(null);
  /** The world that is shown. */
  const world = shallowRef<World | null>(null);
  const transport = shallowRef<Transport>({ playing: false, speed: 1 });
  /** How far the run has got: events, and virtual time of the last committed frame, µs. */
  const liveSeq = shallowRef(0);
  /** How many values were chosen by then. */
  const liveChosen = shallowRef(0);
  const liveNow = shallowRef(0);
  /** Number of the run of which there has been a frame. */
  const frameRun = shallowRef(0);
  /** Raised when rows were put in before those that are there. */
  const filled = shallowRef(0);
  /** What was done to the run: raised with every command that took its place. */
  const changes = shallowRef(0);
  const clock = new VirtualClock();
  /** What main was asked for; frames that were under way already still say otherwise. */
  let asked: { -readonly [K in keyof Transport]?: Transport[K] } = {};
  /** Questions that main has not answered. Until then, a frame that agrees with what was asked may be an older one. */
  let unanswered = 0;
  /** Another branch of the same run has begun: what is shown stays until its first frame is there. */
  let changing = false;
  /** The run was playing when its past was entered. */
  let wasPlaying = false;

  const feed: Feed = createFeed({
    bridge,
    onCommit: (state) => {
      const first = changing || frameRun.value !== state.session?.run;
      if (changing) {
        changing = false;
        past.value = null;
        clock.reset();
      }
      setTransportShown(state.transport);
      clock.sample(state.now, state.transport, performance.now());
      const crowded = !first && (state.world?.seq ?? 0) - liveSeq.value > CROWDED_EVENTS;
      if (crowded) showSoon(state);
      else showFrame(state);
    },
    onSession: (state) => {
      const next = state.session!;
      changing = session.value !== null && isSameRun(session.value.header, next.header);
      asked = {};
      wasPlaying = false;
      session.value = next;
      if (!changing) {
        past.value = null;
        clock.reset();
        clock.sample(0, { playing: false, speed: 1 }, performance.now());
        liveSeq.value = liveChosen.value = liveNow.value = changes.value = 0;
        show();
      }
      setTransportShown(state.transport);
    },
    onNews: (state) => {
      if (!isSameInfo(session.value, state.session)) session.value = state.session;
    },
    onProblem: (problem) => ui.problem(problem),
  });

  const protocol = computed<AnyProtocol>(() =>
    markRaw(session.value === null ? protocols[0]! : protocolNamed(session.value.header.protocol)),
  );
  /** Who is on the stage at this moment, up or down, ascending: servers come and go. */
  const actors = stableList<NodeId>(() => {
    if (world.value !== null) return [...world.value.nodes.keys()].sort((a, b) => a - b);
    return session.value === null ? [] : actorsOf(session.value.header);
  });
  /** The servers among them. */
  const nodes = stableList(() => actors.value.filter((node) => !isClient(node)));
  /** The clients among them. */
  const clients = stableList(() => actors.value.filter(isClient));
  const playing = computed(() => transport.value.playing);
  const speed = computed(() => transport.value.speed);
  const frameNow = computed(() => past.value?.at ?? liveNow.value);
  const rows = computed(() => past.value?.rows ?? feed.state.rows);
  const losses = computed(() => past.value?.losses ?? feed.state.losses);
  const arrivals = computed(() => past.value?.arrivals ?? feed.state.arrivals);
  /** Why nothing can be done to the cluster now; `null` when it can. */
  const locked = computed(() => {
    const readOnly = session.value?.readOnly ?? '';
    if (readOnly !== '') return `This run can only be looked at: ${readOnly}`;
    return past.value === null ? null : 'This is the past. Fork here to go on from it, or go live.';
  });

  /** Shows what the last frame said. */
  function showFrame(state: FeedState): void {
    show();
    liveSeq.value = state.world?.seq ?? 0;
    liveChosen.value = state.world?.chosenCount ?? 0;
    liveNow.value = state.now;
    frameRun.value = state.session?.run ?? 0;
  }

  const showSoon = throttled<FeedState>(CROWDED_MS, (state) => {
    // Another run may have begun meanwhile: its first frame is shown when it comes.
    if (frameRun.value === state.session?.run) showFrame(state);
  });

  /** Puts on the screen what is to be shown. While the past is shown, the run as it is now is kept out of sight. */
  function show(): void {
    const shown = past.value?.world ?? feed.state.world;
    if (past.value !== null && world.value === shown) return;
    world.value = shown;
    triggerRef(world);
  }

  function setTransportShown(told: Transport): void {
    if (unanswered === 0) {
      if (asked.playing === told.playing) delete asked.playing;
      if (asked.speed === told.speed) delete asked.speed;
    }
    const next = { ...told, ...asked };
    const shown = transport.value;
    // Most frames bring the transport they brought before; whoever shows it need not look again.
    if (next.playing !== shown.playing || next.speed !== shown.speed) transport.value = next;
  }

  /** The answer to a request; when it is a refusal, a toast says why. */
  async function answered<T>(what: string, request: Promise<Answer<T>>): Promise<Answer<T>> {
    try {
      const answer = await request;
      if (!answer.ok) ui.toast({ tone: 'refused', title: `${what}: not done`, detail: answer.error });
      return answer;
    } catch (error) {
      const detail = `Main did not answer. ${error instanceof Error ? error.message : ''}`;
      ui.problem({ title: `${what}: not done`, detail });
      return { ok: false, error: detail };
    }
  }

  /** Says why nothing can be done now, and offers what helps. */
  function refuse(what: string, why: string): void {
    const canFork = past.value !== null && session.value?.readOnly === '';
    ui.toast({
      tone: 'refused',
      title: what === '' ? why : `${what}: not done`,
      detail: what === '' ? '' : why,
      ...(canFork && { action: { label: 'Fork here', perform: () => void fork() } }),
    });
  }

  /**
   * Does something to the cluster.
   * @param what the thing done, as a person would say it, for the toast of a refusal
   * @returns where it took place in the run; `null` when it was refused
   */
  async function command(argument: WindowArgument<'session:command'>, what = 'Command'): Promise<CommandPlace | null> {
    if (locked.value !== null) {
      refuse(what, locked.value);
      return null;
    }
    const answer = await answered(what, bridge.request('session:command', argument));
    if (!answer.ok) return null;
    changes.value++;
    return answer.value;
  }

  /** Shown at once, so that a second press of a key builds on the first, until a frame says the same. Playing is live. */
  async function setTransport(patch: WindowArgument<'transport:set'>): Promise<void> {
    if (patch.playing === true) showLive();
    if (patch.playing !== undefined) wasPlaying = false;
    asked = { ...asked, ...patch };
    unanswered++;
    setTransportShown(feed.state.transport);
    const answer = await answered('Transport', bridge.request('transport:set', patch));
    unanswered--;
    if (answer.ok) return;
    asked = {};
    setTransportShown(feed.state.transport);
  }

  /** One step of one node, or one event of the network; pauses first. */
  async function step(): Promise<void> {
    asked = {};
    wasPlaying = false;
    await answered('One event', bridge.request('transport:step', undefined));
  }

  /** Puts in the rows of what had happened before this window saw anything of the run. */
  function fillIn(moment: Moment): void {
    feed.fillIn(moment);
    filled.value++;
  }

  /** Pauses while a hand is on the timeline, and remembers that it played. */
  function hold(): void {
    if (past.value !== null || !playing.value) return;
    void setTransport({ playing: false });
    wasPlaying = true;
  }

  /** Shows a moment of the past. Main pauses the run for it; that is shown at once. */
  function showPast(moment: Past): void {
    if (past.value === null && playing.value) wasPlaying = true;
    past.value = moment;
    asked.playing = false;
    setTransportShown(feed.state.transport);
    show();
  }

  /** Shows the run as it is now. */
  function showLive(): void {
    if (past.value === null) return;
    past.value = null;
    delete asked.playing;
    setTransportShown(feed.state.transport);
    show();
  }

  /** Leaves the past. What was playing when it was entered plays on, unless a hand still holds it. */
  function goLive(held = false): void {
    if (wasPlaying && !held) void setTransport({ playing: true });
    else showLive();
  }

  /** Goes on from the moment that is shown, in a branch of its own. */
  function fork(): Promise<boolean> {
    return forkAt('Fork', past.value?.seq ?? liveSeq.value);
  }

  /** Has the run again from its beginning, in a branch of its own, without what was done to it since. */
  async function again(): Promise<boolean> {
    const begun = await forkAt('Run again', 0);
    if (begun) await setTransport({ playing: true });
    return begun;
  }

  async function forkAt(what: string, seq: number): Promise<boolean> {
    if (session.value === null) return false;
    const forked = await enter(what, bridge.request('branch:fork', { run: session.value.run, seq }));
    if (forked) changes.value++;
    return forked;
  }

  /** Shows the run that an answer is about; false when it was a refusal, or the person thought better of it. */
  async function enter(what: string, request: Promise<Answer<SessionInfo | null>>): Promise<boolean> {
    const answer = await answered(what, request);
    if (!answer.ok || answer.value === null) return false;
    feed.begin(answer.value);
    return true;
  }

  /** Memory and disk of a node at the moment that is shown; `null` when they cannot be had. */
  async function inspect(node: NodeId): Promise<NodeInspection | null> {
    const moment = past.value;
    const shown = session.value;
    const request =
      moment === null || shown === null
        ? bridge.request('node:inspect', { node })
        : bridge.request('history:inspect', { run: shown.run, seq: moment.seq, node });
    await Promise.allSettled([request]);
    // What was asked about is no longer on the screen.
    if (moment?.seq !== past.value?.seq || shown?.run !== session.value?.run) return null;
    const answer = await answered(`Inspect ${nameOf(node)}`, request);
    return answer.ok ? answer.value : null;
  }

  /** The world for painters, called every animation frame: what is written may be a moment behind it. */
  function painted(): World | null {
    return changing ? world.value : (past.value?.world ?? feed.state.world);
  }

  /** Virtual time of what is shown, µs, running on smoothly between frames. For painters, called every animation frame. */
  function now(): number {
    return past.value?.at ?? clock.read(performance.now());
  }

  return {
    session,
    past,
    world,
    protocol,
    actors,
    nodes,
    clients,
    playing,
    speed,
    frameNow,
    liveSeq,
    liveChosen,
    frameRun,
    filled,
    changes,
    locked,
    /** Plain data: read `rows`, `losses` and `arrivals` after a change of `world`. */
    rows,
    losses,
    arrivals,
    attach: () => feed.attach(),
    detach: () => feed.stop(),
    answered,
    refuse,
    command,
    setTransport,
    step,
    fillIn,
    hold,
    showPast,
    goLive,
    fork,
    again,
    enter,
    /** Ends this run and begins another. */
    newRun: (choices: WindowArgument<'session:new'>) => enter('New run', bridge.request('session:new', choices)),
    inspect,
    painted,
    now,
  };
});

/** Branches of one run have its header in common. */
function isSameRun(a: RunHeader, b: RunHeader): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function isSameInfo(a: SessionInfo | null, b: SessionInfo | null): boolean {
  return (
    a !== null && b !== null && a.run === b.run && a.title === b.title && a.file === b.file && a.branch === b.branch && a.readOnly === b.readOnly
  );
}
