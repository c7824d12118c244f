// Unpacking a zip into a folder, with its modes and links. Needs npm dependencies (yauzl).
import { createWriteStream } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join, normalize, sep } from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

const FILE_TYPE = 0o170000;
const SYMBOLIC_LINK = 0o120000;
const DIRECTORY = 0o040000;

/**
 * Unpacks `zipFile` into `folder`, which must exist.
 * @param {string} zipFile
 * @param {string} folder
 * @param {(name: string) => string | null} rename gives an entry's path in the folder, or null to leave it out
 * @param {(fraction: number) => void} onProgress 0 to 1, by bytes unpacked
 * @throws {Error} when the zip is damaged, ends early, or names a path outside the folder
 */
export async function unzip(zipFile, folder, rename, onProgress) {
  const { default: yauzl } = await import('yauzl');
  const zip = await new Promise((done, fail) => {
    yauzl.open(zipFile, { lazyEntries: true, autoClose: false }, (error, file) => (error ? fail(error) : done(file)));
  });
  try {
    const entries = await readEntries(zip);
    const wanted = entries.flatMap((entry) => {
      const name = rename(entry.fileName);
      return name === null ? [] : [{ entry, path: within(folder, name) }];
    });
    const total = wanted.reduce((sum, { entry }) => sum + entry.uncompressedSize, 0);
    let unpacked = 0;
    for (const { entry, path } of wanted) {
      await unpackEntry(zip, entry, path);
      unpacked += entry.uncompressedSize;
      onProgress(unpacked / total);
    }
  } finally {
    zip.close();
  }
}

function readEntries(zip) {
  return new Promise((done, fail) => {
    const entries = [];
    zip.on('entry', (entry) => {
      entries.push(entry);
      zip.readEntry();
    });
    zip.on('end', () => done(entries));
    zip.on('error', fail);
    zip.readEntry();
  });
}

async function unpackEntry(zip, entry, path) {
  const mode = entry.externalFileAttributes >>> 16;
  const type = mode & FILE_TYPE;
  if (type === DIRECTORY || entry.fileName.endsWith('/')) {
    await mkdir(path, { recursive: true });
    return;
  }
  await mkdir(dirname(path), { recursive: true });
  const stream = await new Promise((done, fail) => {
    zip.openReadStream(entry, (error, opened) => (error ? fail(error) : done(opened)));
  });
  if (type === SYMBOLIC_LINK) await symlink(await text(stream), path);
  else await pipeline(stream, createWriteStream(path, { mode: mode & 0o777 || 0o644 }));
}

function within(folder, name) {
  const path = normalize(join(folder, name));
  if (path !== normalize(folder) && !path.startsWith(normalize(folder) + sep)) {
    throw new Error(`the archive names a path outside its folder: ${name}`);
  }
  return path;
}
