import pg from 'pg'
import { guard, readEnvironment, readUrl } from '../../src/admin/index.ts'
import { AdminError, ProtectedDatabaseError } from '../../src/admin.ts'
import { translate, withoutRow } from '../../src/errors/index.ts'
import { dropReader, findReader, type Reader } from './reader-role.ts'
import { catalogOf } from './violations.ts'

/** Options for opening a database in the studio. */
export interface StudioDatabaseOptions {
  /** Whether rows may be changed; default false, in which case PostgreSQL itself rejects changes. */
  write?: boolean | undefined
  /** The database's name. Required to write if its environment is not development or test and it contains data. */
  confirm?: string | undefined
}

const STATEMENT_TIMEOUT = 30_000
const READ_ONLY_SQL_TRANSACTION = '25006'
/** Functions and operators of other schemas are not found: an overload in `public` is never called. */
const CLOSED_PATH = 'set search_path = pg_catalog, pg_temp'
const SESSION = `${CLOSED_PATH}; set time zone 'UTC'`

/** Thrown where the server refuses a value, by its column. */
export class ColumnError extends Error {
  override readonly name = 'ColumnError'
  readonly column: string

  constructor(column: string, cause: unknown) {
    super(`${column} is refused.`, { cause })
    this.column = column
  }
}

/** The database that is browsed. */
export class StudioDatabase implements AsyncDisposable {
  readonly name: string
  readonly isWritable: boolean
  readonly #url: string
  readonly #readers: pg.Pool
  readonly #planners: pg.Pool
  readonly #writers: pg.Pool | undefined
  readonly #reader: Reader | undefined

  private constructor(
    url: string,
    { name, isWritable, reader }: { name: string; isWritable: boolean; reader: Reader | undefined },
  ) {
    this.#url = url
    this.name = name
    this.isWritable = isWritable
    this.#reader = reader
    this.#readers = poolOf(reader?.url ?? url)
    this.#planners = poolOf(url)
    this.#writers = isWritable ? poolOf(url) : undefined
  }

  /**
   * Opens a database.
   *
   * @throws {ProtectedDatabaseError} its environment is production; or it is to be written, has no environment, contains
   *   data, and is not named in `confirm`.
   * @throws {AdminError} the login may run programs on the server or read its files.
   * @throws {InvalidInputError} the URL is invalid.
   * @throws {UnavailableError} the server cannot be reached.
   */
  static async open(
    given: string,
    { write = false, confirm }: StudioDatabaseOptions = {},
  ): Promise<StudioDatabase> {
    const url = readUrl(given, 'url')
    return withClient(url, async (client) => {
      // In one transaction: each statement on the environment would begin and commit its own.
      await client.query('begin read only')
      const { rows } = await client.query<{ name: string }>('select pg_catalog.current_database() as name')
      const { name = '' } = rows[0] ?? {}
      await refuseProduction(client, name)
      if (write) await guard(client, 'write', { confirm }, { lock: false })
      await client.query('commit')
      const database = new StudioDatabase(url, {
        name,
        isWritable: write,
        reader: await findReader(client, url),
      })
      try {
        await database.read(async () => {})
      } catch (error) {
        await database[Symbol.asyncDispose]()
        throw error
      }
      return database
    })
  }

  /** Runs `fn` in a transaction that cannot change anything, under the login that can only read. */
  read<T>(fn: (client: pg.ClientBase) => Promise<T>): Promise<T> {
    // Once the transaction has a snapshot, no later statement can make it writable.
    return this.#transaction(this.#readers, 'begin read only; select 1', 'rollback', fn)
  }

