/** Answers as people write them: the inverse of `describeResult`, for the operation that was asked. */
import type { Operation, OperationResult } from '../../protocol/machine/operation.ts';

/** How answers are written, for messages. */
export const resultForms = '#ID to begin · a value, or nothing, to get · swapped or not swapped: it was VALUE to cas · done to others · refused: WHY';

/** The answer that a text stands for, not checked yet; `null` when it is none. */
export function resultNamed(operation: Operation, text: string): OperationResult | null {
  const given = text.trim();
  const refused = /^refused: ?(.*)$/s.exec(given);
  if (refused !== null) return { type: 'refused', why: refused[1]! };
  switch (operation.type) {
    case 'begin': {
      const id = /^#?(\d+)$/.exec(given)?.[1];
      return id === undefined ? null : { type: 'begun', transaction: Number(id) };
    }
    case 'get':
      return given === '' ? null : { type: 'value', value: valueNamed(given) };
    case 'cas': {
      if (given === 'swapped') return { type: 'swapped', swapped: true, value: operation.expected };
      const was = /^not swapped: it was (.+)$/s.exec(given)?.[1];
      return was === undefined ? null : { type: 'swapped', swapped: false, value: valueNamed(was) };
    }
    default:
      return given === 'done' ? { type: 'done' } : null;
  }
}

/** A value; quoted if it would read as something else. */
function valueNamed(text: string): string | null {
  if (text === 'nothing') return null;
  if (!text.startsWith('"')) return text;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : text;
  } catch {
    return text;
  }
}
