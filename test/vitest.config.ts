// One project per kind of test. `npm test` runs them; `npx vitest --config test/vitest.config.ts --project unit` one.
import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('..', import.meta.url));
const TEST_MS = 60_000;

function project(name: string) {
  return {
    extends: true as const,
    test: { name, include: [`test/${name}/**/*.test.ts`] },
  };
}

export default defineConfig({
  root,
  plugins: [vue()],
  test: {
    testTimeout: TEST_MS,
    hookTimeout: TEST_MS,
    allowOnly: false,
    projects: [
      ...['tidy', 'unit', 'paper', 'interaction', 'property', 'packaging'].map(project),
      {
        extends: true,
        test: {
          name: 'threads',
          include: ['test/threads/**/*.test.ts'],
          globalSetup: ['test/support/build-threads.ts'],
        },
      },
      {
        extends: true,
        test: { name: 'component', include: ['test/component/**/*.test.ts'], environment: 'happy-dom' },
      },
    ],
  },
});
