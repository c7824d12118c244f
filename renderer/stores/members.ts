/**
 * Servers that come and go. Adding one is a single command. Taking a member away takes two: the log has to say first
 * that it is none any more, so what was asked for is kept here, asked of a leader as soon as there is one, and carried
 * out when it holds.
 */
import { defineStore } from 'pinia';
import { computed, shallowRef, watch } from 'vue';
import { isClient, nameOf, type CommandPlace, type NodeId, type RunEvent, type World } from '../../src/contract/index.ts';
import { membershipOf, type Membership } from '../stage/in-force.ts';
import { isMember, leaderOf, nextNumber } from '../stage/membership.ts';
import { useRun } from './run.ts';
import { useUi } from './ui.ts';

/** A request for a change of members that is on its way. */
interface Asked {
  readonly server: NodeId;
  /** Its number; `null` until it has been seen in the log. */
  request: number | null;
  /** Position in the log up to which its answer was looked for. */
  looked: number;
}

/** A server that is to go. */
interface Leaving {
  /** The server that is to take its place, and has to be a member first. */
  readonly after: NodeId | null;
  asked: Asked | null;
  /** A command is on its way to main. */
  busy: boolean;
  /** What it waits for. */
  why: string;
  /** Virtual time before which it is not asked for again, µs. */
  again: number;
  /** The person has been told why it does not go at once. */
  told: boolean;
}

/** After an answer that says to ask again later, virtual µs. */
const AGAIN_US = 1_000_000;
/** What such an answer ends with. */
const LATER = 'ask again later';

