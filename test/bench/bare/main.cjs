// What the app is measured beside: an Electron that opens one window with next to nothing in it.
const { app, BrowserWindow } = require('electron');
const { join } = require('node:path');

app.on('window-all-closed', () => app.quit());
app.whenReady().then(() => {
  const window = new BrowserWindow({ width: 1440, height: 900 });
  window.removeMenu();
  void window.loadFile(join(__dirname, 'index.html'));
});
