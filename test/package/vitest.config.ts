import { defineConfig } from 'vitest/config'

/** Tests of the packed tarball, installed as in a service. They are slow and need a build. */
export default defineConfig({
  test: {
    include: ['test/package/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts', 'test/package/global-setup.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 15_000 } },
  },
})
