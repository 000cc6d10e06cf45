import type { OwnRepositories } from '../repositories/index.ts'
import { Database } from './database.ts'
import { type DatabaseOptions, type OpenOptions, readSettings } from './options.ts'
import type { DatabaseOf } from './own.ts'
import { createPool } from './pool.ts'
import { checkedPool, isPool, type Pool } from './service-pool.ts'

/**
 * Opens a database. Nothing is sent until the first call.
 *
 * @param source a `postgres://` URL; or options, a `connectionString` among them; or a pg.Pool of the service, which the
 *   service ends itself.
 * @throws {InvalidInputError} the source or an option cannot be used.
 */
export function openDatabase<Own extends OwnRepositories>(
  source: string | URL | DatabaseOptions | Pool,
  options: OpenOptions & { repositories: Own },
): DatabaseOf<Own>
/** As above, with the own repositories among the options of the pool. */
export function openDatabase<Own extends OwnRepositories>(
  source: DatabaseOptions & { repositories: Own },
): DatabaseOf<Own>
/** As above, without own repositories. */
export function openDatabase(source: string | URL | DatabaseOptions | Pool, options?: OpenOptions): Database
export function openDatabase(
  source: string | URL | DatabaseOptions | Pool,
  options: OpenOptions = {},
): Database {
  if (isPool(source)) {
    return new Database(checkedPool(source), {
      settings: readSettings({}, options),
      shared: {},
      owned: false,
      attempts: 1,
      expectsReadOnly: false,
    })
  }
  const { pool, hosts, open, own } = createPool(source)
  return new Database(pool, {
    settings: readSettings(open, options),
    shared: own,
    owned: true,
    attempts: hosts.attempts,
    expectsReadOnly: hosts.areReadOnly,
  })
}
