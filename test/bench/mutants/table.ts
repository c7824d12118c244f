/** The table of docs/proven.md, as Markdown. */
import { mutants } from '../../../src/protocol/mutants.ts';
import { protocols } from '../../../src/protocol/registry.ts';
import { measureMutants, type Explored, type MutantFigures } from './measure.ts';

/** @param tell is told of each mutant that has been measured */
export function mutantTables(tell: (name: string, done: number, all: number) => void): string {
  const all: MutantFigures[] = [];
  for (const figures of measureMutants()) {
    all.push(figures);
    tell(`${figures.mutant.protocol} ${figures.mutant.name}`, all.length, mutants.length);
  }
  return protocols.map(({ name, title }) => tableOf(title, all.filter(({ mutant }) => mutant.protocol === name))).join('\n');
}

function tableOf(title: string, rows: readonly MutantFigures[]): string {
  // What is harmless comes last.
  const broken = rows.filter(({ mutant }) => mutant.control !== true);
  const lines = [
    `### ${title}`,
    '',
    '| mutant | what is done wrong | caught by (seeds of 20) | fuzz runs, median (most) | smallest run: nodes, commands, events | searched |',
    '| --- | --- | --- | --- | --- | --- |',
    ...[...broken, ...rows.filter((row) => !broken.includes(row))].map(lineOf),
    '',
  ];
  return lines.join('\n');
}

function lineOf({ mutant, checks, runs, shrunk, explored }: MutantFigures): string {
  const caught = checks.map(([name, seeds]) => `${name} ${seeds}`).join(', ');
  const cells = [
    `\`${mutant.name}\``,
    mutant.meaning,
    mutant.control === true ? (caught === '' ? '*control: not flagged*' : `*control, flagged by ${caught}*`) : caught,
    mutant.control === true ? `${runs.most.toLocaleString('en')} without` : `${runs.median} (${runs.most})`,
    shrunk === null ? '' : `${shrunk.nodes}, ${shrunk.commands}, ${shrunk.events}`,
    explored === null ? '' : searched(explored),
  ];
  return `| ${cells.join(' | ')} |`;
}

function searched({ states, depth, check, complete }: Explored): string {
  const where = `${states.toLocaleString('en')} state${states === 1 ? '' : 's'}, depth ${depth}`;
  if (check !== null) return `${check}: ${where}`;
  return complete ? `none in all ${where}` : `none yet in ${where}`;
}