  /**
   * Runs `fn` in a read-only transaction under the login of the URL, which may plan statements that write. Only for the
   * statements of the repositories, and only where no function or operator of others can be called in place of
   * PostgreSQL's.
   *
   * @throws {AdminError} there is such a function.
   */
  plan<T>(fn: (client: pg.ClientBase) => Promise<T>): Promise<T> {
    return this.#transaction(this.#planners, 'begin read only; select 1', 'rollback', async (client) => {
      await refuseOverloads(client)
      return fn(client)
    })
  }

  /**
   * Runs `fn` in a transaction that is committed.
   *
   * @throws {Error} the studio is read-only.
   */
  write<T>(fn: (client: pg.ClientBase) => Promise<T>): Promise<T> {
    if (!this.#writers)
      throw new Error(
        'No changes were made, because the studio is read-only. Start it with --write to change rows.',
      )
    return this.#transaction(this.#writers, 'begin', 'commit', fn)
  }

  async #transaction<T>(
    pool: pg.Pool,
    begin: string,
    end: 'commit' | 'rollback',
    fn: (client: pg.ClientBase) => Promise<T>,
  ): Promise<T> {
    const client = await pool.connect().catch((error: { code?: string }) => {
      if (pool === this.#readers && this.#reader && /^28/.test(error.code ?? ''))
        throw new AdminError(
          'The login of the studio was dropped, locked, or has expired after a week. Start the studio again.',
          { cause: error },
        )
      throw translate(error, 'not sent')
    })
    let broken: Error | undefined
    try {
      await client.query(begin)
      // The environment may have been set after the studio was started.
      await refuseProduction(client, this.name)
      const result = await fn(client)
      await client.query(end)
      return result
    } catch (error) {
      await client.query('rollback').catch((cause: Error) => {
        broken = cause
      })
      throw await this.#explain(client, error)
    } finally {
      // Session settings of a statement must not affect the next one. PostgreSQL refuses this among other statements.
      await client
        .query('discard all')
        .then(() => client.query(SESSION))
        .catch((cause: Error) => {
          broken = cause
        })
      client.release(broken)
    }
  }

  /** An error as the pages show it: the message of the constraint, and never the contents of a row. */
  async #explain(client: pg.ClientBase, error: unknown): Promise<unknown> {
    const column = error instanceof ColumnError ? error.column : undefined
    const reported = error instanceof ColumnError ? error.cause : error
    if (!(reported instanceof pg.DatabaseError)) return error
    const catalog = await catalogOf(client, reported).catch(() => undefined)
    const { code, message } = withoutRow(reported)
    if (code === READ_ONLY_SQL_TRANSACTION)
      return new Error(
        this.isWritable
          ? `No changes were made, because this page only reads, also in a writable studio (${message}).`
          : `No changes were made, because the studio only reads here. Start it with --write to change rows (${message}).`,
        { cause: reported },
      )
    const translated = translate(reported, 'reading', catalog) as Error
    // The advice about versions of the schema is for services.
    const named = /^23/.test(code ?? '') ? translated : new Error(message, { cause: reported })
    if (column !== undefined) named.message = `${column}: ${named.message}`
    return named
  }

  /** Cancels the statement that a session runs now, because the page that asked has given it up. */
  async cancel(pid: number): Promise<void> {
    await withClient(this.#url, (client) => client.query('select pg_catalog.pg_cancel_backend($1)', [pid]))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#readers.end(), this.#planners.end(), this.#writers?.end()])
    const reader = this.#reader
    if (reader) await withClient(this.#url, (client) => dropReader(client, reader)).catch(() => {})
  }
}

/** A function that is called in place of PostgreSQL's own would run with the privileges of the login. */
async function refuseOverloads(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ name: string }>(`
    select p.oid::regprocedure::text as name
    from pg_proc as p
    where p.pronamespace::regnamespace::text = 'public'
      and exists (select from pg_proc as b where b.proname = p.proname and b.pronamespace = 'pg_catalog'::regnamespace)
      and not exists (select from pg_depend as d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
    union all
    select 'public.' || o.oprname || ' (operator)'
    from pg_operator as o
    where o.oprnamespace::regnamespace::text = 'public'
      and not exists (select from pg_depend as d where d.classid = 'pg_operator'::regclass and d.objid = o.oid and d.deptype = 'e')
    limit 1`)
  const [found] = rows
  if (found)
    throw new AdminError(
      `${found.name} would be called in place of PostgreSQL's own, so no statement is planned here. Drop it, or move it to another schema.`,
    )
}

function poolOf(connectionString: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString,
    max: 4,
    connectionTimeoutMillis: 15_000,
    application_name: 'norberts-spark-db studio',
    statement_timeout: STATEMENT_TIMEOUT,
    lock_timeout: 5_000,
    idle_in_transaction_session_timeout: STATEMENT_TIMEOUT,
  })
  // After a lost connection, the next request connects again.
  pool.on('error', () => {})
  pool.on('connect', (client) => {
    // A connection that is lost while a request uses it fails its query; without this, it would end the process too.
    client.on('error', () => {})
    client.query(SESSION).catch(() => {})
  })
  return pool
}

async function withClient<T>(url: string, fn: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 15_000,
    application_name: 'norberts-spark-db studio',
  })
  client.on('error', () => {})
  await client.connect().catch((error: unknown) => {
    throw translate(error, 'not sent')
  })
  try {
    await client.query(CLOSED_PATH)
    return await fn(client)
  } finally {
    await client.end()
  }
}

async function refuseProduction(client: pg.ClientBase, name: string): Promise<void> {
  if ((await readEnvironment(client))?.environment !== 'production') return
  throw new ProtectedDatabaseError(
    `The environment of database ${name} is production, or it is a copy of a production database: the studio refuses to open it. Browse a database filled by npm run db:seed, or record the environment of the copy: norberts-spark-db environment development --confirm ${name}`,
    { database: name, canConfirm: false },
  )
}
