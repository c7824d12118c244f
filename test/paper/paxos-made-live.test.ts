/**
 * Chandra, Griesemer, Redstone, *Paxos Made Live* (2007), section by section; with it, what it leaves open: Ongaro,
 * *Consensus: Bridging Theory and Practice* (2014), section 6.4, on reads, and Lamport, Malkhi, Zhou, *Reconfiguring a
 * State Machine* (2010), on members. Each test says the rule in our own words.
 */
import { describe, expect, it } from 'vitest';
import { NO_OP, Server, accept, accepted, b, learned, promise, put, sent } from '../support/multipaxos-server.ts';

const prepare = (round: number, node: number, from = 1) => ({ type: 'prepare', ballot: b(round, node), from }) as const;
const alive = (round: number, epoch = 1) => ({ type: 'alive', ballot: b(1, 1), epoch, round }) as const;
const heartbeat = (round: number, lease = 0, upTo = 0) =>
  ({ type: 'heartbeat', ballot: b(1, 1), upTo, round, lease }) as const;
const get = { type: 'get', key: 'x' } as const;

describe('Section 4.2, Multi-Paxos and catch-up', () => {
  it('a lagging replica asks, and is told from the slot that it lacks', () => {
    const n2 = new Server(2, 3);
    const [question] = sent(n2.receives(1, heartbeat(1, 0, 3)), 'query');
    expect(question).toEqual({ to: 1, message: { type: 'query', from: 1 } });
    const items = [1, 2, 3].map((slot) => ({ slot, ballot: b(1, 1), command: put('x', `${slot}`, slot) }));
    n2.receives(1, { type: 'learned', items, more: false });
    expect(n2.replica()).toMatchObject({ applied: 3, database: { entries: [{ key: 'x', value: '3' }] } });
  });

  it('a candidate that hears of no leader for long enough takes over with a higher ballot', () => {
    const n2 = new Server(2, 3);
    n2.receives(1, heartbeat(1));
    expect(sent(n2.fires('election'), 'prepare')[0]!.message.ballot).toEqual(b(2, 2));
  });
});

describe('Section 5.1, disk corruption', () => {
  it('a replica that lost its disk neither promises nor votes', () => {
    const n3 = new Server(3, 3);
    n3.receives(1, accept(b(1, 1), 1, put('x', '1')));
    n3.restarts(true);
    expect(n3.replica().standing).toBe('rebuilding');
    expect(sent(n3.receives(2, prepare(2, 2)), 'promise')).toEqual([]);
    expect(sent(n3.receives(2, accept(b(2, 2), 1, NO_OP)), 'accepted')).toEqual([]);
    expect(n3.fires('election')).toEqual([]);
  });

  it('meanwhile it learns, and asks to take part again', () => {
    const n3 = new Server(3, 3);
    const effects = n3.restarts(true);
    expect(sent(effects, 'join').map(({ to, message }) => [to, message.epoch])).toEqual([
      [1, 2],
      [2, 2],
    ]);
    n3.receives(1, { type: 'learned', items: [{ slot: 1, ballot: b(1, 1), command: put('x', '1') }], more: false });
    expect(n3.replica().applied).toBe(1);
  });

  it('the leader makes it a member with its new disk; the votes of the old one no longer count there', () => {
    const n1 = new Server(1, 3, { window: 1 });
    n1.leads([2]);
    const [change] = sent(n1.receives(3, { type: 'join', node: 3, epoch: 2, hops: 0 }), 'accept');
    expect(change!.message.command).toMatchObject({ members: [{ node: 1 }, { node: 2 }, { node: 3, epoch: 2 }] });
    n1.receives(2, accepted(b(1, 1), 1));
    n1.clientAsks({ type: 'begin' });
    expect(learned(n1.receives(3, accepted(b(1, 1), 2, 1)))).toEqual([]);
    expect(learned(n1.receives(3, accepted(b(1, 1), 2, 2)))).toHaveLength(1);
  });

  it('a vote is its again from the slot on in which the log has made it a member again, once it knows that', () => {
    const n3 = new Server(3, 3, { window: 2 });
    n3.restarts(true);
    const members = [1, 2, 3].map((node) => ({ node, epoch: node === 3 ? 2 : 1 }));
    const items = [{ slot: 1, ballot: b(1, 1), command: { type: 'members', members } as const }];
    n3.receives(1, { type: 'learned', items, more: false });
    expect(sent(n3.receives(1, accept(b(1, 1), 2, NO_OP)), 'accepted')).toEqual([]);
    const [vote] = sent(n3.receives(1, accept(b(1, 1), 3, NO_OP)), 'accepted');
    expect(vote!.message).toEqual(accepted(b(1, 1), 3, 2));
  });

  it('a disk that is there is no lost one, however often the replica restarts', () => {
    const n3 = new Server(3, 3);
    for (let i = 0; i < 3; i++) n3.restarts();
    expect(n3.replica().standing).toBe('member');
  });
});

