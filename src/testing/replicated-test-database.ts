import { type Database, type OpenOptions, openDatabase } from '../database/index.ts'
import { fields, optional, wholeNumber } from '../input/index.ts'
import { type StandbyServer, startReplicatedServers, type TemporaryServer } from '../server/index.ts'
import { createTestObjects } from './template.ts'
import { readMigrationsOption, readOpen, serviceOf, type TestDatabaseOptions } from './test-database.ts'

/** Options of createReplicatedTestDatabase. */
export interface ReplicatedTestDatabaseOptions extends Pick<TestDatabaseOptions, 'migrations'> {
  /** How many standbys follow the primary; default 1. */
  standbys?: number | undefined
  /** Options for opening `db`. */
  open?: OpenOptions | undefined
}

/** A database on servers of its own: a primary, and standbys that follow it. */
export interface ReplicatedTestDatabase extends AsyncDisposable {
  readonly primary: TemporaryServer
  readonly standbys: readonly StandbyServer[]
  /** The open database, with the standbys as its replicas; opened at first use. */
  readonly db: Database
  /** Closes `db`, stops the servers, and removes their data. */
  remove(): Promise<void>
}

const readOptions = fields<ReplicatedTestDatabaseOptions>({
  standbys: optional(wholeNumber(0, 100)),
  migrations: readMigrationsOption,
  open: readOpen,
})

const DATABASE = 'test'

/**
 * Starts a primary and its standbys, with the schema and without rows, in about three seconds: for tests of what a service
 * does when a replica is stopped, lags, or is promoted. For all other tests `createTestDatabase` is faster.
 *
 * @throws {InvalidInputError} an option is unknown or of the wrong type.
 * @throws {ServerError} embedded PostgreSQL is not installed, or does not start.
 * @throws {AdminError} the folder of migrations is missing or empty; a migration failed.
 */
export async function createReplicatedTestDatabase(
  options: ReplicatedTestDatabaseOptions = {},
): Promise<ReplicatedTestDatabase> {
  const { standbys = 1, migrations, open } = readOptions(options, 'options')
  const servers = await startReplicatedServers(DATABASE, standbys, (url) =>
    createTestObjects(url, DATABASE, serviceOf(migrations)),
  )
  let db: Database | undefined
  const remove = async () => {
    await db?.close({ timeout: 1_000 })
    await servers[Symbol.asyncDispose]()
  }
  return {
    primary: servers.primary,
    standbys: servers.standbys,
    get db() {
      db ??= openDatabase(servers.primary.url, {
        replicas: servers.standbys.map(({ url }) => url),
        ...open,
      })
      return db
    },
    remove,
    [Symbol.asyncDispose]: remove,
  }
}
