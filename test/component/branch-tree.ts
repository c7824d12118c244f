/** The tree of forks behind the window's bridge: a branch is a run and how far it has got. */
import type { Branch } from '../../src/contract/index.ts';
import type { Run } from '../../src/cluster/run.ts';
import type { InlineCluster } from '../../src/host/inline.ts';
import { clusterAt, marksOf } from './past.ts';

/** The one that goes on is as it was when it was last left. */
interface Kept extends Omit<Branch, 'chosen' | 'current'> {
  readonly run: Run;
}

export class BranchTree {
  current = 0;
  private ids = 0;
  private branches: Kept[] = [];

  /** Another tree, of one branch; numbers go on. */
  begin(cluster: InlineCluster): void {
    this.branches = [];
    this.add(cluster, null, null);
  }

  list(live: InlineCluster): Branch[] {
    return this.branches.map(({ run, ...kept }) => {
      const current = kept.id === this.current;
      const cluster = current ? live : clusterAt({ run }, kept.seq);
      const { seq, at } = cluster.scheduler.log;
      return { ...kept, seq, at, chosen: marksOf(cluster).filter(({ kind }) => kind === 'chosen').length, current };
    });
  }

  /** Keeps the branch that goes on as it is now. */
  park(live: InlineCluster): void {
    const { seq, at } = live.scheduler.log;
    this.branches = this.branches.map((branch) => (branch.id === this.current ? { ...branch, seq, at, run: live.run() } : branch));
  }

  /** The cluster of a branch as it was left. @throws Error when there is none of this number. */
  clusterOf(id: number): InlineCluster {
    const { run, seq } = this.get(id);
    return clusterAt({ run }, seq);
  }

  /** A branch of the one that goes on, which goes on from then on. */
  fork(cluster: InlineCluster): void {
    const { seq, at } = cluster.scheduler.log;
    this.add(cluster, this.current, { seq, at });
  }

  /** @returns its name before */
  rename(id: number, name: string): string {
    const before = this.get(id).name;
    this.branches = this.branches.map((one) => (one.id === id ? { ...one, name } : one));
    return before;
  }

  /** Its children become its parent's. @returns its name, and what brings it back */
  remove(id: number): { readonly name: string; restore(): void } {
    const { name, parent } = this.get(id);
    if (id === this.current) throw new Error('it goes on now');
    const before = this.branches;
    this.branches = before.filter((one) => one.id !== id).map((one) => (one.parent === id ? { ...one, parent } : one));
    return { name, restore: () => (this.branches = before) };
  }

  private get(id: number): Kept {
    const found = this.branches.find((branch) => branch.id === id);
    if (found === undefined) throw new Error(`there is no branch ${id}`);
    return found;
  }

  private add(cluster: InlineCluster, parent: number | null, forkedAt: Branch['forkedAt']): void {
    const id = ++this.ids;
    const { seq, at } = cluster.scheduler.log;
    this.branches.push({ id, name: `Branch ${id}`, parent, forkedAt, seq, at, run: cluster.run() });
    this.current = id;
  }
}
