/** Entry of a node's thread. */
import { workerData } from 'node:worker_threads';
import { protocolNamed } from '../../protocol/registry.ts';
import { giveWay } from './give-way.ts';
import type { NodeWorkerData } from './messages.ts';
import { serveNode } from './node-server.ts';

const data = workerData as NodeWorkerData;
if (data.observe) giveWay();
void serveNode(data, protocolNamed);
