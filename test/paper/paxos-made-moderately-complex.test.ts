/**
 * Van Renesse and Altinbuken, *Paxos Made Moderately Complex* (2015), by the labels of its invariants, and Lamport,
 * *Paxos Made Simple* (2001), section 3. Each test says the rule in our own words.
 */
import { describe, expect, it } from 'vitest';
import { NO_OP, Server, accept, accepted, b, learned, promise, put, savedBefore, sent } from '../support/multipaxos-server.ts';

const prepare = (round: number, node: number, from = 1) => ({ type: 'prepare', ballot: b(round, node), from }) as const;

describe('Section 2, acceptors', () => {
  it('A1: the ballot of an acceptor only rises, and it is one ballot for all slots', () => {
    const n1 = new Server(1, 3);
    n1.receives(3, prepare(5, 3));
    expect(sent(n1.receives(2, prepare(4, 2, 9)), 'promise')).toEqual([]);
    expect(n1.replica().promised).toEqual(b(5, 3));
    n1.receives(2, prepare(6, 2));
    expect(n1.replica().promised).toEqual(b(6, 2));
  });

  it('A1: not over a restart either; a promise is on the disk before it is told', () => {
    const n1 = new Server(1, 3);
    expect(savedBefore(n1.receives(3, prepare(5, 3)), 'promise')).toBe(true);
    n1.restarts();
    expect(sent(n1.receives(2, prepare(4, 2)), 'refuse')).toMatchObject([{ to: 2, message: { promised: b(5, 3) } }]);
  });

  it('A2: it accepts at a ballot only if it has adopted none higher; otherwise it says which', () => {
    const n1 = new Server(1, 3);
    n1.receives(3, prepare(5, 3));
    expect(sent(n1.receives(2, accept(b(4, 2), 1, NO_OP)), 'refuse')).toHaveLength(1);
    expect(n1.slot(1)!.accepted).toBeNull();
    const effects = n1.receives(3, accept(b(5, 3), 1, NO_OP));
    expect(sent(effects, 'accepted')).toEqual([{ to: 3, message: accepted(b(5, 3), 1) }]);
    expect(savedBefore(effects, 'accepted')).toBe(true);
  });

  it('A3: what it has accepted it reports to every later ballot, from the slot asked for on', () => {
    const n1 = new Server(1, 3);
    for (const slot of [1, 2, 4]) n1.receives(2, accept(b(1, 2), slot, put('x', `${slot}`)));
    n1.restarts();
    const [answer] = sent(n1.receives(3, prepare(2, 3, 2)), 'promise');
    expect(answer!.message.items.map(({ slot, ballot }) => [slot, ballot])).toEqual([
      [2, b(1, 2)],
      [4, b(1, 2)],
    ]);
  });

  it('a report is complete, in as many pieces as it takes', () => {
    const n1 = new Server(1, 3, { window: 200 });
    for (let slot = 1; slot <= 150; slot++) n1.receives(2, accept(b(1, 2), slot, put('x', `${slot}`)));
    const slots: number[] = [];
    for (let from = 1; from !== 0; ) {
      const [answer] = sent(n1.receives(3, prepare(2, 3, from)), 'promise');
      slots.push(...answer!.message.items.map(({ slot }) => slot));
      from = answer!.message.next;
    }
    expect(slots).toEqual(Array.from({ length: 150 }, (_, i) => i + 1));
  });
});

