/** Entry of a router's thread that ends as soon as it is asked anything, for tests. */
import { parentPort } from 'node:worker_threads';

parentPort!.on('message', () => {
  throw new Error('the router is broken on purpose');
});
