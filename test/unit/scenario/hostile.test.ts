import { expect, test } from 'vitest';
import { parseScenario, ScenarioError } from '../../../src/scenario/parse.ts';
import { scenarioRun } from '../../../src/scenario/start.ts';
import { createRandom, nextInteger, nextItem, type Random } from '../../../src/protocol/random.ts';

const FILES = 4000;

/** Every field and command there is. */
const sound = {
  synod: 1,
  title: 'Everything',
  about: 'All of it.',
  protocol: 'paxos',
  nodes: 5,
  seed: 1,
  config: { backoff: true, quorum: { type: 'majority' } },
  network: { loss: { probability: '3 %' }, latency: { distribution: 'trace', trace: ['1 s', 1000] } },
  links: [{ from: 'n1', to: 2, settings: { bandwidth: { rate: '2 kB/s' } } }],
  client: { enabled: true, interval: '5 s', proposers: [1, 'n2'] },
  commands: [
    { at: '1 s', type: 'propose', node: 1, value: 'red', slot: 1 },
    { when: 'chosen', plus: '1 s', type: 'crash', node: 'n2', point: 'after-save' },
    { after: '3 promises to n1', type: 'restart', node: 2, disk: 'erased' },
    { at: 3, type: 'partition', groups: [['n1', 2], [3, 4, 5]] },
    { at: 3, type: 'network', settings: 'wan' },
    { at: 3, type: 'link', from: 1, to: 2, settings: null },
    { at: 3, type: 'cut', links: [{ from: 1, to: 2 }] },
    { at: 3, type: 'cut-pattern', pattern: 'bridge', nodes: [3] },
    { at: 3, type: 'mend', links: [{ from: 1, to: 2 }] },
    { at: 3, type: 'fault', node: 1, fault: 'clock', settings: { rate: 2 } },
    { at: 3, type: 'hold', on: true },
    { at: 3, type: 'packet', packet: 3, action: 'delay', by: '1 s' },
    { at: 3, type: 'fire', node: 1, timer: 'learn' },
    { at: 3, type: 'client', settings: { enabled: false } },
    { at: 3, type: 'configure', config: { backoff: false } },
  ],
  until: '30 s',
  expect: ['never two values', 'n5 learns within 5 s after heal', 'at least 3 instances chosen'],
};

const strange: readonly unknown[] = [
  null, true, 0, -1, 1.5, 1e300, 16, 99, '', 'n0', 'n16', 'red', '1 s', '-1 s', '99999999 h', '101 %', 'x'.repeat(500), '🌱'.repeat(9),
  [], [[]], [null], {}, { a: {} }, { type: 'crash' }, { from: 1 }, [1, 1, 1], 'classroom', 'after 3', '999999999999 promises', 'n1 learns',
]; // prettier-ignore

/** One value somewhere in it is another, is gone, or stands in another field. */
function spoilt(random: Random, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || nextInteger(random, 0, 5) === 0) return nextItem(random, strange);
  const keys = Object.keys(value);
  if (keys.length === 0) return nextItem(random, strange);
  const copy = structuredClone(value) as Record<string, unknown>;
  const key = nextItem(random, keys);
  const kind = nextInteger(random, 0, 9);
  if (kind === 0 && !Array.isArray(copy)) delete copy[key];
  else if (kind === 1) copy[nextItem(random, ['at', 'when', 'node', 'settings', 'strange', key])] = copy[key];
  else copy[key] = spoilt(random, copy[key]);
  return copy;
}

test('whatever a file holds, it is a scenario or it is refused, with what is wrong', () => {
  const run = scenarioRun(parseScenario(JSON.stringify(sound), 'sound.json'), 1);
  expect(run.header.script).toHaveLength(sound.commands.length + 1);
  const random = createRandom(1, 0xf112);
  let taken = 0;
  for (let i = 0; i < FILES; i++) {
    let file: unknown = sound;
    for (let times = nextInteger(random, 1, 3); times > 0; times--) file = spoilt(random, file);
    try {
      scenarioRun(parseScenario(JSON.stringify(file), 'spoilt.json'), 1);
      taken++;
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
      expect(error.problems.length).toBeGreaterThan(0);
      for (const { message } of error.problems) expect(message).toMatch(/\S{3}/);
    }
  }
  expect(taken).toBeGreaterThan(FILES / 100);
  expect(taken).toBeLessThan(FILES / 2);
});
