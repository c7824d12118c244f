/** docs/scenarios.md: its examples are scenarios, and it leaves nothing out. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandSchema } from '../../../src/cluster/commands.ts';
import { faults } from '../../../src/network/faults/registry.ts';
import { protocolNamed } from '../../../src/protocol/registry.ts';
import { conditionForms, readCondition } from '../../../src/scenario/conditions.ts';
import { readExpectation } from '../../../src/scenario/expectations.ts';
import { library } from '../../../src/scenario/library.ts';
import { outcome, played, runOf } from '../../support/scenarios.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/scenarios.md'), 'utf8');
const examples = [...page.matchAll(/```yaml\n([^]*?)```/g)].map((match) => match[1]!);
const vocabulary = { protocol: protocolNamed('paxos'), nodes: [1, 2, 3, 4, 5], clients: 2 };

/** What stands between backticks in the rows of a section's tables. */
function codesOf(section: string): string[] {
  const text = page.split(`## ${section}\n`)[1]!.split('\n## ')[0]!;
  const rows = text.split('\n').filter((line) => line.startsWith('|'));
  return rows.flatMap((row) => [...row.matchAll(/`([^`]+)`/g)].map((match) => match[1]!));
}

test('every example is a scenario, all of whose commands can be carried out', () => {
  expect(examples.length).toBeGreaterThanOrEqual(4);
  for (const example of examples) {
    const run = runOf(example);
    const cluster = played({ ...run, until: run.until ?? 60_000_000 });
    expect(cluster.scheduler.refused).toEqual([]);
    expect(cluster.run().journal).toHaveLength(run.header.script?.length ?? 0);
    if (run.expected !== null) expect(outcome(run, cluster).filter(({ state }) => state !== 'met')).toEqual([]);
  }
});

test('every condition is there, and what is there can be read', () => {
  const codes = codesOf('Conditions');
  for (const form of conditionForms) expect(codes).toContain(form);
  const written = codes.filter((code) => /^[a-z0-9]/.test(code) && !/[[A-Z]|^\w+$/.test(code));
  for (const text of written) expect(() => readCondition(text, vocabulary)).not.toThrow();
  expect(written.length).toBeGreaterThan(8);
});

test('examples of expectations can be read', () => {
  const written = codesOf('Expectations').filter((code) => !/[[A-Z]|^at (?:least|most) |^exactly N/.test(code));
  for (const text of written) expect(() => readExpectation(text, vocabulary)).not.toThrow();
  expect(written.length).toBeGreaterThan(8);
});

test('no command, no fault and no scenario of the library is left out', () => {
  const codes = page.match(/`[^`\n]+`/g)!;
  const types = commandSchema.options.map(({ shape }) => shape.type.value).filter((type) => type !== 'died');
  for (const name of [...types, ...faults.map((fault) => fault.name), ...library().map((entry) => entry.name)]) {
    expect(codes).toContain(`\`${name}\``);
  }
  for (const { name, fields } of faults) {
    for (const field of Object.keys(fields)) expect(codes, name).toContain(`\`${field}\``);
  }
});
