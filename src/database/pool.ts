import pg from 'pg'
import { clientOfHosts, Hosts, type TargetSession } from '../connection/index.ts'
import { InvalidInputError } from '../errors/index.ts'
import { type DatabaseOptions, type OpenOptions, readDatabaseOptions } from './options.ts'
import { readHosts, readTarget, readUrl } from './source.ts'

const CONNECTION_TIMEOUT = 10_000
const KEEP_ALIVE_SECONDS = 10

/** A pool of our own for these options. */
export interface OwnPool {
  readonly pool: pg.Pool
  readonly hosts: Hosts
  readonly open: OpenOptions
  /** The options of the pool. */
  readonly own: DatabaseOptions
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
  const {
    timeout,
    retry,
    silenceTimeout,
    prepare,
    redact,
    slowQueries,
    maxMessageBytes,
    fileStore,
    catalog,
    repositories,
    replicas,
    maxLag,
    ...own
  } = readDatabaseOptions(given, 'options')
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
    own,
    open: {
      timeout,
      retry,
      silenceTimeout,
      prepare,
      redact,
      slowQueries,
      maxMessageBytes,
      fileStore,
      catalog,
      repositories,
      replicas,
      maxLag,
    },
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