describe('Section 2, scouts and commanders', () => {
  it('a leader is one by promises of a majority, its own counted, and whole ones only', () => {
    const n1 = new Server(1, 5);
    n1.fires('election');
    n1.receives(2, promise(b(1, 1), 1));
    n1.receives(3, { ...promise(b(1, 1), 1), next: 70 });
    expect(n1.replica().leader).toBeNull();
    n1.receives(3, promise(b(1, 1), 70));
    expect(n1.replica().leader).toBe(1);
  });

  it('C1: at one ballot it proposes one command in a slot', () => {
    const n1 = new Server(1, 3);
    n1.leads([2]);
    n1.clientAsks({ type: 'begin' }, 1);
    n1.clientAsks({ type: 'begin' }, 1);
    const [again] = sent([...n1.fires('retry'), ...n1.fires('retry')], 'accept');
    expect(again!.message).toMatchObject({ slot: 1, command: { sequence: 1 } });
    expect(n1.slot(2)).toBeUndefined();
  });

  it('C2: in each slot the vote of the highest ballot reported goes on, whoever reported it', () => {
    const n1 = new Server(1, 5);
    n1.receives(5, prepare(3, 5));
    n1.asked({ type: 'campaign' });
    const high = { slot: 1, ballot: b(2, 3), command: put('x', 'high') };
    n1.receives(2, promise(b(4, 1), 1, [high]));
    const effects = n1.receives(3, promise(b(4, 1), 1, [{ slot: 1, ballot: b(1, 2), command: put('x', 'low') }]));
    expect(sent(effects, 'accept').map(({ message }) => message.command)).toEqual(Array(4).fill(put('x', 'high')));
  });

  it('a command is decided by votes of a majority at one ballot; who votes twice counts once', () => {
    const n1 = new Server(1, 5);
    n1.leads([2, 3]);
    n1.clientAsks({ type: 'begin' });
    n1.receives(2, accepted(b(1, 1), 1));
    expect(learned(n1.receives(2, accepted(b(1, 1), 1)))).toEqual([]);
    expect(learned(n1.receives(4, accepted(b(2, 1), 1)))).toEqual([]);
    const effects = n1.receives(4, accepted(b(1, 1), 1));
    expect(effects).toContainEqual(expect.objectContaining({ type: 'chosen', slot: 1, quorum: [1, 2, 4] }));
  });

  it('preempted by a higher ballot, a leader stops and says so', () => {
    const n1 = new Server(1, 3);
    n1.leads([2]);
    const effects = n1.receives(2, { type: 'refuse', ballot: b(1, 1), promised: b(4, 3) });
    expect(effects).toContainEqual({ type: 'lead', ballot: b(1, 1), on: false });
    expect(sent(n1.clientAsks({ type: 'begin' }), 'accept')).toEqual([]);
    // The next ballot is above the one that it met.
    expect(sent(n1.asked({ type: 'campaign' }), 'prepare')[0]!.message.ballot).toEqual(b(5, 1));
  });
});

describe('Section 2, replicas', () => {
  it('R2 and R3: a slot is taken in when all below it are, in the order of the slots', () => {
    const n1 = new Server(1, 3);
    n1.leads([2]);
    n1.clientAsks({ type: 'put', key: 'x', value: 'first' }, 1);
    n1.clientAsks({ type: 'put', key: 'x', value: 'second' }, 2);
    expect(n1.receives(2, accepted(b(1, 1), 2)).some(({ type }) => type === 'apply')).toBe(false);
    const effects = n1.receives(2, accepted(b(1, 1), 1));
    expect(effects).toContainEqual({ type: 'apply', from: 1, to: 2, by: 'log' });
    expect(n1.replica().database.entries).toMatchObject([{ key: 'x', value: 'second' }]);
  });

  it('a command decided in two slots takes effect in the first only', () => {
    const n2 = new Server(2, 3);
    const begin = { type: 'operation', client: 16, session: 1, sequence: 1, operation: { type: 'begin' } } as const;
    n2.receives(1, accept(b(1, 1), 1, begin));
    n2.receives(1, accept(b(1, 1), 2, begin));
    n2.receives(1, { type: 'decide', ballot: b(1, 1), upTo: 2 });
    expect(n2.replica().applied).toBe(2);
    expect(n2.replica().database.next).toBe(2);
  });

  it('R5: nothing is proposed in a slot before the one a window below it is taken in', () => {
    const n1 = new Server(1, 3, { window: 2 });
    n1.leads([2]);
    const slots = (effects: ReturnType<Server['fires']>) => sent(effects, 'accept').flatMap(({ to, message }) => (to === 2 ? [message.slot] : []));
    expect([1, 2, 3].flatMap((sequence) => slots(n1.clientAsks({ type: 'begin' }, sequence)))).toEqual([1, 2]);
    expect(slots(n1.receives(2, accepted(b(1, 1), 2)))).toEqual([]);
    expect(slots(n1.receives(2, accepted(b(1, 1), 1)))).toEqual([3]);
  });

  it('R5: a change of members holds from a window after its slot on, and votes of others count up to there', () => {
    const n1 = new Server(1, 3, { window: 2 });
    n1.leads([2]);
    n1.asked({ type: 'change-members', add: [], remove: [3] });
    n1.receives(3, accepted(b(1, 1), 1));
    // Slot 2 is closed with a no-op: n3 still votes there.
    expect(learned(n1.receives(3, accepted(b(1, 1), 2)))).toEqual(['2 no-op']);
    n1.clientAsks({ type: 'begin' });
    expect(learned(n1.receives(3, accepted(b(1, 1), 3)))).toEqual([]);
    expect(learned(n1.receives(2, accepted(b(1, 1), 3)))).toHaveLength(1);
  });
});

