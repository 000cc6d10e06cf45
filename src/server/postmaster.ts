import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import type { Binaries } from './binaries.ts'
import { ServerError } from './error.ts'

/** Commits survive a crash of the server, but not of the machine, because the server never waits for the disk. */
export const SETTINGS = {
  fsync: 'off',
  full_page_writes: 'off',
  // In the data directory, so that a server killed with -9 leaves no shared memory behind.
  dynamic_shared_memory_type: 'mmap',
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

/** The number of log lines that are kept for an error message. */
const TAIL = 20

/** A server that this process has started. */
export interface Postmaster {
  readonly port: number
  /**
   * Stops the server and closes its connections. No-op if it has already exited.
   *
   * @param options.crash at once, so that it recovers at its next start.
   */
  stop(options?: { crash?: boolean }): Promise<void>
}

/**
 * Starts a server on the loopback address, as a child of this process.
 *
 * @param options.port default: a free one.
 *
 * @throws {ServerError} the server does not start; the message ends with its log.
 */
export async function startPostmaster(
  binaries: Binaries,
  dataDirectory: string,
  {
    settings = {},
    port: wanted,
    attempts = 3,
  }: { settings?: Readonly<Record<string, string>>; port?: number | undefined; attempts?: number } = {},
): Promise<Postmaster> {
  const port = wanted ?? (await findFreePort())
  const log: string[] = []
  const server = spawnServer(binaries, argumentsFor(dataDirectory, port, settings), dataDirectory)
  try {
    await waitUntilReady(server, log)
  } catch (cause) {
    // Another process may take a free port before the server listens on it.
    if (attempts > 1 && log.some((line) => line.includes('Address already in use')))
      return startPostmaster(binaries, dataDirectory, { settings, port: wanted, attempts: attempts - 1 })
    throw new ServerError(
      `Embedded PostgreSQL did not start: ${(cause as Error).message}\n${log.join('\n')}`,
      { cause },
    )
  }
  return { port, stop: ({ crash = false } = {}) => stop(server, crash ? 'SIGQUIT' : 'SIGINT') }
}

function spawnServer(
  { postgres, identity }: Binaries,
  args: readonly string[],
  dataDirectory: string,
): ChildProcess {
  return spawn(postgres, args, {
    ...identity,
    // The user postgres may have no access to the current directory.
    cwd: dirname(dataDirectory),
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
}

/** The command line arguments of the server. */
export function argumentsFor(
  dataDirectory: string,
  port: number,
  settings: Readonly<Record<string, string>> = {},
): string[] {
  const flags = Object.entries({ ...SETTINGS, ...settings }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ])
  return ['-D', dataDirectory, '-p', String(port), ...flags]
}

/** Resolves when the server accepts connections. The last lines of its output are kept in `log`, also afterwards. */
function waitUntilReady(server: ChildProcess, log: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    server.on('error', (error: NodeJS.ErrnoException) => {
      const advice = error.code === 'EACCES' ? '; the user `postgres` needs access to each parent folder' : ''
      reject(new Error(error.message + advice, { cause: error }))
    })
    server.on('close', (code, signal) => reject(new Error(`it ended with ${signal ?? `exit code ${code}`}`)))
    if (!server.stderr) return
    createInterface({ input: server.stderr }).on('line', (line) => {
      if (log.push(line) > TAIL) log.shift()
      if (/database system is ready to accept (read-only )?connections/.test(line)) resolve()
    })
  })
}

async function stop(server: ChildProcess, signal: 'SIGINT' | 'SIGQUIT'): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const ended = once(server, 'exit')
  server.kill(process.platform === 'win32' ? 'SIGKILL' : signal)
  await ended
}

/**
 * Finds a free port of the loopback address.
 *
 * @param wanted a specific port; the promise rejects if it is in use.
 */
export function findFreePort(wanted = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.on('error', reject)
    probe.listen(wanted, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })
}
