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

  function setTransportShown(next: Transport): void {
    const shown = transport.value;
    // Most frames bring the transport they brought before; whoever shows it need not look again.
    if (next.playing !== shown.playing || next.speed !== shown.speed) transport.value = next;
  }

  /** The value of an answer; `null`, with a toast that says why, when it was refused. */
  async function answered<T>(what: string, answer: Promise<Answer<T>>): Promise<T | null> {
    try {
      const { ok, ...rest } = await answer;
      if (ok) return (rest as { value: T }).value;
      ui.toast({ tone: 'refused', title: `${what}: not done`, detail: (rest as { error: string }).error });
    } catch (error) {
      ui.problem({ title: `${what}: not done`, detail: `Main did not answer. ${error instanceof Error ? error.message : ''}` });
    }
    return null;
  }

  /**
   * Does something to the cluster.
   * @param what the thing done, as a person would say it, for the toast of a refusal
   * @returns where it took place in the run; `null` when it was refused
   */
  function command(argument: WindowArgument<'session:command'>, what = 'Command'): Promise<CommandPlace | null> {
    return answered(what, bridge.request('session:command', argument));
  }

  async function setTransport(patch: WindowArgument<'transport:set'>): Promise<void> {
    const answer = await bridge.request('transport:set', patch);
    if (!answer.ok) void answered('Transport', Promise.resolve(answer));
    else {
      setTransportShown({ ...transport.value, ...patch });
      clock.sample(feed.state.now, transport.value, performance.now());
    }
  }

  /** One step of one node, or one event of the network; pauses first. */
  async function step(): Promise<void> {
    await answered('One event', bridge.request('transport:step', undefined));
  }

  /** Ends this run and begins another. */
  async function newRun(choices: WindowArgument<'session:new'>): Promise<boolean> {
    const next = await answered('New run', bridge.request('session:new', choices));
    if (next !== null) feed.begin(next);
    return next !== null;
  }

  function inspect(node: NodeId): Promise<NodeInspection | null> {
    return answered(`Inspect n${node}`, bridge.request('node:inspect', { node }));
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
