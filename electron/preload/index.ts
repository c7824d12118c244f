/** Gives the page `window.synod`: the channels of the contract, and nothing else of Electron or Node. */
import { contextBridge, ipcRenderer, type IpcRendererEvent } from 'electron';
import type { Answer, MainChannel, SynodBridge, WindowChannel } from '../../src/contract/contract.ts';

// Named here and not taken from the contract's maps, so that no schema is loaded before the page; the types hold the
// two together.
const requests: { readonly [C in WindowChannel]: true } = {
  'app:info': true,
  'session:attach': true,
  'session:new': true,
  'session:command': true,
  'transport:set': true,
  'transport:step': true,
  'node:inspect': true,
  'history:seek': true,
  'history:inspect': true,
  'history:linearize': true,
  'history:export': true,
  'branch:fork': true,
  'branch:switch': true,
  'branch:rename': true,
  'branch:delete': true,
  'branch:compare': true,
  'session:undo': true,
  'run:open': true,
  'run:save': true,
  'run:save-scenario': true,
  'library:list': true,
  'library:open': true,
  'recovery:list': true,
  'recovery:restore': true,
  'recovery:discard': true,
  'task:cancel': true,
  'lab:fuzz': true,
  'lab:explore': true,
  'lab:cancel': true,
  'lab:state': true,
  'lab:open': true,
  'lab:save': true,
  'lab:save-scenario': true,
  'frame:acknowledge': true,
};

const messages: { readonly [C in MainChannel]: true } = {
  frame: true,
  session: true,
  menu: true,
  timeline: true,
  branches: true,
  task: true,
  lab: true,
  problem: true,
};

const bridge: SynodBridge = {
  async request(channel, argument) {
    if (!Object.hasOwn(requests, channel)) return refusal(`there is no request ${JSON.stringify(channel)}`);
    try {
      return await ipcRenderer.invoke(channel, argument);
    } catch (error) {
      // The argument could not be sent at all: a function in it, say.
      return refusal(error instanceof Error ? error.message : String(error));
    }
  },
  on(channel, listener) {
    if (!Object.hasOwn(messages, channel)) throw new Error(`there are no messages ${JSON.stringify(channel)}`);
    // The event stays here: it would hand the page an object of Electron's.
    const forward = (_event: IpcRendererEvent, message: Parameters<typeof listener>[0]): void => listener(message);
    ipcRenderer.on(channel, forward);
    return () => void ipcRenderer.off(channel, forward);
  },
};

contextBridge.exposeInMainWorld('synod', bridge);

function refusal(error: string): Answer<never> {
  return { ok: false, error };
}
