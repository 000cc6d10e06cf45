import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { expect } from 'vitest'

/** Where Debian and Homebrew install it; PGBOUNCER names another place. */
const PLACES = [process.env.PGBOUNCER, '/usr/sbin/pgbouncer', '/opt/homebrew/bin/pgbouncer']

/** The path of the pooler's binary; undefined where it is not installed. */
export const PGBOUNCER = PLACES.find((path) => path !== undefined && existsSync(path))

/** Starts PgBouncer in front of the server of `url`. Its own URL leads to the same database. */
export async function startPgBouncer(
  url: string,
  mode: 'transaction' | 'session',
): Promise<AsyncDisposable & { url: string }> {
  const { hostname, port, username, password, pathname } = new URL(url)
  const folder = await mkdtemp(join(tmpdir(), 'pgbouncer-'))
  await chmod(folder, 0o755)
  const file = join(folder, 'pgbouncer.ini')
  const own = await freePort()
  await writeFile(
    file,
    [
      '[databases]',
      `* = host=${hostname} port=${port} user=${username} password=${decodeURIComponent(password)}`,
      '[pgbouncer]',
      `listen_addr = 127.0.0.1\nlisten_port = ${own}\nunix_socket_dir =\nauth_type = any\npool_mode = ${mode}`,
      'ignore_startup_parameters = extra_float_digits,options\ndefault_pool_size = 3',
    ].join('\n'),
  )
  const user = userInfo().uid === 0 ? ['-u', 'postgres'] : []
  const pooler = spawn(PGBOUNCER as string, ['-q', ...user, file], { stdio: 'ignore' })
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

async function isReady(url: string): Promise<boolean> {
  const client = new pg.Client(url)
  return client.connect().then(
    () => client.end().then(() => true),
    () => false,
  )
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
