/** Names of the timers of a server, and what each is for. */

/** No leader was heard of for long enough. */
export const ELECTION = 'election';
/** The next round of heartbeats. */
export const HEARTBEAT = 'heartbeat';
/** What was not answered is asked again. */
export const RETRY = 'retry';
/** Something that is chosen is still missing. */
export const LEARN = 'learn';
/** A server without a vote asks for one. */
export const JOIN = 'join';
/** A lease that this acceptor has granted is over. */
export const GRANT = 'grant';
/** `lease/<round>`: the lease that the leader has by a round of heartbeats is over. */
export const LEASE = 'lease/';

const MEANINGS: { readonly [name: string]: string } = {
  [ELECTION]: 'election, if no leader is heard of',
  [HEARTBEAT]: 'heartbeat',
  [RETRY]: 'repetition of what was not answered',
  [LEARN]: 'catch-up',
  [JOIN]: 'asking for a vote',
  [GRANT]: 'end of the lease granted',
};

/** What a timer is for. Those of clients say so by their names. */
export function describeTimer(name: string): string {
  if (name.startsWith(LEASE)) return `end of the lease of round ${name.slice(LEASE.length)}`;
  return MEANINGS[name] ?? name;
}
