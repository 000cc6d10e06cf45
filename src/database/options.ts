import { readTimeout, type Settings, type SlowQueryOptions, type TargetSession } from '../connection/index.ts'
import { CATALOG, type Catalog, ConfigurationError, InvalidInputError, withCatalog } from '../errors/index.ts'
import { callable, fields, listOf, optional, text, trueOrFalse, wholeNumber } from '../input/index.ts'
import {
  type AttributeValidators,
  type FileStore,
  Files,
  type OwnRepositories,
  Redaction,
  type RepositorySettings,
  readAttributeValidators,
  readFileStore,
} from '../repositories/index.ts'
import type { Pool } from './service-pool.ts'
import { readTarget } from './source.ts'

export interface OpenOptions {
  /**
   * Milliseconds for each call that has no `timeout` of its own; a transaction or an import counts as one call.
   * Default: no limit.
   */
  timeout?: number | undefined
  /**
   * Milliseconds in which a call is repeated, with back-off, that failed with `retryable: true`. A call that may have
   * had an effect is never repeated, and neither is the function of a transaction. Default: a call is not repeated.
   */
  retry?: number | undefined
  /**
   * Milliseconds without a byte of an answer after which another connection checks whether the server is still there,
   * and still working on the query; default 5,000; `Infinity` for never.
   */
  silenceTimeout?: number | undefined
  /**
   * Whether each connection keeps statements prepared; default true, and worth 35 to 45 % of a point read.
   * False for poolers in transaction mode that do not keep prepared statements, such as PgBouncer before 1.21.
   */
  prepare?: boolean | undefined
  /**
   * Keys whose values must not get into the audit log, in addition to those that look like secrets: words, found in a
   * key in any spelling (`iban` in `customerIBAN`), or patterns for the key as it is written.
   */
  redact?: readonly (string | RegExp)[] | undefined
  /** Which queries the event `slow` reports, and whether with their plans. */
  slowQueries?: SlowQueryOptions | undefined
  /** Most bytes of a chat message as JSON, without the files that go to the `fileStore`; default 16 MiB. */
  maxMessageBytes?: number | undefined
  /** Takes the large files of chat messages in place of the database; default: the database keeps them. */
  fileStore?: FileStore | undefined
  /**
   * Checks the `attributes` of customers and people before they are written: a function, or a validator that accepts Standard
   * Schema, for each. Default: any JSON object.
   */
  attributes?: AttributeValidators | undefined
  /**
   * The constraints of the service's own tables, so that their errors have fields and messages, too: the module
   * `catalog.ts` that `norberts-spark-db generate` writes.
   */
  catalog?: Catalog | undefined
  /**
   * The service's own repositories, by the property that holds them in the database, its views and its transactions:
   * `{ activities: ActivityRepository }`. Each is a class whose constructor takes a `Connection` of `./query`.
   */
  repositories?: OwnRepositories | undefined
  /**
   * Replicas of the database, for `db.replica`: their URLs, options or pools. Each has a pool of its own, with the primary's
   * options (`max`, `ssl`, `user`, …) unless it brings others.
   */
  replicas?: readonly ReplicaSource[] | undefined
  /**
   * Milliseconds by which a replica may lag at most; default 10,000; `Infinity` for no limit. Changes that were
   * committed earlier are visible to every read; a replica that lags by more is left out. Measured once a second while replicas are in use,
   * on a connection beside each pool.
   */
  maxLag?: number | undefined
}

/** A replica: its URL, or options as for `openDatabase`, or a pg.Pool of the service. */
export type ReplicaSource = string | URL | Omit<DatabaseOptions, keyof OpenOptions> | Pool

/**
 * How to reach the server and how many connections to keep: options of pg.Pool, named as there.
 * Omitted options come from the environment (`PGHOST`, `PGUSER`, …), then from pg's defaults.
 */
