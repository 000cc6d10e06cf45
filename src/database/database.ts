import type { Kysely } from 'kysely'
import pg from 'pg'
import type { DB } from '../../generated/database.ts'
import { PoolConnection, type QueryListener, QueryLog } from '../connection/index.ts'
import { InvalidInputError } from '../errors/index.ts'
import { Repositories } from '../repositories/index.ts'
import { kyselyOnPool } from './kysely.ts'
import {
  CONNECTION_TIMEOUT,
  type DatabaseOptions,
  type DatabaseSettings,
  isPool,
  type OpenOptions,
  type Pool,
  readConfig,
  readSettings,
} from './options.ts'
import { runTransaction, type Transaction, type TransactionOptions } from './transaction.ts'

/**
 * Opens a database. Nothing is sent until the first call.
 *
 * @param source a `postgres://` URL; or options, a `connectionString` among them; or a pg.Pool of yours, which stays
 *   yours to end.
 * @throws {InvalidInputError} the source is none of these.
 */
export function openDatabase(source: string | DatabaseOptions | Pool, options: OpenOptions = {}): Database {
  if (isPool(source)) return new Database(source, { settings: readSettings(options), owned: false })
  const { prepare, redact, maxMessageBytes, fileStore, ...config } = readConfig(source)
  const pool = new pg.Pool({
    connectionTimeoutMillis: CONNECTION_TIMEOUT,
    keepAlive: true,
    ...(config as pg.PoolConfig), // pg's type forbids undefined, pg does not
  })
  return new Database(pool, {
    settings: readSettings({ prepare, redact, maxMessageBytes, fileStore }, options),
    owned: true,
  })
}

/** The repositories on a pool of connections. */
export class Database extends Repositories {
  readonly #pool: PoolConnection
  readonly #settings: DatabaseSettings
  readonly #log: QueryLog
  #kysely: Kysely<DB> | undefined

  /** Use openDatabase. */
  constructor(pool: Pool, options: { settings: DatabaseSettings; owned: boolean }) {
    const log = new QueryLog()
    const connection = new PoolConnection(pool as pg.Pool, { ...options, log })
    super(connection, options.settings)
    this.#pool = connection
    this.#settings = options.settings
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
    return runTransaction(this.#pool, this.#settings, fn, options)
  }

  /** Calls `listener` after each query; returns the function that ends it. */
  on(event: 'query', listener: QueryListener): () => void {
    if (event !== 'query') throw new InvalidInputError('event', "must be 'query', the only event")
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
