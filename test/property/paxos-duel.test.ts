/**
 * *Paxos Made Simple*, section 2.4: two proposers that each overtake the other before it is accepted make no progress;
 * a random wait ends it. On every latency, and however the second comes in while the first is in phase 1.
 */
import { describe, expect, it } from 'vitest';
import { Conversation } from '../interaction/conversation.ts';
import { paxosDialect } from '../interaction/paxos-dialect.ts';

const LATENCIES_MS = [1, 20, 150, 500, 900];
const DELAYS = [0, 0.25, 0.5, 0.99];
const cases = LATENCIES_MS.flatMap((latency) => DELAYS.map((delay) => [latency, Math.round(1000 * latency * delay) / 1000]));

/** The log of a duel of n1 and n2 among five, the second starting `delay` ms after the first. */
function duel(backoff: string, latency: number, delay: number, span: string): string {
  const cluster = new Conversation(paxosDialect);
  cluster.execute(`cluster 5 backoff=${backoff}`);
  cluster.execute('propose n1 1 red');
  cluster.execute(`run ${delay}ms ${latency}ms`);
  cluster.execute('propose n2 1 blue');
  return cluster.execute(`run ${span} ${latency}ms`);
}

describe('two proposers', () => {
  it.each(cases)('without backoff duel for ever (%f ms a hop, the second after %f ms)', (latency, delay) => {
    const log = duel('off', latency, delay, `${latency * 100}ms`);
    expect(log).not.toContain('learns');
    expect(log.match(/tries again at once/g)!.length).toBeGreaterThan(50);
  });

  it.each(cases)('with backoff agree (%f ms a hop, the second after %f ms)', (latency, delay) => {
    const log = duel('on', latency, delay, '60s');
    expect(log.match(/learns/g)).toHaveLength(5);
    expect(log.match(/replies yes/g)).toHaveLength(2);
    expect(log).not.toContain('VIOLATION');
  });
});
