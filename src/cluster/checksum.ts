/**
 * The checksum that travels beside the body of a packet: FNV-1a, 32 bits (G. Fowler, L. C. Noll, K.-P. Vo, D. Eastlake:
 * *The FNV Non-Cryptographic Hash Algorithm*). Each step is a bijection of the state for a given byte, and of the byte
 * for a given state; so whatever happens to one byte alone, a flipped bit above all, is always found out. One
 * exclusive-or and one multiplication a byte.
 */
import type { Reader, Writer } from '../protocol/codec.ts';

const OFFSET_BASIS = 0x811c9dc5;
const PRIME = 0x01000193;

/** Checksum of `bytes[start … end)`: an unsigned 32-bit integer. */
export function checksumOf(bytes: Uint8Array, start: number, end: number): number {
  let sum = OFFSET_BASIS;
  for (let at = start; at < end; at++) sum = Math.imul(sum ^ bytes[at]!, PRIME);
  return sum >>> 0;
}

/** Writes a checksum as four bytes, the lowest first. */
export function writeChecksum(writer: Writer, sum: number): void {
  writer.byte(sum & 0xff);
  writer.byte((sum >>> 8) & 0xff);
  writer.byte((sum >>> 16) & 0xff);
  writer.byte(sum >>> 24);
}

export function readChecksum(reader: Reader): number {
  const low = reader.byte() | (reader.byte() << 8) | (reader.byte() << 16);
  return (low | (reader.byte() << 24)) >>> 0;
}
