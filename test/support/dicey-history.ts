/** Entry of the history's thread for tests: it executes a protocol that rolls dice. */
import { parentPort } from 'node:worker_threads';
import { serveHistory } from '../../src/host/history/history-server.ts';
import { dicey } from './dicey.ts';

serveHistory(parentPort!, { protocolOf: () => dicey });
