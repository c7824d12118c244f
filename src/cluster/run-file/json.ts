/**
 * JSON from a file that nobody vouches for. Everything is checked while the text is walked, before any value is built
 * of it: the syntax, how deep it goes, how long its lists are, and its keys. The work is bounded by the text's length.
 */
import { printParseErrorCode, visit, type JSONPath } from 'jsonc-parser';
import { refusal } from './error.ts';

/** Deepest nesting of lists and objects. */
export const JSON_DEPTH_MAX = 32;
/** Most entries of a list, or fields of an object, but for the lists directly in the outermost object. */
export const JSON_MEMBERS_MAX = 10_000;
/** Most values in all: what is built of a text is larger than the text. */
export const JSON_VALUES_MAX = 2_000_000;
/** Longest stretch of white space, with which the walker would take long. */
const SPACES_MAX = 1000;

/** Names of fields with which programs have been tricked. */
const forbiddenKeys: readonly string[] = ['__proto__', 'constructor', 'prototype'];

const syntaxText: { readonly [code: string]: string } = {
  InvalidSymbol: 'this is not JSON',
  InvalidNumberFormat: 'this is no number',
  PropertyNameExpected: 'the name of a field in double quotes was expected',
  ValueExpected: 'a value was expected',
  ColonExpected: 'a colon was expected',
  CommaExpected: 'a comma was expected',
  CloseBraceExpected: 'the file ends before the object does: "}" was expected',
  CloseBracketExpected: 'the file ends before the list does: "]" was expected',
  EndOfFileExpected: 'the end of the file was expected',
  InvalidCommentToken: 'JSON has no comments',
  UnexpectedEndOfString: 'the text does not end on its line',
  UnexpectedEndOfNumber: 'this is no number',
  InvalidUnicode: 'this is no character: four hexadecimal digits were expected after \\u',
  InvalidEscapeCharacter: 'after a backslash, one of "\\/bfnrtu was expected',
  InvalidCharacter: 'a control character cannot stand in text',
};

export interface JsonLimits {
  /** Name of the file, for messages. */
  readonly name: string;
  /** Number of the first line. */
  readonly line: number;
  /** Most entries of a list that is a field of the outermost object. */
  readonly listMax: number;
}

/**
 * Reads JSON.
 * @throws RunFileError naming the line of the first thing that is wrong.
 */
export function readJson(text: string, limits: JsonLimits): unknown {
  checkJson(text, limits);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    // The walker is a little more liberal than the standard, about spaces for one.
    throw refusal(limits.name, null, `this is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function checkJson(text: string, { name, line: first, listMax }: JsonLimits): void {
  checkSpaces(text, name);
  let values = 0;
  /** What is open: how many members each has so far, and the keys of objects. */
  const open: { members: number; readonly keys: Set<string> | null }[] = [];
  const refuse = (line: number, message: string): never => {
    throw refusal(name, first + line, message);
  };
  const member = (line: number): void => {
    if (++values > JSON_VALUES_MAX) refuse(line, `there are more than ${JSON_VALUES_MAX.toLocaleString('en')} values`);
    const container = open.at(-1);
    if (container === undefined) return;
    const max = open.length === 2 && container.keys === null ? listMax : JSON_MEMBERS_MAX;
    if (++container.members > max) {
      refuse(line, `there are more than ${max.toLocaleString('en')} ${container.keys === null ? 'entries' : 'fields'} here`);
    }
  };
  const begin = (keys: Set<string> | null, line: number): void => {
    if (open.at(-1)?.keys === null) member(line);
    open.push({ members: 0, keys });
    if (open.length > JSON_DEPTH_MAX) refuse(line, `lists and objects are nested more than ${JSON_DEPTH_MAX} deep`);
  };
  visit(
    text,
    {
      onObjectBegin: (_offset, _length, line) => begin(new Set(), line),
      onObjectEnd: () => void open.pop(),
      onArrayBegin: (_offset, _length, line) => begin(null, line),
      onArrayEnd: () => void open.pop(),
      onObjectProperty: (key, _offset, _length, line) => {
        if (forbiddenKeys.includes(key)) refuse(line, `"${key}" cannot be the name of a field`);
        const { keys } = open.at(-1)!;
        if (keys!.has(key)) refuse(line, `the field ${shortened(key)} is there twice`);
        keys!.add(key);
        member(line);
      },
      onLiteralValue: (value, _offset, _length, line) => {
        if (open.at(-1)?.keys === null) member(line);
        if (value === Infinity || value === -Infinity) refuse(line, 'the number is too large');
        // It would be written as 0 again, and the file would not be the same.
        if (Object.is(value, -0)) refuse(line, 'write 0 instead of -0');
      },
      onError: (code, _offset, _length, line) => refuse(line, syntaxText[printParseErrorCode(code)] ?? 'this is not JSON'),
    },
    { disallowComments: true, allowTrailingComma: false },
  );
}

function checkSpaces(text: string, name: string): void {
  let spaces = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    spaces = code === 0x20 || code === 0x09 ? spaces + 1 : 0;
    if (spaces > SPACES_MAX) throw refusal(name, null, `there are more than ${SPACES_MAX} spaces in a row`);
  }
}

/**
 * The lines, counted from 1, of the values at these paths, or of the closest thing around each that the text has.
 * @param text JSON that `readJson` has taken
 */
export function linesOf(text: string, paths: readonly (readonly PropertyKey[])[]): number[] {
  const found = paths.map(() => ({ length: 0, line: 0 }));
  const see = (path: JSONPath, line: number): boolean => {
    let wanted = false;
    paths.forEach((sought, index) => {
      if (path.length > sought.length || !path.every((key, i) => key === sought[i])) return;
      wanted = true;
      if (path.length > found[index]!.length) found[index] = { length: path.length, line };
    });
    return wanted;
  };
  const seeValue = (_offset: number, _length: number, line: number, _character: number, path: () => JSONPath): boolean =>
    see(path(), line);
  visit(text, {
    onObjectBegin: seeValue,
    onArrayBegin: seeValue,
    // What a beginning has suppressed goes on after an end only if there is somebody to hear of the end.
    onObjectEnd: () => {},
    onArrayEnd: () => {},
    onObjectProperty: (key, _offset, _length, line, _character, path) => void see([...path(), key], line),
    onLiteralValue: (_value, _offset, _length, line, _character, path) => void see(path(), line),
  });
  return found.map(({ line }) => line + 1);
}

function shortened(key: string): string {
  return JSON.stringify(key.length > 60 ? `${key.slice(0, 60)}…` : key);
}
