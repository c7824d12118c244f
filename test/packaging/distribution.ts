/** The packaged application that `npm run dist` left in dist/, as these tests look into it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getRawHeader } from '@electron/asar';

interface Distribution {
  /** What the packaged program says its version is. */
  readonly version: string;
  /** Folder of the program as released. */
  readonly release: string;
  /** Executable of the same program with a debugger allowed. */
  readonly testProgram: string;
  readonly deb: string | null;
}

interface ArchiveFolder {
  readonly files: Readonly<Record<string, ArchiveFolder | ArchiveFile>>;
}

interface ArchiveFile {
  readonly size: number;
  readonly unpacked?: boolean;
}

const result = fileURLToPath(new URL('../../dist/result.json', import.meta.url));

export const distribution = (JSON.parse(readFileSync(result, 'utf8')) as { distribution: Distribution }).distribution;
export const archive = join(distribution.release, 'resources', 'app.asar');
export const unpacked = `${archive}.unpacked`;

/** Every file of the archive by its path, and whether it lies outside the archive file. */
export function archiveFiles(): Map<string, boolean> {
  const files = new Map<string, boolean>();
  const visit = (folder: ArchiveFolder, path: string) => {
    for (const [name, entry] of Object.entries(folder.files)) {
      if ('files' in entry) visit(entry, `${path}${name}/`);
      else files.set(`${path}${name}`, entry.unpacked === true);
    }
  };
  visit(getRawHeader(archive).header as unknown as ArchiveFolder, '');
  return files;
}
