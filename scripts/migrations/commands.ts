import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import pc from 'picocolors'
import { create, migrate, readSchemaFiles, recordEnvironment } from '../../src/admin.ts'
import { type Output, perform } from '../../src/cli/index.ts'
import { applySchema } from '../generate/apply.ts'
import { startScratchServer } from '../scratch/index.ts'
import { checkMigrations } from './check.ts'
import { diffDatabase } from './diff.ts'
import { draftFirst } from './draft.ts'
import { FOLDER, ROOT } from './folders.ts'
import { generateMigration } from './generate.ts'
import { findImpact, isSafe, report } from './impact.ts'
import { lint } from './lint.ts'
import type { MigrationFile } from './migration-text.ts'
import { ProofError, prove } from './proof.ts'
import type { Rename } from './renames.ts'

export interface GenerateFlags {
  name: string
  rename: Rename[]
  renames: boolean
  allowDataLoss?: true
  draft?: true
  json?: true
}

/** The files that `generate` has written. */
interface Generated {
  /** Relative to the repository; `warnings` are those of the linter. */
  readonly files: readonly { readonly path: string; readonly warnings: readonly string[] }[]
  readonly warnings: readonly string[]
}

/** Writes the migration that leads from the existing ones to schema/. */
export const generate = (flags: GenerateFlags): Promise<void> =>
  perform(flags, () => generated(flags), reportOfGenerate, 'No file was written, or only a part of them.')

async function generated(flags: GenerateFlags): Promise<Generated> {
  const known = await readFiles()
  await using server = await startScratchServer()
  const fresh = await server.createDatabase()
  const at = new Date()
  if (known.length === 0) {
    // create() records the package's migrations, and there is none yet.
    await applySchema(fresh.url, join(ROOT, 'schema'))
    // A migrated database has the library's records too.
    await recordEnvironment(fresh.url, 'test')
    const first = await draftFirst(flags.name, at)
    await prove(server, { known: [], added: [first], tolerance: 'nothing', isSeeded: true }, fresh)
    return { files: await write([first], { linted: false }), warnings: [] }
  }
  await create(fresh.url, { environment: 'test' })
  const current = await server.createDatabase()
  await migrate(current.url, { folder: FOLDER, environment: 'test' })
  const schema = (await readSchemaFiles()).map(({ sql }) => sql).join('\n')
  const { files, warnings } = await generateMigration(
    server,
    { known, current, fresh, schema, isSeeded: true },
    {
      name: flags.name,
      renames: flags.rename,
      decide: flags.renames ? decideRenames : async () => [],
      allowsDataLoss: flags.allowDataLoss === true,
      isDraft: flags.draft === true,
      at,
    },
  )
  return { files: await write(files), warnings }
}

function reportOfGenerate({ files, warnings }: Generated): string {
  for (const warning of warnings) console.error(pc.yellow(warning))
  if (files.length === 0) return `${pc.green('✓')} Nothing to do: the migrations lead to schema/.`
  return files
    .flatMap(({ path, warnings: linted }) => [
      `${pc.green('✓')} ${path}`,
      ...linted.map((warning) => pc.yellow(`  ${warning}`)),
    ])
    .join('\n')
}

export interface DiffFlags {
  url: string
  write?: true
  out?: string
  rename: Rename[]
  renames: boolean
  allowDataLoss?: true
  dropSurplus?: true
  json?: true
}

/** Prints or writes what leads from a database to schema/. SQL goes to the standard output, everything else to the standard error. */
export const diff = (flags: DiffFlags): Promise<void> =>
  perform(flags, () => difference(flags), reportOfDiff, 'The database was only read.')

interface Difference {
  /** Absent if the database has everything that schema/ describes. */
  readonly sql?: string
  /** The file that the SQL was written to. */
  readonly path?: string
  /** Objects that schema/ does not have, and that stay. */
  readonly kept: readonly string[]
  readonly warnings: readonly string[]
}

