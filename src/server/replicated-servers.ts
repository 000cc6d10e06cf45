import { appendFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { type Binaries, findBinaries } from './binaries.ts'
import { type Postmaster, startPostmaster } from './postmaster.ts'
import { makeRunDirectory, type RunDirectory } from './run-directory.ts'
import { makeScratchRoot } from './scratch-root.ts'
import { copyDirectory, fillDataDirectory } from './template.ts'

/** A temporary server that can be stopped and started. Its data and its port remain. */
export interface TemporaryServer {
  /** The URL of the database. */
  readonly url: string
  /**
   * Stops the server and closes its connections.
   *
   * @param options.crash at once: without waiting until the standbys have everything, as in a crash.
   */
  stop(options?: { crash?: boolean }): Promise<void>
  /** Starts the server again; a no-op if it runs. */
  start(): Promise<void>
}

/** A server that follows the primary. */
export interface StandbyServer extends TemporaryServer {
  /** Stops the replay of changes, which are received nevertheless. */
  pauseReplay(): Promise<void>
  resumeReplay(): Promise<void>
  /** Makes it a primary of its own. The others do not follow it. */
  promote(): Promise<void>
}

export interface ReplicatedServers extends AsyncDisposable {
  readonly primary: TemporaryServer
  readonly standbys: readonly StandbyServer[]
}

/** A standby that was stopped finds what it has missed. */
const SETTINGS = {
  wal_level: 'replica',
  max_wal_senders: '10',
  wal_keep_size: '256MB',
  hot_standby: 'on',
}

/**
 * Starts a primary, and standbys that follow it by streaming replication. They are stopped and removed with the process.
 *
 * @param fill creates the tables in the database of the URL, before it is copied to the standbys.
 * @throws {ServerError} embedded PostgreSQL is not installed, or does not start.
 */
export async function startReplicatedServers(
  database: string,
  standbys: number,
  fill: (url: string) => Promise<void>,
): Promise<ReplicatedServers> {
  const root = await makeScratchRoot()
  const binaries = await findBinaries()
  const directories = Array.from({ length: standbys + 1 }, () => makeRunDirectory(root))
  const servers: Server[] = []
  const dispose = async () => {
    await Promise.all(servers.map((server) => server.stop({ crash: true })))
    for (const directory of directories) directory.remove()
  }
  try {
    const [first, ...others] = directories as [RunDirectory, ...RunDirectory[]]
    const access = { user: 'postgres', password: await fillDataDirectory(root, first, binaries), database }
    const primary = new Server(binaries, first, access)
    servers.push(primary)
    await primary.start()
    await primary.query(`create database ${pg.escapeIdentifier(database)}`, 'postgres')
    await fill(primary.url)
    await primary.stop()
    for (const directory of others) await copyToStandby(first, directory, primary)
    await primary.start()
    const followers = others.map((directory) => new Standby(binaries, directory, access))
    servers.push(...followers)
    await Promise.all(followers.map((standby) => standby.start()))
    return { primary, standbys: followers, [Symbol.asyncDispose]: dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}

interface Access {
  readonly user: string
  readonly password: string
  readonly database: string
}

class Server implements TemporaryServer {
  readonly #binaries: Binaries
  readonly #directory: RunDirectory
  readonly #access: Access
  #postmaster: Postmaster | undefined
  #port: number | undefined

  constructor(binaries: Binaries, directory: RunDirectory, access: Access) {
    this.#binaries = binaries
    this.#directory = directory
    this.#access = access
  }

  get url(): string {
    return this.#urlOf(this.#access.database)
  }

  /** How a standby connects, in the words of libpq. */
  get conninfo(): string {
    return `host=127.0.0.1 port=${this.#port} user=${this.#access.user} password=${this.#access.password}`
  }

  #urlOf(database: string): string {
    const { user, password } = this.#access
    return `postgres://${user}:${password}@127.0.0.1:${this.#port}/${encodeURIComponent(database)}`
  }

  async start(): Promise<void> {
    this.#postmaster ??= await startPostmaster(this.#binaries, this.#directory.data, {
      settings: SETTINGS,
      port: this.#port,
    })
    this.#port = this.#postmaster.port
  }

  async stop(options?: { crash?: boolean }): Promise<void> {
    const postmaster = this.#postmaster
    this.#postmaster = undefined
    await postmaster?.stop(options)
  }

  async query(sql: string, database = this.#access.database): Promise<void> {
    const client = new pg.Client(this.#urlOf(database))
    await client.connect()
    await client.query(sql).finally(() => client.end())
  }
}

class Standby extends Server implements StandbyServer {
  pauseReplay(): Promise<void> {
    return this.query('select pg_wal_replay_pause()')
  }

  resumeReplay(): Promise<void> {
    return this.query('select pg_wal_replay_resume()')
  }

  promote(): Promise<void> {
    return this.query('select pg_promote()')
  }
}

/** Copies the data of the primary, which is stopped: embedded PostgreSQL comes without pg_basebackup. */
async function copyToStandby(from: RunDirectory, to: RunDirectory, primary: Server): Promise<void> {
  await copyDirectory(from.data, to.data)
  await appendFile(join(to.data, 'postgresql.conf'), `\nprimary_conninfo = '${primary.conninfo}'\n`)
  await writeFile(join(to.data, 'standby.signal'), '')
}
