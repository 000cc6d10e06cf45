import type { Kysely } from 'kysely'
import pg from 'pg'
import type { DB } from '../generated/database.ts'
import type { Settings } from './connection.ts'
import { InvalidInputError } from './errors.ts'
import { listOf, text, wholeNumber } from './input.ts'
import { kyselyOnPool } from './kysely.ts'
import { type FileStore, readFileStore } from './message-files.ts'
import { PoolConnection } from './pool-connection.ts'
import { type QueryListener, QueryLog } from './query-log.ts'
import { Redaction } from './redaction.ts'
import { Repositories } from './repositories/index.ts'
import { runTransaction, type Transaction, type TransactionOptions } from './transaction.ts'

export interface OpenOptions {
  /**
   * Whether each connection keeps statements prepared; default true, and worth 35 to 45 % of a point read.
   * False for poolers in transaction mode that do not know prepared statements, such as PgBouncer before 1.21.
   */
  prepare?: boolean | undefined
  /**
   * Keys whose values must not get into the audit log, besides those that look like secrets: words, found in a key
   * whatever its spelling (`iban` in `customerIBAN`), or patterns for the key as it is written.
   */
  redact?: readonly (string | RegExp)[] | undefined
  /** Most bytes of a chat message as JSON, without the files that go to the `fileStore`; default 16 MiB. */
  maxMessageBytes?: number | undefined
  /** Takes the large files of chat messages in place of the database; default: the database keeps them. */
  fileStore?: FileStore | undefined
}

/**
 * How to reach the server and how many connections to keep: options of pg.Pool, named as there.
 * What is left out comes from the environment (`PGHOST`, `PGUSER`, …), then from pg's defaults.
 */
export interface DatabaseOptions extends OpenOptions {
  /** `postgres://user:password@host:port/database?sslmode=…`; goes before the single options. */
  connectionString?: string | undefined
  host?: string | undefined
  port?: number | undefined
  user?: string | undefined
  /** A function is asked at each connection, for passwords that expire. */
  password?: string | (() => string | Promise<string>) | undefined
  database?: string | undefined
  /** True, or the options of Node's `tls.connect`. */
  ssl?: boolean | object | undefined
  /** Most connections at a time; default 10. */
  max?: number | undefined
  /** Connections kept even when idle; default 0. */
  min?: number | undefined
  /** Milliseconds after which an idle connection is closed; default 10 000; 0 never. */
  idleTimeoutMillis?: number | undefined
  /** Milliseconds to wait for a free or a new connection; default 10 000; 0 for ever. */
  connectionTimeoutMillis?: number | undefined
  /** Calls after which a connection is replaced; default never. */
  maxUses?: number | undefined
  /** Seconds after which a connection is replaced; default never. */
  maxLifetimeSeconds?: number | undefined
  /** Whether Node may exit while connections are idle; default false. */
  allowExitOnIdle?: boolean | undefined
  /** What `pg_stat_activity` shows. */
  application_name?: string | undefined
  /** Milliseconds after which the server ends a statement; default the server's. */
  statement_timeout?: number | undefined
  /** Milliseconds after which the server ends the wait for a lock; default the server's. */
  lock_timeout?: number | undefined
  /** Milliseconds after which the server ends a transaction that waits for us; default the server's. */
  idle_in_transaction_session_timeout?: number | undefined
  /** Command-line options for the server, such as `-c search_path=crm`. */
  options?: string | undefined
}

/** A pg.Pool, by its shape: the service's pg may be another copy than ours. */
export interface Pool {
  readonly totalCount: number
  connect(): Promise<unknown>
  end(): Promise<void>
}

/** A connection that takes longer than this, in milliseconds, is not coming. */
const CONNECTION_TIMEOUT = 10_000

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
  readonly #log: QueryLog
  #kysely: Kysely<DB> | undefined

  /** Use openDatabase. */
  constructor(pool: Pool, options: { settings: Settings; owned: boolean }) {
    const log = new QueryLog()
    const connection = new PoolConnection(pool as pg.Pool, { ...options, log })
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

/** What is given beside the pool's options goes before what is given as the second argument. */
function readSettings(given: OpenOptions, others: OpenOptions = {}): Settings {
  const {
    prepare = others.prepare ?? true,
    redact = others.redact ?? [],
    maxMessageBytes = others.maxMessageBytes ?? MAX_MESSAGE_BYTES,
    fileStore = others.fileStore,
  } = given
  return {
    prepare,
    redaction: new Redaction(readRedact(redact, 'redact')),
    messages: {
      maxBytes: wholeNumber(1, MAX_MESSAGE_BYTES_EVER)(maxMessageBytes, 'maxMessageBytes'),
      fileStore: fileStore && readFileStore(fileStore, 'fileStore'),
    },
  }
}

const MAX_MESSAGE_BYTES = 16 * 1024 * 1024
/** PostgreSQL cannot take values of 1 GiB, nor V8 make strings of 512 MiB. */
const MAX_MESSAGE_BYTES_EVER = 256 * 1024 * 1024

const readRedact = listOf<string | RegExp>((value, field) =>
  value instanceof RegExp ? value : text(value, field),
)

function isPool(source: unknown): source is Pool {
  return typeof source === 'object' && source !== null && 'totalCount' in source && 'connect' in source
}

function readConfig(source: string | DatabaseOptions): DatabaseOptions {
  const config: unknown = typeof source === 'string' ? { connectionString: source } : source
  if (typeof config === 'object' && config !== null) {
    const { connectionString } = config as DatabaseOptions
    if (connectionString === undefined && !('connectionString' in config)) return config
    if (/^(postgres(ql)?|socket):\/\//.test(String(connectionString))) return config
  }
  // The value may hold a password: the message does not repeat it.
  throw new InvalidInputError('connectionString', 'must be a postgres:// URL; is DATABASE_URL set?')
}
