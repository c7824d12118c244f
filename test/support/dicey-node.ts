/** Entry of a node's thread for tests: a protocol that rolls dice. */
import { workerData } from 'node:worker_threads';
import type { NodeWorkerData } from '../../src/host/thread/messages.ts';
import { serveNode } from '../../src/host/thread/node-server.ts';
import { dicey } from './dicey.ts';

void serveNode(workerData as NodeWorkerData, () => dicey);
