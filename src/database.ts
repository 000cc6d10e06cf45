import type { Kysely } from 'kysely'
import pg from 'pg'
import type { DB } from '../generated/database.ts'
import { InvalidInputError } from './errors.ts'
import { kyselyOnPool } from './kysely.ts'
import { PoolConnection } from './pool-connection.ts'
import { type QueryListener, QueryLog } from './query-log.ts'
import { Repositories } from './repositories/index.ts'
import { runTransaction, type Transaction, type TransactionOptions } from './transaction.ts'

export interface OpenOptions {
  /**
   * Whether each connection keeps statements prepared; default true, and worth 35 to 45 % of a point read.
   * False for poolers in transaction mode that do not know prepared statements, such as PgBouncer before 1.21.
   */
  prepare?: boolean | undefined
}

/** `connectionString` and the options of pg.Pool: https://node-postgres.com/apis/pool */
export interface DatabaseOptions extends pg.PoolConfig, OpenOptions {}

/** A connection that takes longer than this, in milliseconds, is not coming. */
const CONNECTION_TIMEOUT = 10_000

/**
 * Opens a database. Nothing is sent until the first call.
 *
 * @param source a `postgres://` URL; or the options of pg.Pool, `connectionString` among them; or a pool of yours,
 *   which stays yours to end. Our own pools wait 10 seconds for a connection unless `connectionTimeoutMillis` says else.
 * @throws {InvalidInputError} the source is none of these.
 */
export function openDatabase(
  source: string | DatabaseOptions | pg.Pool,
  options: OpenOptions = {},
): Database {
  if (isPool(source)) return new Database(source, { prepare: options.prepare ?? true, owned: false })
  const { prepare = options.prepare ?? true, ...config } = readConfig(source)
  const pool = new pg.Pool({ connectionTimeoutMillis: CONNECTION_TIMEOUT, keepAlive: true, ...config })
  return new Database(pool, { prepare, owned: true })
}

/** The repositories on a pool of connections. */
export class Database extends Repositories {
  readonly #pool: PoolConnection
  readonly #log: QueryLog
  #kysely: Kysely<DB> | undefined

  /** @internal Use openDatabase. */
  constructor(pool: pg.Pool, options: { prepare: boolean; owned: boolean }) {
    const log = new QueryLog()
    const connection = new PoolConnection(pool, { ...options, log })
    super(connection)
    this.#pool = connection
    this.#log = log
  }

  /** For the service's own queries, on the same connections. Its `transaction()` lacks the repositories: prefer ours. */
  get kysely(): Kysely<DB> {
    this.#kysely ??= kyselyOnPool(this.#pool)
    return this.#kysely
  }

  /**
   * Runs `fn` on one connection, with the same repositories; commits when it returns, rolls back when it throws.
   * Calls inside may be made at the same time, but take turns.
   *
   * @throws what `fn` throws.
   * @throws {SerializationError} another transaction got in the way, also after `retries` more attempts.
   * @throws {ConstraintError} a deferred constraint, at the end.
   * @throws {UnavailableError} not `retryable` if the connection was lost while committing: the outcome is not known.
   */
  transaction<T>(fn: (tx: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T> {
    return runTransaction(this.#pool, fn, options)
  }

  /** Calls `listener` after each query; returns the function that ends it. */
  on(event: 'query', listener: QueryListener): () => void {
    if (event !== 'query') throw new InvalidInputError('event', "must be 'query', the only one there is")
    return this.#log.add(listener)
  }

  /** Waits for the calls under way, then ends the connections; a pool of the service's own is left to the service. */
  close(): Promise<void> {
    return this.#pool.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** By shape, because the service's pg may be another copy than ours. */
function isPool(source: unknown): source is pg.Pool {
  return typeof source === 'object' && source !== null && 'totalCount' in source && 'connect' in source
}

function readConfig(source: string | DatabaseOptions): DatabaseOptions {
  const config = typeof source === 'string' ? { connectionString: source } : source
  const { connectionString } = config ?? {}
  const given = typeof config === 'object' && config !== null
  const readable =
    connectionString === undefined
      ? typeof source === 'object'
      : /^(postgres(ql)?|socket):\/\//.test(connectionString)
  if (given && readable) return config
  // The value may hold a password: the message does not repeat it.
  throw new InvalidInputError('connectionString', 'must be a postgres:// URL; is DATABASE_URL set?')
}
