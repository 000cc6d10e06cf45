import pg from 'pg'
import { guard, readEnvironment, readUrl } from '../../src/admin/index.ts'
import { ProtectedDatabaseError } from '../../src/admin.ts'
import { translate } from '../../src/errors/index.ts'
import { Redaction } from '../../src/repositories/index.ts'

/** A statement with its parameters, as sent by the browser's table view. */
export interface Query {
  readonly sql: string
  readonly parameters: readonly unknown[]
  /** Columns whose text values are to be parsed as JSON. */
  readonly transformations?: Readonly<Record<string, 'json-parse'>>
}

/** A result row by column name. */
export type Row = Record<string, unknown>

/** Options for opening a database in the studio. */
export interface StudioDatabaseOptions {
  /** Whether rows may be changed; default false, in which case PostgreSQL itself rejects changes. */
  write?: boolean | undefined
  /** The database's name. Required to write if its environment is not development or test and it contains data. */
  confirm?: string | undefined
}

/** Replaces values that must not be visible by accident. */
const HIDDEN = '(hidden)'

const STATEMENT_TIMEOUT = 30_000

/**
 * OIDs of the types that are sent to the browser as JavaScript values: booleans, numbers that JavaScript represents
 * exactly, JSON, timestamps, and arrays of text, numbers and IDs. All others are sent as text in PostgreSQL's format,
 * which it also accepts: a Date would shift a day into this machine's time zone, and an interval or a bytea would be an
 * object.
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

/** The database that is browsed. */
export class StudioDatabase implements AsyncDisposable {
  readonly name: string
  readonly isWritable: boolean
  readonly #pool: pg.Pool
  /** Columns whose values are hidden, as `table OID.column number`. */
  readonly #secrets: ReadonlySet<string>

  private constructor(pool: pg.Pool, name: string, isWritable: boolean, secrets: ReadonlySet<string>) {
    this.#pool = pool
    this.name = name
    this.isWritable = isWritable
    this.#secrets = secrets
  }

  /**
   * Opens a database.
   *
   * @throws {ProtectedDatabaseError} its environment is production; or it is to be written, has no environment, contains
   *   data, and is not named in `confirm`.
   * @throws {InvalidInputError} the URL is invalid.
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
    // After a lost connection, the next request connects again.
    pool.on('error', () => {})
    try {
      const client = await pool.connect().catch((error: unknown) => {
        throw translate(error, 'not sent')
      })
      try {
        const { rows } = await client.query<{ name: string }>('select current_database() as name')
        const { name = '' } = rows[0] ?? {}
        await refuseProduction(client, name)
        if (write) await guard(client, 'write', { confirm }, { lock: false })
        return new StudioDatabase(pool, name, write, await secretColumns(client))
      } finally {
        client.release()
      }
    } catch (error) {
      await pool.end()
      throw error
    }
  }

  /** Runs `fn` in a transaction, which is committed if rows may be changed, and rolled back otherwise. */
  async transaction<T>(fn: (client: pg.ClientBase) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect()
    let broken: Error | undefined
    try {
      // Once the transaction has a snapshot, no later statement can make it writable.
      await client.query(this.isWritable ? 'begin' : 'begin read only; select 1')
      // The environment may have been set after the studio was started.
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
      // Session settings of a statement must not affect the next one.
      await client.query('discard all').catch((cause: Error) => {
        broken = cause
      })
      client.release(broken)
    }
  }

  /**
   * Runs the queries in one transaction if rows may be changed. In read-only mode each query has a transaction of its
   * own, so that none can make the next one writable.
   */
  async run(queries: readonly Query[], schema?: string): Promise<Row[][]> {
    const groups = this.isWritable ? [queries] : queries.map((query) => [query])
    const results: Row[][] = []
    for (const group of groups) {
      await this.transaction(async (client) => {
        if (schema !== undefined)
          await client.query(`set local search_path to ${pg.escapeIdentifier(schema)}, public`)
        for (const query of group) results.push(await this.#rows(client, query))
      })
    }
    return results
  }

  async #rows(client: pg.ClientBase, { sql, parameters, transformations = {} }: Query): Promise<Row[]> {
    // The extended protocol allows only one statement per text.
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
    const reason = [message, detail, hint].filter(Boolean).join('. ')
    const isRejected = code === READ_ONLY_SQL_TRANSACTION && !this.isWritable
    return new Error(
      isRejected
        ? `No changes were made, because the studio is read-only. Start it with --write to change rows (${reason}).`
        : reason,
      { cause: error },
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.end()
  }
}

const READ_ONLY_SQL_TRANSACTION = '25006'

async function refuseProduction(client: pg.ClientBase, name: string): Promise<void> {
  if ((await readEnvironment(client))?.environment !== 'production') return
  throw new ProtectedDatabaseError(
    `The environment of database ${name} is production, or it is a copy of a production database: the studio refuses to open it. Browse a database filled by npm run db:seed, or record the environment of the copy: norberts-spark-db environment development --confirm ${name}`,
    { database: name, canConfirm: false },
  )
}

/** Text columns whose names the audit log would redact, such as users.password. */
async function secretColumns(client: pg.ClientBase): Promise<Set<string>> {
  const redaction = new Redaction([])
  const { rows } = await client.query<{ key: string; name: string }>(`
    select format('%s.%s', attrelid, attnum) as key, attname as name
    from pg_attribute join pg_class on pg_class.oid = attrelid
    where relnamespace <> 'pg_catalog'::regnamespace and attnum > 0 and not attisdropped
      and (select typcategory from pg_type where pg_type.oid = atttypid) = 'S'`)
  return new Set(rows.filter(({ name }) => redaction.isSecret(name)).map(({ key }) => key))
}
