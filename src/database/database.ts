import type { Kysely } from 'kysely'
import type pg from 'pg'
import type { DB } from '../../generated/database.ts'
import {
  BoundConnection,
  type BoundOptions,
  type CallListener,
  type CallOptions,
  type Endpoint,
  type ListenEvent,
  PoolConnection,
  type PoolStats,
  type QueryListener,
  QueryLog,
  readTimeout,
  SlowQueries,
  type SlowQueryListener,
} from '../connection/index.ts'
import { InvalidInputError, UnavailableError } from '../errors/index.ts'
import { fields, optional, text, wholeNumber } from '../input/index.ts'
import {
  formatPosition,
  POSITION_QUERY,
  positionOf,
  ReplicaConnection,
  type ReplicaSet,
  type ReplicaStats,
} from '../replicas/index.ts'
import { type FileErrorListener, Repositories } from '../repositories/index.ts'
import { type Actor, actorStatement } from './actor.ts'
import { readSignal, readTimeoutOption } from './call-options.ts'
import { kyselyOnPool } from './kysely.ts'
import { openReplicas } from './open-replicas.ts'
import type { DatabaseOptions, DatabaseSettings } from './options.ts'
import { type ReplicaReads, replicaReads } from './replica-reads.ts'
import type { Pool } from './service-pool.ts'
import {
  readTransactionOptions,
  runTransaction,
  type Transaction,
  type TransactionOptions,
} from './transaction.ts'

/** The options of a pool as known to `openDatabase`. */
interface PoolOptions {
  settings: DatabaseSettings
  /** The options of the pool, which hold for replicas, too. */
  shared: DatabaseOptions
  owned: boolean
  attempts: number
  expectsReadOnly: boolean
}

/** The connections of a database and its views. */
interface Connections {
  readonly primary: PoolConnection
  readonly replicas: ReplicaConnection
  readonly settings: DatabaseSettings
}

/** As `PoolStats`, for the connections to the primary; and for those to each replica. */
export interface DatabaseStats extends PoolStats {
  readonly replicas: readonly ReplicaStats[]
}

/** The repositories and transactions of a database, with the same options for every call. */
export class BoundDatabase extends Repositories {
  readonly #connections: Connections
  readonly #connection: BoundConnection
  #kysely: Kysely<DB> | undefined
  #replica: ReplicaReads | undefined

  /** @internal */
  constructor(connections: Connections, options: BoundOptions) {
    const connection = new BoundConnection(connections.primary, options)
    super(connection, connections.settings)
    this.#connections = connections
    this.#connection = connection
  }

  /** As the database's own `replica`. */
  get replica(): ReplicaReads {
    const { replicas, settings } = this.#connections
    // A view is made for each request, and few of them read from replicas.
    this.#replica ??= replicaReads(replicas.with(this.#connection.bind()), settings)
    return this.#replica
  }

  /** As the database's own `kysely`. */
  get kysely(): Kysely<DB> {
    this.#kysely ??= kyselyOnPool(this.#connections.primary, this.#connection.bind())
    return this.#kysely
  }

  /** As the database's own `transaction()`. */
  async transaction<T>(fn: (tx: Transaction) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    const { primary, settings } = this.#connections
    const own = readTransactionOptions(options, 'options')
    const { actor, ...bound } = this.#connection.bind(own)
    return runTransaction(primary, settings, fn, { ...own, ...bound }, actor)
  }

