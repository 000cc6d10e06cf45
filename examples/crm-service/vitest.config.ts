import { defineConfig } from 'vitest/config'

/** Tests of the example in Chromium. The service runs in a separate process because it has packages of its own. */
export default defineConfig({
  test: {
    include: ['examples/crm-service/test/*.test.ts'],
    globalSetup: ['examples/crm-service/test/setup.ts', 'test/support/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
})
