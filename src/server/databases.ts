import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { TEST_CONNECTION_LIMIT } from '../package/index.ts'

/** Everything that another process needs to create databases on the same server as part of the same run. */
export interface ScratchRun {
  /** A connection string to a maintenance database, as a role that may create databases. */
  readonly adminUrl: string
  /** Eight hexadecimal digits that are part of each database's name. */
  readonly run: string
  /** Whether the process may exit while the connections used to create databases are open. */
  readonly mayExit?: boolean
  /** Servers on which a copy of a template is made too, if they have the template: the workers of Citus. */
  readonly workers?: readonly string[]
}

/** A temporary database. */
export interface ScratchDatabase extends AsyncDisposable {
  readonly name: string
  readonly url: string
  drop(): Promise<void>
}

/** The names of scratch databases: `scratch_` run `_` process `_` random number; a process can have threads, which do not count together. */
const NAME = /^scratch_([0-9a-f]{8})_\d+_\d+$/

/** Selects the databases that this library's test helper created. */
export const MADE_FOR_TESTS = `datconnlimit = ${TEST_CONNECTION_LIMIT}`

/** SQLSTATE object_in_use: a session is connected to the template, for example an autovacuum worker. */
const OBJECT_IN_USE = '55006'

/** Creates and drops the scratch databases of one process. */
export class ScratchDatabases implements AsyncDisposable {
  readonly #run: ScratchRun
  readonly #created = new Set<string>()
  #pool: pg.Pool | undefined
  #encoding: Promise<string> | undefined

  constructor(run: ScratchRun) {
    this.#run = run
  }

  url(database: string): string {
    const url = new URL(this.#run.adminUrl)
    url.pathname = `/${database}`
    return url.href
  }

  /** The connections used to create databases. While one is open, other runs do not drop this run's databases. */
  get admin(): pg.Pool {
    this.#pool ??= openPool(this.#run)
    return this.#pool
  }

  /** Creates an empty database, or a copy of `template`, to which no session may be connected. */
  async createDatabase({ template }: { template?: string } = {}): Promise<ScratchDatabase> {
    const name = `scratch_${this.#run.run}_${process.pid}_${randomInt(2 ** 47)}`
    const copy = template
      ? `template ${pg.escapeIdentifier(template)} strategy wal_log`
      : await this.#inUtf8()
    const create = `create database ${name} ${copy} connection limit ${TEST_CONNECTION_LIMIT}`
    if (template) await this.#onWorkers(create, template)
    await retryWhileInUse(() => this.admin.query(create))
    this.#created.add(name)
    const drop = () => this.#drop(name)
    return { name, url: this.url(name), drop, [Symbol.asyncDispose]: drop }
  }

  /** Drops the databases of this process and closes the connections. */
  async close({ drop = true } = {}): Promise<void> {
    try {
      if (drop) for (const name of [...this.#created]) await this.#drop(name)
    } finally {
      // An open pool would keep the process from exiting.
      await this.#pool?.end()
      this.#pool = undefined
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /**
   * Drops the databases of runs that were killed: those without a session of their run. A database that is in use, or
   * that `mayDrop` refuses, is kept.
   *
   * @param mayDrop is asked for each, with its URL.
   */
  async sweep(mayDrop: (url: string) => Promise<boolean> = async () => true): Promise<string[]> {
    const { rows } = await this.admin.query<{ name: string }>(
      `select d.datname as name from pg_database d
       where d.datname ~ $1 and ${MADE_FOR_TESTS} and not exists (
         select from pg_stat_activity a where a.application_name = 'scratch_' || split_part(d.datname, '_', 2))`,
      [NAME.source],
    )
    const swept: string[] = []
    for (const { name } of rows) {
      // A leftover that cannot be dropped, for example because of a subscription, is skipped.
      const isDropped = await mayDrop(this.url(name))
        .then(async (allowed) => allowed && (await this.admin.query(`drop database if exists ${name}`)))
        .catch(() => false)
      if (isDropped) swept.push(name)
    }
    return swept
  }

  /** The options that make the database UTF8; empty on a server whose databases are UTF8 by default. */
  async #inUtf8(): Promise<string> {
    this.#encoding ??= this.admin
      .query<{ name: string }>(
        `select pg_encoding_to_char(encoding) as name from pg_database where datname = 'template1'`,
      )
      .then(({ rows }) => rows[0]?.name ?? '')
    return (await this.#encoding) === 'UTF8' ? '' : `template template0 encoding 'UTF8' locale 'C.UTF-8'`
  }

  async #drop(name: string): Promise<void> {
    await this.admin.query(`drop database if exists ${name} with (force)`)
    await this.#onWorkers(`drop database if exists ${name} with (force)`)
    this.#created.delete(name)
  }

  /** Runs a statement on the workers, or on those that have a database. */
  async #onWorkers(statement: string, database?: string): Promise<void> {
    for (const connectionString of this.#run.workers ?? []) {
      const client = new pg.Client({ connectionString })
      await client.connect()
      try {
        const { rowCount } = await client.query('select from pg_database where datname = $1', [database])
        if (database === undefined || rowCount === 1) await retryWhileInUse(() => client.query(statement))
      } finally {
        await client.end()
      }
    }
  }
}

function openPool({ adminUrl, run, mayExit = false }: ScratchRun): pg.Pool {
  const pool = new pg.Pool({
    connectionString: adminUrl,
    application_name: `scratch_${run}`,
    allowExitOnIdle: mayExit,
    max: 4,
    idleTimeoutMillis: 0,
    connectionTimeoutMillis: 15_000,
  })
  // Without a listener, a lost idle connection would end the process. The next query reports the loss.
  return pool.on('error', () => {})
}

async function retryWhileInUse(create: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await create()
      return
    } catch (error) {
      if ((error as { code?: string }).code !== OBJECT_IN_USE || attempt === 20) throw error
      await sleep(50)
    }
  }
}
