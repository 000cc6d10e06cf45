// npm run mutate: changes the meaning of source files, one place at a time, and lists the changes that no test notices.
import { parseArgs } from 'node:util'
import { Stryker } from '@stryker-mutator/core'
import { summarize } from './summary.ts'
import { testsOf } from './tests.ts'

const USAGE = `npm run mutate -- FILE … [--tests FILE,…] [--sample N [--seed S]] [--force]

FILE      files or globs of src/
--tests   tests to run instead of those that scripts/mutate/tests.ts names for the files
--sample  makes only so many changes in each file, chosen by the seed (default 1)
--force   forgets the results of earlier runs`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    tests: { type: 'string' },
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
    force: { type: 'boolean', default: false },
  },
})
const size = values.sample === undefined ? undefined : Number(values.sample)
const testFiles = values.tests?.split(',') ?? testsOf(positionals)

if (testFiles.length === 0 || (size !== undefined && !(size > 0))) {
  console.error(USAGE)
  process.exitCode = 1
} else {
  const sample = size && {
    checkers: ['sample'],
    sample: { size, seed: values.seed },
    // The results of an earlier run would be added to the sample.
    incremental: false,
  }
  const mutants = await new Stryker({
    mutate: positionals,
    testFiles,
    force: values.force,
    ...sample,
  }).runMutationTest()
  console.log(summarize(mutants))
}
