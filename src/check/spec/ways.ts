/** Phase2a as it is counted: which values can be proposed at a ballot, and in how many ways. */
import { proposesAny, proposesFrom } from './actions.ts';
import type { PaxosRules } from './rules.ts';
import type { Scope } from './specification.ts';

export interface Ways {
  /**
   * To be filled before `count`, by acceptor: what its promises of the ballot report, as a set: bit 0 for no vote, bit
   * n + 1 for vote n; the empty set if it has not promised.
   */
  readonly reports: Int32Array;
  /**
   * By value, in how many ways it can be proposed: for each quorum that has promised, one if the quorum reports no vote,
   * and one for each report of it that the value can be taken from. The result is used again by the next call.
   */
  count(): Int32Array;
}

export function waysOf({ acceptors, values, quorums }: Scope, rules: Pick<PaxosRules, 'proposes'>): Ways {
  const ways = new Int32Array(values);
  const reports = new Int32Array(acceptors);
  /** Adds a way for each report of the quorum that is in the set. */
  const take = (quorum: number, within: number): void => {
    for (let left = quorum; left !== 0; left &= left - 1) {
      for (let found = reports[31 - Math.clz32(left & -left)]! & within; found !== 0; found &= found - 1) {
        ways[(31 - Math.clz32(found & -found) - 1) % values]!++;
      }
    }
  };
  const takeQuorum = (quorum: number): void => {
    let all = 0;
    for (let left = quorum; left !== 0; left &= left - 1) {
      const report = reports[31 - Math.clz32(left & -left)]!;
      if (report === 0) return;
      all |= report;
    }
    const highest = (all & ~1) === 0 ? -1 : Math.floor((31 - Math.clz32(all) - 1) / values);
    if (proposesAny(rules, highest)) for (let value = 0; value < values; value++) ways[value]!++;
    else take(quorum, ~((1 << (proposesFrom(rules, highest) * values + 1)) - 1));
  };
  return {
    reports,
    count() {
      ways.fill(0);
      for (const quorum of quorums.phase1) takeQuorum(quorum);
      return ways;
    },
  };
}
