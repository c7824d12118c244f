/** Writes what a node does into its output, as bytes. */
import { Writer } from '../../protocol/codec.ts';
import { valueSorts, type AnyProtocol, type Effect, type NodeId, type Saved } from '../../protocol/protocol.ts';
import {
  EFFECT_APPLY,
  EFFECT_CANCEL_TIMER,
  EFFECT_CHOSEN,
  EFFECT_INVOKE,
  EFFECT_LEAD,
  EFFECT_MEMBERS,
  EFFECT_NOTE,
  EFFECT_REPLY,
  EFFECT_RETURN,
  EFFECT_SAVE,
  EFFECT_SEND,
  EFFECT_SET_TIMER,
} from '../../cluster/batch.ts';
import { checksumOf, writeChecksum } from '../../cluster/checksum.ts';
import { RESERVED, type Write } from '../../cluster/disk/disk.ts';

export class EffectWriter {
  readonly out = new Writer(1024);
  private readonly body = new Writer(256);
  private readonly protocol: AnyProtocol;
  private readonly node: NodeId;

  constructor(protocol: AnyProtocol, node: NodeId) {
    this.protocol = protocol;
    this.node = node;
  }

  /** @throws whatever the protocol throws while it encodes a message; the output then ends within the effect. */
  write(effect: Exclude<Effect<unknown>, { type: 'save' | 'setTimer' }>): void {
    const { out } = this;
    switch (effect.type) {
      case 'send':
        return this.send(effect.to, effect.message);
      case 'cancelTimer':
        out.byte(EFFECT_CANCEL_TIMER);
        out.text(effect.name);
        return;
      case 'reply':
        out.byte(EFFECT_REPLY);
        out.uint(effect.id);
        out.text(JSON.stringify(effect.reply));
        return;
      case 'chosen':
        out.byte(EFFECT_CHOSEN);
        out.uint(effect.slot);
        out.text(effect.value);
        out.uint(effect.ballot.round);
        out.byte(effect.ballot.node);
        out.uint(effect.quorum.length);
        for (const node of effect.quorum) out.byte(node);
        out.byte(valueSorts.indexOf(this.protocol.sortOf?.(effect.value) ?? 'command'));
        return;
      case 'note':
        out.byte(EFFECT_NOTE);
        out.text(effect.text);
        return;
      case 'apply':
        out.byte(EFFECT_APPLY);
        out.uint(effect.from);
        out.uint(effect.to - effect.from);
        out.byte(effect.by === 'log' ? 0 : 1);
        return;
      case 'lead':
        out.byte(EFFECT_LEAD);
        out.uint(effect.ballot.round);
        out.byte(effect.ballot.node);
        out.byte(effect.on ? 1 : 0);
        return;
      case 'members':
        out.byte(EFFECT_MEMBERS);
        out.uint(effect.slot);
        out.uint(effect.members.length);
        for (const node of effect.members) out.byte(node);
        return;
      case 'invoke':
        out.byte(EFFECT_INVOKE);
        out.uint(effect.session);
        out.uint(effect.sequence);
        out.text(effect.operation);
        return;
      case 'return':
        out.byte(EFFECT_RETURN);
        out.uint(effect.session);
        out.uint(effect.sequence);
        out.text(effect.result);
    }
  }

  /**
   * @returns what the disk has to write.
   * @throws when a value is no JSON, or a key belongs to the storage; the output then ends within the effect.
   */
  save(records: readonly Saved[]): Write[] {
    const { out } = this;
    out.byte(EFFECT_SAVE);
    out.uint(records.length);
    return records.map(({ key, value }) => {
      if (key.startsWith(RESERVED)) throw new RangeError(`the key ${JSON.stringify(key)} belongs to the storage`);
      const json = JSON.stringify(value);
      out.text(key);
      out.text(json);
      return [key, value === null ? null : json];
    });
  }

  /** @param after real time until it fires, µs. */
  setTimer(name: string, after: number): void {
    this.out.byte(EFFECT_SET_TIMER);
    this.out.text(name);
    this.out.uint(after);
  }

  private send(to: NodeId, message: unknown): void {
    const { out, body, protocol } = this;
    body.clear();
    protocol.encode(message, body);
    out.byte(EFFECT_SEND);
    out.byte(to);
    out.byte(protocol.kindOf(message));
    if (to !== this.node) writeChecksum(out, checksumOf(body.bytes, 0, body.length));
    out.uint(body.length);
    out.raw(body.bytes, 0, body.length);
  }
}
