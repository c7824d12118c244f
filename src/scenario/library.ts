/// <reference path="./yaml.d.ts" />
/**
 * The scenarios that come with Synod: one file in library/ and one line here for each. Bundles hold their texts, so
 * that nothing has to be found on disk: the app and the command line read them alike, with `parseScenario`.
 */
import crashAndRestart from './library/crash-and-restart.yaml?raw';
import duellingProposers from './library/duelling-proposers.yaml?raw';
import majorityAndMinority from './library/majority-and-minority.yaml?raw';
import { parseScenario } from './parse.ts';

/** By name, in the order in which they are offered: what works first, then what goes wrong, then what breaks. */
const texts: { readonly [name: string]: string } = {
  'majority-and-minority': majorityAndMinority,
  'duelling-proposers': duellingProposers,
  'crash-and-restart': crashAndRestart,
};

export interface LibraryEntry {
  /** What `libraryText` takes: lower case words joined by `-`. */
  readonly name: string;
  readonly title: string;
  /** What it teaches, in one to three sentences. */
  readonly description: string;
}

let entries: readonly LibraryEntry[] | null = null;

/** Every scenario of the library, in the order in which to offer them. */
export function library(): readonly LibraryEntry[] {
  entries ??= Object.entries(texts).map(([name, text]) => {
    const { title, about } = parseScenario(text, libraryFile(name));
    return { name, title, description: about };
  });
  return entries;
}

/**
 * The text of a scenario, for `parseScenario` or an editor.
 * @throws RangeError when the library has none of this name.
 */
export function libraryText(name: string): string {
  const text = Object.hasOwn(texts, name) ? texts[name] : undefined;
  if (text === undefined) throw new RangeError(`the library has no scenario ${JSON.stringify(name)}; it has ${Object.keys(texts).join(', ')}`);
  return text;
}

/** What to call the file of a scenario, for messages. */
export function libraryFile(name: string): string {
  return `${name}.yaml`;
}
