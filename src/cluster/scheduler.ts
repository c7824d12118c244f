/**
 * The scheduler: conservative parallel discrete-event simulation (Chandy & Misra 1979; Bryant 1977). All events in a
 * window no longer than the least latency touch different nodes independently, so each node gets its share of the
 * window as one batch, the nodes work side by side, and their outputs are merged in the order (time, node, position
 * in the output) before the network draws loss and latency. The events do not depend on how long the windows are: with
 * one step a window (`single`) the same order results.
 *
 * It does no I/O and awaits nothing. A driver (host/inline.ts, host/thread/router-worker.ts) asks it for a window,
 * has the batches run, and gives the outputs back.
 */
import { mix } from '../protocol/random.ts';
import { isClient, nameOf, type AnyProtocol, type NodeId } from '../protocol/protocol.ts';
import { progressAt, type Packet } from '../network/packet.ts';
import { Router } from '../network/router.ts';
import type { Groups } from '../network/topology.ts';
import type { NodeOutput } from './batch.ts';
import { BatchMaker, type Batch } from './batch-maker.ts';
import { Client } from './client.ts';
import { carryOut } from './carry-out.ts';
import { CommandError } from './command-error.ts';
import type { Command, JournalEntry } from './commands.ts';
import type { CrashPoint, DiskAtStart } from './events.ts';
import { EventLog } from './event-log.ts';
import { mergeOutputs } from './merge.ts';
import type { FoundViolation, Monitor, MonitorFactory } from './monitor.ts';
import {
  clearNode,
  copyNodeState,
  createNodeState,
  nodeNext,
  nodeSetup,
  setConditions,
  type HostOperation,
  type NodeState,
} from './node-state.ts';
import { actorsOf, type RunHeader } from './run.ts';
import type { SchedulerStart, SchedulerState, Window } from './scheduler-state.ts';
import { Script, type RefusedCommand } from './script.ts';

export type { SchedulerStart, SchedulerState, Window } from './scheduler-state.ts';

/** After so many windows in which nothing happened, a single step is given up: no node has anything left to do. */
export const IDLE_WINDOWS_MAX = 100;

const SEED_NETWORK = 0x4e45;

export class Scheduler {
  readonly header: RunHeader;
  readonly protocol: AnyProtocol;
  readonly log: EventLog;
  readonly router: Router;
  readonly nodes = new Map<NodeId, NodeState>();
  readonly journal: JournalEntry[];
  readonly client: Client;
  /** What a host has to do before the next window. */
  operations: HostOperation[] = [];
  /** Commands of the script that could not be carried out when their time came. */
  readonly refused: RefusedCommand[] = [];
  /** What the monitor has found since this scheduler began, or went on. */
  readonly violations: FoundViolation[] = [];
  config: unknown;
  /** All events before this time have happened, and none at or after it, unless single steps were made; µs. */
  now: number;
  /** Packets delivered so far. */
  delivered: number;
  /** One more than the highest slot in which a value is known to be chosen. */
  slotNext: number;
  private requests: number;
  private readonly script: Script;
  /** The same as `nodes`, as a list, ascending: it is gone through for every window. */
  nodeList: readonly NodeState[];
  private readonly batches = new BatchMaker();
  private readonly monitor: Monitor | null;

