import { compareDatabases, type Difference } from '../../src/admin/index.ts'
import { migrate } from '../../src/admin.ts'
import type { ScratchDatabase, ScratchServer } from '../scratch/index.ts'
import { connected } from './catalog.ts'
import { notNullRenames } from './dependent-names.ts'
import type { Live } from './live.ts'
import type { LiveStatement } from './live-objects.ts'
import type { MigrationFile } from './migration-text.ts'
import { ProofError } from './proof.ts'
import { repair } from './repair.ts'
import { TemporaryFolder } from './temporary-folder.ts'

/** The structure of a live database as a migration: the first one of a history of its own. */
export interface LiveCopy {
  readonly migration: MigrationFile
  readonly current: ScratchDatabase
  /** The statements of objects of others that were copied. */
  readonly foreign: readonly LiveStatement[]
  readonly warnings: readonly string[]
}

/** Sorts before every other file. */
export const COPY_NAME = '19700101000000_live_database.sql'

/**
 * Builds a scratch database with the structure of a live one, and checks that it has it. Objects of others that the scratch server
 * cannot create, for want of an extension, are left out with a warning.
 *
 * @throws {ProofError} the structure cannot be reproduced.
 */
export async function copyStructure(
  server: ScratchServer,
  live: Live,
  statements: readonly LiveStatement[],
): Promise<LiveCopy> {
  await using trial = await server.createDatabase()
  const { done, left } = await runEach(trial.url, statements)
  const ours = left.filter(({ foreign }) => foreign === undefined)
  if (ours.length > 0)
    throw new ProofError(
      `The structure of the database cannot be copied to the scratch server (${server.description}):\n${ours.map(({ sql, reason }) => `  ${reason}: ${firstLine(sql)}`).join('\n')}`,
    )
  const names = await notNullRenames(trial.url, live.url)
  await runOurs(trial.url, names)
  const repairs = await repairsOf(live, trial.url)
  await runOurs(trial.url, repairs)
  const warnings = left.map(({ foreign, reason }) => `${foreign} was not copied: ${reason}`)
  warnings.push(...(await incompleteness(server, live, { trial: trial.url, left })))
  const sql = [...done.map((each) => each.sql), ...names, ...repairs].map((each) => `${each};\n`).join('\n')
  const migration = { name: COPY_NAME, sql: `${UNCHECKED_BODIES};\n${sql}` }
  const current = await server.createDatabase()
  await applyOnly(current.url, migration)
  return { migration, current, foreign: done.filter(({ foreign }) => foreign !== undefined), warnings }
}

/** A function of a live database may name what has another name now. */
const UNCHECKED_BODIES = 'set local check_function_bodies = off'

/** A statement that the server refused. */
export interface Refused extends LiveStatement {
  readonly reason: string
}

/** Runs statements in order, each in a savepoint of its own. */
export async function runEach(
  url: string,
  statements: readonly LiveStatement[],
): Promise<{ done: LiveStatement[]; left: Refused[] }> {
  const [done, left]: [LiveStatement[], Refused[]] = [[], []]
  await connected(url, async (client) => {
    await client.query(`begin; ${UNCHECKED_BODIES}`)
    for (const statement of statements) {
      try {
        await client.query(`savepoint one`)
        await client.query(statement.sql)
        await client.query('release one')
        done.push(statement)
      } catch (error) {
        await client.query('rollback to one')
        left.push({ ...statement, reason: (error as Error).message })
      }
    }
    await client.query('commit')
  })
  return { done, left }
}

const runOurs = (url: string, statements: readonly string[]) =>
  runEach(
    url,
    statements.map((sql) => ({ sql, foreign: undefined })),
  )

async function applyOnly(url: string, { name, sql }: MigrationFile): Promise<void> {
  using folder = await TemporaryFolder.create()
  await folder.write([{ name, sql }])
  await migrate(url, { folder: folder.path, environment: 'test' })
}

const isStructural = ({ object, fact }: Difference) =>
  fact !== 'owner' && fact !== 'grants' && !object.startsWith('policy ')

/** Statements for the properties that the differ does not copy: comments of some types, extended statistics, storage, disabled triggers. */
async function repairsOf(live: Live, trial: string): Promise<string[]> {
  const found: string[] = []
  for (const difference of (await compareDatabases(live.url, trial)).filter(isStructural)) {
    const parts = await repair({ enumValues: [], transaction: [], steps: [] }, [difference], live.url)
    found.push(...(parts?.transaction ?? []))
  }
  return found
}

/** @throws {ProofError} the copy differs from the database of the same major version. */
async function incompleteness(
  server: ScratchServer,
  live: Live,
  { trial, left }: { trial: string; left: readonly Refused[] },
): Promise<string[]> {
  const lacking = left.flatMap(({ foreign }) => foreign?.split('.').at(-1) ?? [])
  const differences = (await compareDatabases(live.url, trial)).filter(
    (each) => isStructural(each) && !lacking.some((name) => each.object.includes(name)),
  )
  const warnings: string[] = []
  const scratchVersion = Math.floor(server.version / 10_000)
  if (scratchVersion !== live.majorVersion)
    warnings.push(
      `The database runs PostgreSQL ${live.majorVersion}, and the SQL was verified on ${scratchVersion}. To verify it on the same version, set SCRATCH to the URL of such a server.`,
    )
  if (differences.length === 0) return warnings
  const lines = differences.map(
    ({ object, fact, schema, database }) =>
      `  ${object}${fact ? ` (${fact})` : ''}: ${schema ?? 'nothing'} in the database, ${database ?? 'nothing'} in the copy`,
  )
  const message = `These parts of the database cannot be copied, so that no SQL can be verified for them:\n${lines.join('\n')}`
  if (scratchVersion !== live.majorVersion) return [...warnings, message]
  throw new ProofError(`${message}\nNothing was written. Change them by hand first, then run db:diff again.`)
}

const firstLine = (sql: string) => sql.replace(/\s+/g, ' ').slice(0, 120)

/** Whether a table has rows, or values in one of its columns; a table that this role may not read counts as in use. */
export async function holdsData(url: string, table: string, column: string | undefined): Promise<boolean> {
  const condition = column === undefined ? '' : ` where ${column} is not null`
  try {
    return await connected(url, async (client) => {
      await client.query(`begin read only; set local statement_timeout = 30000`)
      const { rowCount } = await client.query(`select from ${table}${condition} limit 1`)
      return rowCount !== 0
    })
  } catch {
    return true
  }
}
