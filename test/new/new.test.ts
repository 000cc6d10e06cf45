import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { test as base, describe, expect } from 'vitest'
import { planColumn } from '../../scripts/new/column.ts'
import { planTable } from '../../scripts/new/table.ts'
import { caught } from '../support/factories.ts'

const run = promisify(execFile)
const ROOT = resolve('.')

/** Everything that a new table is generated, compiled and tested with. */
const COPIED = [
  ...['package.json', 'tsconfig.json', 'vitest.config.ts', 'biome.json', 'schema', 'generated', 'src'],
  ...[
    'scripts/generate',
    'scripts/scratch',
    'scripts/new',
    'scripts/studio',
    'test/support',
    'test/query',
    'test/seed',
    'examples/install.ts',
  ],
]

/** Without the variables of this test run. */
const { NODE_OPTIONS, VITEST, FORCE_COLOR, ...rest } = process.env
const ENVIRONMENT = { ...rest, NO_COLOR: '1' }

const test = base.extend<{ copy: string }>({
  /** A copy of the repository. */
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads a fixture's needs from the pattern
  copy: async ({}, use) => {
    const copy = await mkdtemp(join(tmpdir(), 'repository-'))
    for (const path of COPIED) await cp(path, join(copy, path), { recursive: true })
    await symlink(resolve('node_modules'), join(copy, 'node_modules'))
    await use(copy)
    await rm(copy, { recursive: true })
  },
})

describe('npm run new -- table', () => {
  test('writes a table that generates, compiles, is listed and seeded, and passes its own test', {
    timeout: 300_000,
  }, async ({ copy }) => {
    const node = (...args: string[]) => run(process.execPath, args, { cwd: copy, env: ENVIRONMENT })

    await (await planTable(copy, 'order_lines')).write()
    await node('scripts/generate/main.ts')
    const compiled = await node('node_modules/typescript/bin/tsc', '--noEmit').catch((error) => error)
    const tested = await node(
      ...['node_modules/vitest/vitest.mjs', 'run', 'test/repositories', 'test/query/lists', 'test/seed'],
      ...['-t', 'order|unknown id|too long|of scale 1 |pass the validators'],
    )

    expect(compiled.stdout).toBe('')
    // Four tests of the repository, two of its list, two of the seed.
    expect(tested.stdout).toMatch(/Tests +8 passed/)
  })

  test.for([
    ['Notes', 'is not in snake_case'],
    ['note', 'Tables are named in the plural: notes'],
    ['people', 'There is already schema/21_people.sql'],
    ['classes', '"class" is a reserved word of JavaScript'],
    ['transactions', 'src/index.ts already exports Transaction'],
    ['references', 'PostgreSQL cannot read'],
  ] as const)('refuses the name %s', async ([name, reason]) => {
    expect(String(await caught(planTable(ROOT, name)))).toContain(reason)
  })

  test('writes nothing with --dry-run, and refuses a working tree with changes', async ({ copy }) => {
    const command = (...args: string[]) =>
      run(process.execPath, ['scripts/new/main.ts', 'table', 'notes', ...args], {
        cwd: copy,
        env: ENVIRONMENT,
      })
    await run('git', ['init', '--quiet'], { cwd: copy })

    const { stdout } = await command('--dry-run')
    const refused = await caught(command())

    expect(stdout).toContain('+++ schema/60_notes.sql')
    expect(stdout).toContain('+create table notes (')
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('Commit or stash them') })
    expect(await caught(readFile(join(copy, 'schema/60_notes.sql')))).toMatchObject({ code: 'ENOENT' })
  })
})

describe('npm run new -- column', () => {
  test('adds a nullable column, its limit, and their comments', async () => {
    const changes = await planColumn(ROOT, 'customers', 'nickname', 'text')

    const added = String(changes)
      .split('\n')
      .filter((line) => /^[+-](?![+-])/.test(line) && line !== '+  )')

    expect(added).toEqual([
      '+  nickname        text,',
      expect.stringMatching(/^- {2}constraint customers_/),
      expect.stringMatching(/^\+ {2}constraint customers_.*,$/),
      '+  constraint customers_nickname_check check (char_length(nickname) <= 200)',
      "+comment on column customers.nickname is 'At most 200 characters.';",
      "+comment on constraint customers_nickname_check on customers is 'A nickname has at most 200 characters.';",
    ])
  })

  test.for([
    ['clients', 'nickname', 'text', 'There is no schema file of a table "clients"'],
    ['customers', 'industry', 'text', 'already has a column industry'],
    ['customers', 'nickName', 'text', 'is not in snake_case'],
    ['customers', 'default', 'text', 'PostgreSQL cannot read "default"'],
    ['customers', 'size', 'text text', 'PostgreSQL cannot read "text text"'],
  ] as const)('refuses %s.%s', async ([table, column, type, reason]) => {
    expect(String(await caught(planColumn(ROOT, table, column, type)))).toContain(reason)
  })
})