export const useMembers = defineStore('members', () => {
  const run = useRun();
  const ui = useUi();
  const going = new Map<NodeId, Leaving>();
  /** What each server that is to go waits for. */
  const leaving = shallowRef<ReadonlyMap<NodeId, string>>(new Map());
  /** Every server that this run had, as far as was seen: the next one has a number of its own. */
  const seen = shallowRef<ReadonlySet<NodeId>>(new Set());

  const can = computed(() => run.protocol.membership);
  const membership = computed<Membership>(() => {
    if (run.world !== null) return membershipOf(run.world);
    return { members: run.session?.header.nodes ?? [], next: null };
  });
  /** Number of the next server; `null` when there are as many as can be. */
  const spare = computed(() => nextNumber(run.nodes, seen.value));

  /** Adds the spare server on the island of `beside`, or the largest. @returns its number; `null` when that was refused */
  async function add(beside?: NodeId): Promise<NodeId | null> {
    const node = spare.value;
    if (node === null) return null;
    return (await place(node, beside)) === null ? null : node;
  }

  /** The same, and where in the run it took place. */
  function place(node: NodeId, beside?: NodeId): Promise<CommandPlace | null> {
    return run.command({ type: 'add', node, ...(beside !== undefined && { beside }) }, `Add ${nameOf(node)}`);
  }

  /** Has servers go: at once who is no member, through the log who is one; `after`: when that server has become one. */
  function take(nodes: readonly NodeId[], after: NodeId | null = null): void {
    if (run.locked !== null) return run.refuse('Take away', run.locked);
    for (const node of nodes) {
      if (isClient(node) || going.has(node)) continue;
      going.set(node, { after, asked: null, busy: false, why: '', again: 0, told: false });
    }
    tick();
  }

  /** Puts a new server in the place of one, which goes when the new one is a member. */
  async function replace(node: NodeId): Promise<void> {
    const fresh = await add(node);
    if (fresh !== null) take([node], fresh);
  }

  /** Takes a server away whatever the log says. */
  async function pullOut(node: NodeId): Promise<void> {
    const done = await run.command({ type: 'remove', node }, `Take ${nameOf(node)} away`);
    if (done !== null) forget(node);
  }

  /** It stays after all, as far as it is not decided yet. */
  function keep(node: NodeId): void {
    forget(node);
  }

  function forget(node: NodeId): void {
    going.delete(node);
    show();
  }

  /** Goes on with whoever is to go; after every frame. */
  function tick(): void {
    const { world } = run;
    if (world === null || going.size === 0 || run.locked !== null) return;
    for (const [node, one] of going) {
      if (!world.nodes.has(node)) going.delete(node);
      else if (!one.busy) goOn(world, node, one);
    }
    show();
  }

  function goOn(world: World, node: NodeId, one: Leaving): void {
    const { members, next } = membership.value;
    if (!isMember(membership.value, node)) {
      one.busy = true;
      void pullOut(node).then(() => (one.busy = false));
      return;
    }
    if (next !== null && !next.members.includes(node)) {
      one.why = `decided: from ${run.protocol.slotName} ${next.slot} on it is no member`;
      return;
    }
    // One that was never seen has not come yet; one that was is gone again, and nothing to wait for.
    if (one.after !== null && !members.includes(one.after) && (run.nodes.includes(one.after) || !seen.value.has(one.after))) {
      one.why = `waits for ${nameOf(one.after)} to become a member`;
      return;
    }
    if (one.asked !== null) listen(world, node, one, one.asked);
    if (one.asked === null && run.frameNow >= one.again) ask(world, node, one);
  }

  /** Asks a leader; there has to be one. */
  function ask(world: World, node: NodeId, one: Leaving): void {
    const leader = leaderOf(world);
    if (leader === null) {
      one.why = 'waits for somebody to lead';
      return;
    }
    one.busy = true;
    const request = { type: 'change-members', add: [], remove: [node] };
    one.why = `${nameOf(leader.node)} was asked to put it into the log`;
    const looked = run.rows.end;
    void run.command({ type: 'request', node: leader.node, request }, `Take ${nameOf(node)} out`).then((done) => {
      one.busy = false;
      if (done === null) forget(node);
      else one.asked = { server: leader.node, request: null, looked };
    });
  }

  /** Looks for the answer in what has happened since. */
  function listen(world: World, node: NodeId, one: Leaving, asked: Asked): void {
    const { rows } = run;
    for (asked.looked = Math.max(asked.looked, rows.start); asked.looked < rows.end; asked.looked++) {
      const event = rows.at(asked.looked)?.event;
      if (event?.type === 'request' && event.node === asked.server && asked.request === null) asked.request = event.request;
      if (event?.type === 'reply' && event.request === asked.request) return answered(node, one, event.reply);
    }
    // Whoever was asked has crashed: nobody will answer.
    if (asked.request !== null && !world.requests.has(asked.request)) one.asked = null;
  }

  function answered(node: NodeId, one: Leaving, { ok, text }: Extract<RunEvent, { type: 'reply' }>['reply']): void {
    one.asked = null;
    // What was decided is in the world by then, or will be in a moment.
    one.again = run.frameNow + AGAIN_US;
    if (ok) return;
    const later = text.endsWith(LATER);
    if (!one.told) {
      ui.toast({ tone: 'refused', title: `${nameOf(node)} ${later ? 'has to wait' : 'stays'}`, detail: sentence(text) });
    }
    one.told = true;
    one.why = later ? `is asked for again: ${text.slice(0, -LATER.length).replace(/; $/, '')}` : '';
    if (!later) going.delete(node);
  }

  function show(): void {
    const before = leaving.value;
    const same = before.size === going.size && [...going].every(([node, { why }]) => before.get(node) === why);
    if (!same) leaving.value = new Map([...going].map(([node, { why }]) => [node, why]));
  }

  watch(() => run.world?.seq, tick);
  watch(
    () => run.nodes,
    (nodes) => {
      if (nodes.some((node) => !seen.value.has(node))) seen.value = new Set([...seen.value, ...nodes]);
    },
  );
  watch(
    () => run.session?.run,
    () => {
      going.clear();
      seen.value = new Set(run.nodes);
      show();
    },
    { immediate: true },
  );

  return { can, membership, spare, leaving, add, place, take, replace, pullOut, keep };
});

function sentence(text: string): string {
  return `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}.`;
}
