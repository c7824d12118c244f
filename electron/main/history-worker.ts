/** Entry of the history's thread. */
import { parentPort } from 'node:worker_threads';
import { serveHistory } from '../../src/host/history/history-server.ts';
import { protocolOf } from '../../src/protocol/mutants.ts';
import { ExpectationJudge, type Expected, type JudgeState } from '../../src/scenario/expect.ts';

serveHistory(parentPort!, {
  protocolOf,
  watch: (expected, protocol, from) => new ExpectationJudge(expected as Expected, protocol, from as JudgeState | undefined),
});
