import { defineConfig, mergeConfig } from 'vitest/config'
import base from '../../vitest.config.ts'

export default mergeConfig(
  base,
  defineConfig({
    test: {
      // The test files of a run share one process: to load the library takes longer than most tests.
      isolate: false,
      // A change that makes a call hang ends its test here, before Stryker starts the runner again.
      testTimeout: 20_000,
      hookTimeout: 20_000,
    },
  }),
)
