/** What operations and results from outside may hold, and what is wrong with one that does not. */
import { flagField, objectField, show } from '../fields.ts';
import { ProtocolError } from '../protocol.ts';
import { KEY_LENGTH_MAX, VALUE_LENGTH_MAX, operationTypes } from './operation.ts';
import type { Operation, OperationResult } from './operation.ts';
import { operationForms, operationNamed } from './text.ts';

/** Half of a character beyond U+FFFF: no UTF-8 stands for it, so that it would not survive a message. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Checks an operation from the window, a scenario or a file, where it can be a text too (text.ts).
 * @param field what it is called in an error
 * @throws ProtocolError naming the field that is wrong.
 */
export function checkOperation(given: unknown, field = 'operation'): Operation {
  if (typeof given === 'string') {
    const named = operationNamed(given);
    if (named === null) throw new ProtocolError(field, `${show(given)} is none; there are ${operationForms}`);
    return checkOperation(named, field);
  }
  const { type } = objectField(field, given, null);
  switch (type) {
    case 'begin':
      objectField(field, given, ['type']);
      return { type };
    case 'write': {
      const { transaction, key, value } = objectField(field, given, ['type', 'transaction', 'key', 'value']);
      return { type, transaction: checkId(field, transaction), key: checkKey(field, key), value: checkValue(`${field}.value`, value) };
    }
    case 'commit':
    case 'abort': {
      const { transaction } = objectField(field, given, ['type', 'transaction']);
      return { type, transaction: checkId(field, transaction) };
    }
    case 'get': {
      const { key } = objectField(field, given, ['type', 'key']);
      return { type, key: checkKey(field, key) };
    }
    case 'put': {
      const { key, value } = objectField(field, given, ['type', 'key', 'value']);
      return { type, key: checkKey(field, key), value: checkValue(`${field}.value`, value) };
    }
    case 'cas': {
      const { key, expected, value } = objectField(field, given, ['type', 'key', 'expected', 'value']);
      return {
        type,
        key: checkKey(field, key),
        expected: expected === null ? null : checkValue(`${field}.expected`, expected),
        value: checkValue(`${field}.value`, value),
      };
    }
    default:
      throw new ProtocolError(`${field}.type`, `must be one of ${operationTypes.join(', ')}, not ${show(type)}`);
  }
}

/**
 * Checks the result of an operation from a file.
 * @throws ProtocolError naming the field that is wrong.
 */
export function checkResult(given: unknown, field = 'result'): OperationResult {
  const { type } = objectField(field, given, null);
  switch (type) {
    case 'begun': {
      const { transaction } = objectField(field, given, ['type', 'transaction']);
      return { type, transaction: checkId(field, transaction) };
    }
    case 'done':
      objectField(field, given, ['type']);
      return { type };
    case 'value': {
      const { value } = objectField(field, given, ['type', 'value']);
      return { type, value: value === null ? null : checkValue(`${field}.value`, value) };
    }
    case 'swapped': {
      const { swapped, value } = objectField(field, given, ['type', 'swapped', 'value']);
      return { type, swapped: flagField(`${field}.swapped`, swapped), value: value === null ? null : checkValue(`${field}.value`, value) };
    }
    case 'refused': {
      const { why } = objectField(field, given, ['type', 'why']);
      return { type, why: text(`${field}.why`, why, 1000) };
    }
    default:
      throw new ProtocolError(`${field}.type`, `must be a kind of result, not ${show(type)}`);
  }
}

function checkId(field: string, given: unknown): number {
  if (Number.isSafeInteger(given) && (given as number) >= 1) return given as number;
  throw new ProtocolError(`${field}.transaction`, `must be the number of a transaction, from 1, not ${show(given)}`);
}

function checkKey(field: string, given: unknown): string {
  const key = text(`${field}.key`, given, KEY_LENGTH_MAX);
  if (/\s/u.test(key)) throw new ProtocolError(`${field}.key`, `must have no white space, unlike ${show(given)}`);
  return key;
}

function checkValue(field: string, given: unknown): string {
  return text(field, given, VALUE_LENGTH_MAX);
}

function text(field: string, given: unknown, most: number): string {
  if (typeof given !== 'string') throw new ProtocolError(field, `must be text, not ${show(given)}`);
  if (given.length < 1 || given.length > most) {
    throw new ProtocolError(field, `must have 1 to ${most} characters, not ${given.length}`);
  }
  if (LONE_SURROGATE.test(given)) throw new ProtocolError(field, 'must be whole characters; it has half of one');
  return given;
}