  /**
   * @param keepBytes how much of the event log to keep
   * @param from where to go on; without it, at the beginning.
   * @param watch makes what checks the run; without it, nothing is checked
   */
  constructor(
    header: RunHeader,
    protocol: AnyProtocol,
    keepBytes?: number,
    from?: SchedulerStart,
    watch: MonitorFactory = () => null,
  ) {
    const state = from?.state;
    const seed = mix(header.seed, SEED_NETWORK);
    this.header = header;
    this.protocol = protocol;
    this.log = new EventLog(keepBytes, state?.log);
    // In the middle of a run whose beginning nobody watched there is nothing to hold new facts against.
    const unwatched = state !== undefined && state.monitor === undefined;
    this.monitor = unwatched ? null : watch(header, protocol, state?.monitor);
    this.log.reader = this.monitor;
    const actors = state?.nodes.filter(({ present }) => present).map(({ node }) => node) ?? actorsOf(header);
    this.router =
      state === undefined ? new Router(actors, seed, header.network) : Router.restore(actors, seed, state.router);
    this.client = new Client(header.seed, header.client, state?.client);
    this.config = state === undefined ? header.config : state.config;
    this.journal = from?.journal.slice(0, from.state.commands) ?? [];
    this.now = state?.now ?? 0;
    this.delivered = state?.delivered ?? 0;
    this.slotNext = state?.slotNext ?? 1;
    this.requests = state?.requests ?? 0;
    this.script = new Script(header.script ?? [], protocol, this.log, state?.script);
    for (const one of state?.nodes ?? []) this.nodes.set(one.node, copyNodeState(one));
    if (state === undefined) for (const node of actors) this.nodes.set(node, createNodeState(node));
    this.nodeList = [...this.nodes.values()];
    // Everybody is there before the first comes up, and is told of all.
    if (state === undefined) for (const fresh of this.nodeList) this.bringUp(fresh, 'new');
  }

  /** The scheduler as it is now, between two windows. */
  save(): SchedulerState {
    if (this.operations.length > 0) throw new Error('a checkpoint was wanted before the host had done its part');
    return {
      now: this.now,
      delivered: this.delivered,
      slotNext: this.slotNext,
      requests: this.requests,
      config: this.config,
      nodes: this.nodeList.map(copyNodeState),
      router: this.router.save(),
      client: this.client.save(),
      script: this.script.save(this.log),
      log: this.log.save(),
      commands: this.journal.length,
      monitor: this.monitor?.save(),
    };
  }

  /** When something happens next, µs; Infinity when nothing will. */
  nextTime(): number {
    let next = this.router.next()?.time ?? Infinity;
    for (const state of this.nodeList) next = Math.min(next, nodeNext(state, this.now));
    this.script.watch(this.log);
    return Math.min(next, this.client.next, this.script.next());
  }

  /**
   * The next window that begins before `limit`; `null` when nothing happens before it, and `now` is then `limit`.
   * A window without batches is one in which no node has a part: a command of the script, a packet lost.
   * The operations must have been carried out before. With `single`: one step of one node, or one event of the network.
   */
  plan(limit: number, single: boolean): Window | null {
    for (;;) {
      const at = this.nextTime();
      if (at >= limit) {
        if (!single && limit < Infinity) this.now = Math.max(this.now, limit);
        return null;
      }
      this.now = Math.max(this.now, at);
      if (this.script.next() <= at) {
        this.script.strike(this.log, (command, index) => this.tryScripted(command, index));
        return { from: at, until: at, single: true, batches: [] };
      }
      if (this.client.next <= at) {
        if (this.clientTurn(at)) continue;
        // Nobody to ask. A command that came between the turn and what else happens at this time would not know, by its
        // place, that the turn has been: there is no gap between the two.
        if (this.nextTime() <= at) continue;
        // The driver decides how long it wants to go on when nothing else happens. Time moves past the turn, so that
        // the place of a command that comes next, which counts no turns, is still exact.
        this.now = at + 1;
        return { from: at, until: at, single: true, batches: [] };
      }
      if (single || this.script.armed) {
        if (this.networkNext(at)) {
          if (single) return { from: at, until: at, single, batches: [] };
          continue;
        }
        if (this.waits(at)) continue;
        return this.singleWindow(at);
      }
      const until = Math.min(at + this.router.latencyMin, limit, this.client.next, this.script.next());
      return this.fullWindow(at, until);
    }
  }

  /** Takes in the outputs of a window, in any order. */
  merge(window: Window, outputs: readonly NodeOutput[]): void {
    mergeOutputs(this, window, outputs);
    if (!window.single) this.now = Math.max(this.now, window.until);
  }

  /** A step has been written: so is, right after it, what it contradicts. */
  stepDone(): void {
    if (this.monitor === null) return;
    const { log } = this;
    for (const violation of this.monitor.found()) {
      this.violations.push({ seq: log.seq, at: log.at, ...violation });
      log.write(log.at, { type: 'violation', ...violation });
    }
  }

