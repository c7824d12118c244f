/** The rules of the specifications that can be broken on purpose, to see that a search notices. */

export interface PaxosRules {
  /** Which prepares an acceptor answers, by their ballot against its own. Lamport's: `higher`. */
  readonly answers: 'higher' | 'higher or same' | 'all';
  /** An acceptor that answers raises its ballot. */
  readonly recordsPromise: boolean;
  /** An acceptor does not vote below its ballot. */
  readonly keepsPromise: boolean;
  /** An acceptor that votes remembers it. */
  readonly recordsVote: boolean;
  /** No two values are proposed at one ballot. */
  readonly proposesOnce: boolean;
  /** Promises of lower ballots count, too. */
  readonly countsOlderPromises: boolean;
  /** Which of the reported values is proposed. */
  readonly proposes: 'highest' | 'any reported' | 'its own';
}

export const LAMPORTS_RULES: PaxosRules = {
  answers: 'higher',
  recordsPromise: true,
  keepsPromise: true,
  recordsVote: true,
  proposesOnce: true,
  countsOlderPromises: false,
  proposes: 'highest',
};

export type MultiPaxosRules = Pick<PaxosRules, 'keepsPromise' | 'recordsVote' | 'proposes'> & {
  /** A promise carries the votes in all slots; else only in the first. */
  readonly reportsAllSlots: boolean;
};

export const LOG_RULES: MultiPaxosRules = { keepsPromise: true, recordsVote: true, proposes: 'highest', reportsAllSlots: true };
