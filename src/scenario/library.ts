/**
 * The scenarios that come with Synod: one file in library/ and one line here for each. Bundles hold their texts, so
 * that nothing has to be found on disk: the app and the command line read them alike, with `parseScenario`.
 */
import adoptedValue from './library/adopted-value.yaml?raw';
import amnesia from './library/amnesia.yaml?raw';
import behindASnapshot from './library/behind-a-snapshot.yaml?raw';
import bridge from './library/bridge.yaml?raw';
import brokenHeedless from './library/broken-heedless.yaml?raw';
import brokenHurry from './library/broken-hurry.yaml?raw';
import brokenMemory from './library/broken-memory.yaml?raw';
import clientRetry from './library/client-retry.yaml?raw';
import crashAfterAccepted from './library/crash-after-accepted.yaml?raw';
import crashAndRestart from './library/crash-and-restart.yaml?raw';
import crashBeforeAccepted from './library/crash-before-accepted.yaml?raw';
import duellingProposers from './library/duelling-proposers.yaml?raw';
import duplicatedAndReordered from './library/duplicated-and-reordered.yaml?raw';
import evenSplit from './library/even-split.yaml?raw';
import evenSplitLog from './library/even-split-log.yaml?raw';
import flappingLink from './library/flapping-link.yaml?raw';
import gapAndNoOp from './library/gap-and-no-op.yaml?raw';
import leaderCrash from './library/leader-crash.yaml?raw';
import leaderWithOneFollower from './library/leader-with-one-follower.yaml?raw';
import leaderWithoutVotes from './library/leader-without-votes.yaml?raw';
import lostDisk from './library/lost-disk.yaml?raw';
import lostPromise from './library/lost-promise.yaml?raw';
import lyingDisk from './library/lying-disk.yaml?raw';
import majority from './library/majority.yaml?raw';
import majorityAndMinority from './library/majority-and-minority.yaml?raw';
import oneWayLink from './library/one-way-link.yaml?raw';
import quorumsThatMiss from './library/quorums-that-miss.yaml?raw';
import replaceAServer from './library/replace-a-server.yaml?raw';
import sleepingProposer from './library/sleeping-proposer.yaml?raw';
import slowDisk from './library/slow-disk.yaml?raw';
import staleRead from './library/stale-read.yaml?raw';
import transactionIds from './library/transaction-ids.yaml?raw';
import twoLeaders from './library/two-leaders.yaml?raw';
import twoVotesChoose from './library/two-votes-choose.yaml?raw';
import { parseScenario } from './parse.ts';

/** By name, in the order in which they are offered: what works first, then what goes wrong, then what breaks;
 * in the end protocols that are broken on purpose. */
const texts: { readonly [name: string]: string } = {
  majority,
  'majority-and-minority': majorityAndMinority,
  'even-split': evenSplit,
  'two-votes-choose': twoVotesChoose,
  'duelling-proposers': duellingProposers,
  'adopted-value': adoptedValue,
  'lost-promise': lostPromise,
  'duplicated-and-reordered': duplicatedAndReordered,
  'one-way-link': oneWayLink,
  bridge,
  'flapping-link': flappingLink,
  'crash-and-restart': crashAndRestart,
  'crash-before-accepted': crashBeforeAccepted,
  'crash-after-accepted': crashAfterAccepted,
  'sleeping-proposer': sleepingProposer,
  'slow-disk': slowDisk,
  amnesia,
  'lying-disk': lyingDisk,
  'quorums-that-miss': quorumsThatMiss,
  'transaction-ids': transactionIds,
  'leader-crash': leaderCrash,
  'gap-and-no-op': gapAndNoOp,
  'two-leaders': twoLeaders,
  'even-split-log': evenSplitLog,
  'leader-with-one-follower': leaderWithOneFollower,
  'leader-without-votes': leaderWithoutVotes,
  'client-retry': clientRetry,
  'stale-read': staleRead,
  'behind-a-snapshot': behindASnapshot,
  'lost-disk': lostDisk,
  'replace-a-server': replaceAServer,
  'broken-memory': brokenMemory,
  'broken-heedless': brokenHeedless,
  'broken-hurry': brokenHurry,
};

export interface LibraryEntry {
  /** What `libraryText` takes: lower case words joined by `-`. */
  readonly name: string;
  readonly title: string;
  /** What it teaches, in one to three sentences. */
  readonly description: string;
}

let entries: readonly LibraryEntry[] | null = null;

/** Every scenario of the library, in the order in which to offer them. */
export function library(): readonly LibraryEntry[] {
  entries ??= Object.entries(texts).map(([name, text]) => {
    const { title, about } = parseScenario(text, libraryFile(name));
    return { name, title, description: about };
  });
  return entries;
}

/**
 * The text of a scenario, for `parseScenario` or an editor.
 * @throws RangeError when the library has none of this name.
 */
export function libraryText(name: string): string {
  const text = Object.hasOwn(texts, name) ? texts[name] : undefined;
  if (text !== undefined) return text;
  throw new RangeError(`the library has no scenario ${JSON.stringify(name)}; it has ${Object.keys(texts).join(', ')}`);
}

/** What to call the file of a scenario, for messages. */
export function libraryFile(name: string): string {
  return `${name}.yaml`;
}
