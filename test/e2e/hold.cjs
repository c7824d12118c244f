// Stands before the app in end-to-end tests: lets it be ready only when Playwright is attached. Playwright loses a page
// that navigates in the very moment in which it attaches, and waits for it for ever; its own loader does the same as
// this, but not every Electron takes `-r`.
const { readFileSync } = require('node:fs');
const { join, resolve } = require('node:path');
const { app } = require('electron');

const root = resolve(__dirname, '../..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const ready = app.whenReady();
const emit = app.emit.bind(app);
let readyArguments = [];
let release = () => {};
const released = new Promise((done) => (release = done));

app.emit = (event, ...args) => {
  if (event !== 'ready') return emit(event, ...args);
  readyArguments = args;
  return true;
};
app.whenReady = () => released;
// Playwright calls it once it is attached.
globalThis.__playwright_run = async () => {
  await ready;
  app.emit = emit;
  emit('ready', ...readyArguments);
  release();
};

app.setVersion(manifest.version);
app.setAppPath(root);
require(join(root, manifest.main));
