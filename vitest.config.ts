import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // These have their own configurations.
    exclude: [
      'test/package/**',
      'test/studio/browser/**',
      'test/docs/**',
      'test/new/**',
      'test/migrations/**',
    ],
    globalSetup: 'test/support/global-setup.ts',
    // The server leaves a core idle most of the time, which the tests can use.
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
  },
})
