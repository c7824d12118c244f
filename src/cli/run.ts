/** `synod run`: runs a scenario, or a cluster of the usual kind. */
import { randomInt } from 'node:crypto';
import { access, constants } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { createHeader } from '../cluster/run.ts';
import { isRunFile } from '../cluster/run-file/run-file.ts';
import { readRunText, saveRunFile } from '../host/run-file.ts';
import { protocolNamed } from '../protocol/registry.ts';
import { parseScenario } from '../scenario/parse.ts';
import { writtenExpectations } from '../scenario/run-file.ts';
import { SCENARIO_NODES_DEFAULT } from '../scenario/schema.ts';
import { scenarioRun, type ScenarioRun } from '../scenario/start.ts';
import manifest from '../../package.json' with { type: 'json' };
import { PROTOCOL_DEFAULT, UsageError } from './argument-values.ts';
import { conclude, interrupted, write } from './command.ts';
import { DigestWatch } from './digest-watch.ts';
import type { Driven } from './drive.ts';
import { EXIT_FAILED } from './exit-codes.ts';
import { driveInline } from './inline.ts';
import { Report } from './report.ts';
import type { RunOptions } from './run-arguments.ts';
import { driveThreads } from './threads.ts';

const SEED_COUNT = 2 ** 32;

/** @returns the exit code. @throws UsageError, ScenarioError or RunFileError when there is nothing to run. */
export async function run(options: RunOptions): Promise<number> {
  const scenario = await runOf(options);
  if (options.out !== null) await checkWritable(options.out);
  const { header, title, expected } = scenario;
  const { json, only, host } = options;
  const signal = interrupted();
  const report = new Report(header, { title, json, only, expected, write });
  const watch = new DigestWatch();
  const until = options.until ?? scenario.until ?? Infinity;
  const speed = options.speed ?? (until === Infinity ? 1 : 'max');
  report.begin();
  const driven = await (host === 'inline' ? driveInline : driveThreads)({
    header,
    until,
    speed,
    signal,
    listener: {
      events(packed) {
        watch.take(packed);
        report.events(packed);
      },
      problem: (about, detail) => report.problem(about, detail),
    },
  });
  const ending = { at: driven.end.at, digest: driven.digest };
  if (options.out === null) return conclude(report, ending);
  try {
    await save(options.out, driven, scenario, watch);
  } catch (error) {
    report.problem('The run could not be saved', error instanceof Error ? error.message : String(error));
    conclude(report, ending);
    return EXIT_FAILED;
  }
  return conclude(report, { ...ending, file: options.out });
}

async function runOf({ file, seed, nodes, protocol: name, mutant, clients }: RunOptions): Promise<ScenarioRun> {
  const drawn = seed ?? randomInt(SEED_COUNT);
  if (file === null) {
    const protocol = protocolNamed(name ?? PROTOCOL_DEFAULT);
    const header = createHeader(protocol, {
      nodes: nodes ?? SCENARIO_NODES_DEFAULT,
      seed: drawn,
      ...(mutant !== null && { mutant }),
      ...(clients !== null && protocol.clients > 0 && { clients }),
    });
    return { title: '', header, until: null, expected: null };
  }
  const text = await readRunText(file);
  if (isRunFile(text)) throw new UsageError(`${file} is a run that was saved: synod replay ${file} has it again`);
  const scenario = parseScenario(text, basename(file));
  return scenarioRun(seed === null ? scenario : { ...scenario, seed }, drawn);
}

async function save(path: string, { run: done, end, digest }: Driven, scenario: ScenarioRun, watch: DigestWatch) {
  const { title, expected } = scenario;
  const { marks } = watch;
  const expect = writtenExpectations(expected);
  await saveRunFile(path, { title, app: manifest.version, run: done, end, digest, marks, expect });
}

/** A run may take long: that it cannot be saved is said before. */
async function checkWritable(path: string): Promise<void> {
  try {
    await access(dirname(path), constants.W_OK);
  } catch (error) {
    throw new UsageError(`--out: ${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}
