import { defineConfig } from 'vitest/config'

/** Tests of the example, which runs in a separate process because it has packages of its own. */
export default defineConfig({
  test: {
    include: ['examples/chat-service/test/*.test.ts'],
    globalSetup: ['test/support/example-setup.ts', 'test/support/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