describe('Section 5.2, master leases', () => {
  /** n1 leads three servers, its lease granted by n2. */
  function leaseholder() {
    const n1 = new Server(1, 3, { reads: 'lease' });
    n1.leads([2]);
    n1.receives(2, alive(1));
    return n1;
  }

  it('with a lease, the master answers reads from its own state at once', () => {
    expect(sent(leaseholder().clientAsks(get), 'response')).toHaveLength(1);
  });

  it('when the lease is over, it does not, until a quorum has prolonged it', () => {
    const n1 = leaseholder();
    n1.fires('lease/1');
    const effects = n1.clientAsks(get);
    expect(sent(effects, 'response')).toEqual([]);
    const { round } = sent(effects, 'heartbeat')[0]!.message;
    expect(sent(n1.receives(2, alive(round)), 'response')).toHaveLength(1);
  });

  it('its lease is shorter, by what clocks may differ, than those who granted it count', () => {
    const n1 = new Server(1, 3, { reads: 'lease', lease: 1_000_000, clockDrift: 0.25 });
    const effects = n1.leads([2]);
    expect(effects).toContainEqual({ type: 'setTimer', name: 'lease/1', after: 750_000 });
    expect(sent(effects, 'heartbeat')[0]!.message.lease).toBe(1_000_000);
  });

  it('who has granted a lease promises nobody else before it is over, and does not campaign', () => {
    const n2 = new Server(2, 3, { reads: 'lease' });
    n2.receives(1, heartbeat(1, 3_000_000));
    expect(sent(n2.receives(3, prepare(2, 3)), 'promise')).toEqual([]);
    expect(sent(n2.fires('election'), 'prepare')).toEqual([]);
    n2.fires('grant');
    expect(sent(n2.receives(3, prepare(2, 3)), 'promise')).toHaveLength(1);
  });

  it('nor after a restart, when it cannot know whether it has granted one', () => {
    const n2 = new Server(2, 3, { reads: 'lease' });
    n2.restarts();
    expect(sent(n2.receives(3, prepare(2, 3)), 'promise')).toEqual([]);
    n2.fires('grant');
    expect(sent(n2.receives(3, prepare(2, 3)), 'promise')).toHaveLength(1);
  });
});

describe('Ongaro, section 6.4, reads without the log', () => {
  it('a leader answers once a quorum has said, after the request came, that it still leads', () => {
    const n1 = new Server(1, 3, { reads: 'quorum' });
    n1.leads([2]);
    n1.receives(2, alive(1));
    const { round } = sent(n1.clientAsks(get), 'heartbeat')[0]!.message;
    // An answer to what was asked before the request came proves nothing about now.
    expect(sent(n1.receives(3, alive(1)), 'response')).toEqual([]);
    expect(sent(n1.receives(3, alive(round)), 'response')).toHaveLength(1);
    expect(n1.replica().highest).toBe(0);
  });

  it('and once it has finished what earlier ballots left open: somebody may have been told of it', () => {
    const n1 = new Server(1, 3, { reads: 'quorum' });
    n1.receives(3, prepare(2, 3));
    const items = [{ slot: 1, ballot: b(1, 2), command: put('x', 'told') }];
    n1.leads([2], items);
    n1.clientAsks(get, 9);
    const rounds = [1, 2].flatMap((round) => n1.receives(2, { ...alive(round), ballot: b(3, 1) }));
    expect(sent(rounds, 'response')).toEqual([]);
    const [answer] = sent(n1.receives(2, accepted(b(3, 1), 1)), 'response');
    expect(answer!.message.result).toEqual({ type: 'value', value: 'told' });
  });

  it('one round is enough for all reads that came before it', () => {
    const n1 = new Server(1, 3, { reads: 'quorum' });
    n1.leads([2]);
    n1.receives(2, alive(1));
    const request = (session: number) =>
      ({ type: 'request', client: 16, session, sequence: 1, operation: get, reads: null, hops: 0 }) as const;
    expect(sent(n1.receives(16, request(1)), 'heartbeat')).toHaveLength(2);
    expect(sent(n1.receives(16, request(2)), 'heartbeat')).toEqual([]);
    // The second came while a round was under way, and needs the next.
    const effects = n1.receives(2, alive(2));
    expect(sent(effects, 'response').map(({ message }) => message.session)).toEqual([1]);
    expect(sent(effects, 'heartbeat')).toHaveLength(2);
    expect(sent(n1.receives(2, alive(3)), 'response').map(({ message }) => message.session)).toEqual([2]);
  });

  it('a leader that was deposed unawares answers nothing', () => {
    const n1 = new Server(1, 3, { reads: 'quorum' });
    n1.leads([2]);
    n1.clientAsks(get);
    const effects = n1.receives(3, { type: 'refuse', ballot: b(1, 1), promised: b(2, 3) });
    expect(sent(effects, 'response')).toEqual([]);
    expect(effects).toContainEqual({ type: 'lead', ballot: b(1, 1), on: false });
  });
});

