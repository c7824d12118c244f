/** Entry of a node's thread. */
import { workerData } from 'node:worker_threads';
import { protocolOf } from '../../protocol/mutants.ts';
import type { NodeWorkerData } from './messages.ts';
import { serveNode } from './node-server.ts';

void serveNode(workerData as NodeWorkerData, protocolOf);