  /**
   * Carries out a command now, between two windows.
   * @param scripted which one of the script it is
   * @returns where it took its place in the run.
   * @throws CommandError, and nothing has changed.
   */
  command(command: Command, scripted?: number): { at: number; seq: number } {
    const place = { at: this.now, seq: this.log.seq };
    // A thread can end within a window, in which packets have reached other nodes already.
    if (command.type !== 'died') this.recall();
    // A thread can end over the first batch at this time, which is after the client's turn. Its place does not tell, so
    // the turn always comes first.
    if (command.type === 'died' && this.client.next <= this.now) this.clientTurn(this.now);
    carryOut(this, command);
    this.journal.push({ ...place, command, ...(scripted !== undefined && { scripted }) });
    return place;
  }

  /**
   * Does again what a journal says was done here.
   * @throws CommandError when it cannot be done any more, and nothing has changed.
   */
  repeat(entry: JournalEntry): void {
    const { command, scripted, refused } = entry;
    if (scripted !== undefined) this.script.mustBeNext(scripted);
    if (refused === undefined) this.command(command, scripted);
    else this.journal.push(entry);
    if (scripted !== undefined) this.script.pass(scripted, this.log);
  }

  /** A node's next input from outside the network. */
  ask(state: NodeState, client: string, body: unknown): number {
    const request = ++this.requests;
    state.inputs.push({ type: 'request', at: this.now, client, request, body: JSON.stringify(body) });
    return request;
  }

  /**
   * A node is down from now on; what it sent itself and what waited for it is lost, the host ends its thread. What
   * reaches it at this very time has its turn later, whether it has been handed over already or not.
   */
  bringDown(state: NodeState, at: number, point: CrashPoint, error: string): void {
    this.log.write(at, { type: 'crash', node: state.node, point, error });
    for (const packet of state.selfPackets) this.log.lost(at, packet, 'dead', 1);
    for (const input of clearNode(state)) {
      if (!('packet' in input)) continue;
      if (input.time >= at) this.router.putBack(input, at);
      else this.log.lost(at, input.packet, 'dead', 1);
    }
    this.operations.push({ type: 'terminate', node: state.node });
  }

  /** The packet ends on its way, or because nobody is up to take it. */
  lose(packet: Packet): void {
    if (packet.doom !== null) {
      this.log.lost(packet.time, packet.packet, packet.doom.cause, progressAt(packet, packet.time));
    } else {
      this.log.lost(packet.time, packet.packet, 'dead', 1);
    }
  }

  /** @throws CommandError when there is no such actor, or no more. */
  stateOf(node: NodeId): NodeState {
    const state = this.nodes.get(node);
    if (state?.present !== true) {
      throw new CommandError(`there is no ${nameOf(node)}; there are ${this.actors.map(nameOf).join(', ')}`);
    }
    return state;
  }

  /** Who is there now, up or down, ascending: servers, and then clients. */
  get actors(): readonly NodeId[] {
    return this.nodeList.filter(({ present }) => present).map(({ node }) => node);
  }

  /** The servers that are there now, up or down, ascending. */
  get servers(): readonly NodeId[] {
    return this.actors.filter((node) => !isClient(node));
  }

  /**
   * A server has come or gone, and the network is parted like this from now on; gives the packets caught by that.
   * @param state that takes the place of what was known of this number
   */
  populate(state: NodeState, groups: Groups): readonly Packet[] {
    this.nodes.set(state.node, state);
    this.nodeList = [...this.nodes.values()].sort((a, b) => a.node - b.node);
    return this.router.populate(this.actors, groups);
  }

  private clientTurn(at: number): boolean {
    const proposers = this.protocol.proposers(this.config, this.servers);
    const node = this.client.tick(at, proposers, (id) => {
      const state = this.stateOf(id);
      return state.up && state.asked.size === 0;
    });
    const { propose } = this.protocol;
    if (node === null || propose === null) return false;
    const slot = this.slotNext;
    const state = this.stateOf(node);
    state.asked.set(slot, this.ask(state, 'client', propose(slot, this.client.word())));
    return true;
  }

