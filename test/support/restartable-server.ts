import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import pg from 'pg'
import { expect } from 'vitest'
import { applySchema } from '../../scripts/generate/apply.ts'
import { fillDataDirectory, findBinaries, makeRunDirectory } from '../../src/server/index.ts'
import { freePort } from './free-port.ts'
import { isReady } from './pgbouncer.ts'

/** A server of its own port, with the schema in a database, that can be stopped and started again. */
export interface RestartableServer extends AsyncDisposable {
  readonly url: string
  start(): Promise<void>
  /** `fast` ends the sessions in order; `immediate` is a crash. */
  stop(mode: 'fast' | 'immediate'): Promise<void>
}

export async function startRestartableServer(): Promise<RestartableServer> {
  const root = await mkdtemp(join(tmpdir(), 'norberts-spark-restart-'))
  await chmod(root, 0o755)
  const directory = makeRunDirectory(root)
  const binaries = await findBinaries()
  const password = await fillDataDirectory(root, directory, binaries)
  const port = await freePort()
  const admin = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`
  const settings = ['fsync=off', 'unix_socket_directories=', 'listen_addresses=127.0.0.1', 'timezone=UTC']
  let server: ChildProcess | undefined

  const start = async () => {
    server = spawn(
      binaries.postgres,
      ['-D', directory.data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
      {
        ...binaries.identity,
        cwd: dirname(directory.data),
        env: { ...process.env, LC_ALL: 'C' },
        stdio: 'ignore',
      },
    )
    await expect.poll(() => isReady(admin), { timeout: 20_000 }).toBe(true)
  }
  const stop = async (mode: 'fast' | 'immediate') => {
    if (!server || server.exitCode !== null || server.signalCode !== null) return
    const ended = once(server, 'exit')
    server.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT')
    await ended
  }

  await start()
  const client = new pg.Client(admin)
  await client.connect()
  await client.query('create database shop')
  await client.end()
  const url = admin.replace(/postgres$/, 'shop')
  await applySchema(url, 'schema')
  return {
    url,
    start,
    stop,
    async [Symbol.asyncDispose]() {
      await stop('immediate')
      directory.remove()
      await rm(root, { recursive: true, force: true })
    },
  }
}
