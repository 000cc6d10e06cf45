import type { Kysely } from 'kysely'
import type pg from 'pg'
import type { DB } from '../../generated/database.ts'
import {
  BoundConnection,
  type CallOptions,
  type ListenEvent,
  PoolConnection,
  type PoolStats,
  type QueryListener,
  QueryLog,
  readTimeout,
} from '../connection/index.ts'
import { InvalidInputError } from '../errors/index.ts'
import { fields, optional, text } from '../input/index.ts'
import { Repositories } from '../repositories/index.ts'
import { kyselyOnPool } from './kysely.ts'
import { type DatabaseOptions, type DatabaseSettings, type OpenOptions, readSettings } from './options.ts'
import { checkedPool, createPool, isPool, type Pool } from './pool.ts'
import { runTransaction, type Transaction, type TransactionOptions } from './transaction.ts'

/**
 * Opens a database. Nothing is sent until the first call.
 *
 * @param source a `postgres://` URL; or options, a `connectionString` among them; or a pg.Pool of the service, which the
 *   service ends itself.
 * @throws {InvalidInputError} the source or an option cannot be used.
 */
export function openDatabase(
  source: string | URL | DatabaseOptions | Pool,
  options: OpenOptions = {},
): Database {
  if (isPool(source)) {
    return new Database(checkedPool(source), {
      settings: readSettings({}, options),
      owned: false,
      attempts: 1,
      expectsReadOnly: false,
    })
  }
  const { pool, hosts, open } = createPool(source)
  return new Database(pool, {
    settings: readSettings(open, options),
    owned: true,
    attempts: hosts.attempts,
    expectsReadOnly: hosts.areReadOnly,
  })
}

/** The options of a pool as known to `openDatabase`. */
interface PoolOptions {
  settings: DatabaseSettings
  owned: boolean
  attempts: number
  expectsReadOnly: boolean
}

/** The repositories and transactions of a database, with the same options for every call. */
export class BoundDatabase extends Repositories {
  readonly #pool: PoolConnection
  readonly #settings: DatabaseSettings
  readonly #connection: BoundConnection
  #kysely: Kysely<DB> | undefined

  /** @internal */
  constructor(pool: PoolConnection, settings: DatabaseSettings, options: CallOptions) {
    const connection = new BoundConnection(pool, options)
    super(connection, settings)
    this.#pool = pool
    this.#settings = settings
    this.#connection = connection
  }

  /** As the database's own `kysely`. */
  get kysely(): Kysely<DB> {
    this.#kysely ??= kyselyOnPool(this.#pool, this.#connection.bind())
    return this.#kysely
  }

  /** As the database's own `transaction()`. */
  transaction<T>(fn: (tx: Transaction) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    return runTransaction(this.#pool, this.#settings, fn, { ...options, ...this.#connection.bind(options) })
  }

  /** A narrower view: signals of both cancel a call, and the timeout given last holds. */
  with(options: CallOptions): BoundDatabase {
    return new BoundDatabase(
      this.#pool,
      this.#settings,
      this.#connection.bind(readCallOptions(options, 'options')),
    )
  }
}

/** The repositories on a pool of connections. */
export class Database extends Repositories {
  readonly #pool: PoolConnection
  readonly #settings: DatabaseSettings
  readonly #log: QueryLog
  #kysely: Kysely<DB> | undefined

  /** @internal Use openDatabase. */
  constructor(pool: Pool, { settings, ...options }: PoolOptions) {
    const log = new QueryLog()
    const { timeout, retry, silenceTimeout } = settings
    const connection = new PoolConnection(pool as unknown as pg.Pool, {
      ...options,
      settings,
      log,
      timeout,
      retry,
      silenceTimeout,
    })
    super(connection, settings)
    this.#pool = connection
    this.#settings = settings
    this.#log = log
  }

  /**
   * For the service's own queries, on the same connections. Its `transaction()` lacks the repositories: prefer ours.
   *
   * The `timeout` of `openDatabase` and of `db.with()` holds for each query, for each part of a `stream()`, and for the
   * whole of a `transaction()`. A signal passed to `execute({ signal })` cancels on the server, unless Kysely's
   * `inflightQueryAbortStrategy` is `'ignore query'`. `destroy()` is a no-op: `db.close()` ends the connections.
   */
  get kysely(): Kysely<DB> {
    this.#kysely ??= kyselyOnPool(this.#pool)
    return this.#kysely
  }

