import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // They have configurations of their own: a packed tarball, a browser.
    exclude: ['test/package/**', 'test/studio/browser/**'],
    globalSetup: 'test/support/global-setup.ts',
    // The server leaves a core idle most of the time, and Vitest would too.
    maxWorkers: '100%',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
