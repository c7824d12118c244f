/** The settings of a protocol, as it describes them itself. */
import type { AnyProtocol, Choice, NumberRange, SettingGroup } from '../../../src/contract/index.ts';
import { applies, withUnit } from './fault-fields.ts';

export type Config = { readonly [field: string]: unknown };

/** The choice that is made. */
export function choiceOf(field: Choice, value: unknown): Choice['choices'][number] | undefined {
  return field.choices.find((choice) => choice.value === value);
}

/** The numbers of a protocol that stay as they are for as long as a run lasts, by the names of their fields. */
export function fixedFields({ settings = [] }: AnyProtocol): readonly (readonly [string, NumberRange])[] {
  return settings.flatMap(({ fields }) =>
    Object.entries(fields).flatMap(([name, field]) => (field.type === 'number' && field.fixed !== undefined ? [[name, field] as const] : [])),
  );
}

/**
 * What to configure when one field changes. Of two that are called `…Min` and `…Max`, moving one beyond the other takes
 * the other along.
 */
export function patchOfConfig({ fields }: SettingGroup, config: Config, name: string, value: string | number | boolean): Config {
  const patch: Record<string, unknown> = { [name]: value };
  const [, stem, end] = /^(.+)(Min|Max)$/.exec(name) ?? [];
  const other = `${stem}${end === 'Min' ? 'Max' : 'Min'}`;
  if (fields[other] === undefined) return patch;
  const crossed = end === 'Min' ? Number(config[other]) < Number(value) : Number(config[other]) > Number(value);
  if (crossed) patch[other] = value;
  return patch;
}

/** What is set, in a few words: `Log`, `1000 ms, 4000 ms, 8000 ms`, `200, 50`. */
export function briefly({ fields }: SettingGroup, config: Config): string {
  const words = Object.entries(fields).flatMap(([name, field]) => {
    if (!applies(field, config) || field.type === 'flag') return [];
    if (field.type === 'choice') return [choiceOf(field, config[name])?.label ?? ''];
    return [withUnit(field, Number(config[name]))];
  });
  return words.join(', ');
}
