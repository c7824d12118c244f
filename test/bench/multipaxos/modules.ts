/** As much of the interfaces of the peers as is used here; the packages bring none. */

export interface LiferaftPacket {
  readonly type: string;
}

export interface LiferaftNode {
  readonly address: string;
  readonly state: number;
  readonly term: number;
  join(address: string, write: (packet: LiferaftPacket, done: (error?: Error, reply?: LiferaftPacket) => void) => void): void;
  on(event: 'commit', listener: () => void): void;
  listeners(event: 'data'): unknown[];
  promote(): Promise<void>;
  command(command: unknown): Promise<void>;
  end(): void;
}

export interface LiferaftEntry {
  readonly term: number;
  readonly index: number;
  committed: boolean;
  readonly responses: { readonly address: string; readonly ack: boolean }[];
  readonly command: unknown;
}

interface LiferaftInfo {
  readonly index: number;
  readonly term: number;
  readonly committedIndex: number;
}

/** What liferaft asks of a log. */
export interface LiferaftLog {
  committedIndex: number;
  saveCommand(command: unknown, term: number, index?: number): Promise<LiferaftEntry>;
  has(index: number): Promise<boolean>;
  get(index: number): Promise<LiferaftEntry>;
  removeEntriesAfter(index: number): Promise<void>;
  getLastInfo(): Promise<LiferaftInfo>;
  getEntryInfoBefore(entry: LiferaftEntry): Promise<LiferaftInfo>;
  commandAck(index: number, address: string): Promise<LiferaftEntry>;
  commit(index: number): Promise<LiferaftEntry>;
  getUncommittedEntriesUpToIndex(index: number): Promise<LiferaftEntry[]>;
  end(): void;
}

/** A queue with readers. */
interface Procession<T> {
  shifter(): { shift(): T | null };
}

export interface PaxosNode {
  readonly government: { readonly majority: readonly string[]; readonly minority: readonly string[] };
  readonly log: Procession<{ readonly method: string }>;
  readonly outbox: Procession<{
    readonly cookie: object;
    readonly envelopes: readonly { readonly to: string; readonly request: object }[];
  }>;
  readonly scheduler: { readonly events: Procession<object>; check(now: number): void };
  bootstrap(republic: number, now: number, properties: object): void;
  join(republic: number, cookie: number): void;
  embark(now: number, republic: number, id: string, cookie: number, properties: object, acclimated: boolean): { readonly enqueued: boolean };
  acclimate(): void;
  enqueue(now: number, republic: number, message: object): void;
  event(envelope: object): void;
  request(now: number, request: object): object;
  response(now: number, cookie: object, responses: object): void;
}
