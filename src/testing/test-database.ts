import { randomBytes } from 'node:crypto'
import { type Database, type OpenOptions, openDatabase } from '../database/index.ts'
import { ScratchDatabases, startDevServer } from '../server/index.ts'
import { makeTemplate } from './template.ts'

/** Options of createTestDatabase. */
export interface TestDatabaseOptions {
  /**
   * The postgres:// URL of a server on which databases may be created. Default: TEST_DATABASE_URL, otherwise the
   * project's embedded server, which is started if it is not running.
   */
  url?: string | undefined
  /** Options for opening `db`. */
  open?: OpenOptions | undefined
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
 * @throws {ServerError} no server can be used or started.
 */
export async function createTestDatabase({ url, open }: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const { databases, template } = await serverFor(url ?? process.env.TEST_DATABASE_URL)
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

interface Server {
  readonly databases: ScratchDatabases
  readonly template: string
}

/** The prepared servers of this process by their URL. */
const servers = new Map<string, Promise<Server>>()

function serverFor(url = ''): Promise<Server> {
  const known = servers.get(url)
  if (known) return known
  const server = prepareServer(url)
  servers.set(url, server)
  // A failure is not cached, so the next call retries.
  server.catch(() => servers.delete(url))
  return server
}

async function prepareServer(url: string): Promise<Server> {
  const adminUrl = url || (await startDevServer()).url
  const databases = new ScratchDatabases({ adminUrl, run: randomBytes(4).toString('hex'), mayExit: true })
  const template = await makeTemplate(databases)
  await databases.sweep()
  return { databases, template }
}