  private tryScripted(command: Command, scripted: number): void {
    try {
      this.command(command, scripted);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      this.refused.push({ at: this.now, command, error: error.message });
      this.journal.push({ at: this.now, seq: this.log.seq, command, scripted, refused: true });
    }
  }

  bringUp(state: NodeState, disk: DiskAtStart): void {
    state.up = true;
    state.incarnation++;
    state.disk = disk;
    if (state.faults.size > 0) setConditions(state, state.conditions, 0);
    const setup = nodeSetup(this.header, this.config, state.node, state.incarnation, this.servers);
    this.operations.push({ type: 'spawn', disk, setup });
    state.inputs.push({ type: 'start', at: this.now });
  }

  /** Whether the next thing at this time is an end of a packet that concerns no running node; it has then happened. */
  private networkNext(at: number): boolean {
    const packet = this.router.next();
    if (packet === undefined || packet.time > at) return false;
    if (packet.place !== 0) {
      if (this.nodes.get(packet.to)?.up === true) return false;
      // A dead node's turn comes in the order of nodes, like everything at one time.
      for (const state of this.nodeList) if (state.node < packet.to && nodeNext(state, this.now) <= at) return false;
    }
    this.router.takeNext();
    this.lose(packet);
    return true;
  }

  /** Whether the next thing at this time is a packet that reaches a node which cannot take it yet; it waits there. */
  private waits(at: number): boolean {
    const packet = this.router.next();
    if (packet === undefined || packet.time > at || packet.place === 0) return false;
    const state = this.nodes.get(packet.to);
    if (state?.up !== true || state.blockedUntil <= at) return false;
    this.router.takeNext();
    state.inputs.push(packet);
    return true;
  }

  /**
   * Packets that reached a blocked node at this very time, in single steps, are on the network again: that they had
   * arrived is no event, so the place of a command that comes now cannot tell whether they had.
   */
  private recall(): void {
    for (const { inputs } of this.nodeList) {
      for (let last = inputs.at(-1); last !== undefined && 'packet' in last && last.time >= this.now; last = inputs.at(-1)) {
        inputs.pop();
        this.router.putBack(last, this.now);
      }
    }
  }

  /** One step of the lowest node that has something to do at this time. */
  private singleWindow(at: number): Window {
    const packet = this.router.next();
    const receiver = packet !== undefined && packet.time <= at ? packet.to : Infinity;
    const state = this.nodeList.find((one) => one.node === receiver || nodeNext(one, this.now) <= at);
    if (state === undefined) throw new Error(`nothing to do at ${at} µs, though something was expected`);
    let count = 0;
    if (!state.busy) {
      if (state.inputs.length === 0 && state.node === receiver) state.inputs.push(this.router.takeNext()!);
      count = Math.min(1, state.inputs.length);
    }
    const batch = this.batches.make(state, { from: at, until: at + 1, single: true }, count);
    return { from: at, until: at + 1, single: true, batches: [batch] };
  }

  private fullWindow(from: number, until: number): Window {
    let back: Packet[] | null = null;
    for (let packet = this.router.next(); packet !== undefined && packet.time < until; packet = this.router.next()) {
      this.router.takeNext();
      const state = this.nodes.get(packet.to);
      if (packet.place === 0 || state?.up !== true) (back ??= []).push(packet);
      else state.inputs.push(packet);
    }
    // Losses take their place among the events when the outputs are merged.
    if (back !== null) for (const packet of back) this.router.putBack(packet, from);
    const head = { from, until, single: false };
    const batches: Batch[] = [];
    for (const state of this.nodeList) {
      if (nodeNext(state, from) < until) batches.push(this.batches.make(state, head, state.inputs.length));
    }
    return { ...head, batches };
  }
}

/** What to tell of a command of the script that could not be carried out. */
export function refusalText({ at, command, error }: RefusedCommand): string {
  return `"${command.type}" at ${at / 1_000_000} s was left out: ${error}. The run goes on.`;
}
