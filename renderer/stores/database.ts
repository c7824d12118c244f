/** The person as a client: through which client, at which server, and what they are about to ask. */
import { defineStore } from 'pinia';
import { computed, ref, watch } from 'vue';
import { nameOf, type CommandPlace, type NodeId, type Operation, type ReadMode } from '../../src/contract/index.ts';
import { useRun } from './run.ts';

export type Form = 'get' | 'put' | 'cas' | 'transaction';
/** What a narrow panel shows beside the form. */
export type View = 'tables' | 'mine' | 'all';
/** Whom the client asks first: whoever it thinks leads, or a server. */
export type Asked = 'leader' | NodeId;

export const useDatabase = defineStore('database', () => {
  const run = useRun();
  const wanted = ref<NodeId | null>(null);
  const wantedServer = ref<Asked>('leader');
  /** How a get is to be answered; `config`: as the protocol is configured. */
  const reads = ref<ReadMode | 'config'>('config');
  const form = ref<Form>('transaction');
  /** The transaction that the person works at; `null`: the latest that is open. */
  const transaction = ref<number | null>(null);
  /** What stands beside the form: the tables of the servers, or operations, the person's or everybody's. */
  const view = ref<View>('tables');
  /** The form is to have the keyboard. */
  const calls = ref(false);

  /** The client that asks; `null` when the protocol has none. */
  const client = computed({
    get: () => (wanted.value !== null && run.clients.includes(wanted.value) ? wanted.value : (run.clients[0] ?? null)),
    set: (next) => {
      wanted.value = next;
      transaction.value = null;
    },
  });
  const server = computed<Asked>({
    get: () => (wantedServer.value === 'leader' || run.nodes.includes(wantedServer.value) ? wantedServer.value : 'leader'),
    set: (next) => (wantedServer.value = next),
  });

  /** Has the client ask the cluster, over the same network as everything else. */
  async function operate(operation: Operation, by = client.value): Promise<CommandPlace | null> {
    if (by === null) return null;
    const request = {
      type: 'operate',
      operation,
      ...(server.value !== 'leader' && { server: server.value }),
      ...(operation.type === 'get' && reads.value !== 'config' && { reads: reads.value }),
    };
    return run.command({ type: 'request', node: by, request }, `Ask by way of ${nameOf(by)}`);
  }

  /** Gives the keyboard to the form as soon as it is there. */
  function call(): void {
    calls.value = true;
  }

  watch(
    () => run.session?.run,
    () => {
      wanted.value = transaction.value = null;
      wantedServer.value = 'leader';
    },
  );

  return { client, server, reads, form, transaction, view, calls, call, operate };
});
