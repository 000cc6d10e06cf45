import type pg from 'pg'
import { endpointOf, PoolConnection, type QueryLog } from '../connection/index.ts'
import { InvalidInputError } from '../errors/index.ts'
import { isObject } from '../input/index.ts'
import { PrimaryHistory, Replica, ReplicaSet, SideConnection } from '../replicas/index.ts'
import type { DatabaseOptions, DatabaseSettings, ReplicaSource } from './options.ts'
import { createPool } from './pool.ts'
import { checkedPool, isPool } from './service-pool.ts'

/**
 * Opens the replicas of a database. Nothing is sent.
 *
 * @param primary the pool of the primary.
 * @param shared the options of the primary's pool, which hold for each replica that has no others.
 * @throws {InvalidInputError} an option of a replica cannot be used.
 */
export function openReplicas(
  primary: pg.Pool,
  shared: DatabaseOptions,
  settings: DatabaseSettings,
  log: QueryLog,
): ReplicaSet {
  const { replicas, maxLag, silenceTimeout } = settings
  const history = new PrimaryHistory(new SideConnection(primary), maxLag)
  return new ReplicaSet(
    replicas.map((source, index) => {
      const { pool, owned, attempts } = openPool(source, shared, `replicas[${index}]`)
      const connection = new PoolConnection(pool, {
        settings,
        log,
        owned,
        attempts,
        silenceTimeout,
        // The read as a whole has them.
        timeout: undefined,
        retry: undefined,
        expectsReadOnly: true,
        replica: nameOf(pool),
      })
      const side = new SideConnection(pool)
      return new Replica(connection, { name: nameOf(pool), side, history, maxLag })
    }),
    history,
  )
}

function openPool(source: ReplicaSource, shared: DatabaseOptions, field: string) {
  if (isPool(source)) return { pool: checkedPool(source), owned: false, attempts: 1 }
  const own = typeof source === 'string' || source instanceof URL ? { connectionString: source } : source
  if (!isObject(own)) {
    throw new InvalidInputError(field, 'must be a postgres:// URL, options of a pool, or a pg.Pool')
  }
  // The primary's address and role are not those of a replica.
  const { connectionString: _url, host: _host, port: _port, target_session_attrs: _role, ...rest } = shared
  const { pool, hosts, open } = createPool({ ...rest, target_session_attrs: 'any', ...own })
  for (const [name, value] of Object.entries(open)) {
    if (value !== undefined)
      throw new InvalidInputError(`${field}.${name}`, 'is an option of the database, and of no replica alone')
  }
  return { pool, owned: true, attempts: hosts.attempts }
}

function nameOf(pool: pg.Pool): string {
  const { host, port } = endpointOf(pool)
  return `${host}:${port}`
}
