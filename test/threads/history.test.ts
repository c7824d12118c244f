/** The history beside a live run on threads: it follows, finds it exact, shows its past; and finds out a run that is not. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { CommandError } from '../../src/cluster/commands.ts';
import { readEvents } from '../../src/cluster/event-log.ts';
import { createHeader, type Place, type Run } from '../../src/cluster/run.ts';
import type { TimelineNews } from '../../src/cluster/timeline.ts';
import { InlineCluster } from '../../src/host/inline.ts';
import { finish, replay, replayTo } from '../../src/host/replay.ts';
import { HistoryClient, HistoryError, type HistoryOptions } from '../../src/host/history/history-client.ts';
import type { ThreadCluster } from '../../src/host/thread/thread-cluster.ts';
import { createRandom, nextInteger } from '../../src/protocol/random.ts';
import { protocolNamed } from '../../src/protocol/registry.ts';
import { dicey } from '../support/dicey.ts';
import { startCluster } from '../support/thread-cluster.ts';
import { watch } from '../support/watcher.ts';
import { wildCommand, wildRun } from '../support/wild-run.ts';
import { historyWorker, realWorkers, testEntry } from '../support/workers.ts';

const START: Place = { at: 0, seq: 0 };

interface Followed {
  readonly history: HistoryClient;
  readonly marks: TimelineNews['marks'][number][];
  /** The next news for which this holds. */
  news(wanted: (news: TimelineNews) => boolean): Promise<TimelineNews>;
}

function startHistory(options: Partial<HistoryOptions> = {}): Followed {
  const history = HistoryClient.start({ worker: historyWorker, ...options });
  onTestFinished(() => history.close());
  const marks: Followed['marks'] = [];
  const heard: TimelineNews[] = [];
  let hear = (): void => {};
  history.onNews = (news) => {
    if (news.reset) marks.length = 0;
    marks.push(...news.marks);
    heard.push(news);
    hear();
  };
  const news: Followed['news'] = async (wanted) => {
    for (;;) {
      const latest = heard.at(-1);
      if (latest !== undefined && wanted(latest)) return latest;
      await new Promise<void>((resume) => (hear = resume));
    }
  };
  return { history, marks, news };
}

/** Does what it can to a run that plays as fast as the threads go. */
async function stir(cluster: ThreadCluster, seed: number, header: Run['header'], times: number): Promise<void> {
  const random = createRandom(seed, 40);
  for (let i = 0; i < times; i++) {
    await cluster.runUntil((await cluster.status()).now + nextInteger(random, 0, 500_000));
    if (i % 3 === 0) await cluster.step();
    await cluster.command(wildCommand(random, header)).catch((error: unknown) => expect(error).toBeInstanceOf(CommandError));
  }
}

describe('a live run', () => {
  it('is followed and found exact, whatever is done to it', async () => {
    const { history, news, marks } = startHistory();
    for (const seed of [1, 2, 3, 4]) {
      const { header } = wildRun(seed, 1);
      await history.load({ header, journal: [] }, START, { run: seed });
      const { cluster, problems } = await startCluster(header, { history: history.port() });
      await stir(cluster, seed, header, 25);
      const { events } = await cluster.status();
      const last = await news(({ run, exactness }) => run === seed && exactness.state === 'exact' && exactness.checked === events);
      expect(last).toMatchObject({ run: seed, seq: events, exactness: { divergence: null } });
      const { run } = await cluster.snapshot();
      const commands = run.journal.filter(({ command }) => command.type === 'propose').length;
      expect(marks.filter(({ kind, text }) => kind === 'command' && text.includes('propose'))).toHaveLength(commands);
      expect(problems).toEqual([]);
      await cluster.close();
    }
  });

  it('tells main of every command and of how far it has got', async () => {
    const { header } = wildRun(5, 1);
    const { cluster } = await startCluster(header);
    const told: Run['journal'][number][] = [];
    let end: Place = START;
    cluster.onJournal = (entries, mark) => {
      told.push(...entries);
      end = mark.end;
    };
    for (let i = 1; i <= 5; i++) {
      const place = await cluster.command({ type: 'propose', node: 1 });
      expect(told.at(-1)).toEqual({ ...place, command: { type: 'propose', node: 1 } });
      await cluster.runUntil(i * 100_000);
    }
    expect(told).toEqual((await cluster.run()).journal);
    await cluster.setTransport({ playing: true, speed: 'max' });
    while (end.at <= 5_000_000) await new Promise((resume) => setTimeout(resume, 10));
  });

  it('is looked at, forked in the past, goes on from there on fresh threads, and is compared with what it was', async () => {
    const { history, news } = startHistory();
    const { header } = wildRun(6, 1);
    await history.load({ header, journal: [] }, START, { run: 1 });
    const first = await startCluster(header, { history: history.port() });
    await stir(first.cluster, 6, header, 20);
    const was = await first.cluster.snapshot();
    await news(({ exactness }) => exactness.state === 'exact' && exactness.checked === was.end.seq);
    await first.cluster.close();

    const seq = Math.floor(was.end.seq / 2);
    const moment = await history.seek(seq, 20, 20);
    expect([moment.run, moment.events.count, moment.ahead.count]).toEqual([1, 20, 20]);
    expect([...readEvents(moment.events)].at(-1)!.seq).toBe(seq - 1);
    const stepped = new InlineCluster(header);
    finish(replayTo(stepped, was.run.journal.filter((entry) => entry.seq < seq), { at: moment.at, seq }));
    expect(await history.inspect(seq, 1)).toEqual(stepped.inspect(1));

    const fork = await history.checkpointAt(seq);
    const loaded = await history.load(fork.run, fork.end, { run: 2 });
    expect(loaded).toMatchObject({ ...fork.end, divergence: null });
    const { cluster } = await startCluster(header, { run: 2, resume: fork, history: history.port(), observe: true });
    expect(await (await watch(cluster, header)).world()).toEqual(fork.world);
    await cluster.command({ type: 'network', settings: { loss: { probability: 0.4 } } });
    await stir(cluster, 7, header, 15);
    const now = await cluster.snapshot();
    const last = await news(({ run, exactness }) => run === 2 && exactness.state === 'exact' && exactness.checked === now.end.seq);
    expect(last.exactness.divergence).toBeNull();
    expect(replay(now.run, now.end.at).digest.length).toBe(now.digest.length);

    const shares: number[] = [];
    const options = { onProgress: (share: number) => shares.push(share) };
    const branches = [{ id: 1, run: was.run, end: was.end }, { id: 2, run: now.run, end: now.end }] as const;
    const compared = await history.compare(...branches, options);
    expect(compared).toMatchObject({ a: 1, b: 2, first: { a: expect.any(String), b: expect.stringContaining('network') } });
    expect(compared.common).toBe(fork.end.seq);

    // Back to the first, as if the fork had been undone.
    expect(await history.load(was.run, was.end, { run: 3 })).toMatchObject({ ...was.end, digest: was.digest });
  });

  it('is followed again by a history that was away for a while', async () => {
    const { history, news } = startHistory();
    const { header } = wildRun(8, 1);
    await history.load({ header, journal: [] }, START, { run: 1 });
    const { cluster } = await startCluster(header, { history: history.port() });
    await stir(cluster, 8, header, 5);
    const before = await cluster.snapshot();
    await history.load({ header, journal: [] }, START, { run: 2 });
    await history.load(before.run, before.end, { run: 1 });
    await stir(cluster, 9, header, 5);
    cluster.follow(history.port());
    await stir(cluster, 10, header, 5);
    const { events } = await cluster.status();
    const last = await news(({ run, exactness }) => run === 1 && exactness.checked === events && exactness.state !== 'checking');
    expect(last.exactness).toEqual({ state: 'exact', checked: events, divergence: null });
  });
});

