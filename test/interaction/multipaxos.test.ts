import { describe } from 'vitest';
import { playAll } from './golden.ts';
import { multipaxosDialect } from './multipaxos-dialect.ts';

describe('conversations', () => {
  playAll(multipaxosDialect, 'multipaxos', 20);
});
