/** Entry of the router's thread for tests: the cluster is one of puppets. */
import { parentPort, workerData } from 'node:worker_threads';
import type { RouterWorkerData } from '../../src/host/thread/messages.ts';
import { serveRouter } from '../../src/host/thread/router-server.ts';
import { puppet } from './puppet.ts';

serveRouter(parentPort!, workerData as RouterWorkerData, puppet);
