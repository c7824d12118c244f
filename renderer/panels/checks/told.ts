/** What the events behind a violation say: from the log as far as it is kept, else from the past of the run. */
import { reactive, watch } from 'vue';
import { sentence, type LogRow, type NodeId } from '../../../src/contract/index.ts';
import { pastOf } from '../../past.ts';
import type { Ring } from '../../ring.ts';
import { useRun } from '../../stores/run.ts';

export interface Told {
  /** Virtual time, µs. */
  readonly at: number;
  readonly text: string;
  /** To whom it happened; `null`: to the cluster. */
  readonly node: NodeId | null;
}

/** The row of event `seq`; `undefined` when it is not kept. */
export function rowOf(rows: Ring<LogRow>, seq: number): LogRow | undefined {
  let low = rows.start;
  let high = rows.end;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows.at(middle)!.event.seq < seq) low = middle + 1;
    else high = middle;
  }
  const found = rows.at(low);
  return found?.event.seq === seq ? found : undefined;
}

/**
 * What these events of the run say, by number. The past is asked only while the run is paused, for asking pauses it; until
 * then some may be missing.
 */
export function useTold(events: () => readonly number[]): ReadonlyMap<number, Told> {
  const run = useRun();
  const told = reactive(new Map<number, Told>());
  const asked = new Set<number>();

  function take(row: LogRow): void {
    const { event, nodes } = row;
    told.set(event.seq, { at: event.at, text: sentence(run.protocol, row), node: 'node' in event ? event.node : (nodes[0] ?? null) });
  }

  async function ask(of: number, seq: number): Promise<void> {
    asked.add(seq);
    const answer = await window.synod.request('history:seek', { run: of, seq: seq + 1, before: 1, after: 0 });
    if (!answer.ok || run.session?.run !== of) return;
    const { rows } = pastOf(answer.value, 0, null);
    const row = rows.at(rows.end - 1);
    if (row !== undefined) take(row);
  }

  watch(
    [events, () => run.playing, () => run.frameRun],
    ([wanted, , now], [, , before]) => {
      const session = run.session;
      if (session === null) return;
      if (before !== undefined && now !== before) {
        told.clear();
        asked.clear();
      }
      for (const seq of wanted) {
        if (told.has(seq)) continue;
        const row = rowOf(run.rows, seq);
        if (row !== undefined) take(row);
        else if (!run.playing && !asked.has(seq)) void ask(session.run, seq);
      }
    },
    { immediate: true },
  );
  return told;
}
