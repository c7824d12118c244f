/**
 * The walls between the rooms (docs: architecture). Imports run one way:
 * protocol, network, cluster, {check, scenario}, host, explore, contract, {electron, renderer, cli}.
 */
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importsOf, read, repositoryFiles } from './files.ts';

const RANK: Record<string, number> = {
  protocol: 0, network: 1, cluster: 2, check: 3, scenario: 3, host: 4, explore: 5, contract: 6, cli: 7,
};
const SOURCE = /^(src|electron|renderer)\/.*\.(ts|vue)$/;
const CONTRACT = 'src/contract/index.ts';

interface Import {
  readonly from: string;
  readonly to: string;
}

function allImports(): Import[] {
  return repositoryFiles(SOURCE).flatMap((from) => importsOf(read(from)).map((name) => ({
    from,
    to: name.startsWith('.') ? posix.join(posix.dirname(from), name) : name,
  })));
}

function broken(imports: readonly Import[], forbidden: (one: Import) => boolean): string[] {
  return imports.filter(forbidden).map(({ from, to }) => `${from} imports ${to}`);
}

const roomOf = (path: string) => path.split('/')[1] ?? '';
const inside = (folder: string) => (path: string) => path.startsWith(`${folder}/`);

describe('walls', () => {
  const imports = allImports();
  const ofSource = imports.filter(({ from }) => inside('src')(from));

  it('reads imports at all', () => {
    expect(imports.length).toBeGreaterThan(20);
    expect(importsOf("import x, { type Y } from './a.ts';\nexport * from './b.ts';\nawait import('./c.ts');\nimport './d.css';"))
      .toEqual(['./a.ts', './b.ts', './c.ts', './d.css']);
  });

  it('lets imports in src run one way', () => {
    const wrong = broken(ofSource, ({ from, to }) => {
      if (!inside('src')(to) || roomOf(from) === roomOf(to)) return false;
      const [low, high] = [RANK[roomOf(to)], RANK[roomOf(from)]];
      return low === undefined || high === undefined || low >= high;
    });
    expect(wrong).toEqual([]);
  });

  it('keeps Electron, Vue and the rooms of the window out of src', () => {
    const wrong = broken(ofSource, ({ to }) => /^(electron|vue|pinia|@vue\/.*)$/.test(to) || /^(electron|renderer)\//.test(to));
    expect(wrong).toEqual([]);
  });

  it('keeps Node out of src, but for host and cli', () => {
    const pure = ofSource.filter(({ from }) => !inside('src/host')(from) && !inside('src/cli')(from));
    expect(broken(pure, ({ to }) => to.startsWith('node:') || to === 'classic-level')).toEqual([]);
  });

  it('shows the renderer nothing of src but the contract, and nothing of Node or Electron', () => {
    const ofRenderer = imports.filter(({ from }) => inside('renderer')(from));
    const wrong = broken(ofRenderer, ({ to }) => {
      return (inside('src')(to) && to !== CONTRACT) || inside('electron')(to) || /^(node:.*|electron|classic-level)$/.test(to);
    });
    expect(wrong).toEqual([]);
  });

  it('shows the preload nothing but Electron and the contract', () => {
    const ofPreload = imports.filter(({ from }) => inside('electron/preload')(from));
    const allowed = (to: string) => to === 'electron' || to === 'zod' || inside('src/contract')(to) || inside('electron/preload')(to);
    expect(broken(ofPreload, ({ to }) => !allowed(to))).toEqual([]);
  });

  it('keeps main and the window apart', () => {
    const ofMain = imports.filter(({ from }) => inside('electron/main')(from));
    expect(broken(ofMain, ({ to }) => inside('renderer')(to) || inside('electron/preload')(to))).toEqual([]);
  });
});
