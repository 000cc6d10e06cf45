import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { queryClosed } from './closed-query.ts'
import { AdminError } from './errors.ts'
import { type AdminOptions, connect, inTransaction, NO_DATABASE } from './session.ts'
import { databaseInUrl, readUrl, withDatabase } from './url.ts'

const INSUFFICIENT_PRIVILEGE = '42501'
const OBJECT_IN_USE = '55006'
/** A database of this name exists; the second is what two simultaneous attempts get. */
const NAME_TAKEN = new Set(['42P04', '23505'])

const PREFIX = 'norberts_spark_db_private_'
/** Recorded by the very statement that creates the database, and by no other tool; a sweep also requires the name. */
const MARKER_CONNECTION_LIMIT = 1_720_575_940

/**
 * Runs `fn` in one transaction on the URL's database. A missing database is created under a name that no other session knows,
 * and gets its own name when `fn` is done: a failure or a killed process leaves no half of it, and a database that
 * another session created meanwhile is not touched.
 *
 * @param fn is called again on the existing database if another session was quicker.
 */
export async function inNewOrExistingDatabase<T>(
  url: string,
  session: AdminOptions,
  fn: (client: pg.Client, name: string) => Promise<T>,
): Promise<T> {
  const name = databaseInUrl(readUrl(url, 'url'))
  const run = (client: pg.Client) => fn(client, name)
  const existing = await connect(url).catch(unlessMissing)
  if (existing) return inTransaction(url, run, { ...session, open: async () => existing })
  const unfinished = await createPrivate(url)
  try {
    const result = await inTransaction(unfinished.url, run, session)
    if (await unfinished.publish(name)) return result
  } finally {
    await unfinished.discard()
  }
  return inTransaction(url, run, session)
}

async function createPrivate(url: string): Promise<PrivateDatabase> {
  return PrivateDatabase.create(url).catch((error: unknown) => {
    if ((error as { code?: string }).code !== INSUFFICIENT_PRIVILEGE) throw error
    throw new AdminError(
      `There is no database ${databaseInUrl(url)}, and this role may not create one. Let a role with CREATEDB create it.`,
      { cause: error },
    )
  })
}

function unlessMissing(error: { cause?: { code?: string } }): undefined {
  if (error.cause?.code !== NO_DATABASE) throw error
}

/** A database under a name that no other session knows, from its creation until it is published or discarded. */
export class PrivateDatabase {
  readonly url: string
  readonly #name: string
  /** While it is open, and has the database's name as its application, no command sweeps the database. */
  readonly #maintenance: pg.Client
  #isPublished = false

  private constructor(url: string, name: string, maintenance: pg.Client) {
    this.url = withDatabase(url, name)
    this.#name = name
    this.#maintenance = maintenance
  }

  /** Creates an empty database on the server of `url`. */
  static async create(url: string): Promise<PrivateDatabase> {
    const name = `${PREFIX}${randomBytes(8).toString('hex')}`
    const maintenance = await connectToMaintenance(url)
    try {
      await maintenance.query(`set application_name = ${name}`)
      await sweep(maintenance)
      await maintenance.query(
        `create database ${name} encoding 'UTF8' template template0 connection limit ${MARKER_CONNECTION_LIMIT}`,
      )
      return new PrivateDatabase(url, name, maintenance)
    } catch (error) {
      await maintenance.end().catch(() => {})
      throw error
    }
  }

  /** Gives the database its name. Resolves with false if another database has it by now. */
  async publish(name: string): Promise<boolean> {
    try {
      await repeatWhileInUse(() =>
        this.#maintenance.query(
          `begin; alter database ${this.#name} connection limit -1; alter database ${this.#name} rename to ${pg.escapeIdentifier(name)}; commit`,
        ),
      )
      this.#isPublished = true
      return true
    } catch (error) {
      await this.#maintenance.query('rollback').catch(() => {})
      if (NAME_TAKEN.has((error as { code?: string }).code ?? '')) return false
      throw error
    }
  }

  /** Drops the database, unless it was published; ends the connection. */
  async discard(): Promise<void> {
    try {
      if (!this.#isPublished)
        await repeatWhileInUse(() => this.#maintenance.query(`drop database if exists ${this.#name}`))
    } catch {
      // The server is gone, or a session is still ending: the next command sweeps the database.
    } finally {
      await this.#maintenance.end().catch(() => {})
    }
  }
}

/** Drops what killed commands have left. A database that is in use stays. */
async function sweep(maintenance: pg.Client): Promise<void> {
  const { rows } = await queryClosed<{ name: string }>(
    maintenance,
    `select private.datname as name from pg_database as private
     where private.datname ~ '^${PREFIX}[0-9a-f]{16}$' and private.datconnlimit = ${MARKER_CONNECTION_LIMIT}
       and not exists (select from pg_stat_activity as creator where creator.application_name = private.datname)`,
  )
  for (const { name } of rows) await maintenance.query(`drop database if exists ${name}`).catch(() => {})
}

async function connectToMaintenance(url: string): Promise<pg.Client> {
  try {
    return await connect(withDatabase(url, 'postgres'))
  } catch (error) {
    unlessMissing(error as { cause?: { code?: string } })
    return connect(withDatabase(url, 'template1'))
  }
}

/** A session that has ended is still counted for a moment. */
async function repeatWhileInUse(act: () => Promise<unknown>, attempts = 5): Promise<void> {
  try {
    await act()
  } catch (error) {
    if ((error as { code?: string }).code !== OBJECT_IN_USE || attempts === 1) throw error
    await sleep(100)
    await repeatWhileInUse(act, attempts - 1)
  }
}
