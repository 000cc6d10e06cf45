import pg from 'pg'
import { clientOfHosts, Hosts, type TargetSession } from '../connection/index.ts'
import { InvalidInputError } from '../errors/index.ts'
import { type DatabaseOptions, type OpenOptions, readDatabaseOptions } from './options.ts'
import { readHosts, readTarget, readUrl } from './source.ts'

const CONNECTION_TIMEOUT = 10_000
const KEEP_ALIVE_SECONDS = 10

/**
 * A pool of the service's own, as `pg.Pool` is one: recognized by its shape, because the service's pg may be another
 * copy than the library's. The pools of pg.native, of PGlite, and those with `pipeline` or `binary` are refused.
 */
export interface Pool {
  readonly totalCount: number
  readonly idleCount: number
  readonly waitingCount: number
  connect(callback: (error: Error | undefined, client: unknown, release: unknown) => void): void
  end(): Promise<void>
}

export function isPool(source: unknown): source is Pool {
  return typeof source === 'object' && source !== null && 'totalCount' in source && 'connect' in source
}

/** @throws {InvalidInputError} the pool cannot be used, for the reason in the message. */
export function checkedPool(given: Pool): pg.Pool {
  const pool = given as unknown as pg.Pool & { Client?: { prototype?: object } }
  for (const method of ['connect', 'end', 'on', 'off'] as const) {
    if (typeof pool[method] !== 'function') throw unusable(`lacks the method ${method}() of a pg.Pool`)
  }
  const options: pg.PoolConfig & { pipeline?: unknown; binary?: unknown } = pool.options
  if (typeof options !== 'object' || options === null) throw unusable('lacks the options of a pg.Pool')
  if ('isConnected' in (pool.Client?.prototype ?? {})) {
    throw unusable(
      'is a pool of pg.native, which cannot send prepared statements together; pass a pool of pg',
    )
  }
  if (options.pipeline) {
    throw unusable(
      'must not have pipeline: true, with which pg refuses queries that are not its own; reads are sent together without it',
    )
  }
  if (options.binary) throw unusable('must not have binary: true; values are read in the text format')
  return pool
}

function unusable(reason: string): InvalidInputError {
  return new InvalidInputError('pool', reason)
}

/** A pool of our own for these options. */
export interface OwnPool {
  readonly pool: pg.Pool
  readonly hosts: Hosts
  readonly open: OpenOptions
}

/**
 * Reads the options and makes the pool. Nothing is sent.
 *
 * @throws {InvalidInputError} an option is unknown, or pg cannot use it.
 */
export function createPool(source: string | URL | DatabaseOptions): OwnPool {
  const given = typeof source === 'string' || source instanceof URL ? { connectionString: source } : source
  if (typeof given === 'object' && given !== null && 'query' in given) {
    throw new InvalidInputError(
      'source',
      'must be a postgres:// URL, options, or a pg.Pool; it is another kind of client',
    )
  }
  if (
    typeof given !== 'object' ||
    given === null ||
    ('connectionString' in given && !given.connectionString)
  ) {
    throw new InvalidInputError(
      'connectionString',
      'must be a postgres:// URL; check that DATABASE_URL is set',
    )
  }
  const { timeout, retry, silenceTimeout, prepare, redact, maxMessageBytes, fileStore, catalog, ...own } =
    readDatabaseOptions(given, 'options')
  const {
    connectionString,
    host,
    port,
    target_session_attrs,
    keepAliveSeconds = KEEP_ALIVE_SECONDS,
    ...rest
  } = own
  const fromUrl =
    connectionString === undefined ? undefined : readUrl(String(connectionString), target_session_attrs)
  const hosts = fromUrl?.hosts ?? hostsOf(host, port, target_session_attrs)
  const { connectionTimeoutMillis = CONNECTION_TIMEOUT, enableChannelBinding } = { ...fromUrl, ...rest }
  const config = {
    ...rest,
    connectionTimeoutMillis,
    ...(enableChannelBinding !== undefined && { enableChannelBinding }),
    keepAlive: keepAliveSeconds > 0,
    keepAliveInitialDelayMillis: keepAliveSeconds * 1_000,
  } as pg.PoolConfig // pg's type forbids undefined, pg does not
  refuseUnusable(hosts, config)
  const pool = new pg.Pool({ ...config, Client: clientOfHosts(hosts) })
  return {
    pool,
    hosts,
    open: { timeout, retry, silenceTimeout, prepare, redact, maxMessageBytes, fileStore, catalog },
  }
}

function hostsOf(host = process.env.PGHOST, port: unknown, target: TargetSession | undefined): Hosts {
  if (host === undefined) {
    return new Hosts([port === undefined ? {} : { port: Number(port) }], readTarget(target))
  }
  const ports = port === undefined ? process.env.PGPORT : String(port)
  const list = readHosts(host, ports).map((each) => ({
    host: each.host,
    ...(each.port && { port: each.port }),
  }))
  return new Hosts(list, readTarget(target))
}

/** pg reads its options only when it connects, and then outside of any call. */
function refuseUnusable(hosts: Hosts, config: pg.PoolConfig): void {
  try {
    for (let index = 0; index < hosts.size; index += 1) new pg.Client({ ...config, ...hosts.host(index) })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new InvalidInputError(
      'connectionString',
      `cannot be used (${reason}); special characters of the password must be percent-encoded`,
    )
  }
}
