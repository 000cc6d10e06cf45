/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner', './scripts/mutate/sample.ts'],
  // Each test uses the whole library, so that vitest would find every test file related to every source file.
  vitest: { configFile: 'scripts/mutate/vitest.config.ts', related: false, pool: 'threads' },
  coverageAnalysis: 'perTest',
  // Values that are made when a module is loaded: the runner does not load it again, so that each would count as unnoticed.
  ignoreStatic: true,
  // Each process starts a server of its own, and some tests wait for timeouts: more at once disturb each other.
  concurrency: 1,
  // The server of db:start, whose files come and go while they are copied.
  ignorePatterns: ['.norberts-spark-db'],
  timeoutMS: 15_000,
  dryRunTimeoutMinutes: 60,
  cleanTempDir: 'always',
  // A run that is interrupted keeps its results; the next one only tests what has changed since.
  incremental: true,
  incrementalFile: '.stryker-tmp/results.json',
  reporters: ['clear-text', 'progress-append-only'],
  clearTextReporter: { reportTests: false },
}