async function difference(flags: DiffFlags): Promise<Difference> {
  await using server = await startScratchServer()
  const at = new Date()
  const { sql, kept, warnings } = await diffDatabase(server, flags.url, {
    renames: flags.rename,
    decide: flags.renames ? decideRenames : async () => [],
    allowsDataLoss: flags.allowDataLoss === true,
    dropsSurplus: flags.dropSurplus === true,
    at,
  })
  if (sql === undefined) return { kept, warnings }
  if (!flags.write && flags.out === undefined) return { sql, kept, warnings }
  const time = at.toISOString().replace(/\D/g, '').slice(0, 14)
  const path = resolve(process.env.INIT_CWD ?? '.', flags.out ?? `${time}_to_schema.sql`)
  await writeFile(path, sql)
  return { sql, path, kept, warnings }
}

const BASELINE = 'npx norberts-spark-db migrate --baseline --url … --environment …'

function reportOfDiff({ sql, path, kept, warnings }: Difference): string {
  for (const warning of warnings) console.error(pc.yellow(warning))
  if (kept.length > 0)
    console.error(
      `Left as they are, since schema/ does not have them: ${kept.join(', ')}. To drop them: --drop-surplus`,
    )
  if (sql === undefined)
    console.error(`${pc.green('✓')} The database has everything that schema/ describes. Next: ${BASELINE}`)
  if (path === undefined) return sql?.replace(/\n$/, '') ?? ''
  console.error(
    `Verified on a copy of the structure. Next: db:impact --url … finds rows that would be refused;\npsql "$DATABASE_URL" -v ON_ERROR_STOP=1 -f ${path}\n${BASELINE}`,
  )
  return path
}

/** Asks on a terminal; otherwise the flags must say it. */
async function decideRenames(candidates: readonly Rename[]): Promise<readonly Rename[]> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    const flags = candidates.map(({ from, to }) => `  --rename ${from}=${to}`)
    const isAmbiguous = new Set(candidates.map(({ from }) => from)).size < candidates.length
    throw new ProofError(
      `These may be renames${isAmbiguous ? '; where an old name has several possible new ones, choose one of them' : ''}:\n${flags.join('\n')}\nNothing was written. Add those that are, and --no-renames if others are not.`,
    )
  }
  const { default: input } = await import('@inquirer/input')
  const accepted: Rename[] = []
  for (const candidate of candidates) {
    if (accepted.some(({ from, to }) => from === candidate.from || to === candidate.to)) continue
    const answer = await input({
      message: `Is ${candidate.to} the new name of ${candidate.from}, with its rows? (yes/no)`,
    })
    if (/^y/i.test(answer)) accepted.push(candidate)
  }
  return accepted
}

/** Proves that the migrations lead to schema/. */
export const check = (flags: Output): Promise<void> =>
  perform(
    flags,
    async () => {
      const known = await readFiles()
      await using server = await startScratchServer()
      const fresh = await server.createDatabase()
      await create(fresh.url, { environment: 'test' })
      const warnings = await checkMigrations(server, { known, fresh, isSeeded: true })
      return { migrations: known.map(({ name }) => name), warnings }
    },
    ({ migrations: { length }, warnings }) => {
      for (const warning of warnings) console.error(pc.yellow(warning))
      return `${pc.green('✓')} ${length === 1 ? '1 migration leads' : `${length} migrations lead`} to schema/.`
    },
    'Nothing was changed.',
  )

export interface ImpactFlags {
  url?: string
  /** In seconds. */
  timeout: number
  json?: true
}

/** Reports what schema/ means for a database. */
export async function impact({ url, timeout, json }: ImpactFlags): Promise<void> {
  const folders = { schema: join(ROOT, 'schema'), migrations: FOLDER }
  const found = await findImpact(folders, url, { timeout: timeout * 1_000 })
  console.log(json ? JSON.stringify(found, null, 2) : report(found, url))
  if (!isSafe(found)) process.exitCode = 1
}

async function readFiles(): Promise<MigrationFile[]> {
  const names = (await readdir(FOLDER).catch(() => [])).filter((name) => name.endsWith('.sql')).sort()
  return Promise.all(names.map(async (name) => ({ name, sql: await readFile(join(FOLDER, name), 'utf8') })))
}

async function write(files: readonly MigrationFile[], { linted = true } = {}): Promise<Generated['files']> {
  await mkdir(FOLDER, { recursive: true })
  const written: Generated['files'][number][] = []
  for (const { name, sql } of files) {
    const path = join(FOLDER, name)
    await writeFile(path, sql)
    written.push({ path: relative(ROOT, path), warnings: linted ? await lint(path) : [] })
  }
  return written
}
