import { defineConfig } from 'vitest/config'

/** The commands that write and prove migrations. Each test makes several databases, so they take as long as all others together. */
export default defineConfig({
  test: {
    include: ['test/migrations/*.test.ts'],
    globalSetup: 'test/support/global-setup.ts',
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
  },
})
