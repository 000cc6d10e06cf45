import { defineConfig } from 'vitest/config'

/** Tests in a browser: Chromium from Debian's package, or the program that CHROMIUM names. */
export default defineConfig({
  test: {
    include: ['test/studio/browser/*.test.ts'],
    globalSetup: 'test/support/global-setup.ts',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
  },
})
