import { describe, expect, it } from 'vitest';
import {
  EFFECT_NOTE,
  INPUT_CONTROL,
  INPUT_END,
  INPUT_FIRE,
  INPUT_MESSAGE,
  INPUT_REQUEST,
  INPUT_START,
  STEP_CORRUPT,
  writeHead,
} from '../../../src/cluster/batch.ts';
import { checksumOf, readChecksum, writeChecksum } from '../../../src/cluster/checksum.ts';
import type { CrashPoint, RunEvent } from '../../../src/cluster/events.ts';
import { InlineCluster } from '../../../src/host/inline.ts';
import { NodeRunner } from '../../../src/host/runner.ts';
import { soundConditions } from '../../../src/network/faults/conditions.ts';
import type { Conditions } from '../../../src/network/faults/fault.ts';
import { CodecError, Reader, Writer } from '../../../src/protocol/codec.ts';
import { eventsOf } from '../../support/events.ts';
import { puppet, puppetHeader, told, type Action } from '../../support/puppet.ts';
import { setupOf } from '../../support/setup.ts';

function runner(observe = false, stored: { key: string; value: number }[] = []) {
  return new NodeRunner({ protocol: puppet, setup: setupOf(1, [1, 2], { limit: 0 }, 1), stored, observe });
}

type Input =
  | { at: number; start: true }
  | { at: number; ask: readonly Action[] }
  | { at: number; hear: readonly Action[]; flip?: number }
  | { at: number; fire: string };

interface Options {
  single?: boolean;
  crashAt?: CrashPoint;
  control?: Partial<Conditions> & { readonly frozenUntil?: number };
}

function batch(from: number, until: number, inputs: readonly Input[], options: Options = {}): Uint8Array {
  const writer = new Writer();
  writeHead(writer, { from, until, single: options.single ?? false, crashAt: options.crashAt ?? 'now' });
  let last = from;
  if (options.control !== undefined) {
    const { frozenUntil = 0, ...conditions } = options.control;
    writer.byte(INPUT_CONTROL);
    writer.uint(0);
    writer.text(JSON.stringify({ conditions: { ...soundConditions(), ...conditions }, frozenUntil }));
  }
  for (const input of inputs) {
    writer.byte('start' in input ? INPUT_START : 'ask' in input ? INPUT_REQUEST : 'fire' in input ? INPUT_FIRE : INPUT_MESSAGE);
    writer.uint(input.at - last);
    last = input.at;
    if ('ask' in input) {
      writer.uint(1);
      writer.text(JSON.stringify({ slot: 1, value: told(...input.ask) }));
    } else if ('fire' in input) {
      writer.text(input.fire);
    } else if ('hear' in input) {
      const body = new Writer();
      body.text(JSON.stringify({ actions: input.hear }));
      writer.byte(2);
      writer.byte(0);
      writeChecksum(writer, checksumOf(body.bytes, 0, body.length));
      if (input.flip !== undefined) body.bytes[input.flip >> 3]! ^= 1 << (input.flip & 7);
      writer.uint(body.length);
      writer.raw(body.bytes, 0, body.length);
    }
  }
  writer.byte(INPUT_END);
  return writer.view().slice();
}

/** What a node does, as one line an event, with its own events only. */
function story(...actions: readonly Action[]) {
  const cluster = new InlineCluster(puppetHeader(1), { protocol: puppet });
  cluster.runUntil(1000);
  const mark = cluster.scheduler.log.mark();
  cluster.command({ type: 'propose', node: 1, value: told(...actions) });
  cluster.runUntil(1_000_000);
  return eventsOf(cluster.scheduler.log, mark).map((event: RunEvent) => {
    const what = event.type === 'note' ? event.text : event.type === 'timer' ? event.name : event.type === 'crash' ? event.error : '';
    return `${event.at} ${event.type} ${what}`.trim();
  });
}

