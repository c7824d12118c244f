/**
 * What is wrong with given data, said for people: every complaint of a schema becomes one sentence that names the
 * field, what is expected there with its range, and what was found. Used for run files, scenario files and requests of
 * the window alike.
 */
import * as z from 'zod';

export interface Complaint {
  /** Keys and indices from the outermost value to the one that is wrong. */
  readonly path: readonly PropertyKey[];
  /** What is expected, without the field's name. */
  readonly message: string;
  /** Where to point: like `path`, but down to the key of a field that should not be there. */
  readonly at: readonly PropertyKey[];
}

/** As much of a JSON Schema as `z.toJSONSchema` writes for our schemas. */
interface Shape {
  readonly type?: string;
  readonly description?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: Shape;
  readonly properties?: { readonly [key: string]: Shape };
  readonly additionalProperties?: Shape | boolean;
  readonly anyOf?: readonly Shape[];
  readonly oneOf?: readonly Shape[];
  readonly allOf?: readonly Shape[];
}

/**
 * The complaints of `schema` about `given`; an empty list when there are none.
 * @param error what `schema.safeParse(given)` said.
 */
export function complaintsOf(schema: z.ZodType, given: unknown, error: z.ZodError): Complaint[] {
  const shape = shapeOf(schema);
  return error.issues.map((issue) => ({
    path: issue.path,
    message: sentenceOf(shape, given, issue),
    at: issue.code === 'unrecognized_keys' ? [...issue.path, ...issue.keys.slice(0, 1)] : issue.path,
  }));
}

/** Written once per schema: a file can be wrong in many places. */
const shapesKnown = new WeakMap<z.ZodType, Shape>();

function shapeOf(schema: z.ZodType): Shape {
  const known = shapesKnown.get(schema);
  if (known !== undefined) return known;
  // Custom checks have no JSON Schema; `any` lets the rest of the schema be written all the same.
  const shape = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Shape;
  shapesKnown.set(schema, shape);
  return shape;
}

/** `commands[2].node`; `fallback` for the outermost value. */
export function fieldText(path: readonly PropertyKey[], fallback = ''): string {
  let text = '';
  for (const key of path) text += typeof key === 'number' ? `[${key}]` : `${text === '' ? '' : '.'}${String(key)}`;
  return text === '' ? fallback : text;
}

/** `field: message`, for one line on a screen. */
export function complaintText(complaint: Pick<Complaint, 'path' | 'message'>, fallback = ''): string {
  const field = fieldText(complaint.path, fallback);
  return field === '' ? complaint.message : `${field}: ${complaint.message}`;
}

function sentenceOf(shape: Shape, given: unknown, issue: z.core.$ZodIssue): string {
  if (issue.code === 'custom') return issue.message;
  const found = valueAt(given, issue.path);
  const shapes = shapesAt([shape], given, issue.path);
  if (issue.code === 'unrecognized_keys') {
    const known = [...new Set(shapes.flatMap((option) => Object.keys(option.properties ?? {})))];
    const names = issue.keys.map((key) => shown(key)).join(' and ');
    return `there is no field ${names} here; there are ${known.join(', ')}`;
  }
  if (issue.code === 'invalid_type' && issue.expected === 'undefined') return `must be left out, not ${shown(found)}`;
  const expected = [...new Set(shapes.map(expectation).filter((text) => text !== ''))].join(', or ');
  if (expected === '') return found === undefined ? 'is missing' : issue.message;
  return found === undefined ? `is missing: must be ${expected}` : `must be ${expected}, not ${shown(found)}`;
}

/** The shapes that the value at the end of `path` may have; options that the data around it rule out are left out. */
function shapesAt(shapes: readonly Shape[], given: unknown, path: readonly PropertyKey[]): Shape[] {
  const options = shapes.flatMap(optionsOf);
  const [key, ...rest] = path;
  if (key === undefined) {
    const fitting = options.filter((option) => fits(option, given));
    return fitting.length > 0 ? fitting : options;
  }
  const inner = typeof given === 'object' && given !== null ? (given as Record<PropertyKey, unknown>)[key] : undefined;
  const next = membersOf(options.filter((option) => fits(option, given)), key);
  // When none is left, it may be the word itself that is wrong.
  return shapesAt(next.length > 0 || rest.length > 0 ? next : membersOf(options, key), inner, rest);
}

function membersOf(shapes: readonly Shape[], key: PropertyKey): Shape[] {
  return shapes.map((shape) => memberOf(shape, key)).filter((member) => member !== null);
}

function optionsOf(shape: Shape): Shape[] {
  const options = shape.anyOf ?? shape.oneOf ?? shape.allOf;
  if (options === undefined || shape.description !== undefined) return [shape];
  return options.flatMap(optionsOf);
}

/** Whether the words that tell options of a union apart (`type: crash`) are those of the value. */
function fits(shape: Shape, given: unknown): boolean {
  if (shape.properties === undefined || typeof given !== 'object' || given === null) return true;
  return Object.entries(shape.properties).every(
    ([key, member]) => member.const === undefined || member.const === (given as Record<string, unknown>)[key],
  );
}

function memberOf(shape: Shape, key: PropertyKey): Shape | null {
  if (typeof key === 'number') return shape.items ?? null;
  const name = String(key);
  if (shape.properties !== undefined && Object.hasOwn(shape.properties, name)) return shape.properties[name]!;
  return typeof shape.additionalProperties === 'object' ? shape.additionalProperties : null;
}

function expectation(shape: Shape): string {
  if (shape.description !== undefined) return shape.description;
  if (shape.const !== undefined) return shown(shape.const);
  if (shape.enum !== undefined) return `one of ${shape.enum.map(String).join(', ')}`;
  switch (shape.type) {
    case 'integer':
      return `a whole number${rangeText(shape.minimum, shape.maximum, '')}`;
    case 'number':
      return `a number${rangeText(shape.minimum, shape.maximum, '')}`;
    case 'string':
      return `text${rangeText(shape.minLength, shape.maxLength, ' characters')}`;
    case 'array':
      return `a list${rangeText(shape.minItems, shape.maxItems, ' entries')}`;
    case 'object':
      return 'an object with fields';
    case 'boolean':
      return 'true or false';
    case 'null':
      return 'nothing';
    default:
      return '';
  }
}

function rangeText(min: number | undefined, max: number | undefined, unit: string): string {
  const low = min === undefined || min <= Number.MIN_SAFE_INTEGER ? null : min;
  const high = max === undefined || max >= Number.MAX_SAFE_INTEGER ? null : max;
  if (low !== null && high !== null) return ` ${unit === '' ? 'from' : 'of'} ${low} to ${high}${unit}`;
  if (low !== null) return `${unit === '' ? '' : ' of'} at least ${low}${unit}`;
  return high === null ? '' : `${unit === '' ? '' : ' of'} at most ${high}${unit}`;
}

function valueAt(given: unknown, path: readonly PropertyKey[]): unknown {
  let value = given;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

const SHOWN_LENGTH_MAX = 60;

function shown(value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = typeof value === 'string' ? JSON.stringify(value.slice(0, 2 * SHOWN_LENGTH_MAX)) : String(value);
  return text.length > SHOWN_LENGTH_MAX ? `${text.slice(0, SHOWN_LENGTH_MAX)}…` : text;
}
