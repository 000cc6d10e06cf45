import { randomBytes } from 'node:crypto'
import { type Database, type OpenOptions, openDatabase } from '../database/index.ts'
import { ScratchDatabases, startDevServer } from '../server/index.ts'
import { makeTemplate } from './template.ts'

export interface TestDatabaseOptions {
  /**
   * A postgres:// URL of a server on which databases may be made; default TEST_DATABASE_URL, else the embedded server of
   * the project, which is started if it does not run.
   */
  url?: string | undefined
  /** How `db` is opened. */
  open?: OpenOptions | undefined
}

/** A database of a test's own, with the schema in it and no rows. */
export interface TestDatabase extends AsyncDisposable {
  readonly name: string
  readonly url: string
  /** The repositories on it; opened at first use. */
  readonly db: Database
  /** Closes `db` and drops the database. What a killed process leaves, a later one drops. */
  drop(): Promise<void>
}

/**
 * Makes a database for tests, in milliseconds: a copy of a template that is made once for each version of the schema.
 * Any number at a time, in any number of processes.
 *
 * @throws {ServerError} there is no server to be had.
 */
export async function createTestDatabase({ url, open }: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const { databases, template } = await maker(url ?? process.env.TEST_DATABASE_URL)
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

interface Maker {
  readonly databases: ScratchDatabases
  readonly template: string
}

/** One for each server that this process makes databases on. */
const makers = new Map<string, Promise<Maker>>()

function maker(url = ''): Promise<Maker> {
  const known = makers.get(url)
  if (known) return known
  const made = makeMaker(url)
  makers.set(url, made)
  // The next call may fare better.
  made.catch(() => makers.delete(url))
  return made
}

async function makeMaker(url: string): Promise<Maker> {
  const adminUrl = url || (await startDevServer()).url
  const databases = new ScratchDatabases({ adminUrl, run: randomBytes(4).toString('hex'), mayExit: true })
  const template = await makeTemplate(databases)
  await databases.sweep()
  return { databases, template }
}