describe('the order inside a node', () => {
  it('is what it sent itself, then inputs, then timers in the order they were set', () => {
    const node = runner();
    node.run(batch(0, 100, [{ at: 0, start: true }]));
    node.run(batch(100, 200, [{ at: 100, ask: [['timer', 'b', 150, [['note', 'timer b']]], ['timer', 'a', 150, [['note', 'timer a']]]] }]));
    const { output } = node.run(batch(200, 300, [
      { at: 249, ask: [['timer', 'c', 1, [['note', 'timer c']]], ['send', 1, [['note', 'self 1'], ['send', 1, [['note', 'self 3']]]]], ['send', 1, [['note', 'self 2']]]] },
      { at: 250, hear: [['note', 'heard'], ['send', 1, [['note', 'self 4']]]] },
      { at: 250, ask: [['note', 'asked']] },
    ]));
    const text = Buffer.from(output.bytes).toString('latin1');
    const order = ['self 1', 'self 2', 'self 3', 'heard', 'self 4', 'asked', 'timer b', 'timer a', 'timer c'];
    // What is sent is written too, before it is taken in: the note is the last place where the words stand.
    const places = order.map((word) => text.lastIndexOf(word));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
    expect(output.nextDue).toBe(Infinity);
  });

  it('gives timers their time, also those set within the same window, and only before its end', () => {
    expect(story(['timer', 'a', 10, [['note', 'one'], ['timer', 'a', 10, [['note', 'two']]]]])).toEqual([
      '1000 request', '1000 setTimer', '1010 timer a', '1010 note one', '1010 setTimer', '1020 timer a', '1020 note two',
    ]);
    const node = runner();
    node.run(batch(0, 1, [{ at: 0, start: true }]));
    expect(node.run(batch(1, 50, [{ at: 1, ask: [['timer', 'x', 49, [['note', 'later']]]] }])).output.nextDue).toBe(50);
    expect(node.run(batch(50, 51, [])).output.bytes.length).toBeGreaterThan(0);
  });

  it('forgets a timer that is cancelled or set anew', () => {
    expect(story(['timer', 'a', 10, [['note', 'never']]], ['timer', 'b', 20, [['note', 'never']]], ['cancel', 'b'], ['cancel', 'none'], ['timer', 'a', 30, [['note', 'once']]])).toEqual([
      '1000 request', '1000 setTimer', '1000 setTimer', '1000 cancelTimer', '1000 cancelTimer', '1000 setTimer', '1030 timer a', '1030 note once',
    ]);
  });

  it('with one step a batch makes one step', () => {
    const node = runner();
    node.run(batch(0, 1, [{ at: 0, start: true }]));
    const said = (inputs: readonly Input[]) => {
      const { bytes } = node.run(batch(5, 6, inputs, { single: true })).output;
      return ['first', 'second', 'third'].filter((word) => Buffer.from(bytes).toString('latin1').includes(`${String.fromCharCode(EFFECT_NOTE, word.length)}${word}`));
    };
    expect(said([{ at: 5, ask: [['note', 'first'], ['send', 1, [['note', 'second']]], ['timer', 't', 0.5 * 2, [['note', 'third']]]] }])).toEqual(['first']);
    expect(said([])).toEqual(['second']);
    expect(said([])).toEqual([]);
  });
});

/** A node that has started, and what each batch makes it say: its notes, in order. */
function started() {
  const node = runner();
  node.run(batch(0, 1, [{ at: 0, start: true }]));
  const run = (from: number, until: number, inputs: readonly Input[] = [], options: Options = {}) => {
    const { output, saves } = node.run(batch(from, until, inputs, options));
    const text = Buffer.from(output.bytes).toString('latin1');
    const notes = ['one', 'two', 'three', 'four', 'tick', 'tock']
      .flatMap((word) => {
        const at = text.lastIndexOf(`${String.fromCharCode(EFFECT_NOTE, word.length)}${word}`);
        return at < 0 ? [] : [{ word, at }];
      })
      .sort((a, b) => a.at - b.at)
      .map(({ word }) => word);
    const { nextDue, blockedUntil, busy } = output;
    return { notes, saves: saves.flatMap(({ writes }) => writes.map(([key]) => key)), nextDue, blockedUntil, busy, output };
  };
  return { node, run };
}

