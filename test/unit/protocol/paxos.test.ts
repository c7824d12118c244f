import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../../src/protocol/protocol.ts';
import type { Effect, Json, Saved } from '../../../src/protocol/protocol.ts';
import { paxos } from '../../../src/protocol/paxos/paxos.ts';
import type { PaxosMessage } from '../../../src/protocol/paxos/paxos.ts';
import { setupOf } from '../../support/setup.ts';

const nodes = [1, 2, 3];
const b = (round: number, node: number) => ({ round, node });

function node(id = 1, config: object = {}) {
  const state = paxos.init(setupOf(id, nodes, paxos.config(config, nodes), 1));
  const disk = new Map<string, Saved>();
  const keep = (effects: Effect<PaxosMessage>[]) => {
    for (const effect of effects) {
      if (effect.type === 'save') for (const record of effect.records) disk.set(record.key, record);
    }
    return effects;
  };
  keep(paxos.step(state, { type: 'start', stored: [] }));
  return {
    state,
    stored: () => [...disk.values()],
    receive: (from: number, message: PaxosMessage) => keep(paxos.step(state, { type: 'message', from, message })),
    propose: (instance: number, value: string) =>
      keep(paxos.step(state, { type: 'request', id: 7, request: paxos.propose!(instance, value) })),
  };
}

/** A node with something in every part of its state. */
function busy() {
  const n1 = node();
  n1.propose(2, 'red');
  n1.receive(1, { type: 'prepare', instance: 2, ballot: b(1, 1) });
  const noVote = { acceptedBallot: b(0, 0), acceptedValue: '' };
  const promise = { type: 'promise', instance: 2, ballot: b(1, 1), ...noVote } as const;
  n1.receive(1, promise);
  n1.receive(2, promise);
  n1.receive(1, { type: 'accept', instance: 2, ballot: b(1, 1), value: 'red' });
  n1.receive(1, { type: 'accepted', instance: 2, ballot: b(1, 1), value: 'red' });
  const item = { instance: 1, ballot: b(4, 2), value: 'blue' };
  n1.receive(2, { type: 'learned', instance: 1, items: [item], more: false });
  return n1;
}

describe('configuration', () => {
  it('is completed with defaults', () => {
    const config = paxos.config(undefined, nodes);
    expect(config).toMatchObject({ quorum: { type: 'majority' }, backoff: true, nacks: true, retryAfter: 2_000_000 });
    expect(config.roles).toEqual(nodes.map(() => ['proposer', 'acceptor', 'learner']));
  });

  it('survives JSON and being completed again', () => {
    const roles = [['learner', 'acceptor', 'acceptor'], ['proposer'], []];
    const given = { roles, nacks: false, learnEvery: 1_000_000 };
    const config = paxos.config(given, nodes);
    expect(config.roles[0]).toEqual(['acceptor', 'learner']);
    expect(paxos.config(JSON.parse(JSON.stringify(config)), nodes)).toEqual(config);
  });

  it('names the field that is wrong', () => {
    try {
      paxos.config({ roles: [['proposer', 'acceptor', 'learner'], ['judge'], []] }, nodes);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ProtocolError);
      expect((error as ProtocolError).field).toBe('config.roles.1');
    }
  });

  it('for another number of nodes is refused by the node and changes nothing', () => {
    const n1 = node();
    const other = paxos.config({ backoff: false }, [1, 2]);
    const effects = paxos.step(n1.state, { type: 'request', id: 3, request: paxos.configure(other) });
    expect(effects).toEqual([
      { type: 'reply', id: 3, reply: { ok: false, text: 'the configuration has roles for 2 nodes; there are 3' } },
    ]);
    expect(n1.state.config.backoff).toBe(true);
  });
});

describe('requests', () => {
  it('survive JSON and being checked', () => {
    const requests = [paxos.propose!(3, 'red'), paxos.configure(paxos.config({ nacks: false }, nodes))];
    for (const request of requests) expect(paxos.request(JSON.parse(JSON.stringify(request)))).toEqual(request);
  });

  it('are described', () => {
    expect(paxos.describeRequest(paxos.propose!(3, 'red'))).toBe('wants "red" chosen in instance 3');
    const config = paxos.config({ quorum: { type: 'counted', phase1: 3, phase2: 1 }, backoff: false }, nodes);
    const text = 'configures quorums (phase 1: any 3 of 3, phase 2: any 1 of 3), backoff off, refusals told';
    expect(paxos.describeRequest(paxos.configure(config))).toBe(text);
  });
});

