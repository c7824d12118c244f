import { describe } from 'vitest';
import { playAll } from './golden.ts';
import { paxosDialect } from './paxos-dialect.ts';

describe('conversations', () => {
  playAll(paxosDialect, 'paxos', 16);
});
