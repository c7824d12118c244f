/** Entry of the router's thread. */
import { parentPort, workerData } from 'node:worker_threads';
import { protocolOf } from '../../protocol/mutants.ts';
import type { RouterWorkerData } from './messages.ts';
import { serveRouter } from './router-server.ts';

const data = workerData as RouterWorkerData;
serveRouter(parentPort!, data, protocolOf(data.header));
