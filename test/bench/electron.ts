/**
 * A real Electron for benches, driven over Chromium's own debugging pipe: nothing of a test runner, and nothing added
 * to what is measured. The app and the bare window beside it are watched in the very same way.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';

/** Benches are run from the root of the checkout, as bundles in another folder. */
const root = process.cwd();
/** Folders and files that Electron opens. */
export const SYNOD = root;
export const BARE = resolve(root, 'test/bench/bare/main.cjs');

const START_MS_MAX = 60_000;
const PAGE_MESSAGE_END = '\0';

type Parameters = Record<string, unknown>;
type Listener = (parameters: Parameters) => void;

interface Message {
  readonly id?: number;
  readonly sessionId?: string;
  readonly method?: string;
  readonly params?: Parameters;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** A program and the page of its first window. */
export class Electron {
  /** Wall time, ms since 1970, at which its process was started. */
  readonly startedAt: number;
  readonly #child: ChildProcess;
  readonly #toProgram: Writable;
  readonly #pending = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  readonly #listeners = new Map<string, Listener>();
  /** Resolves with its exit code, or the signal that ended it. */
  readonly #exited: Promise<string>;
  #page: string | undefined;
  #asked = 0;
  #output = '';

  private constructor(folder: string, userData: string, args: readonly string[]) {
    const path = process.env.SYNOD_ELECTRON_PATH;
    if (path === undefined) throw new Error('SYNOD_ELECTRON_PATH is not set: run the benches with npm run bench');
    const sandbox = JSON.parse(process.env.SYNOD_ELECTRON_ARGS ?? '[]') as string[];
    const { ELECTRON_RUN_AS_NODE: _unwanted, ...env } = process.env;
    this.startedAt = Date.now();
    this.#child = spawn(path, [folder, ...sandbox, '--remote-debugging-pipe', `--user-data-dir=${userData}`, ...args], {
      // Chromium reads its requests from descriptor 3 and answers on 4.
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
      env: { ...env, SYNOD_DIALOGS: 'off' },
    });
    this.#child.stderr!.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
    this.#toProgram = this.#child.stdio[3] as Writable;
    // A program that ends closes its end of the pipe; what matters then is that it ended, and `#exited` says so.
    this.#toProgram.on('error', () => undefined);
    // Not `exit`: then there may still be something to read of why.
    this.#exited = new Promise((done) => this.#child.once('close', (...how) => done(how.join(' '))));
    void this.#exited.then((how) => {
      const error = new Error(`the program has ended (${how})\n${this.#output}`);
      for (const { reject } of this.#pending.values()) reject(error);
      this.#pending.clear();
    });
    this.#read(this.#child.stdio[4] as Readable);
  }

  /**
   * Starts a program and waits for its page.
   * @param folder what Electron is to open
   * @param userData its data folder
   */
  static async launch(folder: string, userData: string, args: readonly string[] = []): Promise<Electron> {
    const electron = new Electron(folder, userData, args);
    const late = new Promise<never>((_done, fail) => {
      setTimeout(() => fail(new Error(`no window after ${START_MS_MAX} ms\n${electron.#output}`)), START_MS_MAX).unref();
    });
    const found = new Promise<void>((done) => {
      electron.#listeners.set('Target.attachedToTarget', (parameters) => {
        const { sessionId, targetInfo } = parameters as { sessionId: string; targetInfo: { type: string } };
        if (targetInfo.type !== 'page' || electron.#page !== undefined) return;
        electron.#page = sessionId;
        done();
      });
    });
    const asked = electron.#ask('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: true });
    await Promise.race([Promise.all([asked, found]), late]);
    return electron;
  }

  /** Asks the page something of Chromium's debugging protocol. @throws Error with Chromium's own words. */
  ask(method: string, parameters: Parameters = {}): Promise<unknown> {
    return this.#ask(method, parameters, this.#page);
  }

  /** Calls `listener` at every message of this kind about the page; one listener per kind. */
  on(method: string, listener: Listener): void {
    this.#listeners.set(method, listener);
  }

  /**
   * Runs a function in the page and gives what it gives, or what its promise resolves to.
   * @param work is sent as text: it sees its argument and the page, nothing else
   */
  async evaluate<A, R>(work: (argument: A) => R, argument: A): Promise<Awaited<R>> {
    for (;;) {
      try {
        const { result, exceptionDetails } = (await this.ask('Runtime.evaluate', {
          expression: `(${work.toString()})(${JSON.stringify(argument)})`,
          awaitPromise: true,
          returnByValue: true,
        })) as { result: { value: Awaited<R> }; exceptionDetails?: { exception?: { description?: string } } };
        if (exceptionDetails !== undefined) throw new Error(exceptionDetails.exception?.description ?? 'it threw in the page');
        return result.value;
      } catch (error) {
        // The empty page that a window begins with made way for its own.
        if (!/context was destroyed|Inspected target navigated|Cannot find (default execution )?context/.test(String(error))) throw error;
      }
    }
  }

  /** Ends the program and waits until it has ended. */
  async close(): Promise<void> {
    await Promise.race([this.#ask('Browser.close', {}).catch(() => undefined), this.#exited]);
    const stubborn = setTimeout(() => this.#child.kill('SIGKILL'), 5000);
    await this.#exited;
    clearTimeout(stubborn);
  }

  #ask(method: string, params: Parameters, sessionId?: string): Promise<unknown> {
    const id = ++this.#asked;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#toProgram.write(JSON.stringify({ id, method, params, sessionId }) + PAGE_MESSAGE_END);
    });
  }

  #read(stream: Readable): void {
    let text = '';
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      const parts = (text + chunk).split(PAGE_MESSAGE_END);
      text = parts.pop()!;
      for (const part of parts) this.#hear(JSON.parse(part) as Message);
    });
  }

  #hear({ id, method, params, result, error }: Message): void {
    if (id === undefined) {
      this.#listeners.get(method!)?.(params ?? {});
      return;
    }
    const waiting = this.#pending.get(id);
    this.#pending.delete(id);
    if (error !== undefined) waiting?.reject(new Error(error.message));
    else waiting?.resolve(result);
  }
}
