import { randomBytes } from 'node:crypto'
import type { ServiceMigrations } from '../admin/index.ts'
import { type Database, type DatabaseOf, type OpenOptions, openDatabase } from '../database/index.ts'
import { fields, optional, text } from '../input/index.ts'
import type { OwnRepositories } from '../repositories/index.ts'
import { ScratchDatabases, startDevServer } from '../server/index.ts'
import { mayDrop, prepareTemplate } from './template.ts'

/** Options of createTestDatabase. */
export interface TestDatabaseOptions {
  /**
   * The postgres:// URL of a server on which databases may be created. Default: TEST_DATABASE_URL, otherwise the
   * project's embedded server, which is started if it is not running.
   */
  url?: string | undefined
  /** Options for opening `db`. */
  open?: OpenOptions | undefined
  /** The service's own migrations, which are applied too: their folder, or `{ folder: './migrations', name: 'billing' }`. */
  migrations?: ServiceMigrations | string | undefined
}

/** A database for one test, with the schema and without rows. */
export interface TestDatabase extends AsyncDisposable {
  readonly name: string
  readonly url: string
  /** The open database, as from openDatabase; opened at first use. */
  readonly db: Database
  /** Closes `db` and drops the database. Databases of a killed process are dropped by a later one. */
  drop(): Promise<void>
}

/**
 * Creates a database for tests, in milliseconds: a copy of a template that is created once for each version of the
 * schema. Any number of databases and processes may do so concurrently.
 *
 * @throws {InvalidInputError} an option is unknown or of the wrong type.
 * @throws {ServerError} no server can be used or started.
 * @throws {AdminError} the folder of migrations is missing or empty; a migration failed.
 */
export async function createTestDatabase<Own extends OwnRepositories>(
  options: TestDatabaseOptions & { open: { repositories: Own } },
): Promise<Omit<TestDatabase, 'db'> & { readonly db: DatabaseOf<Own> }>
/** As above, without own repositories. */
export async function createTestDatabase(options?: TestDatabaseOptions): Promise<TestDatabase>
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const { url, open, migrations } = readOptions(options, 'options')
  const { databases, template } = await serverFor(url ?? process.env.TEST_DATABASE_URL, serviceOf(migrations))
  const database = await databases.createDatabase({ template })
  let db: Database | undefined
  const drop = async () => {
    await db?.close()
    await database.drop()
  }
  return {
    name: database.name,
    url: database.url,
    get db() {
      db ??= openDatabase({ connectionString: database.url, allowExitOnIdle: true }, open)
      return db
    },
    drop,
    [Symbol.asyncDispose]: drop,
  }
}

/** Read by `openDatabase`, at first use. */
export const readOpen = optional((value) => value as OpenOptions)

const readServiceMigrations = fields<ServiceMigrations>({ folder: text, name: text })

export const readMigrationsOption = optional((value, field): ServiceMigrations | string =>
  typeof value === 'string' ? text(value, field) : readServiceMigrations(value, field),
)

const readOptions = fields<TestDatabaseOptions>({
  url: optional(text),
  open: readOpen,
  migrations: readMigrationsOption,
})

interface Server {
  readonly databases: ScratchDatabases
  readonly template: string
}

/** A folder alone gets the name `service` in the migration history. */
export function serviceOf(migrations: ServiceMigrations | string | undefined): ServiceMigrations | undefined {
  return typeof migrations === 'string' ? { folder: migrations, name: 'service' } : migrations
}

/** The prepared servers of this process, by URL and migrations. */
const servers = new Map<string, Promise<Server>>()

function serverFor(url = '', service?: ServiceMigrations): Promise<Server> {
  const key = JSON.stringify([url, service])
  const known = servers.get(key)
  if (known) return known
  const server = prepareServer(url, service)
  servers.set(key, server)
  // A failure is not cached, so the next call retries.
  server.catch(() => servers.delete(key))
  return server
}

async function prepareServer(url: string, service: ServiceMigrations | undefined): Promise<Server> {
  const adminUrl = url || (await startDevServer()).url
  const databases = new ScratchDatabases({ adminUrl, run: randomBytes(4).toString('hex'), mayExit: true })
  const template = await prepareTemplate(databases, service)
  await databases.sweep(mayDrop)
  return { databases, template }
}
