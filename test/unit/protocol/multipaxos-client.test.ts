import { describe, expect, it } from 'vitest';
import type { Operation, OperationResult } from '../../../src/protocol/machine/operation.ts';
import { forkClient, initClient, memoryOfClient, stepClient, viewClient } from '../../../src/protocol/multipaxos/client.ts';
import type { ClientState } from '../../../src/protocol/multipaxos/client.ts';
import type { LoadConfig, MultiPaxosConfig, MultiPaxosRequest } from '../../../src/protocol/multipaxos/config.ts';
import type { ClientRequest, MultiPaxosMessage } from '../../../src/protocol/multipaxos/messages.ts';
import { multipaxos } from '../../../src/protocol/multipaxos/multipaxos.ts';
import type { Effect, Input } from '../../../src/protocol/protocol.ts';

const C1 = 16;

const NO_LOAD: LoadConfig = { sessions: 0, pause: 1_000_000, transactions: 0, reads: 0, swaps: 0, keys: 8, hot: 25 };

function configWith(load: Partial<LoadConfig> = {}, rest: Partial<MultiPaxosConfig> = {}): MultiPaxosConfig {
  return multipaxos.config({ ...rest, load: { ...NO_LOAD, ...load } }, [1, 2, 3]);
}

type Out = Effect<MultiPaxosMessage>[];

/** A client by itself: what it is told, what it does. */
class Lone {
  readonly state: ClientState;
  constructor(config: MultiPaxosConfig, incarnation = 1, seed = 7) {
    const nodes = [1, 2, 3];
    this.state = initClient({ node: C1, nodes, peers: nodes, clients: [C1], incarnation, config, seed });
  }

  step(input: Input<MultiPaxosMessage, MultiPaxosRequest>): Out {
    const out: Out = [];
    stepClient(this.state, input, out);
    return out;
  }

  start(): Out {
    return this.step({ type: 'start', stored: [] });
  }

  ask(operation: Operation, more: { server?: number; reads?: MultiPaxosConfig['reads'] } = {}, id = 1): Out {
    return this.step({ type: 'request', id, request: { type: 'operate', operation, ...more } });
  }

  answer(session: number, sequence: number, result: OperationResult, from = 1): Out {
    return this.step({ type: 'message', from, message: { type: 'response', session, sequence, result } });
  }

  redirect(session: number, sequence: number, leader: number, from = 1): Out {
    return this.step({ type: 'message', from, message: { type: 'redirect', session, sequence, leader, why: 'follows' } });
  }

  fire(name: string): Out {
    return this.step({ type: 'timer', name });
  }
}

function requests(out: Out): { to: number; message: ClientRequest }[] {
  return out.flatMap((e) => (e.type === 'send' && e.message.type === 'request' ? [{ to: e.to, message: e.message }] : []));
}

const types = (out: Out) => out.map(({ type }) => type);
const put: Operation = { type: 'put', key: 'x', value: '3' };
const done: OperationResult = { type: 'done' };