describe('a frozen node', () => {
  it('does nothing; then what it sent itself, what waited, and timers that are overdue', () => {
    const { run } = started();
    run(1, 2, [{ at: 1, ask: [['timer', 'late', 60, [['note', 'tock']]], ['timer', 'soon', 20, [['note', 'tick']]]] }]);
    expect(run(2, 3, [{ at: 2, ask: [['send', 1, [['note', 'one']]]] }], { single: true })).toMatchObject({ notes: [], busy: true, nextDue: 2 });
    const inputs: Input[] = [{ at: 3, ask: [['note', 'two']] }, { at: 30, hear: [['note', 'three']] }];
    expect(run(3, 50, inputs, { control: { frozenUntil: 100 } })).toMatchObject({
      notes: [], busy: true, nextDue: 100, blockedUntil: 100,
    });
    expect(run(50, 100, [{ at: 70, ask: [['note', 'four']] }])).toMatchObject({ notes: [], nextDue: 100 });
    const { notes, busy, nextDue } = run(100, 101);
    expect([notes, busy, nextDue]).toEqual([['one', 'two', 'three', 'four', 'tick', 'tock'], false, Infinity]);
  });

  it('takes one at a time in single steps, and is frozen longer when it is told so', () => {
    const { run } = started();
    run(1, 2, [{ at: 1, ask: [['note', 'one']] }, { at: 1, ask: [['note', 'two']] }], { control: { frozenUntil: 50 } });
    run(2, 3, [], { control: { frozenUntil: 30 } });
    expect(run(50, 51, [], { single: true })).toMatchObject({ notes: ['one'], busy: true, nextDue: 50 });
    expect(run(50, 51, [], { single: true, control: { frozenUntil: 80 } })).toMatchObject({ notes: [], nextDue: 80 });
    expect(run(80, 81, [], { single: true })).toMatchObject({ notes: ['two'], busy: false });
  });
});

describe('a slow disk', () => {
  const words: Action[] = [['note', 'one'], ['save', 'a', 1], ['note', 'two'], ['save', 'b', 1], ['note', 'three']];

  it('holds back what follows each save until it has synced, and only then is it on the disk', () => {
    const { run } = started();
    const slow = { control: { diskDelay: 10 } };
    expect(run(1, 5, [{ at: 1, ask: words }, { at: 2, hear: [['note', 'four']] }], slow)).toMatchObject({
      notes: ['one'], saves: [], nextDue: 11, blockedUntil: 11, busy: true,
    });
    expect(run(5, 11)).toMatchObject({ notes: [], saves: [] });
    expect(run(11, 12)).toMatchObject({ notes: ['two'], saves: ['a'], nextDue: 21 });
    expect(run(12, 40)).toMatchObject({ notes: ['three', 'four'], saves: ['b'], nextDue: Infinity, busy: false });
  });

  it('within one batch gives the same', () => {
    const { run } = started();
    const slow = { control: { diskDelay: 10 } };
    const all = run(1, 40, [{ at: 1, ask: words }, { at: 2, hear: [['note', 'four']] }], slow);
    expect(all).toMatchObject({ notes: ['one', 'two', 'three', 'four'], saves: ['a', 'b'], busy: false });
  });

  it('crashes a node that is to crash after a save when it has synced, one that is to crash after a step at its end', () => {
    const after = (crashAt: CrashPoint) => {
      const { run } = started();
      run(1, 5, [{ at: 1, ask: words }], { control: { diskDelay: 10 } });
      return run(5, 100, [{ at: 6, ask: [['note', 'four']] }], { crashAt });
    };
    expect(after('after-save')).toMatchObject({ notes: [], saves: ['a'], nextDue: Infinity });
    expect(after('after-step')).toMatchObject({ notes: ['two', 'three'], saves: ['a', 'b'], nextDue: Infinity });
    expect(after('before-step')).toMatchObject({ notes: ['two', 'three'], saves: ['a', 'b'], nextDue: Infinity });
  });

  it('that lies says so when it has synced', () => {
    const { node, run } = started();
    run(1, 5, [{ at: 1, ask: [['save', 'a', 1]] }], { control: { diskDelay: 10 } });
    const { saves } = node.run(batch(5, 20, [], { control: { diskLies: true } }));
    expect(saves).toEqual([{ writes: [['a', '1']], lies: true }]);
  });
});

describe('a full disk', () => {
  it('ends the node at its next save, of which nothing is kept', () => {
    const { run } = started();
    const { output, notes, saves } = run(1, 5, [{ at: 1, ask: [['note', 'one'], ['save', 'a', 1], ['note', 'two']] }], { control: { diskFull: true } });
    expect([notes, saves, output.nextDue]).toEqual([['one'], [], Infinity]);
    expect(Buffer.from(output.bytes).toString('latin1')).toContain('its disk is full: a could not be saved');
  });
});

describe('a clock', () => {
  it.each([[0.5, 20], [2, 5], [1, 10], [16, 1], [3, 3]])('at %f times its speed takes %i µs for a timer of 10', (clockRate, due) => {
    const { run } = started();
    const set: Input[] = [{ at: 1, ask: [['timer', 't', 10, [['note', 'tick']]]] }];
    expect(run(1, 2, set, { control: { clockRate } }).nextDue).toBe(1 + due);
    // A timer that is set keeps the time it was set to.
    expect(run(2, 1 + due, [], { control: { clockRate: 1 } }).notes).toEqual([]);
    expect(run(1 + due, 2 + due).notes).toEqual(['tick']);
  });
});

