/**
 * The exhaustive search once more, as plainly as can be: the nodes' states are cloned for every step, what was met is a set
 * of JSON. It shares no line with src/explore/search, which must count the same.
 */
import type { PaxosConfig } from '../../src/protocol/paxos/config.ts';
import { paxos, type PaxosMessage, type PaxosState } from '../../src/protocol/paxos/paxos.ts';
import type { Input, Json, NodeId, Saved } from '../../src/protocol/protocol.ts';
import { createRandom } from '../../src/protocol/random.ts';

export interface NaiveScope {
  readonly nodes: readonly NodeId[];
  readonly proposers: readonly NodeId[];
  readonly values: readonly string[];
  readonly config: PaxosConfig;
  readonly rounds: number;
  readonly crashes: number;
}

interface Node {
  state: PaxosState;
  disk: Record<string, Json>;
  timers: string[];
  crashes: number;
  /** JSON, ascending. */
  said: string[];
}

/** Left out of what makes two states different. */
const IGNORED = new Set(['random', 'preemptions', 'timeouts', 'request', 'owner', 'count', 'config']);
/** Enough for a learner to draw each of a few others. */
const SEEDS = 4;

/** @returns how many different states there are, and how many steps the farthest is away. */
export function exploreNaively(scope: NaiveScope): { distinct: number; depth: number } {
  const first = scope.nodes.map((node) => begun(scope, node));
  const seen = new Set([keyOf(first)]);
  let level = [first];
  for (let depth = 0; ; depth++) {
    const next: Node[][] = [];
    for (const nodes of level) {
      for (const [place, changed] of successors(scope, nodes)) {
        const all = nodes.with(place, changed);
        const key = keyOf(all);
        if (seen.has(key)) continue;
        seen.add(key);
        next.push(all);
      }
    }
    if (next.length === 0) return { distinct: seen.size, depth };
    level = next;
  }
}

/** It has asked everybody what has been chosen. */
function begun(scope: NaiveScope, node: NodeId): Node {
  const fresh: Node = { state: up(scope, node, 1), disk: {}, timers: [], crashes: 0, said: [] };
  take(fresh, { type: 'start', stored: [] }, Infinity);
  for (const name of fresh.timers) {
    for (let seed = 0; seed < SEEDS; seed++) {
      const asked = structuredClone(fresh);
      fire(asked, name, seed);
      fresh.said = [...new Set([...fresh.said, ...asked.said])].sort();
    }
  }
  return fresh;
}

function up({ nodes, config }: NaiveScope, node: NodeId, incarnation: number): PaxosState {
  return paxos.init({ node, nodes, peers: nodes, clients: [], incarnation, config, seed: 1 });
}

function* successors(scope: NaiveScope, nodes: readonly Node[]): Generator<readonly [number, Node]> {
  const left = scope.crashes - nodes.reduce((sum, { crashes }) => sum + crashes, 0);
  for (const [place, node] of nodes.entries()) {
    const inputs: Input<PaxosMessage, Json>[] = [];
    for (const [from, { said }] of nodes.entries()) {
      for (const text of from === place ? [] : said) {
        const [type, to, message] = JSON.parse(text) as [string, NodeId, PaxosMessage];
        if (type === 'message' && to === scope.nodes[place]) inputs.push({ type: 'message', from: scope.nodes[from]!, message });
      }
    }
    const free = !node.state.proposer.attempts.has(1) && !JSON.stringify(node.state.learner.missing).startsWith('[2');
    if (free && scope.proposers.includes(node.state.node)) {
      for (const value of scope.values) inputs.push({ type: 'request', id: 1, request: { type: 'propose', instance: 1, value } });
    }
    for (const input of inputs) yield* outcomes(scope, place, node, left, (copy, cut) => take(copy, input, cut));
    for (const name of node.timers) {
      for (let seed = 0; seed < (name === 'learn' ? SEEDS : 1); seed++) {
        yield* outcomes(scope, place, node, left, (copy, cut) => fire(copy, name, seed, cut));
      }
    }
    if (left > 0) {
      const copy = structuredClone(node);
      restart(scope, copy);
      yield [place, copy];
    }
  }
}

/** The whole step, and the step cut off by a crash wherever one can strike. */
function* outcomes(
  scope: NaiveScope,
  place: number,
  node: Node,
  left: number,
  step: (copy: Node, cut: number) => boolean,
): Generator<readonly [number, Node]> {
  const whole = structuredClone(node);
  step(whole, Infinity);
  if (whole.state.proposer.round > scope.rounds) return;
  yield [place, whole];
  if (left === 0) return;
  for (let cut = 1; ; cut++) {
    const copy = structuredClone(node);
    if (step(copy, cut)) return;
    restart(scope, copy);
    yield [place, copy];
  }
}

function fire(node: Node, name: string, seed: number, cut = Infinity): boolean {
  node.timers = node.timers.filter((timer) => timer !== name);
  Object.assign(node.state, { random: createRandom(seed) });
  return take(node, { type: 'timer', name }, cut);
}

function restart(scope: NaiveScope, node: Node): void {
  node.crashes++;
  node.timers = [];
  node.state = up(scope, node.state.node, node.crashes + 1);
  const stored: Saved[] = Object.keys(node.disk).sort().map((key) => ({ key, value: node.disk[key]! }));
  const slot = node.disk['acceptor/1'] as { accepted: [number, number, string] | null } | undefined;
  if (slot?.accepted) say(node, ['found', ...slot.accepted]);
  take(node, { type: 'start', stored }, Infinity);
}

/** @returns whether it came to its end: the `cut`-th place where a crash can strike was not in it */
function take(node: Node, first: Input<PaxosMessage, Json>, cut: number): boolean {
  const inputs = [first];
  if (first.type === 'request') say(node, ['asked', (first.request as { value: string }).value]);
  let places = 0;
  for (let at = 0; at < inputs.length; at++) {
    if (at > 0 && ++places === cut) return false;
    let saved = false;
    for (const effect of paxos.step(node.state, inputs[at] as Parameters<typeof paxos.step>[1])) {
      if (effect.type === 'save') {
        for (const { key, value } of effect.records) node.disk[key] = value;
        if (!saved && ++places === cut) return false;
        saved = true;
      } else if (effect.type === 'send') {
        const { to, message } = effect;
        if (message.type !== 'query' || message.instance === 1) say(node, ['message', to, message]);
        if (to === node.state.node) inputs.push({ type: 'message', from: to, message });
      } else if (effect.type === 'setTimer') node.timers = [...new Set([...node.timers, effect.name])].sort();
      else if (effect.type === 'cancelTimer') node.timers = node.timers.filter((timer) => timer !== effect.name);
      else if (effect.type === 'chosen') say(node, ['chosen', effect]);
    }
  }
  return true;
}

function say(node: Node, what: unknown): void {
  node.said = [...new Set([...node.said, JSON.stringify(what)])].sort();
}

function keyOf(nodes: readonly Node[]): string {
  return JSON.stringify(nodes, (key, value: unknown) => {
    if (IGNORED.has(key)) return undefined;
    if (key === 'promises' || key === 'voters') return [...(value as number[])].sort();
    if (value instanceof Map) return [...value];
    // Tallies of an instance, in whatever order they were begun.
    if (Array.isArray(value) && value.some((item) => item?.voters)) return value.toSorted((a, b) => a.ballot.round - b.ballot.round || a.ballot.node - b.ballot.node);
    return value;
  });
}
