import { defineConfig } from 'vitest/config'

/** The example, started as a process of its own: it brings packages that the library does without. */
export default defineConfig({
  test: {
    include: ['examples/chat-service/test/*.test.ts'],
    globalSetup: ['test/support/example-setup.ts', 'test/support/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
