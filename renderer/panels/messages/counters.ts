/** Packets by kind, and what each chosen value cost of them. Pure. */
import type { AnyProtocol, MessageKind, Term, World } from '../../../src/contract/index.ts';

/** What packets are for: to come to an agreement; to ask and answer; to tell it, and to know of each other. */
export const purposes = ['agreement', 'clients', 'rest'] as const;
export type Purpose = (typeof purposes)[number];

export interface Count {
  /** Packets since the run began. */
  readonly total: number;
  /** Packets of the stretch that is looked at: this term of office or, where nobody leads, all of the run. */
  readonly recent: number;
  /** Of those, for each value chosen in that stretch; `null` when none was. */
  readonly each: number | null;
}

export interface KindCount extends Count {
  readonly kind: MessageKind;
}

export interface PurposeCount extends Count {
  readonly purpose: Purpose;
  readonly kinds: readonly KindCount[];
}

export interface Counters {
  /** The term of office since whose beginning `recent` is counted; `null`: since the run began. */
  readonly term: Term | null;
  /** Values chosen, and of those in the stretch. */
  readonly chosen: number;
  readonly recentlyChosen: number;
  readonly purposes: readonly PurposeCount[];
}

export function purposeOf({ family, ofClients }: MessageKind): Purpose {
  if (ofClients === true) return 'clients';
  return family === 'learn' || family === 'other' ? 'rest' : 'agreement';
}

export function countersOf(world: World, { messages }: Pick<AnyProtocol, 'messages'>): Counters {
  const base = world.termBase;
  const recentlyChosen = world.chosenCount - (base?.chosen ?? 0);
  const count = (total: number, before: number): Count => {
    const recent = total - before;
    return { total, recent, each: recentlyChosen === 0 ? null : recent / recentlyChosen };
  };
  const all = messages.map((kind, index) => ({ kind, ...count(world.counters.byKind[index] ?? 0, base?.byKind[index] ?? 0) }));
  return {
    term: base === null ? null : (world.terms.at(-1) ?? null),
    chosen: world.chosenCount,
    recentlyChosen,
    purposes: purposes.flatMap((purpose) => {
      const kinds = all.filter(({ kind }) => purposeOf(kind) === purpose);
      if (kinds.length === 0) return [];
      const total = sum(kinds, (one) => one.total);
      return [{ purpose, kinds, ...count(total, total - sum(kinds, (one) => one.recent)) }];
    }),
  };
}

/** Packets of a phase for each value chosen; `null` when none was. */
export function eachOf({ purposes }: Counters, family: MessageKind['family']): number | null {
  const kinds = purposes.flatMap((one) => one.kinds).filter(({ kind }) => kind.family === family && kind.ofClients !== true);
  return kinds.some(({ each }) => each === null) ? null : sum(kinds, ({ each }) => each ?? 0);
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((before, item) => before + of(item), 0);
}

/** `8.00`, `25.3`; `–` for none. */
export function eachText(each: number | null): string {
  if (each === null) return '–';
  return each < 10 ? each.toFixed(2) : each.toFixed(1);
}

/** `12,345`; from a million on `1.23 M`. */
export function packetsText(count: number): string {
  return count < 1_000_000 ? count.toLocaleString('en') : `${(count / 1_000_000).toFixed(2)} M`;
}
