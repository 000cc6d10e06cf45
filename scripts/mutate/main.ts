// npm run mutate: changes the meaning of source files, one place at a time, and lists the changes that no test notices.
// Arguments: files or globs of one folder of src/, then options of Stryker (--testFiles limits which tests run).
import { spawnSync } from 'node:child_process'

/** The tests of a folder of src/. Not those that start servers of their own, too slow to run so often. */
const TESTS: Record<string, string[]> = {
  connection: [
    'test/connection/connection.test.ts',
    'test/connection/s*.test.ts',
    'test/database/*.test.ts',
    'test/query/lists.test.ts',
  ],
  admin: ['test/admin/!(crash|simultaneous).test.ts', 'test/cli/*.test.ts'],
  repositories: ['test/repositories/**/*.test.ts', 'test/query/*.test.ts'],
}

const args = process.argv.slice(2)
const firstOption = args.findIndex((arg) => arg.startsWith('-'))
const globs = firstOption < 0 ? args : args.slice(0, firstOption)
const options = firstOption < 0 ? [] : args.slice(firstOption)
const folders = new Set(globs.map((glob) => /^src\/(\w+)\//.exec(glob)?.[1] ?? ''))
const tests = [...folders].flatMap((folder) => TESTS[folder] ?? [])

if (tests.length === 0 && !options.some((option) => /^(-t$|--testFiles\b)/.test(option))) {
  console.error(
    `Name files or globs of src/${Object.keys(TESTS).join(', src/')}, or the tests to run: npm run mutate -- src/connection/retry.ts --testFiles test/database/deadline.test.ts`,
  )
  process.exitCode = 1
} else {
  const testFiles = tests.length > 0 ? ['--testFiles', tests.join(',')] : []
  const stryker = ['run', '--mutate', globs.join(',')]
  const { status } = spawnSync('stryker', [...stryker, ...testFiles, ...options], { stdio: 'inherit' })
  process.exitCode = status ?? 1
}
