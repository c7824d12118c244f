/** How operations and results are written in messages. */
import { CodecError } from '../codec.ts';
import type { Reader, Writer } from '../codec.ts';
import { operationTypes } from './operation.ts';
import type { Operation, OperationResult } from './operation.ts';

const resultTypes = ['begun', 'done', 'value', 'swapped', 'refused'] as const satisfies readonly OperationResult['type'][];

export function writeOperation(writer: Writer, operation: Operation): void {
  writer.byte(operationTypes.indexOf(operation.type));
  switch (operation.type) {
    case 'begin':
      return;
    case 'write':
      writer.uint(operation.transaction);
      writer.text(operation.key);
      writer.text(operation.value);
      return;
    case 'commit':
    case 'abort':
      writer.uint(operation.transaction);
      return;
    case 'get':
      writer.text(operation.key);
      return;
    case 'put':
      writer.text(operation.key);
      writer.text(operation.value);
      return;
    case 'cas':
      writer.text(operation.key);
      writeOptional(writer, operation.expected);
      writer.text(operation.value);
  }
}

/** @throws CodecError when the bytes are no operation. */
export function readOperation(reader: Reader): Operation {
  const tag = reader.byte();
  const type = operationTypes[tag];
  switch (type) {
    case 'begin':
      return { type };
    case 'write':
      return { type, transaction: reader.uint(), key: reader.text(), value: reader.text() };
    case 'commit':
    case 'abort':
      return { type, transaction: reader.uint() };
    case 'get':
      return { type, key: reader.text() };
    case 'put':
      return { type, key: reader.text(), value: reader.text() };
    case 'cas':
      return { type, key: reader.text(), expected: readOptional(reader), value: reader.text() };
    default:
      throw new CodecError(`no operation has tag ${tag}`);
  }
}

export function writeResult(writer: Writer, result: OperationResult): void {
  writer.byte(resultTypes.indexOf(result.type));
  switch (result.type) {
    case 'begun':
      writer.uint(result.transaction);
      return;
    case 'done':
      return;
    case 'value':
      writeOptional(writer, result.value);
      return;
    case 'swapped':
      writer.byte(result.swapped ? 1 : 0);
      writeOptional(writer, result.value);
      return;
    case 'refused':
      writer.text(result.why);
  }
}

/** @throws CodecError when the bytes are no result. */
export function readResult(reader: Reader): OperationResult {
  const tag = reader.byte();
  const type = resultTypes[tag];
  switch (type) {
    case 'begun':
      return { type, transaction: reader.uint() };
    case 'done':
      return { type };
    case 'value':
      return { type, value: readOptional(reader) };
    case 'swapped':
      return { type, swapped: reader.byte() !== 0, value: readOptional(reader) };
    case 'refused':
      return { type, why: reader.text() };
    default:
      throw new CodecError(`no result has tag ${tag}`);
  }
}

function writeOptional(writer: Writer, text: string | null): void {
  writer.byte(text === null ? 0 : 1);
  if (text !== null) writer.text(text);
}

function readOptional(reader: Reader): string | null {
  return reader.byte() === 0 ? null : reader.text();
}
