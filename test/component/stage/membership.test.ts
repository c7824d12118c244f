import { describe, expect, it } from 'vitest';
import { applyEvent, createWorld, protocolNamed, type RunEvent, type World } from '../../../src/contract/index.ts';
import type { EventBody } from '../../../src/cluster/events.ts';
import { createHeader } from '../../../src/cluster/run.ts';
import { cardOf } from '../../../renderer/stage/cards.ts';
import { membershipOf } from '../../../renderer/stage/in-force.ts';
import { acceptorsOf, islandStatus } from '../../../renderer/stage/islands.ts';
import { addText, isMember, leaderOf, nextNumber, removeText } from '../../../renderer/stage/membership.ts';

const founders = [1, 2, 3];

/** A world of three servers and a client, with these events folded in. */
function worldAfter(...bodies: readonly EventBody[]): World {
  const world = createWorld(createHeader(protocolNamed('multipaxos'), { nodes: 3, clients: 1, seed: 1 }));
  const up = [1, 2, 3, 16].map((node): EventBody => ({ type: 'start', node, incarnation: 1, disk: 'new' }));
  [...up, ...bodies].forEach((body, seq) => applyEvent(world, { ...body, seq, at: seq * 1000 } as RunEvent));
  return world;
}

const leads = (node: number, round: number): EventBody => ({ type: 'lead', node, ballot: { round, node }, on: true });
const decided: EventBody = { type: 'members', node: 1, slot: 12, members: [1, 2, 3, 4] };
const applied = (to: number): EventBody => ({ type: 'apply', node: 1, from: 1, to, by: 'log' });
const focus = { slot: 0, picked: false, now: 0, leaving: new Map([[3, 'waits for somebody to lead']]) };

describe('members', () => {
  it('are the founders until the log says otherwise', () => {
    expect(membershipOf(worldAfter())).toEqual({ members: founders, next: null });
  });

  it('that are decided hold from their slot on', () => {
    const before = membershipOf(worldAfter(decided, applied(10)));
    expect(before).toEqual({ members: founders, next: { slot: 12, members: [1, 2, 3, 4] } });
    expect(isMember(before, 4)).toBe(true);
    expect(membershipOf(worldAfter(decided, applied(11)))).toEqual({ members: [1, 2, 3, 4], next: null });
  });

  it('are the same on the islands: neither a server that was just added nor one that is decided on counts', () => {
    const added: EventBody = { type: 'added', node: 4, groups: [[1, 2, 3, 4, 16]] };
    const up: EventBody = { type: 'start', node: 4, incarnation: 1, disk: 'new' };
    const counted = (...more: readonly EventBody[]) => islandStatus(worldAfter(added, up, ...more), [1, 2, 3, 4]).countShort;
    expect(counted()).toBe('3 of 3');
    expect(counted(decided, applied(10))).toBe('3 of 3');
    expect(counted(decided, applied(11))).toBe('4 of 4');
    const further: EventBody = { type: 'members', node: 1, slot: 30, members: [2, 3, 4] };
    expect(acceptorsOf(worldAfter(added, up, decided, applied(22), further))).toEqual([1, 2, 3, 4]);
    expect(acceptorsOf(worldAfter(added, up, decided, applied(29), further))).toEqual([2, 3, 4]);
  });

  it('say what a new one comes to', () => {
    const now = membershipOf(worldAfter());
    expect(addText(worldAfter(), now, 4)).toBe('n4 joins, and learns · then it is a member: 4 members, majority 3');
  });

  it('say what taking one out comes to', () => {
    const now = membershipOf(worldAfter());
    expect(removeText(worldAfter(), now, [3])).toBe('once somebody leads, asks for n3 to go · then 2 members, majority 2');
    expect(removeText(worldAfter(leads(1, 1)), now, [2, 3])).toBe('n2 and n3 leave through the log · then 1 member, majority 1');
    expect(removeText(worldAfter(), now, [5])).toBe('takes n5 away: no member');
    expect(removeText(worldAfter(), now, [1, 2, 3])).toBe('at least one server must stay');
  });
});

describe('the next server', () => {
  it('has a number that nobody had, as long as there is one', () => {
    expect(nextNumber([1, 2, 4], new Set([1, 2, 3, 4]))).toBe(5);
    const all = Array.from({ length: 15 }, (_, i) => i + 1);
    expect(nextNumber(all.slice(0, 14), new Set(all))).toBe(15);
    expect(nextNumber(all, new Set(all))).toBeNull();
  });
});

describe('leaders', () => {
  it('are told by their ballots, and the older one as outdated', () => {
    const world = worldAfter(leads(1, 1), leads(2, 3));
    const card = (node: number) => cardOf(world, world.nodes.get(node)!, focus);
    expect(card(1)).toMatchObject({ leading: true, term: '1.1', outdated: 'n2 leads with 3.2' });
    expect(card(2)).toMatchObject({ leading: true, term: '3.2', outdated: '' });
    expect(card(1).name).toContain('leading with 1.1, outdated: n2 leads with 3.2');
    expect(card(3)).toMatchObject({ leading: false, standing: 'leaving', leaving: 'waits for somebody to lead' });
  });

  it('lead no more when they crash', () => {
    const world = worldAfter(leads(1, 1), { type: 'crash', node: 1, point: 'now', error: '' });
    expect(leaderOf(world)).toBeNull();
    expect(cardOf(world, world.nodes.get(1)!, focus).leading).toBe(false);
  });

  it('on the largest island go first, then the highest ballot', () => {
    const parted: EventBody = { type: 'partition', groups: [[1], [2, 3, 16]] };
    expect(leaderOf(worldAfter(leads(1, 4), leads(2, 3)))?.node).toBe(1);
    expect(leaderOf(worldAfter(leads(1, 4), leads(2, 3), parted))?.node).toBe(2);
  });
});
