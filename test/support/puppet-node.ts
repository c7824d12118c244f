/** Entry of a node's thread for tests: a puppet. */
import { workerData } from 'node:worker_threads';
import type { NodeWorkerData } from '../../src/host/thread/messages.ts';
import { serveNode } from '../../src/host/thread/node-server.ts';
import { Exit, puppet } from './puppet.ts';

const ending: typeof puppet = {
  ...puppet,
  step(state, input) {
    try {
      return puppet.step(state, input);
    } catch (error) {
      if (!(error instanceof Exit)) throw error;
      if (!error.later) process.exit(error.code);
      setTimeout(() => process.exit(error.code), 50);
      return [];
    }
  },
};

void serveNode(workerData as NodeWorkerData, () => ending);
