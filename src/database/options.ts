import type { Settings } from '../connection/index.ts'
import { InvalidInputError } from '../errors/index.ts'
import { listOf, text, wholeNumber } from '../input/index.ts'
import { type FileStore, Redaction, type RepositorySettings, readFileStore } from '../repositories/index.ts'

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

/** What holds on a database: for every call, and for single repositories. */
export interface DatabaseSettings extends Settings, RepositorySettings {}

/** A connection that takes longer than this, in milliseconds, is not coming. */
export const CONNECTION_TIMEOUT = 10_000

/** What is given beside the pool's options goes before what is given as the second argument. */
export function readSettings(given: OpenOptions, others: OpenOptions = {}): DatabaseSettings {
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

export function isPool(source: unknown): source is Pool {
  return typeof source === 'object' && source !== null && 'totalCount' in source && 'connect' in source
}

export function readConfig(source: string | DatabaseOptions): DatabaseOptions {
  const config: unknown = typeof source === 'string' ? { connectionString: source } : source
  if (typeof config === 'object' && config !== null) {
    const { connectionString } = config as DatabaseOptions
    if (connectionString === undefined && !('connectionString' in config)) return config
    if (/^(postgres(ql)?|socket):\/\//.test(String(connectionString))) return config
  }
  // The value may hold a password: the message does not repeat it.
  throw new InvalidInputError('connectionString', 'must be a postgres:// URL; check that DATABASE_URL is set')
}
