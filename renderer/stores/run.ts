/**
 * The run on the screen: what the feed has folded, and what can be done to it. The world is plain data changed in
 * place; `world` is triggered once per committed frame, so read it in templates and computeds, never watch it deeply.
 */
import { defineStore } from 'pinia';
import { computed, markRaw, shallowRef, triggerRef } from 'vue';
import {
  protocolNamed,
  protocols,
  type Answer,
  type AnyProtocol,
  type CommandPlace,
  type NodeId,
  type NodeInspection,
  type SessionInfo,
  type Transport,
  type WindowArgument,
  type World,
} from '../../src/contract/index.ts';
import { VirtualClock } from '../clock.ts';
import { createFeed, type Feed } from '../feed.ts';
import { useUi } from './ui.ts';

export const useRun = defineStore('run', () => {
  const ui = useUi();
  const bridge = window.synod;
  const session = shallowRef<SessionInfo | null>(null);
  const world = shallowRef<World | null>(null);
  const transport = shallowRef<Transport>({ playing: false, speed: 1 });
  /** Virtual time of the last committed frame, µs. */
  const frameNow = shallowRef(0);
  const clock = new VirtualClock();
  /** What main was asked for; frames that were under way already still say otherwise. */
  let asked: { -readonly [K in keyof Transport]?: Transport[K] } = {};

  const feed: Feed = createFeed({
    bridge,
    onCommit: (state) => {
      world.value = state.world;
      triggerRef(world);
      frameNow.value = state.now;
      setTransportShown(state.transport);
      clock.sample(state.now, state.transport, performance.now());
    },
    onSession: (state) => {
      asked = {};
      clock.reset();
      clock.sample(0, { playing: false, speed: 1 }, performance.now());
      session.value = state.session;
      world.value = state.world;
      triggerRef(world);
      frameNow.value = 0;
      setTransportShown(state.transport);
    },
    onProblem: (problem) => ui.problem(problem),
  });

  const protocol = computed<AnyProtocol>(() =>
    markRaw(session.value === null ? protocols[0]! : protocolNamed(session.value.header.protocol)),
  );
  const nodes = computed<readonly NodeId[]>(() => session.value?.header.nodes ?? []);
  const playing = computed(() => transport.value.playing);
  const speed = computed(() => transport.value.speed);

  function setTransportShown(told: Transport): void {
    if (asked.playing === told.playing) delete asked.playing;
    if (asked.speed === told.speed) delete asked.speed;
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

  /**
   * Does something to the cluster.
   * @param what the thing done, as a person would say it, for the toast of a refusal
   * @returns where it took place in the run; `null` when it was refused
   */
  async function command(argument: WindowArgument<'session:command'>, what = 'Command'): Promise<CommandPlace | null> {
    const answer = await answered(what, bridge.request('session:command', argument));
    return answer.ok ? answer.value : null;
  }

  /** Shown at once, so that a second press of a key builds on the first, until a frame says the same. */
  async function setTransport(patch: WindowArgument<'transport:set'>): Promise<void> {
    asked = { ...asked, ...patch };
    setTransportShown(feed.state.transport);
    const answer = await answered('Transport', bridge.request('transport:set', patch));
    if (answer.ok) return;
    asked = {};
    setTransportShown(feed.state.transport);
  }

  /** One step of one node, or one event of the network; pauses first. */
  async function step(): Promise<void> {
    asked = {};
    await answered('One event', bridge.request('transport:step', undefined));
  }

  /** Ends this run and begins another. */
  async function newRun(choices: WindowArgument<'session:new'>): Promise<boolean> {
    const answer = await answered('New run', bridge.request('session:new', choices));
    if (answer.ok) feed.begin(answer.value);
    return answer.ok;
  }

  /** Memory and disk of a node; `null` when they cannot be had. */
  async function inspect(node: NodeId): Promise<NodeInspection | null> {
    const answer = await answered(`Inspect n${node}`, bridge.request('node:inspect', { node }));
    return answer.ok ? answer.value : null;
  }

  /** Virtual time now, µs, running on smoothly between frames. For painters, called every animation frame. */
  function now(): number {
    return clock.read(performance.now());
  }

  return {
    session,
    world,
    protocol,
    nodes,
    playing,
    speed,
    frameNow,
    /** Plain data: read `rows`, `losses` and `arrivals` after a change of `world`. */
    rows: markRaw(feed.state.rows),
    losses: markRaw(feed.state.losses),
    arrivals: markRaw(feed.state.arrivals),
    attach: () => feed.attach(),
    detach: () => feed.stop(),
    command,
    setTransport,
    step,
    newRun,
    inspect,
    now,
  };
});
