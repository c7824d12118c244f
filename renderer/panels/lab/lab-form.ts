/** What is filled in to begin a job; it is remembered from one time to the next. */
import { computed, type ComputedRef, type Ref } from 'vue';
import { explorable, explorableHere, labRanges, mutantsOf, protocols, type AnyProtocol, type WindowArgument } from '../../../src/contract/index.ts';
import { countText } from '../../moment-text.ts';
import { seedFrom } from '../../dialogs/seed.ts';
import { remembered } from '../../stores/remembered.ts';
import { useLab } from '../../stores/lab.ts';
import { useRun } from '../../stores/run.ts';

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** A whole number that is typed. */
export interface NumberField {
  readonly text: Ref<string>;
  readonly range: Range;
  /** `null`: what is typed is none within the range. */
  readonly value: ComputedRef<number | null>;
}

/** What stands for a protocol that is not broken. */
export const NO_MUTANT = 'none';

/** The number that was typed, thousands parted or not; `null` when it is none, or out of the range. */
export function wholeFrom(text: string, { min, max }: Range): number | null {
  const digits = text.trim().replace(/(?<=\d)[ ,_\u2009](?=\d{3}(?!\d))/g, '');
  if (!/^\d{1,12}$/.test(digits)) return null;
  const value = Number(digits);
  return value >= min && value <= max ? value : null;
}

/** Those of which there is a model. */
const searched = protocols.filter(({ name }) => explorable.includes(name));

function numberField(name: string, range: Range & { readonly first: number }): NumberField {
  const text = remembered<string>(`lab.${name}`, countText(range.first), isText);
  return { text, range, value: computed(() => wholeFrom(text.value, range)) };
}

/** Which protocol, and how it is broken. */
function useTarget(kind: string, protocols: readonly AnyProtocol[]) {
  const run = useRun();
  const chosen = remembered<string>(`lab.${kind}.protocol`, '', isText);
  const broken = remembered<string>(`lab.${kind}.mutant`, NO_MUTANT, isText);
  const protocol = computed({
    get: () => [chosen.value, run.protocol.name].find(isOne) ?? protocols[0]!.name,
    set: (next) => (chosen.value = next),
  });
  const isOne = (name: string): boolean => protocols.some((each) => each.name === name);
  const choices = computed(() => mutantsOf(protocol.value));
  const mutant = computed({
    get: () => (choices.value.some(({ name }) => name === broken.value) ? broken.value : NO_MUTANT),
    set: (next) => (broken.value = next),
  });
  /** As a request has it. */
  const target = computed(() => ({ protocol: protocol.value, mutant: mutant.value === NO_MUTANT ? null : mutant.value }));
  return { protocols, protocol, choices, mutant, target };
}

export function useFuzzForm() {
  const { target, ...fields } = useTarget('fuzz', protocols);
  const runs = numberField('runs', labRanges.runs);
  const seed = remembered<string>('lab.seed', '1', isText);
  const seedNumber = computed(() => seedFrom(seed.value));
  const shrink = remembered<boolean>('lab.shrink', true, isSwitch);
  const request = computed<WindowArgument<'lab:fuzz'> | null>(() => {
    if (runs.value.value === null || seedNumber.value === null) return null;
    return { ...target.value, runs: runs.value.value, seed: seedNumber.value, shrink: shrink.value };
  });
  return { ...fields, runs, seed, seedNumber, shrink, request };
}

export function useSearchForm() {
  const lab = useLab();
  const run = useRun();
  const { target, ...fields } = useTarget('search', searched);
  const nodes = numberField('nodes', labRanges.nodes);
  const here = computed(() => lab.here && explorableHere.includes(run.protocol.name));
  const proposers = numberField('proposers', labRanges.proposers);
  const values = numberField('values', labRanges.values);
  const maxBallot = numberField('max-ballot', labRanges.maxBallot);
  const crashes = numberField('crashes', labRanges.crashes);
  const statesMax = numberField('states-max', labRanges.statesMax);
  const symmetry = remembered<boolean>('lab.symmetry', true, isSwitch);
  const reduction = remembered<boolean>('lab.reduction', true, isSwitch);
  /** More than there are nodes cannot propose; of a run that has fewer, all do. */
  const tooMany = computed(() => !here.value && (proposers.value.value ?? 0) > (nodes.value.value ?? labRanges.nodes.max));
  const request = computed<WindowArgument<'lab:explore'> | null>(() => {
    // In a search from here, main takes protocol and nodes from the run.
    const count = here.value ? labRanges.nodes.first : nodes.value.value;
    const [p, v, b, c, s] = [proposers, values, maxBallot, crashes, statesMax].map(({ value }) => value.value);
    if (count === null || p == null || v == null || b == null || c == null || s == null || tooMany.value) return null;
    const scope = { nodes: count, proposers: p, values: v, maxBallot: b, crashes: c, statesMax: s };
    return { ...target.value, ...scope, symmetry: symmetry.value, reduction: reduction.value, here: here.value };
  });
  return { ...fields, nodes, proposers, values, maxBallot, crashes, statesMax, symmetry, reduction, here, tooMany, request };
}

export type FuzzForm = ReturnType<typeof useFuzzForm>;
export type SearchForm = ReturnType<typeof useSearchForm>;

function isText(given: unknown): boolean {
  return typeof given === 'string' && given.length <= 100;
}

function isSwitch(given: unknown): boolean {
  return typeof given === 'boolean';
}
