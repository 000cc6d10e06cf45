import { defineConfig } from 'vitest/config'

/** What is seen in a browser: they need Chromium, Debian's package of that name, or the one that CHROMIUM names. */
export default defineConfig({
  test: {
    include: ['test/studio/browser/*.test.ts'],
    globalSetup: 'test/support/global-setup.ts',
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
