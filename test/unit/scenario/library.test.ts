import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createWorld, applyEvent, type World } from '../../../src/cluster/world.ts';
import { readEvents } from '../../../src/cluster/event-log.ts';
import { InlineCluster } from '../../../src/host/inline.ts';
import { parseScenario } from '../../../src/scenario/parse.ts';
import { scenarioRun } from '../../../src/scenario/start.ts';

const folder = join(import.meta.dirname, '../../../src/scenario/library');
const second = 1_000_000;

function load(name: string) {
  return scenarioRun(parseScenario(readFileSync(join(folder, name), 'utf8'), name), 1);
}

function worldOf(cluster: InlineCluster): World {
  const world = createWorld(cluster.scheduler.header);
  const { log } = cluster.scheduler;
  for (const event of readEvents(log.since({ chunk: 0, offset: 0, seq: 0, at: 0 })!)) applyEvent(world, event);
  return world;
}

test.each(readdirSync(folder))(
  '%s is a scenario that says what to watch, and all its commands can be carried out',
  (name) => {
    const scenario = parseScenario(readFileSync(join(folder, name), 'utf8'), name);
    expect(scenario.about.length).toBeGreaterThan(100);
    const { header, script } = load(name);
    const cluster = new InlineCluster(header, { script });
    cluster.runUntil(120 * second);
    expect(cluster.scheduler.refused).toEqual([]);
    expect(cluster.scheduler.journal).toHaveLength(script.length);
  },
);

test('in the partition only the majority chooses, and the minority learns that value once it is back', () => {
  const { header, script } = load('majority-and-minority.yaml');
  const cluster = new InlineCluster(header, { script });
  cluster.runUntil(19 * second);
  const parted = worldOf(cluster);
  expect(parted.chosen.get(2)?.value).toBe('majority');
  expect([...parted.chosen.get(2)!.knownTo.keys()].sort()).toEqual([1, 2, 3]);
  cluster.runUntil(60 * second);
  expect([...worldOf(cluster).chosen.get(2)!.knownTo.keys()].sort()).toEqual([1, 2, 3, 4, 5]);
});

test('without backoff the duel lasts; with it a value is chosen', () => {
  const { header, script } = load('duelling-proposers.yaml');
  const cluster = new InlineCluster(header, { script });
  cluster.runUntil(30 * second);
  expect(worldOf(cluster).chosen.size).toBe(0);
  cluster.runUntil(120 * second);
  expect(worldOf(cluster).chosen.get(1)).toMatchObject({ conflict: null });
});

test('the promise that was saved before the crash is on the disk of the restarted node', () => {
  const { header, script } = load('crash-and-restart.yaml');
  const cluster = new InlineCluster(header, { script });
  cluster.runUntil(14 * second);
  const down = worldOf(cluster);
  expect(down.nodes.get(3)!.up).toBe(false);
  expect(down.chosen.get(2)?.value).toBe('during');
  expect(JSON.stringify(cluster.inspect(3).disk)).toContain('promised');
  cluster.runUntil(60 * second);
  const back = worldOf(cluster);
  expect(back.chosen.get(3)?.value).toBe('after');
  expect(back.nodes.get(3)!.disk).toBe('kept');
});