describe('a client asked by a person', () => {
  it('asks the service, notes when, and replies when it is answered', () => {
    const client = new Lone(configWith());
    expect(client.start()).toEqual([]);
    const out = client.ask(put, { server: 2 }, 9);
    expect(types(out)).toEqual(['invoke', 'send', 'setTimer']);
    expect(out[0]).toEqual({ type: 'invoke', session: 1500, sequence: 1, operation: JSON.stringify(put) });
    expect(requests(out)).toEqual([
      { to: 2, message: { type: 'request', client: C1, session: 1500, sequence: 1, operation: put, reads: null, hops: 0 } },
    ]);
    expect(client.answer(1500, 1, done)).toEqual([
      { type: 'cancelTimer', name: 'ask again 500' },
      { type: 'return', session: 1500, sequence: 1, result: JSON.stringify(done) },
      { type: 'reply', id: 9, reply: { ok: true, text: 'put x = 3: done (answered by n1)' } },
    ]);
  });

  it('says so when the service refuses', () => {
    const client = new Lone(configWith());
    client.ask({ type: 'commit', transaction: 4 });
    const out = client.answer(1500, 1, { type: 'refused', why: 'there is no transaction #4' });
    const text = 'commit #4: refused: there is no transaction #4 (answered by n1)';
    expect(out.at(-1)).toEqual({ type: 'reply', id: 1, reply: { ok: false, text } });
  });

  it('has one operation at a time in a session, and goes on in the same one', () => {
    const client = new Lone(configWith());
    const sessions = [client.ask(put), client.ask(put)].flatMap(requests).map(({ message }) => message.session);
    expect(sessions).toEqual([1500, 1501]);
    client.answer(1500, 1, done);
    expect(requests(client.ask(put))[0]!.message).toMatchObject({ session: 1500, sequence: 2 });
    expect(viewClient(client.state)).toMatchObject({
      status: 'waits for 2 answers',
      client: { done: 1, waitingCount: 2, waiting: [{ session: 1501, sequence: 1, text: 'put x = 3', attempts: 1 }, { session: 1500, sequence: 2 }] },
    });
    expect(memoryOfClient(client.state)).toMatchObject({ answered: 1, sessions: { 1500: { operations: 2 }, 1501: { operations: 1 } } });
  });

  it('begins with other sessions in another life', () => {
    expect(requests(new Lone(configWith(), 3).ask(put))[0]!.message.session).toBe(3500);
  });

  it('refuses when all sessions wait, and what only servers can do', () => {
    const client = new Lone(configWith());
    for (let i = 0; i < 500; i++) client.ask(put);
    expect(client.ask(put)).toMatchObject([{ type: 'reply', reply: { ok: false } }]);
    expect(client.step({ type: 'request', id: 2, request: { type: 'campaign' } })).toMatchObject([{ reply: { ok: false } }]);
  });
});

describe('a client without an answer', () => {
  it('asks the next server, with the same sequence number, for ever', () => {
    const client = new Lone(configWith());
    client.ask(put, { server: 3 });
    const asked = Array.from({ length: 6 }, () => requests(client.fire('ask again 500'))[0]!);
    for (const { message } of asked) expect(message).toMatchObject({ session: 1500, sequence: 1 });
    expect(new Set(asked.map(({ to }) => to))).toEqual(new Set([1, 2, 3]));
    expect(viewClient(client.state).client!.waiting[0]!.attempts).toBe(7);
  });

  it('asks the next operation of whoever answered', () => {
    const client = new Lone(configWith());
    client.ask(put);
    client.answer(1500, 1, done, 3);
    expect(requests(client.ask(put))[0]!.to).toBe(3);
  });

  it('keeps asking the server that was named for a local or quorum read, and no other', () => {
    const client = new Lone(configWith());
    client.ask({ type: 'get', key: 'x' }, { server: 3, reads: 'local' });
    expect(requests(client.fire('ask again 500'))).toMatchObject([{ to: 3, message: { reads: 'local' } }]);
    expect(client.redirect(1500, 1, 1, 3)).toEqual([]);
    const { leader } = client.state;
    client.answer(1500, 1, { type: 'value', value: null }, 3);
    expect(client.state.leader).toBe(leader);
    client.ask(put, { server: 3, reads: 'local' });
    expect(requests(client.fire('ask again 500'))[0]!.to).not.toBe(3);
  });

  it('goes where it is sent, but not in circles', () => {
    const client = new Lone(configWith());
    client.ask(put, { server: 1 });
    expect(requests(client.redirect(1500, 1, 2, 1))[0]!.to).toBe(2);
    expect(client.redirect(1500, 1, 2, 1)).toEqual([]);
    expect(requests(client.redirect(1500, 1, 1, 2))[0]!.to).toBe(1);
    expect(requests(client.redirect(1500, 1, 2, 1))[0]!.to).toBe(2);
    expect(client.redirect(1500, 1, 1, 2)).toEqual([{ type: 'setTimer', name: 'ask again 500', after: 750_000 }]);
    expect(requests(client.fire('ask again 500'))[0]!.to).toBe(3);
    expect(requests(client.redirect(1500, 1, 9, 3))[0]!.to).toBe(9);
    expect(client.state.servers).toEqual([1, 2, 3, 9]);
  });

  it('waits a little for a server that knows no leader', () => {
    const client = new Lone(configWith());
    client.ask(put, { server: 1 });
    expect(client.redirect(1500, 1, 0)).toEqual([{ type: 'setTimer', name: 'ask again 500', after: 750_000 }]);
  });

  it('takes no notice of answers that are late, duplicated or of another life', () => {
    const client = new Lone(configWith(), 2);
    client.ask(put);
    expect(client.answer(1500, 1, done)).toEqual([]);
    client.answer(2500, 1, done);
    expect(client.answer(2500, 1, done)).toEqual([]);
    expect(client.redirect(2500, 1, 2)).toEqual([]);
    client.ask(put);
    expect(client.answer(2500, 1, done)).toEqual([]);
    expect(client.fire('ask again 501')).toEqual([]);
    expect(viewClient(client.state).client).toMatchObject({ done: 1, waitingCount: 1 });
  });
});

