/**
 * The tree of forks. A branch is a run and how far it has got; one of them goes on, the others are parked and can be
 * had again from that alone. Pure data: threads and histories are the service's business.
 */
import { CommandError } from '../../src/cluster/command-error.ts';
import type { Place, Run } from '../../src/cluster/run.ts';
import type { SessionBranch } from '../../src/cluster/run-file/journal.ts';
import type { Branch } from '../../src/cluster/timeline.ts';
import type { RunSoFar } from './parts.ts';

/** Most branches of one tree: each keeps its commands in memory. */
export const BRANCHES_MAX = 200;

/** A branch. Of the current one, `run`, `end` and `digest` are as when it was last parked: its cluster has more. */
export interface StoredBranch extends SessionBranch {
  /** Commands it has in common with its parent. */
  readonly inherited: number;
}

/** What a deletion took away: the branch, and the children that were given to its parent. */
export interface DeletedBranch {
  readonly branch: StoredBranch;
  readonly children: readonly number[];
}

export class Branches {
  readonly #branches = new Map<number, StoredBranch>();
  #ids = 0;
  #current: number;

  /** @param branches a tree that was had before. @param current the one of them that goes on */
  constructor(branches: readonly SessionBranch[], current: number) {
    for (const branch of branches) this.#branches.set(branch.id, { ...branch, inherited: inheritedBy(branch) });
    this.#ids = Math.max(...this.#branches.keys());
    this.#current = this.get(current).id;
  }

  /** A tree of one branch, which goes on. */
  static of(run: Run, end: Place): Branches {
    const first = { id: 1, name: 'Branch 1', parent: null, forkedAt: null, run, end, digest: null, chosen: 0 };
    return new Branches([first], first.id);
  }

  get current(): StoredBranch {
    return this.get(this.#current);
  }

  /** @throws CommandError when there is none of this number. */
  get(id: number): StoredBranch {
    const branch = this.#branches.get(id);
    if (branch === undefined) throw new CommandError(`there is no branch ${id}`);
    return branch;
  }

  /** For the window, ascending by number, which is the order in which they came about. */
  list(): Branch[] {
    return this.#sorted().map(({ id, name, parent, forkedAt, end, chosen }) => {
      return { id, name, parent, forkedAt, ...end, chosen, current: id === this.#current };
    });
  }

  /** How far the current branch has got. @returns whether that is news */
  progress(end: Place, chosen: number): boolean {
    const { current } = this;
    if (current.end.seq === end.seq && current.end.at === end.at && current.chosen === chosen) return false;
    this.#branches.set(current.id, { ...current, end, chosen });
    return true;
  }

  /** The current branch as it is left behind. */
  park({ run, end, digest }: RunSoFar & { readonly digest: string }): void {
    this.#branches.set(this.#current, { ...this.current, run, end, digest });
  }

  /** All branches, for the autosave, ascending by number. */
  stored(): SessionBranch[] {
    return this.#sorted().map(({ inherited: _, ...branch }) => branch);
  }

  /**
   * A new branch of the current one, which goes on from then on.
   * @param run what it shares with the current branch
   * @param at where it leaves it
   * @throws CommandError when there are too many.
   */
  fork(run: Run, at: Place): StoredBranch {
    this.checkRoom();
    const name = `Branch ${this.#ids + 1} at ${secondsText(at.at)}`;
    const inherited = run.journal.length;
    const place = { parent: this.#current, forkedAt: at, inherited };
    const branch = this.#add({ name, ...place, run, end: at, digest: null, chosen: 0 });
    this.#current = branch.id;
    return branch;
  }

  /** @throws CommandError when no branch can be added. */
  checkRoom(): void {
    if (this.#branches.size < BRANCHES_MAX) return;
    throw new CommandError(`there are ${BRANCHES_MAX} branches already; delete some that you no longer need`);
  }

  /** @throws CommandError when there is none of this number. */
  switchTo(id: number): StoredBranch {
    const branch = this.get(id);
    this.#current = id;
    return branch;
  }

  /** @returns its name before. @throws CommandError when there is none of this number. */
  rename(id: number, name: string): string {
    const branch = this.get(id);
    this.#branches.set(id, { ...branch, name });
    return branch.name;
  }

  /**
   * Deletes a branch; its children become its parent's.
   * @throws CommandError for the current one, or when there is none of this number.
   */
  delete(id: number): DeletedBranch {
    const branch = this.get(id);
    if (id === this.#current) throw new CommandError(`“${branch.name}” goes on now; switch to another branch first`);
    const children: number[] = [];
    for (const child of this.#branches.values()) {
      if (child.parent !== id) continue;
      children.push(child.id);
      this.#branches.set(child.id, { ...child, parent: branch.parent });
    }
    this.#branches.delete(id);
    return { branch, children };
  }

  /** Takes a deletion back. Children that are gone by now stay gone. */
  restore({ branch, children }: DeletedBranch): void {
    const parent = branch.parent !== null && this.#branches.has(branch.parent) ? branch.parent : null;
    this.#branches.set(branch.id, { ...branch, parent });
    for (const id of children) {
      const child = this.#branches.get(id);
      if (child !== undefined) this.#branches.set(id, { ...child, parent: branch.id });
    }
  }

  has(id: number): boolean {
    return this.#branches.has(id);
  }

  /** Whether a branch was forked from this one, at once or by way of others. */
  descends(id: number, ancestor: number): boolean {
    for (let at: number | null = id; at !== null; at = this.get(at).parent) if (at === ancestor) return true;
    return false;
  }

  /**
   * Removes a parked branch in which nothing was ever done but by the script: the run before its fork, going on by
   * itself. What was forked from it becomes its parent's.
   * @returns whether it did
   */
  drop(id: number): boolean {
    const { parent, run, inherited } = this.get(id);
    const own = run.journal.slice(inherited).filter(({ scripted }) => scripted === undefined);
    if (id === this.#current || parent === null || own.length > 0) return false;
    this.delete(id);
    return true;
  }

  #sorted(): StoredBranch[] {
    return [...this.#branches.values()].sort((a, b) => a.id - b.id);
  }

  #add(branch: Omit<StoredBranch, 'id'>): StoredBranch {
    const added = { id: ++this.#ids, ...branch };
    this.#branches.set(added.id, added);
    return added;
  }
}

/** A command at the very place of the fork belongs to what was before. */
function inheritedBy({ run, forkedAt }: SessionBranch): number {
  if (forkedAt === null) return 0;
  return run.journal.filter(({ at, seq }) => seq < forkedAt.seq || (seq === forkedAt.seq && at <= forkedAt.at)).length;
}

/** A virtual time (µs) as a person reads it: `12.4 s`, with as many digits as tell short times apart. */
function secondsText(at: number): string {
  return `${(at / 1_000_000).toFixed(at < 1_000_000 ? 3 : 1)} s`;
}
