import type { SynodBridge } from '../src/contract/index.ts';

declare global {
  interface Window {
    /** Put there by the preload; the only way to the main process. */
    readonly synod: SynodBridge;
  }
}