/** Lets the load run: answers all there is, and fires what is set; gives what was asked for. */
function run(client: Lone, first: Out, count: number, results: (operation: Operation) => OperationResult): Operation[] {
  const asked: Operation[] = [];
  let out = first;
  while (asked.length < count) {
    const next: Out = [];
    for (const { message } of requests(out)) {
      asked.push(message.operation);
      next.push(...client.answer(message.session, message.sequence, results(message.operation)));
    }
    for (const e of out) if (e.type === 'setTimer' && e.name.startsWith('next')) next.push(...client.fire(e.name));
    out = next;
  }
  return asked;
}

function service(): (operation: Operation) => OperationResult {
  let next = 1;
  return (operation) => {
    if (operation.type === 'begin') return { type: 'begun', transaction: next++ };
    if (operation.type === 'get') return { type: 'value', value: `old ${operation.key}` };
    return operation.type === 'cas' ? { type: 'swapped', swapped: true, value: operation.expected } : done;
  };
}

describe('the load', () => {
  it('has as many sessions as asked for, each with one operation at a time and a pause between', () => {
    const client = new Lone(configWith({ sessions: 3 }));
    const timers = client.start();
    expect(timers.map((e) => (e.type === 'setTimer' ? e.name : ''))).toEqual(['next 1', 'next 2', 'next 3']);
    for (const e of timers) {
      const after = e.type === 'setTimer' ? e.after : 0;
      expect(after).toBeGreaterThanOrEqual(500_000);
      expect(after).toBeLessThanOrEqual(1_500_000);
    }
    expect(requests(client.fire('next 2'))).toMatchObject([{ message: { session: 1002, sequence: 1 } }]);
    expect(client.fire('next 2')).toEqual([]);
    expect(types(client.answer(1002, 1, done))).toEqual(['cancelTimer', 'return', 'setTimer']);
    expect(requests(client.fire('next 2'))).toMatchObject([{ message: { session: 1002, sequence: 2 } }]);
  });

  it('asks on at once without a pause', () => {
    const client = new Lone(configWith({ sessions: 2, pause: 0 }));
    expect(types(client.start())).toEqual(['invoke', 'send', 'setTimer', 'invoke', 'send', 'setTimer']);
    expect(types(client.answer(1001, 1, done))).toEqual(['cancelTimer', 'return', 'invoke', 'send', 'setTimer']);
  });

  it('is mixed as asked for', () => {
    const client = new Lone(configWith({ sessions: 1, pause: 0, transactions: 0, reads: 50, swaps: 20, keys: 4, hot: 70 }));
    const asked = run(client, client.start(), 1000, service());
    const share = (test: (o: Operation) => boolean) => asked.filter(test).length / asked.length;
    expect(share(({ type }) => type === 'get')).toBeCloseTo(0.5, 1);
    expect(share(({ type }) => type === 'cas')).toBeCloseTo(0.2, 1);
    expect(share(({ type }) => type === 'put')).toBeCloseTo(0.3, 1);
    expect(share((o) => 'key' in o && o.key === 'x1')).toBeCloseTo(0.7, 1);
    const written = asked.flatMap((o) => ('value' in o ? [o.value] : []));
    expect(written.slice(0, 2)).toEqual(['c1-1', 'c1-2']);
    expect(new Set(written).size).toBe(written.length);
    expect(new Lone(configWith(), 2).state.prefix).toBe('c1.2-');
  });

  it('begins a transaction, writes once or twice in it, and commits it', () => {
    const client = new Lone(configWith({ sessions: 1, pause: 0, transactions: 100 }));
    const text = run(client, client.start(), 300, service())
      .map((o) => `${o.type[0]}${'transaction' in o ? o.transaction : ''}`)
      .join(' ');
    expect(text).toMatch(/^(b (w(\d+) (w\3 )?c\3 ?)?)+/);
    expect(text.split('b ')[1]).toMatch(/^w1 (w1 )?c1 $/);
    expect(new Set(text.split('b ').slice(1, -1).map((t) => t.split(' ').length))).toEqual(new Set([3, 4]));
  });

  it('leaves a transaction that was refused', () => {
    const client = new Lone(configWith({ sessions: 1, pause: 0, transactions: 100 }));
    client.start();
    client.answer(1001, 1, { type: 'begun', transaction: 5 });
    const out = client.answer(1001, 2, { type: 'refused', why: 'transaction #5 is over' });
    expect(requests(out)[0]!.message.operation).toEqual({ type: 'begin' });
  });

  it('expects of a key what it saw there last', () => {
    const client = new Lone(configWith({ sessions: 1, pause: 0, reads: 50, swaps: 50, keys: 1 }));
    const asked = run(client, client.start(), 50, service());
    asked.forEach((o, i) => {
      const before = asked[i - 1];
      if (o.type !== 'cas' || !before) return;
      expect(o.expected).toBe(before.type === 'get' ? 'old x1' : before.type === 'cas' ? before.value : null);
    });
  });

  const configure = (client: Lone, load: Partial<LoadConfig>) =>
    client.step({ type: 'request', id: 3, request: { type: 'configure', config: configWith(load) } });

  it('grows and shrinks while it runs; what is under way is finished', () => {
    const client = new Lone(configWith({ sessions: 1, transactions: 100 }));
    client.start();
    client.fire('next 1');
    expect(configure(client, { sessions: 3, transactions: 100 })).toMatchObject([
      { type: 'setTimer', name: 'next 2' },
      { type: 'setTimer', name: 'next 3' },
      { type: 'reply', reply: { ok: true } },
    ]);
    expect(configure(client, { sessions: 0 })).toMatchObject([
      { type: 'cancelTimer', name: 'next 2' },
      { type: 'cancelTimer', name: 'next 3' },
      { type: 'reply' },
    ]);
    const rest = client.answer(1001, 1, { type: 'begun', transaction: 1 });
    expect(run(client, rest, 2, service()).map(({ type }) => type)[0]).toBe('write');
    while (client.state.sessions.get(1)!.plan) run(client, client.fire('next 1'), 1, service());
    expect(client.fire('next 1')).toEqual([]);
    expect(viewClient(client.state)).toMatchObject({ status: 'waits for nothing', client: { waitingCount: 0 } });
  });

  it('does not wait out an old pause when there is a new one', () => {
    const client = new Lone(configWith({ sessions: 2, pause: 600_000_000 }));
    client.start();
    expect(requests(configure(client, { sessions: 2, pause: 0 })).map(({ message }) => message.session)).toEqual([1001, 1002]);
  });
});

describe('a fork of a client', () => {
  it('goes on apart, and alike', () => {
    const client = new Lone(configWith({ sessions: 2, pause: 0, transactions: 30, reads: 30, swaps: 20 }));
    const first = client.start();
    const answer = service();
    run(client, first, 40, answer);
    const fork = new Lone(configWith());
    Object.assign(fork.state, structuredClone(forkClient(client.state)));
    const before = structuredClone(fork.state);
    const ask = (lone: Lone) => lone.fire('ask again 1');
    expect(ask(client)).toEqual(ask(fork));
    client.ask(put);
    client.answer(1001, client.state.sessions.get(1)!.sequence, done);
    expect(fork.state.done).toBe(before.done);
    expect(fork.state.sessions.get(500)).toBeUndefined();
  });
});