describe('state', () => {
  it('is plain data: a copy goes on exactly as the original', () => {
    const { state } = busy();
    const copy = structuredClone(state);
    expect(copy).toEqual(state);
    const input = { type: 'timer', name: 'retry/2' } as const;
    expect(paxos.step(copy, input)).toEqual(paxos.step(state, input));
    expect(copy).toEqual(state);
  });

  it('is not shared with what it gave out', () => {
    const n1 = busy();
    const before = paxos.view(n1.state);
    const kept = structuredClone(before);
    n1.receive(3, { type: 'prepare', instance: 2, ballot: b(8, 3) });
    n1.receive(3, { type: 'accepted', instance: 2, ballot: b(1, 1), value: 'red' });
    expect(before).toEqual(kept);
  });
});

describe('view', () => {
  it('shows every part', () => {
    expect(paxos.view(busy().state)).toEqual({
      roles: ['proposer', 'acceptor', 'learner'],
      leading: true,
      status: 'phase 2 of 1.1, instance 2',
      slots: [
        { slot: 1, promised: null, accepted: null, proposing: null, chosen: { value: 'blue', ballot: b(4, 2) } },
        {
          slot: 2,
          promised: b(1, 1),
          accepted: { ballot: b(1, 1), value: 'red' },
          proposing: {
            ballot: b(1, 1),
            phase: 'accept',
            wanted: 'red',
            value: 'red',
            promises: [1, 2],
            accepts: [1],
          },
          chosen: null,
        },
      ],
    });
  });

  it('of a fresh node is idle and empty', () => {
    const n2 = node(2, { roles: [['proposer'], ['acceptor'], ['learner']] });
    expect(paxos.view(n2.state)).toEqual({ roles: ['acceptor'], leading: false, status: 'idle', slots: [] });
  });

  it('names one of several instances', () => {
    const n1 = node();
    for (const instance of [3, 1, 2]) n1.propose(instance, 'red');
    expect(paxos.view(n1.state).status).toBe('phase 1 of 1.1, instance 3 and 2 more');
  });

  it('keeps old instances that are not decided, and the latest few others; ascending', () => {
    const n1 = node();
    n1.receive(2, { type: 'prepare', instance: 3, ballot: b(1, 2) });
    for (let instance = 4; instance <= 30; instance++) {
      n1.receive(2, { type: 'learned', instance, items: [{ instance, ballot: b(1, 2), value: 'v' }], more: false });
    }
    expect(paxos.view(n1.state).slots.map(({ slot }) => slot)).toEqual([3, 23, 24, 25, 26, 27, 28, 29, 30]);
  });

  it('stays small whatever happens: a far instance, many undecided', () => {
    const n1 = node();
    for (let instance = 1; instance <= 300; instance++) {
      n1.receive(2, { type: 'prepare', instance, ballot: b(1, 2) });
    }
    expect(paxos.view(n1.state).slots.length).toBeLessThanOrEqual(72);
    n1.receive(2, { type: 'prepare', instance: 1_000_000_000, ballot: b(1, 2) });
    expect(paxos.view(n1.state).slots.at(-1)!.slot).toBe(1_000_000_000);
  });
});

describe('memory and disk', () => {
  const part = (tree: Json, key: string) => (tree as Record<string, Json>)[key];

  it('have the same shape where both have something', () => {
    const n1 = busy();
    const memory = paxos.memory(n1.state);
    const disk = paxos.disk(n1.stored());
    expect(disk).toEqual({
      proposer: { round: 1 },
      acceptor: { 2: { promised: '1.1', accepted: { ballot: '1.1', value: 'red' } } },
    });
    expect(part(memory, 'acceptor')).toEqual(part(disk, 'acceptor'));
    expect(part(memory, 'proposer')).toMatchObject(part(disk, 'proposer') as object);
    expect(JSON.parse(JSON.stringify(memory))).toEqual(memory);
  });

  it('show what is on no disk as well', () => {
    expect(paxos.memory(busy().state)).toMatchObject({
      proposer: { attempts: { 2: { ballot: '1.1', phase: 'accept', wanted: 'red', reported: 'nothing' } } },
      learner: {
        votes: { 2: [{ vote: '1.1 = "red"', voters: [1] }] },
        chosen: { 1: { ballot: '4.2', value: 'blue' } },
        firstUnknown: 2,
      },
    });
  });

  it('of a fresh node are empty', () => {
    expect(paxos.disk([])).toEqual({ proposer: { round: 0 }, acceptor: {} });
  });

  it('keep to the latest hundred instances', () => {
    const n1 = node();
    for (let instance = 1; instance <= 150; instance++) {
      n1.receive(2, { type: 'prepare', instance, ballot: b(1, 2) });
    }
    const acceptor = part(paxos.disk(n1.stored()), 'acceptor') as Record<string, Json>;
    expect(Object.keys(acceptor)).toHaveLength(100);
    expect(acceptor[150]).toBeDefined();
    expect(part(paxos.memory(n1.state), 'acceptor')).toEqual(acceptor);
  });
});

