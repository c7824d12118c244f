/** A packet in words, as tooltips and menus name it. Pure. */
import { nameOf, Reader, type AnyProtocol, type PacketWorld } from '../../src/contract/index.ts';

/** `prepare · n1 → n2 · duplicate`. */
export function packetTitle(protocol: AnyProtocol, { kind, from, to, duplicateOf }: PacketWorld): string {
  return `${protocol.messages[kind]?.name ?? 'packet'} · ${nameOf(from)} → ${nameOf(to)}${duplicateOf === null ? '' : ' · duplicate'}`;
}

/** What it says. */
export function packetText(protocol: AnyProtocol, { kind, body }: PacketWorld): string {
  return protocol.describe(protocol.decode(kind, new Reader(body)));
}
