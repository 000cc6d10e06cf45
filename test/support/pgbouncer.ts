import { execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { delimiter, join } from 'node:path'
import pg from 'pg'
import { expect } from 'vitest'
import { freePort } from './free-port.ts'

/** Paths of binaries, separated as in PATH. Debian has no sbin in the PATH of an ordinary user. */
const { PGBOUNCER = '', PATH = '' } = process.env
const CANDIDATES = [
  ...PGBOUNCER.split(delimiter),
  ...[...PATH.split(delimiter), '/usr/sbin', '/opt/homebrew/bin'].map((folder) => join(folder, 'pgbouncer')),
]

export interface PgBouncer {
  readonly path: string
  readonly version: string
  /** Whether it keeps prepared statements in transaction mode. */
  readonly keepsStatements: boolean
}

/** One PgBouncer of each version that is installed. */
export const PGBOUNCERS: readonly PgBouncer[] = findAll()

/** For `describe.each`: it has one row where no PgBouncer is installed, whose tests are to be skipped. */
export const PGBOUNCERS_OR_NONE: readonly PgBouncer[] =
  PGBOUNCERS.length > 0
    ? PGBOUNCERS
    : [
        {
          path: '',
          version: '(not installed; PGBOUNCER=/path/to/pgbouncer names one)',
          keepsStatements: false,
        },
      ]

export const PGBOUNCER_IS_MISSING = PGBOUNCERS.length === 0

function findAll(): PgBouncer[] {
  const byVersion = new Map<string, PgBouncer>()
  for (const path of CANDIDATES.filter((candidate) => existsSync(candidate))) {
    const [, version = '', minor] =
      /^PgBouncer (\d+\.(\d+)\S*)/.exec(execFileSync(path, ['-V'], { encoding: 'utf8' })) ?? []
    if (!byVersion.has(version))
      byVersion.set(version, { path, version, keepsStatements: Number(minor) >= 21 })
  }
  return [...byVersion.values()]
}

export interface RunningPgBouncer extends AsyncDisposable {
  /** Leads to the same database, by way of PgBouncer. */
  readonly url: string
}

/**
 * Starts PgBouncer in front of the server of `url`.
 *
 * @param settings of the section `[pgbouncer]`.
 */
export async function startPgBouncer(
  { path }: PgBouncer,
  url: string,
  mode: 'session' | 'transaction' | 'statement',
  settings: Readonly<Record<string, string | number>> = {},
): Promise<RunningPgBouncer> {
  const { hostname, port, username, password, pathname } = new URL(url)
  const folder = await mkdtemp(join(tmpdir(), 'pgbouncer-'))
  await chmod(folder, 0o755)
  const file = join(folder, 'pgbouncer.ini')
  const own = await freePort()
  const all = {
    listen_addr: '127.0.0.1',
    listen_port: own,
    unix_socket_dir: '',
    auth_type: 'any',
    pool_mode: mode,
    ignore_startup_parameters: 'extra_float_digits,options',
    default_pool_size: 3,
    ...settings,
  }
  await writeFile(
    file,
    [
      '[databases]',
      `* = host=${hostname} port=${port} user=${username} password=${decodeURIComponent(password)}`,
      '[pgbouncer]',
      ...Object.entries(all).map(([name, value]) => `${name} = ${value}`),
    ].join('\n'),
  )
  const user = userInfo().uid === 0 ? ['-u', 'postgres'] : []
  const pooler = spawn(path, ['-q', ...user, file], { stdio: 'ignore' })
  const pooled = `postgres://${username}@127.0.0.1:${own}${pathname}`
  await expect.poll(() => isReady(pooled), { timeout: 10_000 }).toBe(true)
  return {
    url: pooled,
    async [Symbol.asyncDispose]() {
      pooler.kill('SIGKILL')
      await rm(folder, { recursive: true })
    },
  }
}

/** Whether a connection can be made. */
export async function isReady(url: string): Promise<boolean> {
  const client = new pg.Client(url)
  return client.connect().then(
    () => client.end().then(() => true),
    () => false,
  )
}
