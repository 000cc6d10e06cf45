import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { type BuildOptions, build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, inject } from 'vitest'
import { test } from '../support/empty-database.ts'

const run = promisify(execFile)

/** A service's project with the tarball installed. */
let project = ''
/** Where a bundle is deployed without node_modules. */
let deployed = ''

const SERVICE = `
import { DatabaseError, openDatabase } from '@norberts-spark/db'
import { create, migrate, migrationStatus, verify } from '@norberts-spark/db/admin'

const [url, folder] = process.argv.slice(2)
const outcome = (work) => work.then((value) => ({ value }), (error) => ({ error: error.message, isDatabaseError: error instanceof DatabaseError }))
const main = async () => {
  const created = await outcome(create(url, { environment: 'test' }))
  const migrated = await outcome(migrate(url, { environment: 'test', folder }))
  const status = await outcome(migrationStatus(url, { folder }))
  const verified = await outcome(verify(url))
  const db = openDatabase(url)
  const listed = await outcome(db.users.list())
  const filtered = await outcome(db.users.list({ where: { role: 'admin' } }))
  const queried = await outcome(db.kysely.selectFrom('users').select('user_id').execute())
  await db.close()
  console.log(JSON.stringify({ created, migrated, status, verified, listed, filtered, queried }))
}
main()`

/** Defines \`require\` in an ESM bundle for pg, which is CommonJS. */
const REQUIRE = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`

/** The bundles to test. The last one contains CommonJS within ESM. */
const BUNDLES = {
  'service.mjs': { format: 'esm', banner: { js: REQUIRE } },
  'service.cjs': { format: 'cjs' },
  'required.mjs': {
    format: 'esm',
    conditions: ['require'],
    banner: { js: REQUIRE },
  },
  'required.cjs': { format: 'cjs', conditions: ['require'] },
} satisfies Record<string, BuildOptions>

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bundle-'))
  project = join(folder, 'project')
  deployed = join(folder, 'deployed')
  await mkdir(project)
  await mkdir(deployed)
  await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'project', private: true }))
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', inject('tarball')], {
    cwd: project,
  })
  await writeFile(join(project, 'service.js'), SERVICE)
  for (const [file, options] of Object.entries(BUNDLES)) {
    await build({
      ...{ bundle: true, platform: 'node', logLevel: 'error', external: ['pg-native'] },
      ...options,
      entryPoints: [join(project, 'service.js')],
      outfile: join(project, 'dist', file),
    })
  }
  await cp(join(project, 'dist'), deployed, { recursive: true })
})

afterAll(() => rm(dirname(project), { recursive: true }))

interface Outcome {
  value?: unknown
  error?: string
  isDatabaseError?: boolean
}

async function outcomes(file: string, args: string[], cwd: string): Promise<Record<string, Outcome>> {
  const { stdout } = await run(process.execPath, [file, ...args], { cwd })
  return JSON.parse(stdout)
}

const refused = (words: string): Outcome => ({ error: expect.stringContaining(words), isDatabaseError: true })

describe.for(Object.keys(BUNDLES))('the bundle %s', (file) => {
  test.for([
    ['beside it', () => ({ folder: join(project, 'dist'), cwd: tmpdir() })],
    ['in the working directory', () => ({ folder: deployed, cwd: project })],
  ] as const)('reads schema and migrations of the package installed %s', async ([, places], { url }) => {
    const { folder, cwd } = places()

    const { created, migrated, status, verified, listed, filtered, queried } = await outcomes(
      join(folder, file),
      [url],
      cwd,
    )

    expect(created?.value).toMatchObject({ created: expect.arrayContaining(['table users']) })
    expect(migrated?.value).toMatchObject({ applied: [], pending: [] })
    expect(status?.value).toMatchObject({
      migrations: expect.arrayContaining([expect.objectContaining({ state: 'applied' })]),
    })
    expect(verified?.value).toMatchObject({ differences: [] })
    expect([listed?.value, filtered?.value, queried?.value]).toEqual([{ items: [] }, { items: [] }, []])
  })

  test('throws if the package is not installed, and changes nothing', async ({ url, sql }) => {
    const { created, migrated, status, verified } = await outcomes(join(deployed, file), [url], deployed)

    const error = refused('Mark the package as external when bundling, or install it beside the bundle')
    expect({ created, migrated, status, verified }).toEqual({
      created: error,
      migrated: error,
      status: error,
      verified: error,
    })
    expect(await sql(`select from pg_class where relnamespace = 'public'::regnamespace`)).toEqual([])
  })

  test('throws if another version of the package is installed', async ({ url }) => {
    const elsewhere = await mkdtemp(join(deployed, 'other-'))
    await cp(join(project, 'node_modules/@norberts-spark'), join(elsewhere, 'node_modules/@norberts-spark'), {
      recursive: true,
    })
    const manifest = { name: '@norberts-spark/db', version: '0.0.1' }
    await writeFile(join(elsewhere, 'node_modules/@norberts-spark/db/package.json'), JSON.stringify(manifest))
    await cp(join(deployed, file), join(elsewhere, file))

    const { migrated } = await outcomes(join(elsewhere, file), [url], elsewhere)

    expect(migrated).toEqual(refused('but 0.0.1 is installed'))
  })
})

describe('missing migrations', () => {
  test.for(['removed', 'empty'])('cause an error that names the folder: %s', async (how, { url, sql }) => {
    const elsewhere = await mkdtemp(join(deployed, 'incomplete-'))
    const own = join(elsewhere, 'node_modules/@norberts-spark/db/schema/migrations')
    await cp(join(project, 'node_modules/@norberts-spark'), join(elsewhere, 'node_modules/@norberts-spark'), {
      recursive: true,
    })
    await rm(own, { recursive: true })
    if (how === 'empty') await mkdir(own)
    await cp(join(deployed, 'service.mjs'), join(elsewhere, 'service.mjs'))

    const { created, migrated, status } = await outcomes(join(elsewhere, 'service.mjs'), [url], elsewhere)

    const error = refused(how === 'empty' ? 'contains no .sql file' : 'is not a folder')
    expect({ created, migrated, status }).toEqual({ created: error, migrated: error, status: error })
    expect(migrated?.error).toContain(own)
    expect(await sql(`select from pg_class where relnamespace = 'public'::regnamespace`)).toEqual([])
  })

  test('in a folder of the caller cause an error that names it', async ({ url }) => {
    const { migrated, status } = await outcomes(
      join(project, 'dist/service.mjs'),
      [url, './no-such'],
      project,
    )

    expect(migrated).toEqual(refused('./no-such is not a folder'))
    expect(status).toEqual(refused('./no-such is not a folder'))
  })
})
