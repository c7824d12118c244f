import { describe, expect, it } from 'vitest';
import { Client, words } from '../../../src/cluster/client.ts';
import { clientDefaults } from '../../../src/cluster/commands.ts';
import { TEXT_LENGTH_MAX } from '../../../src/protocol/protocol.ts';

const settings = { ...clientDefaults, interval: 10_000 };
const everybody = () => true;

describe('the client', () => {
  it('comes soon for the first time, then after half to one and a half of its interval', () => {
    const client = new Client(1, settings);
    expect(client.next).toBe(1000);
    const gaps: number[] = [];
    for (let i = 0; i < 2000; i++) {
      const at = client.next;
      client.tick(at, [1], everybody);
      gaps.push(client.next - at);
    }
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(5000);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(15_000);
    expect(gaps.every(Number.isInteger)).toBe(true);
    expect(Math.abs(gaps.reduce((sum, gap) => sum + gap) / gaps.length - 10_000)).toBeLessThan(300);
  });

  it('asks by turns, and passes over who is not free', () => {
    const client = new Client(1, settings);
    const ask = (free: (node: number) => boolean = everybody) => client.tick(client.next, [1, 2, 5], free);
    expect([ask(), ask(), ask(), ask()]).toEqual([1, 2, 5, 1]);
    expect(ask((node) => node === 1)).toBe(1);
    expect(ask()).toBe(2);
    expect(ask((node) => node !== 5)).toBe(1);
    expect(ask(() => false)).toBeNull();
    expect(ask()).toBe(2);
  });

  it('asks those it was told to, as far as they are proposers, and else all', () => {
    const client = new Client(1, { ...settings, proposers: [3, 2] });
    const ask = (proposers: readonly number[]) => client.tick(client.next, proposers, everybody);
    expect([ask([1, 2, 3]), ask([1, 2, 3]), ask([1, 2]), ask([1])]).toEqual([3, 2, 2, 1]);
    expect(ask([])).toBeNull();
  });

  it('is silent while it is off, and keeps its pace when something else changes', () => {
    const client = new Client(1, { ...settings, enabled: false });
    expect(client.next).toBe(Infinity);
    client.change({ ...settings, enabled: true }, 500);
    expect(client.next).toBeGreaterThanOrEqual(5500);
    expect(client.next).toBeLessThanOrEqual(15_500);
    const { next } = client;
    client.change({ ...settings, proposers: [2] }, 600);
    expect(client.next).toBe(next);
    client.change({ ...settings, interval: 1000 }, 700);
    expect(client.next).toBeLessThanOrEqual(700 + 1500);
    client.change({ ...settings, enabled: false }, 800);
    expect(client.next).toBe(Infinity);
  });

  it('has words that differ, are short, and depend on the seed only', () => {
    expect(new Set(words).size).toBe(words.length);
    for (const word of words) expect(word.length).toBeLessThan(TEXT_LENGTH_MAX);
    const said = (seed: number) => {
      const client = new Client(seed, settings);
      return Array.from({ length: 20 }, () => client.word());
    };
    expect(said(3)).toEqual(said(3));
    expect(said(3)).not.toEqual(said(4));
    for (const word of said(5)) expect(words).toContain(word);
  });
});
