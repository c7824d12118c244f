/** What can be searched. */

/** The protocols of which there is a model, by the names that files use. */
export const explorable: readonly string[] = ['paxos', 'multipaxos'];

/** Those that can be searched on from where a run has ended. */
export const explorableHere: readonly string[] = ['paxos'];

/** Most servers. */
export const EXPLORE_NODES_MAX = 8;
