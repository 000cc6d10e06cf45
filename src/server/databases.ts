import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

/** What another process needs to make databases on the same server, in the name of the same run. */
export interface ScratchRun {
  /** A connection string to a maintenance database, as a role that may create databases. */
  readonly adminUrl: string
  /** Eight hexadecimal digits, part of each database's name. */
  readonly run: string
  /** Whether the process may end while the connections on which databases are made are open. */
  readonly mayExit?: boolean
}

export interface ScratchDatabase extends AsyncDisposable {
  readonly name: string
  readonly url: string
  drop(): Promise<void>
}

/** Ours and nobody else's: `scratch_` run `_` process `_` count. */
const NAME = /^scratch_([0-9a-f]{8})_\d+_\d+$/

/** SQLSTATE object_in_use: somebody is connected to the template, such as an autovacuum worker. */
const OBJECT_IN_USE = '55006'

/** Makes and drops the databases of one process. */
export class ScratchDatabases implements AsyncDisposable {
  readonly #run: ScratchRun
  readonly #made = new Set<string>()
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

  /** The connections on which databases are made. While one lives, no other run takes ours for leftovers. */
  get admin(): pg.Pool {
    this.#pool ??= openPool(this.#run)
    return this.#pool
  }

  /** An empty database, or a copy of `template`, to which nobody may be connected. */
  async createDatabase({ template }: { template?: string } = {}): Promise<ScratchDatabase> {
    count += 1
    const name = `scratch_${this.#run.run}_${process.pid}_${count}`
    const copy = template
      ? `template ${pg.escapeIdentifier(template)} strategy wal_log`
      : await this.#inUtf8()
    this.#made.add(name)
    await insistently(() => this.admin.query(`create database ${name} ${copy}`))
    const drop = () => this.#drop(name)
    return { name, url: this.url(name), drop, [Symbol.asyncDispose]: drop }
  }

  /** Drops what this process has made and ends the connection. */
  async close({ drop = true } = {}): Promise<void> {
    try {
      if (drop) for (const name of [...this.#made]) await this.#drop(name)
    } finally {
      // Left open, it would keep the process from ending.
      await this.#pool?.end()
      this.#pool = undefined
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** Drops the databases of runs that were killed: those without a session of theirs. */
  async sweep(): Promise<string[]> {
    const { rows } = await this.admin.query<{ name: string }>(
      `select d.datname as name from pg_database d
       where d.datname ~ $1 and not exists (
         select from pg_stat_activity a where a.application_name = 'scratch_' || split_part(d.datname, '_', 2))`,
      [NAME.source],
    )
    const swept: string[] = []
    for (const { name } of rows) {
      // A leftover that cannot be dropped, say for a subscription in it, is no reason not to work.
      await this.admin.query(`drop database if exists ${name} with (force)`).then(
        () => swept.push(name),
        () => {},
      )
    }
    return swept
  }

  /** A server whose databases are UTF8 by default needs no word; others, such as one made under the C locale, do. */
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
    this.#made.delete(name)
  }
}

/** Databases are counted across instances: their names carry the process, not the instance. */
let count = 0

function openPool({ adminUrl, run, mayExit = false }: ScratchRun): pg.Pool {
  const pool = new pg.Pool({
    connectionString: adminUrl,
    application_name: `scratch_${run}`,
    allowExitOnIdle: mayExit,
    max: 4,
    idleTimeoutMillis: 0,
    connectionTimeoutMillis: 15_000,
  })
  // Whoever queries next learns that a connection is gone; the process need not end over it.
  return pool.on('error', () => {})
}

async function insistently(create: () => Promise<unknown>): Promise<void> {
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