describe('a protocol that rolls dice', () => {
  const header = createHeader(protocolNamed('paxos'), { nodes: 3, seed: 1 });

  it('is found out while it runs: the first event that differs, as it happened and as it should have', async () => {
    const describe = ({ event }: { readonly event: { readonly type: string } }) => JSON.stringify(event);
    const { history, news } = startHistory({ worker: testEntry('dicey-history'), describe });
    await history.load({ header, journal: [] }, START, { run: 1 });
    const workers = { ...realWorkers, node: testEntry('dicey-node') };
    const { cluster } = await startCluster(header, { workers, history: history.port() });
    await cluster.runUntil(20_000_000);
    const { exactness, seq } = await news(({ exactness: { state } }) => state === 'diverged');
    const { divergence, checked } = exactness;
    expect(divergence).not.toBeNull();
    expect([checked, seq]).toEqual([divergence!.seq, divergence!.seq]);
    const [happened, replayed] = [divergence!.happened, divergence!.replayed].map((text) => JSON.parse(text!));
    expect(happened).toMatchObject({ seq: divergence!.seq, type: 'note', text: expect.stringContaining('rolled') });
    expect(replayed).toMatchObject({ seq: divergence!.seq, type: 'note', text: expect.stringContaining('rolled') });
    expect(happened.text).not.toBe(replayed.text);
    // The run goes on, and what was exact can still be looked at.
    await cluster.runUntil(21_000_000);
    expect((await history.seek(divergence!.seq, 10, 10)).ahead.count).toBe(0);
    await expect(history.seek(divergence!.seq + 1, 10, 10)).rejects.toThrow('has not been compared');
  });

  it('is found out when it is replayed', () => {
    const once = new InlineCluster(header, { protocol: dicey });
    once.runUntil(20_000_000);
    expect(replay(once.run(), 20_000_000, { protocol: dicey }).digest).not.toBe(once.digest);
  });
});

describe('what the history cannot do', () => {
  it('is refused, called off, or said; nobody waits for ever', async () => {
    const { history } = startHistory();
    await expect(history.seek(0, 0, 0)).rejects.toThrow(HistoryError);
    const { header } = wildRun(11, 1);
    const far = { at: 3_000_000_000_000, seq: 1_000_000_000 };
    const controller = new AbortController();
    const shares: number[] = [];
    const load = history.load({ header, journal: [] }, far, {
      run: 1,
      signal: controller.signal,
      onProgress: (share) => {
        shares.push(share);
        controller.abort();
      },
    });
    await expect(load).rejects.toMatchObject({ cancelled: true });
    expect(shares.length).toBeGreaterThan(0);
    expect((await history.seek(10, 5, 5)).seq).toBe(10);
    await history.close();
    await expect(history.seek(0, 0, 0)).rejects.toThrow('closed');
  });

  it('for want of memory is told once, and every question is answered', async () => {
    const { history } = startHistory({ heapMb: 10 });
    const problems: string[] = [];
    history.onProblem = ({ detail }) => problems.push(detail);
    const header = createHeader(protocolNamed('paxos'), { nodes: 7, seed: 1, client: { interval: 1000 } });
    const load = history.load({ header, journal: [] }, { at: 3_000_000_000, seq: 100_000_000 }, { run: 1 });
    const seek = history.seek(1, 0, 0);
    await expect(load).rejects.toThrow('out of memory');
    await expect(seek).rejects.toThrow(HistoryError);
    expect(problems).toEqual([expect.stringContaining('out of memory')]);
  });
});
