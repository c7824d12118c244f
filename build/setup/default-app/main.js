// Stands in for Electron's own default app in the fallback runtime: opens the application whose folder is the first
// argument that is not an option, as `electron FOLDER` does.
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { app } = require('electron');

const given = process.argv.slice(1).find((argument) => !argument.startsWith('-'));
if (!given) {
  process.stderr.write('usage: electron FOLDER [-- OPTIONS]\n');
  process.exit(2);
}
const folder = path.resolve(given);
Object.defineProperty(process, 'defaultApp', { configurable: false, enumerable: true, value: true });
let entry = folder;
if (!/\.[cm]?js$/.test(folder)) {
  const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  app.setName(manifest.productName ?? manifest.name);
  app.setVersion(manifest.version);
  app.setAppPath(folder);
  entry = path.join(folder, manifest.main ?? 'index.js');
}
const resolved = Module._resolveFilename(entry, null, true);
if (resolved.endsWith('.mjs')) import(pathToFileURL(resolved).href);
else Module._load(resolved, null, true);
