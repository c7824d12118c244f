// The Electron side of draw.mjs: an off-screen, transparent window as large as the icon, and its picture.
const { readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { app, BrowserWindow } = require('electron');

const SIZE = 512;

app.commandLine.appendSwitch('force-device-scale-factor', '1');
app.disableHardwareAcceleration();
app.whenReady().then(async () => {
  const svg = readFileSync(path.join(__dirname, 'icon.svg')).toString('base64');
  const window = new BrowserWindow({
    width: SIZE,
    height: SIZE,
    useContentSize: true,
    show: false,
    frame: false,
    transparent: true,
    webPreferences: { offscreen: true },
  });
  const page = `<style>*{margin:0}img{display:block}</style><img src="data:image/svg+xml;base64,${svg}">`;
  await window.loadURL(`data:text/html;base64,${Buffer.from(page).toString('base64')}`);
  const picture = await window.webContents.capturePage({ x: 0, y: 0, width: SIZE, height: SIZE });
  writeFileSync(path.join(__dirname, 'icon.png'), picture.toPNG());
  app.quit();
});