describe('a timer fired by hand', () => {
  it('fires now and not again; one that is not there is only a note', () => {
    const { run } = started();
    run(1, 2, [{ at: 1, ask: [['timer', 't', 100, [['note', 'tick']]]] }]);
    expect(run(5, 6, [{ at: 5, fire: 't' }])).toMatchObject({ notes: ['tick'], nextDue: Infinity });
    const { output } = run(6, 7, [{ at: 6, fire: 't' }]);
    expect(Buffer.from(output.bytes).toString('latin1')).toContain('has no timer t to fire');
    expect(run(100, 200).output.bytes).toHaveLength(0);
  });

  it('waits while the node is frozen, and is gone if the timer is gone by then', () => {
    const { run } = started();
    run(1, 2, [{ at: 1, ask: [['timer', 't', 100, [['note', 'tick']]]] }]);
    run(2, 3, [{ at: 2, ask: [['cancel', 't']] }, { at: 2, fire: 't' }], { control: { frozenUntil: 50 } });
    expect(Buffer.from(run(50, 51).output.bytes).toString('latin1')).toContain('has no timer t to fire');
  });
});

describe('a checksum', () => {
  it('tells of every single bit that was turned over: the message is dropped, and the node goes on', () => {
    const { run } = started();
    const hear: Action[] = [['note', 'one']];
    const bits = 8 * JSON.stringify({ actions: hear }).length;
    for (let flip = 0; flip < bits; flip++) {
      const { output, notes } = run(flip + 1, flip + 2, [{ at: flip + 1, hear, flip }, { at: flip + 1, ask: [['note', 'two']] }]);
      expect([output.bytes[0], notes], `bit ${flip}`).toEqual([STEP_CORRUPT, ['two']]);
    }
  });

  it('is FNV-1a, and what is written is what is read', () => {
    // Test vectors of the authors' reference code.
    for (const [text, sum] of [['', 0x811c9dc5], ['a', 0xe40c292c], ['foobar', 0xbf9cf968]] as const) {
      const bytes = Buffer.from(text);
      expect(checksumOf(bytes, 0, bytes.length)).toBe(sum);
      const writer = new Writer();
      writeChecksum(writer, sum);
      expect(readChecksum(new Reader(writer.view()))).toBe(sum);
    }
  });
});

describe('a node that is saved', () => {
  it('amid all it can be in the middle of goes on elsewhere as it would have here', () => {
    const build = () => {
      const { node, run } = started();
      run(1, 2, [{ at: 1, ask: [['timer', 'soon', 30, [['note', 'tick']]]] }]);
      run(2, 3, [{ at: 2, ask: [['send', 1, [['note', 'two']]], ['save', 'a', 1], ['send', 1, [['note', 'three']]], ['note', 'one']] }], {
        single: true, control: { diskDelay: 10, clockRate: 2 },
      });
      run(3, 4, [{ at: 3, hear: [['note', 'four'], ['timer', 'then', 10, [['note', 'tock']]]] }]);
      return node;
    };
    const rest = (node: NodeRunner) => {
      const made = [node.run(batch(4, 13, [])), node.run(batch(13, 100, []))];
      return made.map(({ output, saves }) => ({ ...output, bytes: [...output.bytes], saves }));
    };
    const whole = rest(build());
    expect(whole[0]!.saves).toEqual([{ writes: [['a', '1']], lies: false }]);
    const saved = build().save();
    const copy = structuredClone(saved);
    for (const data of [saved, copy, saved]) {
      expect(rest(NodeRunner.resume({ protocol: puppet, observe: false }, data))).toEqual(whole);
    }
    expect(saved).toEqual(copy);
  });

  it('before it has started starts with what it was given', () => {
    const node = runner(false, [{ key: 'a', value: 1 }]);
    const resumed = NodeRunner.resume({ protocol: puppet, observe: false }, node.save());
    const { output } = resumed.run(batch(0, 1, [{ at: 0, start: true }]));
    expect(Buffer.from(output.bytes).toString()).toContain('up with [{"key":"a","value":1}]');
  });
});

