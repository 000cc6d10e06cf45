// cspell:ignore stduio verfy wrte
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)

/** Writes the name of each package that is loaded to stderr. */
const NAME_PACKAGES = `
  import { registerHooks } from 'node:module'
  import { writeSync } from 'node:fs'
  registerHooks({
    load(url, context, next) {
      const [, name] = /node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url) ?? []
      if (name) writeSync(2, name + '\\n')
      return next(url, context)
    },
  })`

test.for([
  ['stduio', 'studio'],
  ['db:verfy', 'verify'],
  ['db:verify', 'verify'],
  ['help stduio', 'studio'],
  ['studio --wrte', '--write'],
])('a typo is answered with what is meant: %s', async ([typed = '', meant]) => {
  const failed = await run(process.execPath, ['src/cli.ts', ...typed.split(' ')]).catch(
    (error: unknown) => error,
  )

  expect(failed).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining(`(Did you mean ${meant}?)`),
  })
})

// Node may wait without end for threads that compile WebAssembly when process.exit() is called: nodejs/node#54918.
test.for([
  'scripts/migrations/main.ts',
  'scripts/migrations/main.ts generate',
  'scripts/generate/main.ts',
  'scripts/new/main.ts table',
  'src/cli.ts studio',
  'src/cli.ts',
])('the help of %s is printed without a parser in WebAssembly', async (command) => {
  const hook = `data:text/javascript,${encodeURIComponent(NAME_PACKAGES)}`

  const { stdout, stderr } = await run(process.execPath, ['--import', hook, ...command.split(' '), '--help'])

  const packages = new Set(stderr.split('\n'))
  expect(stdout).toContain('Usage: ')
  expect(packages).toContain('commander')
  expect(packages).not.toContain('libpg-query')
  expect(packages).not.toContain('@supabase/pg-delta')
})
