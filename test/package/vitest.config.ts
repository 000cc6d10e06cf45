import { defineConfig } from 'vitest/config'

/** The packed tarball, installed as a service would: slower, and only after a build. */
export default defineConfig({
  test: {
    include: ['test/package/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts', 'test/package/global-setup.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
