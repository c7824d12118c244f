import { describe, expect, it } from 'vitest';
import { multipaxos } from '../../../src/protocol/multipaxos/multipaxos.ts';
import { ProtocolError } from '../../../src/protocol/protocol.ts';

const nodes = [1, 2, 3];

function fieldOf(check: () => unknown): string {
  try {
    check();
  } catch (error) {
    if (error instanceof ProtocolError) return error.field;
    throw error;
  }
  return 'nothing wrong';
}

describe('configuration', () => {
  it('is completed with defaults', () => {
    const config = multipaxos.config(undefined, nodes);
    expect(config).toMatchObject({ quorum: { type: 'majority' }, window: 8, followers: 'forward', reads: 'log' });
    expect(config.load).toMatchObject({ sessions: 1, keys: 8 });
  });

  it('survives JSON and being completed again', () => {
    const given = { window: 3, reads: 'lease', clockDrift: 0, load: { sessions: 0, hot: 100 }, tellAtOnce: false };
    const config = multipaxos.config(given, nodes);
    expect(multipaxos.config(JSON.parse(JSON.stringify(config)), nodes)).toEqual(config);
  });

  it('that is wrong is refused, by the field', () => {
    const cases: readonly [object, string][] = [
      [{ window: 1025 }, 'config.window'],
      [{ heartbeat: 10 }, 'config.heartbeat'],
      [{ retryAfter: '1' }, 'config.retryAfter'],
      [{ followers: 'sleep' }, 'config.followers'],
      [{ clockDrift: Number.NaN }, 'config.clockDrift'],
      [{ tellAtOnce: 1 }, 'config.tellAtOnce'],
      [{ quorum: { type: 'counted', phase1: 0, phase2: 1 } }, 'config.quorum.phase1'],
      [{ load: { keys: 0 } }, 'config.load.keys'],
      [{ load: [] }, 'config.load'],
      [{ colour: 'red' }, 'config.colour'],
    ];
    for (const [given, field] of cases) expect(fieldOf(() => multipaxos.config(given, nodes))).toBe(field);
  });
});

describe('requests', () => {
  const requests = [
    { type: 'operate', operation: { type: 'put', key: 'x', value: '3' }, server: 2, reads: 'quorum' },
    { type: 'operate', operation: { type: 'begin' } },
    { type: 'change-members', add: [4], remove: [] },
    { type: 'campaign' },
    { type: 'configure', config: multipaxos.config({ followers: 'refuse' }, nodes) },
  ];

  it('survive JSON and being checked', () => {
    for (const request of requests) expect(multipaxos.request(JSON.parse(JSON.stringify(request)))).toEqual(request);
  });

  it('are described', () => {
    expect(requests.map((request) => multipaxos.describeRequest(multipaxos.request(request)))).toEqual([
      'is to ask for put x = 3 at n2',
      'is to ask for begin',
      'adds n4',
      'is to campaign',
      'configures majorities, a window of 8, reads by log, followers refuse',
    ]);
  });

  it('name each server once, in order; what is missing is nobody', () => {
    expect(multipaxos.request({ type: 'change-members', add: [5, 4, 5] })).toEqual({
      type: 'change-members',
      add: [4, 5],
      remove: [],
    });
  });

  it('that are wrong are refused, by the field', () => {
    const cases: readonly [object, string][] = [
      [{ type: 'change-members', add: [16] }, 'request.add.0'],
      [{ type: 'operate', operation: { type: 'get', key: 'x' }, reads: 'soon' }, 'request.reads'],
      [{ type: 'campaign', now: true }, 'request.now'],
      [{ type: 'propose' }, 'request.type'],
    ];
    for (const [given, field] of cases) expect(fieldOf(() => multipaxos.request(given))).toBe(field);
  });
});