  /**
   * Runs `fn` on one connection, with the same repositories; commits when it returns, rolls back when it throws.
   * Calls inside may be made at the same time, but take turns. `timeout` and `signal` hold for the whole transaction,
   * from the wait for a connection up to COMMIT; one that comes before COMMIT is sent rolls back.
   *
   * @throws what `fn` throws.
   * @throws {SerializationError} serialization failure or deadlock, also after `retries` more attempts.
   * @throws {ConstraintError} a deferred constraint, at the end.
   * @throws {UnavailableError} not `retryable` if the connection was lost during COMMIT: the outcome is unknown.
   * @throws {UnconfirmedCommitError} committed, but the wait for the synchronous standby was cancelled.
   */
  transaction<T>(fn: (tx: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T> {
    return runTransaction(this.#pool, this.#settings, fn, options)
  }

  /**
   * The same repositories and transactions, bound to a request: each call has this signal and this timeout, unless it
   * brings its own timeout.
   */
  with(options: CallOptions): BoundDatabase {
    return new BoundDatabase(this.#pool, this.#settings, readCallOptions(options, 'options'))
  }

  /**
   * Yields the notifications of a channel (`NOTIFY`), on a connection of its own, which is replaced with back-off when it
   * is lost. Until the loop ends, the process does not exit.
   *
   * PostgreSQL does not keep notifications for a session that is not connected. The item `connected` therefore says that
   * the session listens from now on: those sent before were missed, so that the loop has to read the state that it
   * follows, the first time and after each reconnection. Behind PgBouncer this needs session mode.
   *
   * @throws the reason of the signal; UnavailableError when the database is closed, or the first connection fails.
   */
  listen(
    channel: string,
    options: Pick<CallOptions, 'signal'> = {},
  ): AsyncGenerator<ListenEvent, void, undefined> {
    const { signal } = readListenOptions(options, 'options')
    const name = text(channel, 'channel')
    if (name === '' || Buffer.byteLength(name) > MOST_NAME_BYTES) {
      throw new InvalidInputError('channel', `must have 1 to ${MOST_NAME_BYTES} bytes`)
    }
    return this.#pool.listen(name, signal)
  }

  /** How many connections are open and what they do, at this moment; for metrics. Nothing is sent. */
  stats(): PoolStats {
    return this.#pool.stats()
  }

  /**
   * Sends an empty query, and returns how many milliseconds its answer took, the wait for a connection included; for
   * health checks.
   *
   * @throws {UnavailableError} the database cannot be reached, or did not answer within the timeout.
   */
  async ping(options: CallOptions = {}): Promise<number> {
    const start = performance.now()
    const query = { sql: 'select', prepared: false, readOnly: true }
    await this.#pool.run(query, readCallOptions(options, 'options'))
    return performance.now() - start
  }

  /** Calls `listener` after each query; returns the function that ends it. */
  on(event: 'query', listener: QueryListener): () => void {
    if (event !== 'query') throw new InvalidInputError('event', "must be 'query', the only event")
    return this.#log.add(listener)
  }

  /**
   * Waits for the calls under way, then ends the connections; a pool of the service is left to the service. Later calls
   * are refused.
   *
   * @param options.timeout milliseconds after which calls under way are cancelled; default: no limit.
   */
  close(options: { timeout?: number | undefined } = {}): Promise<void> {
    const { timeout } = readCloseOptions(options, 'options')
    return this.#pool.close(timeout)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** PostgreSQL cuts longer names. */
const MOST_NAME_BYTES = 63

const readSignal = optional((value, field) => {
  if (value instanceof AbortSignal) return value
  throw new InvalidInputError(field, 'must be an AbortSignal')
})

const readListenOptions = fields<Pick<CallOptions, 'signal'>>({ signal: readSignal })

const readCallOptions = fields<CallOptions>({
  timeout: optional((value, field) => {
    readTimeout(value, field)
    return value as number
  }),
  signal: readSignal,
})

const readCloseOptions = fields<{ timeout?: number | undefined }>({ timeout: optional(readTimeout) })
