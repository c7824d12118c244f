/** Who carries out each request of the window. */
import type { AppInfo } from '../../src/contract/contract.ts';
import { discard, recover, recoverable } from '../../src/host/recovery.ts';
import { library } from '../../src/scenario/library.ts';
import type { ClusterService } from './cluster-service.ts';
import type { Files } from './files.ts';
import type { RequestHandlers } from './ipc.ts';
import type { Lab } from './lab.ts';
import { chosenRun, interruptedRun, libraryRun } from './runs.ts';

export interface RequestParts {
  readonly service: ClusterService;
  readonly files: Files;
  readonly lab: Lab;
  /** Where interrupted sessions are found. */
  readonly journals: string;
  readonly info: AppInfo;
  /** Told of errors in what nobody waits for. */
  report(error: unknown): void;
}

/** The handlers of all requests. */
export function requestHandlers({ service, files, lab, journals, info, report }: RequestParts): RequestHandlers {
  return {
    'app:info': () => info,
    'session:attach': () => service.attach(),
    'session:new': (choices) => service.begin(chosenRun(choices)),
    'session:command': (command) => service.command(command),
    'session:undo': () => service.undo(),
    'transport:set': (change) => service.setTransport(change),
    'transport:step': () => service.step(),
    'node:inspect': ({ node }) => service.inspect(node),
    'history:seek': (moment) => service.seek(moment),
    'history:inspect': (moment) => service.inspectPast(moment),
    'history:linearize': (question) => service.linearize(question),
    'history:export': ({ kind, text }) => files.saveHistory(kind, text),
    'branch:fork': (moment) => service.fork(moment),
    'branch:switch': ({ branch }) => service.switchTo(branch),
    'branch:rename': ({ branch, name }) => service.rename(branch, name),
    'branch:delete': ({ branch }) => service.delete(branch),
    'branch:compare': ({ a, b }) => service.compare(a, b),
    'run:open': () => files.open(),
    'run:save': ({ as }) => files.save(as),
    'run:save-scenario': () => files.saveScenario(),
    'library:list': () => library(),
    'library:open': ({ name }) => service.begin(libraryRun(name)),
    'recovery:list': () => recoverable(journals),
    'recovery:restore': async ({ id }) => {
      const session = await service.open('Restoring the run', interruptedRun(await recover(journals, id)));
      // It has a journal of its own by now; what is left of the old one is offered again next time.
      await discard(journals, id).catch(report);
      return session;
    },
    'recovery:discard': async ({ id }) => {
      await discard(journals, id);
      return null;
    },
    'task:cancel': ({ id }) => {
      service.tasks.cancel(id);
      return null;
    },
    'lab:fuzz': (asked) => lab.fuzz(asked),
    'lab:explore': (asked) => lab.explore(asked),
    'lab:cancel': () => lab.cancel(),
    'lab:state': () => lab.state(),
    'lab:open': ({ finding }) => lab.open(finding),
    'lab:save': ({ finding }) => lab.save(finding),
    'lab:save-scenario': ({ finding }) => lab.saveScenario(finding),
    'frame:acknowledge': ({ run, frame }) => service.acknowledge(run, frame),
  };
}
