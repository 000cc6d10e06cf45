import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { type Difference, MigrationError, migrate, seed, verify } from '../../src/admin.ts'
import type { ScratchDatabase, ScratchServer } from '../scratch/index.ts'
import { differ } from './differ.ts'

export interface MigrationFile {
  /** With `.sql`. */
  readonly name: string
  readonly sql: string
}

/** A migration does not lead to schema/, or not with rows in the tables. */
export class ProofError extends Error {
  override readonly name = 'ProofError'
  /** What our catalog of facts still misses. */
  readonly differences: readonly Difference[]

  constructor(message: string, differences: readonly Difference[] = []) {
    super(message)
    this.differences = differences
  }
}

/**
 * Applies the migrations to databases of their own, one empty and one with rows from where `known` lead, and has two
 * look at the outcome that do not know of each other: our catalog of facts, and the differ.
 *
 * @throws {ProofError}
 */
export async function prove(
  server: ScratchServer,
  { known, added }: { known: readonly MigrationFile[]; added: readonly MigrationFile[] },
  fresh: ScratchDatabase,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'migrations-'))
  try {
    for (const { name, sql } of known) await writeFile(join(folder, name), sql)
    const [empty, filled] = [await migrated(server, folder), await migrated(server, folder)]
    for (const { name, sql } of added) await writeFile(join(folder, name), sql)
    await migrate(empty.url, { folder, environment: 'test' }).catch((error: unknown) => {
      throw refusalOf(error, 'It does not go through, even without rows in the tables')
    })
    await compare(empty.url, fresh.url)
    if (known.length > 0) await fill(filled.url, fresh.url)
    const before = await counts(filled.url)
    await migrate(filled.url, { folder, environment: 'test' }).catch((error: unknown) => {
      throw refusalOf(error, ROWS_REFUSE)
    })
    await compare(filled.url, fresh.url)
    const after = await counts(filled.url)
    for (const [table, rows] of before) {
      if (after.has(table) && after.get(table) !== rows) {
        throw new ProofError(`It changes the number of rows in ${table} from ${rows} to ${after.get(table)}.`)
      }
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

const ROWS_REFUSE = `With rows in the tables, such as those of src/seed/, it does not go through. Have the migration mend such rows first (--draft), or, where no database holds any (npm run db:impact -- --url …), have the seed make none`

function refusalOf(error: unknown, words: string): unknown {
  if (!(error instanceof MigrationError)) return error
  const { message, detail } = error.cause as pg.DatabaseError
  return new ProofError(`${words}.\n  ${error.migration}: ${message}${detail ? `. ${detail}` : ''}`, [])
}

async function migrated(server: ScratchServer, folder: string): Promise<ScratchDatabase> {
  const database = await server.createDatabase()
  // Before the first migration there is none to apply.
  if ((await readdir(folder)).length > 0) await migrate(database.url, { folder, environment: 'test' })
  return database
}

async function compare(url: string, fresh: string): Promise<void> {
  const { differences } = await verify(url)
  const ours = differences.map(({ object, fact, schema, database }) =>
    [
      `  ${object}${fact ? `: ${fact}` : ''}`,
      `    schema/    ${schema ?? 'nothing'}`,
      `    migrations ${database ?? 'nothing'}`,
    ].join('\n'),
  )
  if (ours.length > 0)
    throw new ProofError(`The migrations do not lead to schema/:\n${ours.join('\n')}`, differences)
  const { changes } = await differ(url, fresh, [])
  const theirs = changes.map(({ sql }) => `  ${sql}`).filter((sql) => !sql.includes('norberts_spark_db'))
  if (theirs.length > 0) {
    throw new ProofError(
      `The migrations do not lead to schema/; what is missing, says the differ:\n${theirs.join('\n')}`,
    )
  }
}

/** So many that each enum value is there, columns hold nulls, and values repeat. */
const ENOUGH_MESSAGES = 1_000

/**
 * Rows such as databases hold that are where the migrations so far lead. The seed knows either that schema, or already the
 * one that schema/ is now: then its rows come over as far as the tables have their columns.
 *
 * @throws {ProofError} it knows neither.
 */
async function fill(url: string, fresh: string): Promise<void> {
  const seeded = (target: string) =>
    seed(target, { scale: ENOUGH_MESSAGES }).then(
      () => undefined,
      (error: Error) => error,
    )
  const refusal = await seeded(url)
  if (!refusal) return
  const isFilled = [...(await counts(fresh)).values()].some((rows) => rows > 0)
  if (!isFilled && (await seeded(fresh))) {
    throw new ProofError(
      `There are no rows to prove it with: src/seed/ fits neither the tables of the migrations so far nor schema/ (${refusal.message}). Bring it up to date.`,
    )
  }
  const [from, to] = await Promise.all([open(fresh), open(url)])
  try {
    for (const table of await tablesInOrder(to)) {
      const columns = await commonColumns(from, to, table)
      if (columns.length === 0) continue
      const list = columns.map((column) => pg.escapeIdentifier(column)).join(', ')
      const { rows } = await from.query(
        `select coalesce(json_agg(t), '[]')::text as rows from (select ${list} from ${table}) as t`,
      )
      await to
        .query(
          `insert into ${table} (${list}) select ${list} from json_populate_recordset(null::${table}, $1::json)`,
          [rows[0].rows],
        )
        .catch(() => {}) // rows that the tables of that time do not take
    }
  } finally {
    await Promise.all([from.end(), to.end()])
  }
}

/** Those that others refer to come first. */
async function tablesInOrder(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string; refers: string[] }>(`
    select quote_ident(relname) as name, array(select distinct confrelid::regclass::text from pg_constraint
      where conrelid = pg_class.oid and contype = 'f' and confrelid <> conrelid) as refers
    from pg_class where relnamespace = current_schema()::regnamespace and relkind = 'r'`)
  const sorted: string[] = []
  while (sorted.length < rows.length) {
    const next = rows.filter(
      ({ name, refers }) => !sorted.includes(name) && refers.every((each) => sorted.includes(each)),
    )
    if (next.length === 0) break
    sorted.push(...next.map(({ name }) => name))
  }
  return sorted
}

async function commonColumns(from: pg.Client, to: pg.Client, table: string): Promise<string[]> {
  const columnsOf = async (client: pg.Client) => {
    const { rows } = await client.query<{ name: string }>(
      `select attname as name from pg_attribute where attrelid = to_regclass($1) and attnum > 0 and not attisdropped and attgenerated = ''`,
      [table],
    )
    return rows.map(({ name }) => name)
  }
  const theirs = new Set(await columnsOf(from))
  return (await columnsOf(to)).filter((column) => theirs.has(column))
}

async function counts(url: string): Promise<Map<string, number>> {
  const client = await open(url)
  try {
    const counted = new Map<string, number>()
    for (const table of await tablesInOrder(client)) {
      const { rows } = await client.query(`select count(*)::integer as count from ${table}`)
      counted.set(table, rows[0].count)
    }
    return counted
  } finally {
    await client.end()
  }
}

async function open(url: string): Promise<pg.Client> {
  const client = new pg.Client(url)
  client.on('error', () => {})
  await client.connect()
  return client
}