export interface DatabaseOptions extends OpenOptions {
  /** `postgres://user:password@host:port/database?sslmode=…`; takes precedence over the single options. */
  connectionString?: string | URL | undefined
  /** One host, or several separated by commas, of which each new connection uses the first that is right. */
  host?: string | undefined
  /** One port for all hosts, or one for each, separated by commas. */
  port?: number | string | undefined
  /**
   * The role that a server must have, as for libpq: `any` (default), `read-write`, `read-only`, `primary`, `standby`,
   * `prefer-standby`.
   */
  target_session_attrs?: TargetSession | undefined
  user?: string | undefined
  /** A function is called for each connection, for passwords that expire. */
  password?: string | (() => string | Promise<string>) | undefined
  database?: string | undefined
  /** True, or the options of Node's `tls.connect`. */
  ssl?: boolean | object | undefined
  /** Most connections at a time; default 10. */
  max?: number | undefined
  /** Connections kept even when idle; default 0. */
  min?: number | undefined
  /** Milliseconds after which an idle connection is closed; default 10,000; 0 for never. */
  idleTimeoutMillis?: number | undefined
  /** Milliseconds to wait for a free or a new connection; default 10,000; 0 for no limit. */
  connectionTimeoutMillis?: number | undefined
  /** Calls after which a connection is replaced; default never. */
  maxUses?: number | undefined
  /** Seconds after which a connection is replaced; default never. */
  maxLifetimeSeconds?: number | undefined
  /** Whether Node may exit while connections are idle; default false. */
  allowExitOnIdle?: boolean | undefined
  /**
   * Seconds without traffic after which TCP asks whether the other side is still there; it then asks every second, and
   * gives up after ten; default 10; 0 for never.
   */
  keepAliveSeconds?: number | undefined
  /** The name that `pg_stat_activity` shows. */
  application_name?: string | undefined
  /** Milliseconds after which the server ends a statement; default: the server's setting. */
  statement_timeout?: number | undefined
  /** Milliseconds after which the server ends the wait for a lock; default: the server's setting. */
  lock_timeout?: number | undefined
  /** Milliseconds after which the server ends a transaction that waits for the client; default: the server's setting. */
  idle_in_transaction_session_timeout?: number | undefined
  /** Command-line options for the server, for example `-c search_path=crm`. */
  options?: string | undefined
  /** Whether SCRAM binds the password to the TLS connection where the server offers it; default false. */
  enableChannelBinding?: boolean | undefined
  /** Creates the socket of a connection, for connectors of cloud providers. */
  stream?: (() => object) | undefined
  /** Called with each new client of pg, before its first use. */
  onConnect?: ((client: ConnectedClient) => void | Promise<void>) | undefined
}

/** A connected client of pg, by its shape: services need no types of pg. */
export interface ConnectedClient {
  query(sql: string, values?: unknown[]): Promise<unknown>
}

/** The settings of a database: for every call, and for single repositories. */
export interface DatabaseSettings extends Settings, RepositorySettings {
  readonly timeout: number | undefined
  readonly retry: number | undefined
  readonly silenceTimeout: number | undefined
  readonly slowQueries: SlowQueryOptions
  readonly replicas: readonly ReplicaSource[]
  readonly maxLag: number
}

const MAX_LAG = 10_000
const SILENCE_TIMEOUT = 5_000
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024
/** PostgreSQL cannot take values of 1 GiB, nor V8 make strings of 512 MiB. */
const MAX_MESSAGE_BYTES_EVER = 256 * 1024 * 1024

const readRedact = listOf<string | RegExp>((value, field) =>
  value instanceof RegExp ? value : text(value, field),
)

const milliseconds = wholeNumber(0, 2 ** 31 - 1)

/** Milliseconds, or Infinity. */
function positiveMilliseconds(value: unknown, field: string): number {
  return readTimeout(value, field) ?? Number.POSITIVE_INFINITY
}

const readSlowQueries = fields<SlowQueryOptions>({
  milliseconds: optional(wholeNumber(1, 2 ** 31 - 1)),
  plan: optional(trueOrFalse),
})

const OPEN_OPTIONS = {
  timeout: readTimeout,
  retry: optional(positiveMilliseconds),
  silenceTimeout: optional(positiveMilliseconds),
  prepare: optional(trueOrFalse),
  redact: optional(readRedact),
  slowQueries: optional(readSlowQueries),
  maxMessageBytes: optional(wholeNumber(1, MAX_MESSAGE_BYTES_EVER)),
  fileStore: optional(readFileStore),
  attributes: optional(readAttributeValidators),
  catalog: optional(readCatalog),
  repositories: optional(readRepositories),
  replicas: optional(listOf((value) => value as ReplicaSource)),
  maxLag: optional(positiveMilliseconds),
} as const

const readOpenOptions = fields<OpenOptions>(OPEN_OPTIONS)