describe('records', () => {
  it('are described', () => {
    expect(busy().stored().map(paxos.describeSaved)).toEqual([
      'used round 1',
      'promised 1.1, accepted 1.1 = "red" (instance 2)',
    ]);
  });

  it.each<Saved>([
    { key: 'leader', value: 1 },
    { key: 'proposer/round', value: 'three' },
    { key: 'acceptor/x', value: { promised: [1, 1], accepted: null } },
    { key: 'acceptor/1', value: { promised: null, accepted: null } },
    { key: 'acceptor/1', value: null },
  ])('of another making are refused: $key $value', (record) => {
    expect(() => paxos.disk([record])).toThrow(ProtocolError);
    const { state } = node();
    expect(() => paxos.step(state, { type: 'start', stored: [record] })).toThrow('damaged or belongs to another');
  });
});

describe('catch-up', () => {
  const learned = (from: number, to: number) => {
    const instances = Array.from({ length: to - from + 1 }, (_, i) => from + i);
    const items = instances.map((instance) => ({ instance, ballot: b(1, 1), value: 'v' }));
    return { type: 'learned', instance: from, items, more: false } as const;
  };

  it('comes in pieces of 32, asked for one after the other', () => {
    const knowing = node(1);
    for (let first = 1; first <= 96; first += 32) knowing.receive(2, learned(first, first + 31));
    knowing.receive(2, learned(97, 100));
    const late = node(3);
    let effects = paxos.step(late.state, { type: 'timer', name: 'learn' });
    const pieces: number[] = [];
    for (;;) {
      const question = effects.find((effect) => effect.type === 'send');
      if (question?.type !== 'send' || question.message.type !== 'query') break;
      const [answer] = knowing.receive(3, question.message);
      if (answer?.type !== 'send' || answer.message.type !== 'learned') break;
      pieces.push(answer.message.items.length);
      effects = late.receive(1, answer.message);
    }
    expect(pieces).toEqual([32, 32, 32, 4]);
    expect(paxos.memory(late.state)).toMatchObject({ learner: { firstUnknown: 101 } });
  });

  it('asks about gaps only, and leaps over what neither knows', () => {
    const knowing = node(1);
    knowing.receive(2, learned(1, 3));
    knowing.receive(2, learned(900_000_000, 900_000_001));
    const effects = knowing.receive(3, { type: 'query', instance: 2, missing: [2, 2, 5, 0] });
    expect(effects).toEqual([
      {
        type: 'send',
        to: 3,
        message: {
          type: 'learned',
          instance: 2,
          items: [2, 900_000_000, 900_000_001].map((instance) => ({ instance, ballot: b(1, 1), value: 'v' })),
          more: false,
        },
      },
    ]);
  });

  it('is not doubled by a duplicated answer', () => {
    const late = node(3);
    const answer = { ...learned(1, 32), more: true };
    expect(late.receive(1, answer).filter(({ type }) => type === 'send')).toHaveLength(1);
    expect(late.receive(1, answer)).toEqual([]);
  });

  it('asks about one gap once between two regular questions', () => {
    const late = node(3);
    const news = (instance: number) => late.receive(1, { type: 'accepted', instance, ballot: b(1, 1), value: 'v' });
    expect(news(4).filter(({ type }) => type === 'send')).toHaveLength(1);
    expect(news(5)).toEqual([]);
    paxos.step(late.state, { type: 'timer', name: 'learn' });
    expect(news(6).filter(({ type }) => type === 'send')).toHaveLength(1);
  });
});