describe('an exception in a step', () => {
  it.each<[string, Action[], string]>([
    ['the protocol throws', [['throw', 'no']], 'TypeError: no'],
    ['the protocol throws no error', [['throwText', 'just text']], 'just text'],
    ['a timer is set to no time', [['timer', 't', 0, []]], 'RangeError: timer t of n1: 0 is no time in µs'],
    ['a timer is set to half a µs', [['timer', 't', 1.5, []]], 'RangeError: timer t of n1: 1.5 is no time in µs'],
    ['a message cannot be encoded', [['sendBroken', 1]], 'Error: cannot be encoded'],
    ['a key belongs to the storage', [['save', '\u0000undo', 1]], 'RangeError: the key "\\u0000undo" belongs to the storage'],
  ])('because %s is a crash with the error, now', (_, actions, error) => {
    expect(story(...actions)).toEqual(['1000 request', `1000 crash ${error}`]);
  });

  it('takes the effects that it had made before with it only if it came before them', () => {
    // Effects are written in order: those before the one that fails have taken place.
    expect(story(['note', 'before'], ['sendBroken', 1], ['note', 'after'])).toEqual([
      '1000 request', '1000 note before', '1000 crash Error: cannot be encoded',
    ]);
  });

  it('leaves no half of a save', () => {
    const node = runner();
    node.run(batch(0, 1, [{ at: 0, start: true }]));
    const { saves, output } = node.run(batch(1, 2, [{ at: 1, ask: [['save', 'whole', 1], ['saveBroken', 'half']] }]));
    expect(saves).toEqual([{ writes: [['whole', '1']], lies: false }]);
    expect(Buffer.from(output.bytes).toString('latin1')).not.toContain('half');
    expect(output.nextDue).toBe(Infinity);
  });

  it('ends the node: later batches do nothing', () => {
    const node = runner(true);
    node.run(batch(0, 1, [{ at: 0, start: true }]));
    node.run(batch(1, 2, [{ at: 1, ask: [['timer', 't', 1, [['note', 'x']]], ['throw', 'no']] }]));
    const { output, saves } = node.run(batch(2, 3, [{ at: 2, ask: [['save', 'k', 1]] }]));
    expect([output.bytes.length, saves.length, output.view, output.nextDue]).toEqual([0, 0, null, Infinity]);
  });

  it('includes a message that cannot be decoded', () => {
    const node = runner();
    node.run(batch(0, 1, [{ at: 0, start: true }]));
    // What the sender wrote is what arrived; it is only no message.
    const { output, saves } = node.run(batch(1, 3, [{ at: 1, hear: 7 as never }, { at: 2, ask: [['save', 'k', 1]] }]));
    expect(Buffer.from(output.bytes).toString('latin1')).toContain('TypeError');
    expect(saves).toEqual([]);
  });

  it('that is about the batch itself is the host’s to tell', () => {
    const broken = batch(0, 1, [{ at: 0, start: true }]);
    broken[broken.length - 3] = 77;
    expect(() => runner().run(broken)).toThrow(new RangeError('no input has the number 77'));
    expect(() => runner().run(broken.subarray(0, 4))).toThrow(CodecError);
  });
});

describe('what a node shows', () => {
  it('is made after each batch in which something happened, if anybody watches', () => {
    expect(runner(false).run(batch(0, 1, [{ at: 0, start: true }])).output.view).toBeNull();
    const node = runner(true);
    expect(node.run(batch(0, 1, [{ at: 0, start: true }])).output.view).toMatchObject({ status: '1 steps' });
    expect(node.run(batch(1, 2, [])).output.view).toBeNull();
  });

  it('to the inspector is its memory, and its disk as it is now', () => {
    const node = runner(false, [{ key: 'a', value: 1 }]);
    node.run(batch(0, 1, [{ at: 0, start: true }]));
    expect(node.inspect([{ key: 'b', value: 2 }])).toEqual({ memory: { steps: 1 }, disk: { b: 2 } });
  });
});

describe('stable storage', () => {
  it('of a node holds what it saved; null deletes', () => {
    const cluster = new InlineCluster(puppetHeader(1), { protocol: puppet });
    cluster.command({ type: 'propose', node: 1, value: told(['saveAll', [{ key: 'a', value: 1 }, { key: 'b', value: 2 }]], ['save', 'a', null]) });
    cluster.runUntil(1);
    expect(cluster.inspect(1)).toEqual({ up: true, memory: { steps: 2 }, disk: { b: 2 } });
    expect(eventsOf(cluster.scheduler.log).filter(({ type }) => type === 'save')).toMatchObject([
      { records: [{ key: 'a', value: 1 }, { key: 'b', value: 2 }] }, { records: [{ key: 'a', value: null }] },
    ]);
  });
});
