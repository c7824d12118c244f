/** What holds for the repository as a whole: sizes, words, versions, and that the documentation tells no lies. */
import { describe, expect, it } from 'vitest';
import { read, repositoryFiles } from './files.ts';

const LINES_MAX = 400;
const TEXT = /\.(ts|vue|mjs|cjs|js|json|md|css|html|yaml|yml|svg)$|^\.ci\/run$|^\.npmrc$|^\.gitignore$/;
// Spelt in pieces, or this file would break its own rule.
const REGISTRY_HOSTS = [['npmjs', 'org'], ['yarnpkg', 'com'], ['deb.debian', 'org'], ['npmmirror', 'com']]
  .map((parts) => parts.join('.'));
const MACHINE_PATHS = ['work', 'root', 'home'].map((folder) => `/${folder}/`);

interface Manifest {
  readonly scripts: Record<string, string>;
  readonly dependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
}

const manifest = JSON.parse(read('package.json')) as Manifest;

function filesContaining(names: readonly string[], words: readonly string[]): string[] {
  return names.flatMap((name) => words.filter((word) => read(name).includes(word)).map((word) => `${name}: ${word}`));
}

describe('repository', () => {
  it(`has no source file over ${LINES_MAX} lines`, () => {
    const long = repositoryFiles(/^(src|electron|renderer|build|test)\/.*\.(ts|vue|mjs|cjs)$/)
      .map((name) => ({ name, lines: read(name).split('\n').length - 1 }))
      .filter(({ lines }) => lines > LINES_MAX);
    expect(long).toEqual([]);
  });

  it('names no registry host and no path of one machine', () => {
    const files = repositoryFiles(TEXT);
    expect(files).toContain('package-lock.json');
    expect(filesContaining(files, [...REGISTRY_HOSTS, ...MACHINE_PATHS])).toEqual([]);
  });

  it('leaves no test out and nothing for later', () => {
    const tests = repositoryFiles(/^test\/(?!tidy\/).*\.ts$/);
    const left = tests.filter((name) => /\b(?:it|test|describe|suite)\.(?:only|skip|todo|fixme|fails)\b/.test(read(name)));
    expect(left).toEqual([]);
    const sources = repositoryFiles(/^(src|electron|renderer|build)\/.*\.(ts|vue|mjs|cjs|css)$/);
    expect(sources.filter((name) => /\b(?:TODO|FIXME|XXX|HACK)\b/.test(read(name)))).toEqual([]);
  });

  it('pins every dependency to one version', () => {
    const all = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(all.filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))).toEqual([]);
  });

  it('has a lock file that says what package.json says', () => {
    const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, Manifest & { resolved?: string }> };
    const self = lock.packages['']!;
    expect(self.dependencies).toEqual(manifest.dependencies);
    expect(self.devDependencies).toEqual(manifest.devDependencies);
    expect(Object.values(lock.packages).filter((entry) => entry.resolved !== undefined)).toEqual([]);
  });

  it('mentions only npm scripts that exist', () => {
    const wrong = repositoryFiles(/\.md$/).flatMap((name) => {
      const mentioned = [...read(name).matchAll(/\bnpm (?:run ([a-z][\w:-]*)|(start|test)\b)/g)];
      return mentioned.map((match) => match[1] ?? match[2] ?? '').filter((script) => !(script in manifest.scripts))
        .map((script) => `${name}: ${script}`);
    });
    expect(wrong).toEqual([]);
  });

  it('has a file behind every script', () => {
    const files = new Set(repositoryFiles(/^build\//));
    const scripts = Object.values(manifest.scripts).map((command) => command.replace('node ', ''));
    expect(scripts.filter((file) => !files.has(file))).toEqual([]);
  });

  it('keeps set-up free of packages at its top, for it runs before they are there', () => {
    const starters = ['build/build.mjs', 'build/dist.mjs', 'build/options.mjs', 'build/deb.mjs', 'build/bench.mjs'];
    const setUp = repositoryFiles(/^build\/(?:setup|check)\/[\w-]+\.mjs$|^build\/(?:start|test|synod|screenshots)\.mjs$/);
    const outside = [...setUp, ...starters].flatMap((name) => {
      return [...read(name).matchAll(/^import\s.*?from '([^']+)'|^\} from '([^']+)'/gm)]
        .map((match) => match[1] ?? match[2] ?? '')
        .filter((module) => !module.startsWith('node:') && !module.startsWith('.'))
        .map((module) => `${name}: ${module}`);
    });
    expect(outside).toEqual([]);
  });
});