export const readDatabaseOptions = fields<DatabaseOptions>({
  ...OPEN_OPTIONS,
  connectionString: (value) => value as string | undefined,
  host: optional(text),
  port: optional((value, field) =>
    typeof value === 'string' ? text(value, field) : wholeNumber(1, 65_535)(value, field),
  ),
  target_session_attrs: optional(readTarget),
  user: optional(text),
  password: optional((value, field) =>
    typeof value === 'function' ? checkedPassword(value) : text(value, field),
  ),
  database: optional(text),
  ssl: optional((value, field) =>
    typeof value === 'object' && value !== null ? value : trueOrFalse(value, field),
  ),
  max: optional(wholeNumber(1, 65_535)),
  min: optional(wholeNumber(0, 65_535)),
  idleTimeoutMillis: optional(milliseconds),
  connectionTimeoutMillis: optional(milliseconds),
  maxUses: optional(wholeNumber(1, Number.MAX_SAFE_INTEGER)),
  maxLifetimeSeconds: optional(wholeNumber(0, 2_147_483)),
  allowExitOnIdle: optional(trueOrFalse),
  keepAliveSeconds: optional(wholeNumber(0, 32_767)),
  application_name: optional(text),
  statement_timeout: optional(milliseconds),
  lock_timeout: optional(milliseconds),
  idle_in_transaction_session_timeout: optional(milliseconds),
  options: optional(text),
  enableChannelBinding: optional(trueOrFalse),
  stream: optional(callable<() => object>),
  onConnect: optional(callable<NonNullable<DatabaseOptions['onConnect']>>),
})

function readCatalog(value: unknown, field: string): Catalog {
  const { CONSTRAINTS } = (value ?? {}) as Partial<Catalog>
  if (typeof CONSTRAINTS === 'object' && CONSTRAINTS !== null) return value as Catalog
  throw new InvalidInputError(
    field,
    'must be the module catalog.ts of a schema, which has CONSTRAINTS; import it with `import * as catalog`',
  )
}

/** Properties of a database, a view or a transaction that no repository may have the name of. */
const TAKEN = new Set(
  `users customers people chats auditLog replica kysely transaction with as listen close stats ping on off once endpoint
    savepoint afterCommit constructor then`.split(/\s+/),
)

function readRepositories(value: unknown, field: string): OwnRepositories {
  if (typeof value !== 'object' || value === null)
    throw new InvalidInputError(
      field,
      'must be an object of classes, for example { activities: ActivityRepository }',
    )
  for (const [name, Repository] of Object.entries(value)) {
    if (TAKEN.has(name))
      throw new InvalidInputError(
        `${field}.${name}`,
        'is a property that the database has itself; choose another name',
      )
    if (typeof Repository !== 'function')
      throw new InvalidInputError(`${field}.${name}`, 'must be a class whose constructor takes a connection')
  }
  return value as OwnRepositories
}

/** Any error of the function is reported as an error of the configuration. */
function checkedPassword(password: unknown): () => Promise<string> {
  return async () => {
    let value: unknown
    try {
      value = await (password as () => unknown)()
    } catch (cause) {
      throw new ConfigurationError('The password function failed. Its error is the cause of this one.', {
        cause,
      })
    }
    if (typeof value === 'string' && value !== '') return value
    throw new ConfigurationError('The password function must return a string that is not empty.')
  }
}

/** The settings for calls and repositories. Options beside those of the pool take precedence over the second argument. */
export function readSettings(given: OpenOptions, others: OpenOptions): DatabaseSettings {
  const {
    timeout,
    retry,
    silenceTimeout = SILENCE_TIMEOUT,
    prepare = true,
    redact = [],
    slowQueries = {},
    maxMessageBytes = MAX_MESSAGE_BYTES,
    fileStore,
    attributes = {},
    catalog,
    repositories = {},
    replicas = [],
    maxLag = MAX_LAG,
  }: OpenOptions = { ...readOpenOptions(others, 'options'), ...present(given) }
  return {
    timeout,
    retry,
    silenceTimeout: silenceTimeout === Number.POSITIVE_INFINITY ? undefined : silenceTimeout,
    prepare,
    catalog: catalog === undefined ? CATALOG : withCatalog(catalog),
    slowQueries,
    redaction: new Redaction(redact),
    messages: { maxBytes: maxMessageBytes, fileStore },
    files: new Files(fileStore),
    attributes,
    own: repositories,
    replicas,
    maxLag,
  }
}

/** The options without those that are undefined, which count as omitted. */
function present(options: OpenOptions): OpenOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}
