import { defineConfig } from 'vitest/config'

/** The pages of docs/, and `npm run new`: both work in copies of the repository, which takes time. */
export default defineConfig({
  test: {
    include: ['test/docs/*.test.ts', 'test/new/*.test.ts'],
    globalSetup: 'test/support/global-setup.ts',
    maxWorkers: '100%',
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 15_000 } },
  },
})