  /** A narrower view: signals of both cancel a call, and the timeout given last holds. */
  with(options: CallOptions): BoundDatabase {
    const bound = this.#connection.bind(readCallOptions(options, 'options'))
    return new BoundDatabase(this.#connections, bound)
  }

  /** As the database's own `as()`: the same signal and timeout, and this actor in place of another one. */
  as(actor: Actor): BoundDatabase {
    const statement = actorStatement(actor, this.#connections.settings.prepare)
    return new BoundDatabase(this.#connections, { ...this.#connection.bind(), actor: statement })
  }

  /** As the database's own `listen()`, until the bound signal, too. */
  listen(channel: string, options: ListenOptions = {}): AsyncGenerator<ListenEvent, void, undefined> {
    const { maxPending = MAX_PENDING, ...own } = readListenOptions(options, 'options')
    const { signal } = this.#connection.bind(own)
    return this.#connections.primary.listen(readChannel(channel, 'channel'), { signal, maxPending })
  }
}

/** The repositories on a pool of connections. */
export class Database extends Repositories {
  readonly #pool: PoolConnection
  readonly #replicas: ReplicaSet
  readonly #connections: Connections
  readonly #log: QueryLog
  readonly #slow: SlowQueries
  #kysely: Kysely<DB> | undefined
  /** The reads of the repositories on replicas, which may be a moment behind the primary. */
  readonly replica: ReplicaReads

  /** @internal Use openDatabase. */
  constructor(pool: Pool, { settings, shared, ...options }: PoolOptions) {
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
    this.#log = log
    this.#slow = new SlowQueries(log, pool as unknown as pg.Pool, settings.slowQueries)
    this.#replicas = openReplicas(pool as unknown as pg.Pool, shared, settings, log)
    const replicas = new ReplicaConnection(connection, this.#replicas)
    this.#connections = { primary: connection, replicas, settings }
    this.replica = replicaReads(replicas, settings)
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
    return runTransaction(this.#pool, this.#connections.settings, fn, options)
  }

  /**
   * The same repositories and transactions, bound to a request: each call has this signal and this timeout, unless it
   * brings its own timeout.
   */
  with(options: CallOptions): BoundDatabase {
    return new BoundDatabase(this.#connections, readCallOptions(options, 'options'))
  }

  /**
   * The same repositories, transactions and own queries, on behalf of a user or a job: each call tells the server who
   * acts, in the same round trip. Row security then shows and changes only what this actor may see. The setting lasts as
   * long as the statement or the transaction, so that it works behind poolers. Cheap enough for each request.
   *
   * Own queries are sent one statement at a time. `db` without an actor is for logins that own the tables.
   *
   * @throws {InvalidInputError} names the field of the actor.
   */
  as(actor: Actor): BoundDatabase {
    const statement = actorStatement(actor, this.#connections.settings.prepare)
    return new BoundDatabase(this.#connections, { actor: statement })
  }

  /**
   * Yields the notifications of a channel (`NOTIFY`), on a connection of its own, which is replaced with back-off when it
   * is lost. Until the loop ends, the process does not exit.
   *
   * PostgreSQL does not keep notifications for a session that is not connected. The item `connected` therefore says that
   * the session listens from now on: those sent before were missed, so that the loop has to read the state that it
   * follows, the first time and after each reconnection. The same holds for the item `missed`: the loop was slower than
   * the notifications. A server that has gone silent is noticed after twice the `silenceTimeout` of `openDatabase`.
   *
   * @param options.maxPending most notifications that wait for the loop; default 10,000.
   * @throws the reason of the signal.
   * @throws {ConfigurationError} the address leads to a pooler in transaction mode, behind which no session can listen.
   * @throws {UnavailableError} the database was closed, or the first connection failed.
   */
  listen(channel: string, options: ListenOptions = {}): AsyncGenerator<ListenEvent, void, undefined> {
    const { signal, maxPending = MAX_PENDING } = readListenOptions(options, 'options')
    return this.#pool.listen(readChannel(channel, 'channel'), { signal, maxPending })
  }

  /** How many connections are open and what they do, at this moment; for metrics. Nothing is sent. */
  stats(): DatabaseStats {
    return { ...this.#pool.stats(), replicas: this.#replicas.stats() }
  }

  /**
   * The position of the primary: for `{ after }` of a read on a replica, which then sees everything that was committed
   * before this call. A string of 25 characters for a cookie or a job; of two, the later one is the greater.
   *
   * @throws {UnavailableError} the server is a standby, as after a failover.
   */
  async position(options: CallOptions = {}): Promise<string> {
    const query = { ...POSITION_QUERY, prepared: this.#connections.settings.prepare }
    const { rows } = await this.#pool.run(query, readCallOptions(options, 'options'))
    const position = positionOf(rows[0])
    if (!position.isStandby) return formatPosition(position)
    this.#pool.clients.replaceAll()
    throw new UnavailableError('The server is a standby, which knows no position of the primary.', true)
  }

  /**
   * Sends an empty query to the primary, and returns how many milliseconds its answer took, the wait for a connection
   * included; for health checks. The state of the replicas is in `stats()`: without one, the service works.
   *
   * @throws {UnavailableError} the database cannot be reached, or did not answer within the timeout.
   */
  async ping(options: CallOptions = {}): Promise<number> {
    const start = performance.now()
    const query = { sql: 'select', prepared: false, readOnly: true }
    await this.#pool.run(query, readCallOptions(options, 'options'))
    return performance.now() - start
  }

  /** Where the database is, as the options of `openDatabase` or the pool say. Nothing is sent. */
  get endpoint(): Endpoint {
    return this.#pool.endpoint()
  }

  /** Calls `listener` after each query; returns the function that ends it. */
  on(event: 'query', listener: QueryListener): () => void
  /** Calls `listener` after each query that took as long as `slowQueries` says; returns the function that ends it. */
  on(event: 'slow', listener: SlowQueryListener): () => void
  /**
   * Calls `listener` when a call begins, in the async context of its caller, for instrumentation; it may return an
   * observer of the call. Returns the function that ends it.
   */
  on(event: 'call', listener: CallListener): () => void
  /** Calls `listener` for each file that `fileStore.delete` failed to delete; returns the function that ends it. */
  on(event: 'fileError', listener: FileErrorListener): () => void
  on(event: string, listener: unknown): () => void {
    if (typeof listener !== 'function') throw new InvalidInputError('listener', 'must be a function')
    switch (event) {
      case 'query':
        return this.#log.onQuery(listener as QueryListener)
      case 'slow':
        return this.#slow.on(listener as SlowQueryListener)
      case 'call':
        return this.#log.onCall(listener as CallListener)
      case 'fileError':
        return this.#connections.settings.files.on(listener as FileErrorListener)
      default:
        throw new InvalidInputError('event', "must be 'query', 'slow', 'call' or 'fileError'")
    }
  }

  /**
   * Waits for the calls under way, then ends the connections; a pool of the service is left to the service. Later calls
   * are refused.
   *
   * @param options.timeout milliseconds after which calls under way are cancelled; default: no limit.
   */
  async close(options: { timeout?: number | undefined } = {}): Promise<void> {
    const { timeout } = readCloseOptions(options, 'options')
    this.#slow.close()
    // A read that no replica answers needs the primary.
    const left = await this.#replicas.drain(timeout)
    await Promise.all([this.#pool.close(left), this.#replicas.close(left)])
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

export interface ListenOptions extends Pick<CallOptions, 'signal'> {
  /** Most notifications that wait for the loop. One more drops them all, which the item `missed` says. */
  maxPending?: number | undefined
}

const MAX_PENDING = 10_000

/** PostgreSQL cuts longer names. */
const MOST_NAME_BYTES = 63

function readChannel(channel: unknown, field: string): string {
  const name = text(channel, field)
  if (name !== '' && Buffer.byteLength(name) <= MOST_NAME_BYTES) return name
  throw new InvalidInputError(field, `must have 1 to ${MOST_NAME_BYTES} bytes`)
}

const readListenOptions = fields<ListenOptions>({
  signal: readSignal,
  maxPending: optional(wholeNumber(1, Number.MAX_SAFE_INTEGER)),
})

const readCallOptions = fields<CallOptions>({ timeout: readTimeoutOption, signal: readSignal })

const readCloseOptions = fields<{ timeout?: number | undefined }>({ timeout: optional(readTimeout) })
