import pg from 'pg'
import { checkMayDestroy, readMarker, readUrl } from '../../src/admin/index.ts'
import { ProtectedDatabaseError } from '../../src/admin.ts'
import { translate } from '../../src/errors/index.ts'
import { Redaction } from '../../src/repositories/index.ts'

/** A statement with its parameters, as the browser's table view sends it. */
export interface Query {
  readonly sql: string
  readonly parameters: readonly unknown[]
  /** Columns that come as text and are meant as JSON. */
  readonly transformations?: Readonly<Record<string, 'json-parse'>>
}

export type Row = Record<string, unknown>

export interface StudioDatabaseOptions {
  /** Whether rows may be changed; default false: then PostgreSQL itself refuses. */
  write?: boolean | undefined
  /** The database's own name, to write in one that is not marked development or test and holds data. */
  confirm?: string | undefined
}

/** What stands in place of a value that nobody should see by accident. */
const HIDDEN = '(hidden)'

const STATEMENT_TIMEOUT = 30_000

/**
 * Types of which a browser is sent a JavaScript value: booleans, numbers that are exact as such, JSON, moments, and lists of
 * text, numbers and ids. All others arrive as PostgreSQL prints them, which it also reads: a Date would move a day into
 * this machine's zone, and an interval or a bytea would be an object.
 */
const PARSED = new Set([
  ...[16, 21, 23, 26, 700, 701, 114, 3802, 1184],
  ...[1000, 1005, 1007, 1009, 1015, 1016, 1021, 1022, 1231, 2951, 199, 3807],
])

const types = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    PARSED.has(oid)
      ? pg.types.getTypeParser(oid, format)
      : (value: string) => value) as typeof pg.types.getTypeParser,
}

/** The database that is browsed: what is asked together runs in a transaction of its own. */
export class StudioDatabase implements AsyncDisposable {
  readonly name: string
  readonly isWritable: boolean
  readonly #pool: pg.Pool
  /** Columns whose values are hidden, by `oid of the table.number`. */
  readonly #secrets: ReadonlySet<string>

  private constructor(pool: pg.Pool, name: string, isWritable: boolean, secrets: ReadonlySet<string>) {
    this.#pool = pool
    this.name = name
    this.isWritable = isWritable
    this.#secrets = secrets
  }

  /**
   * @throws {ProtectedDatabaseError} the database is marked production; or is to be written, is not marked, holds data,
   *   and is not named in `confirm`.
   * @throws {InvalidInputError} the URL is none.
   * @throws {UnavailableError} the server cannot be reached.
   */
  static async open(
    url: string,
    { write = false, confirm }: StudioDatabaseOptions = {},
  ): Promise<StudioDatabase> {
    const pool = new pg.Pool({
      connectionString: readUrl(url, 'url'),
      max: 4,
      types,
      connectionTimeoutMillis: 15_000,
      application_name: 'norberts-spark-db studio',
      statement_timeout: STATEMENT_TIMEOUT,
      lock_timeout: 5_000,
      idle_in_transaction_session_timeout: STATEMENT_TIMEOUT,
    })
    // A server that went away is noticed by the next request, which connects anew.
    pool.on('error', () => {})
    try {
      const client = await pool.connect().catch((error: unknown) => {
        throw translate(error, 'not sent')
      })
      try {
        const { rows } = await client.query<{ name: string }>('select current_database() as name')
        const { name = '' } = rows[0] ?? {}
        await refuseProduction(client, name)
        if (write) await checkMayDestroy(client, await readMarker(client), confirm)
        return new StudioDatabase(pool, name, write, await secretColumns(client))
      } finally {
        client.release()
      }
    } catch (error) {
      await pool.end()
      throw error
    }
  }

  /** Runs `fn` in a transaction, which ends as the mode has it: committed where rows may be changed, else undone. */
  async transaction<T>(fn: (client: pg.ClientBase) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect()
    let broken: Error | undefined
    try {
      // With a snapshot taken, nothing that follows can make the transaction a writing one.
      await client.query(this.isWritable ? 'begin' : 'begin read only; select 1')
      // The mark may have come since the studio was started.
      await refuseProduction(client, this.name)
      const result = await fn(client)
      await client.query(this.isWritable ? 'commit' : 'rollback')
      return result
    } catch (error) {
      await client.query('rollback').catch((cause: Error) => {
        broken = cause
      })
      throw this.#explain(error)
    } finally {
      // What a statement has set for its session must not be there for the next.
      await client.query('discard all').catch((cause: Error) => {
        broken = cause
      })
      client.release(broken)
    }
  }

  /** All of them, or none. Where nothing may be written each has its own transaction: none can open the way for the next. */
  async run(queries: readonly Query[], schema?: string): Promise<Row[][]> {
    const together = this.isWritable ? [queries] : queries.map((query) => [query])
    const results: Row[][] = []
    for (const group of together) {
      await this.transaction(async (client) => {
        if (schema !== undefined)
          await client.query(`set local search_path to ${pg.escapeIdentifier(schema)}, public`)
        for (const query of group) results.push(await this.#rows(client, query))
      })
    }
    return results
  }

  async #rows(client: pg.ClientBase, { sql, parameters, transformations = {} }: Query): Promise<Row[]> {
    // By the extended protocol: one statement, never several in one text.
    const { rows, fields } = await client.query<Row>({
      text: sql,
      values: [...parameters],
      queryMode: 'extended',
    } as pg.QueryConfig)
    const hidden = fields.filter(({ tableID, columnID }) => this.#secrets.has(`${tableID}.${columnID}`))
    for (const row of rows) {
      for (const { name } of hidden) if (row[name] !== null) row[name] = HIDDEN
      for (const column of Object.keys(transformations))
        if (typeof row[column] === 'string') row[column] = JSON.parse(row[column])
    }
    return rows
  }

  #explain(error: unknown): unknown {
    if (!(error instanceof pg.DatabaseError)) return error
    const { code, message, detail, hint } = error
    const words = [message, detail, hint].filter(Boolean).join('. ')
    const isRefused = code === READ_ONLY_SQL_TRANSACTION && !this.isWritable
    return new Error(
      isRefused
        ? `Nothing was changed: the studio only reads, as long as it is not started with --write (${words}).`
        : words,
      { cause: error },
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.end()
  }
}

const READ_ONLY_SQL_TRANSACTION = '25006'

async function refuseProduction(client: pg.ClientBase, name: string): Promise<void> {
  if ((await readMarker(client))?.environment !== 'production') return
  throw new ProtectedDatabaseError(
    `The database ${name} is marked production: the studio does not open it. Browse a copy, or one filled by npm run db:seed.`,
    { database: name, canConfirm: false },
  )
}

/** Columns of text with a name that the audit log would redact, such as users.password. */
async function secretColumns(client: pg.ClientBase): Promise<Set<string>> {
  const redaction = new Redaction([])
  const { rows } = await client.query<{ key: string; name: string }>(`
    select format('%s.%s', attrelid, attnum) as key, attname as name
    from pg_attribute join pg_class on pg_class.oid = attrelid
    where relnamespace <> 'pg_catalog'::regnamespace and attnum > 0 and not attisdropped
      and (select typcategory from pg_type where pg_type.oid = atttypid) = 'S'`)
  return new Set(rows.filter(({ name }) => redaction.isSecret(name)).map(({ key }) => key))
}