describe('Section 4.2, garbage collection', () => {
  it('what is let go of is known to be chosen, and the acceptor says up to where', () => {
    const n2 = new Server(2, 3, { snapshotEvery: 2, snapshotKeep: 0 });
    for (const slot of [1, 2, 3]) n2.receives(1, accept(b(1, 1), slot, put('x', `${slot}`, slot)));
    n2.receives(1, { type: 'decide', ballot: b(1, 1), upTo: 2 });
    const [answer] = sent(n2.receives(3, prepare(2, 3)), 'promise');
    expect(answer!.message).toMatchObject({ edge: 2, items: [{ slot: 3 }] });
  });

  it('a candidate does not propose in such a slot, but learns it', () => {
    const n3 = new Server(3, 3);
    n3.asked({ type: 'campaign' });
    const effects = n3.receives(2, { ...promise(b(1, 3), 1), edge: 2, upTo: 2 });
    expect(sent(effects, 'query')).toEqual([{ to: 2, message: { type: 'query', from: 1 } }]);
    expect(n3.replica().leader).toBeNull();
    // An acceptor that has its votes there still is as good.
    n3.receives(1, promise(b(1, 3), 1));
    expect(n3.replica().leader).toBe(3);
  });
});

describe('Paxos Made Simple, section 3', () => {
  it('a new leader executes phase 1 once for all later slots, and none again for each command', () => {
    const n1 = new Server(1, 3);
    n1.leads([2]);
    for (let sequence = 1; sequence <= 5; sequence++) {
      expect(sent(n1.clientAsks({ type: 'begin' }, sequence), 'prepare')).toEqual([]);
      n1.receives(2, accepted(b(1, 1), sequence));
    }
    expect(n1.replica()).toMatchObject({ applied: 5, skipped: 5 });
  });

  it('a new leader finishes what was reported, closes the gaps below with no-ops, and only then proposes what clients want', () => {
    const n1 = new Server(1, 3);
    n1.receives(3, prepare(2, 3));
    const items = [
      { slot: 1, ballot: b(1, 2), command: put('x', '1') },
      { slot: 3, ballot: b(1, 2), command: put('x', '3', 3) },
    ];
    const effects = [...n1.leads([2], items), ...n1.clientAsks({ type: 'get', key: 'x' }, 9)];
    const proposals = sent(effects, 'accept').filter(({ to }) => to === 2);
    expect(proposals.map(({ message }) => message.command)).toMatchObject([
      put('x', '1'),
      NO_OP,
      put('x', '3', 3),
      { sequence: 9 },
    ]);
  });

  it('a server that is told that a slot is chosen takes its own vote for it only if it was at that ballot', () => {
    const n3 = new Server(3, 3);
    n3.receives(1, accept(b(1, 1), 1, put('x', 'old')));
    const effects = n3.receives(2, { type: 'decide', ballot: b(2, 2), upTo: 1 });
    expect(learned(effects)).toEqual([]);
    expect(sent(effects, 'query')).toHaveLength(1);
    expect(learned(n3.receives(1, { type: 'decide', ballot: b(1, 1), upTo: 1 }))).toEqual(['1 c1.1#1 put x = old']);
  });
});
