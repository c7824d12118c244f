/** What can be searched. */

/** The protocols of which there is a model, by the names that files use. */
export const explorable: readonly string[] = ['paxos', 'multipaxos'];

/** Most servers. */
export const EXPLORE_NODES_MAX = 8;
