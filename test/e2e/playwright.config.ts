// End-to-end tests in real Electron. `npm test` starts them on a display of its own with SYNOD_ELECTRON_PATH,
// SYNOD_ELECTRON_ARGS and SYNOD_PACKAGED_PATH set; `npm run screenshots` takes pictures instead. One at a time: each
// moves a real window.
import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: '.',
  testMatch: process.env.SYNOD_SCREENSHOTS ? '**/screenshots.ts' : '**/*.e2e.ts',
  outputDir: '../../out/.report/e2e-results',
  workers: 1,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  forbidOnly: true,
  reporter: [['list'], ['json', { outputFile: '../../out/.report/e2e.json' }]],
});