describe('Section 5.4, group membership; Reconfiguring a State Machine, method Rα', () => {
  it('a change chosen in slot s holds from slot s + α on', () => {
    const n1 = new Server(1, 3, { window: 4 });
    n1.leads([2]);
    n1.asked({ type: 'change-members', add: [4], remove: [] });
    const effects = n1.receives(2, accepted(b(1, 1), 1));
    expect(effects).toContainEqual({ type: 'members', slot: 5, members: [1, 2, 3, 4] });
  });

  it('the leader need not wait for clients: no-ops fill the slots up to there', () => {
    const n1 = new Server(1, 3, { window: 4 });
    n1.leads([2]);
    n1.asked({ type: 'change-members', add: [4], remove: [] });
    const filled = sent(n1.receives(2, accepted(b(1, 1), 1)), 'accept').filter(({ to }) => to === 2);
    expect(filled.map(({ message }) => [message.slot, message.command.type])).toEqual([
      [2, 'no-op'],
      [3, 'no-op'],
      [4, 'no-op'],
    ]);
  });

  it('new members promise the ballot before anything is proposed in their slots that needs them', () => {
    const n1 = new Server(1, 1, { window: 1 });
    n1.asked({ type: 'campaign' });
    const effects = n1.asked({ type: 'change-members', add: [2, 3], remove: [] });
    expect(sent(effects, 'prepare').map(({ to }) => to)).toEqual([2, 3]);
    expect(sent(n1.clientAsks({ type: 'begin' }), 'accept')).toEqual([]);
    expect(sent(n1.receives(2, promise(b(1, 1), 2)), 'accept').map(({ to }) => to)).toEqual([2, 3]);
  });

  it('a leader proposes in no slot of which it is no member', () => {
    const n1 = new Server(1, 3, { window: 1 });
    n1.leads([2]);
    n1.asked({ type: 'change-members', add: [], remove: [1] });
    const effects = n1.receives(2, accepted(b(1, 1), 1));
    expect(effects).toContainEqual({ type: 'lead', ballot: b(1, 1), on: false });
    expect(n1.replica().standing).toBe('removed');
    expect(n1.fires('election')).toEqual([]);
  });
});

describe('Section 5.5, snapshots', () => {
  const config = { snapshotEvery: 2, snapshotKeep: 0 };

  function withSnapshot() {
    const n2 = new Server(2, 3, config);
    for (const slot of [1, 2]) n2.receives(1, accept(b(1, 1), slot, put('x', `${slot}`, slot)));
    return { n2, effects: n2.receives(1, { type: 'decide', ballot: b(1, 1), upTo: 2 }) };
  }

  it('a snapshot and the truncation of the log are one save: neither is on the disk without the other', () => {
    const { effects } = withSnapshot();
    const keys = effects.flatMap((effect) => (effect.type === 'save' ? [effect.records.map(({ key }) => key)] : []));
    expect(keys).toEqual([['snapshot', 'log.1', 'log.2']]);
  });

  it('a replica comes up with its snapshot, sessions and all', () => {
    const { n2 } = withSnapshot();
    n2.restarts();
    expect(n2.replica()).toMatchObject({ applied: 2, snapshot: 2, database: { entries: [{ value: '2' }] } });
    expect(sent(n2.clientAsks({ type: 'put', key: 'x', value: '2' }, 2), 'response')).toHaveLength(1);
  });

  it('one that lags behind the log is given the snapshot', () => {
    const { n2 } = withSnapshot();
    const [given] = sent(n2.receives(3, { type: 'query', from: 1 }), 'snapshot');
    const n3 = new Server(3, 3, config);
    const effects = n3.receives(2, given!.message);
    expect(effects).toContainEqual({ type: 'apply', from: 1, to: 2, by: 'snapshot' });
    expect(n3.replica().database).toEqual(n2.replica().database);
    n3.restarts();
    expect(n3.replica().applied).toBe(2);
  });

  it('an older snapshot than what is applied is left alone', () => {
    const { n2 } = withSnapshot();
    const [given] = sent(n2.receives(3, { type: 'query', from: 1 }), 'snapshot');
    const n3 = new Server(3, 3, config);
    n3.receives(2, given!.message);
    expect(n3.receives(2, given!.message)).toEqual([]);
  });
});
