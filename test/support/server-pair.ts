import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { applySchema } from '../../scripts/generate/apply.ts'
import { fillDataDirectory, findBinaries, makeRunDirectory, startPostmaster } from '../../src/server/index.ts'

const run = promisify(execFile)

/** Servers that replicate: WAL for a standby is written, and sent. */
const SETTINGS = { wal_level: 'replica', max_wal_senders: '5', hot_standby: 'on' }

/** A primary, and a standby that follows it; a database with the schema is on both. */
export interface ServerPair extends AsyncDisposable {
  /** The URL of the database on the primary. */
  readonly primary: string
  readonly standby: string
  stopPrimary(): Promise<void>
  promoteStandby(): Promise<void>
}

export async function startServerPair(): Promise<ServerPair> {
  const root = await mkdtemp(join(tmpdir(), 'norberts-spark-pair-'))
  await chmod(root, 0o755)
  const binaries = await findBinaries()
  const [first, second] = [makeRunDirectory(root), makeRunDirectory(root)]
  const password = await fillDataDirectory(root, first, binaries)
  const urlOf = (port: number) => `postgres://postgres:${password}@127.0.0.1:${port}/shop`

  let primary = await startPostmaster(binaries, first.data, { settings: SETTINGS })
  const admin = urlOf(primary.port).replace(/shop$/, 'postgres')
  await query(admin, 'create database shop')
  await applySchema(urlOf(primary.port), 'schema')
  await primary.stop()
  await mkdir(second.path, { recursive: true })
  await run('cp', ['-a', first.data, second.data])
  await writeFile(join(second.data, 'standby.signal'), '')
  primary = await startPostmaster(binaries, first.data, { settings: SETTINGS })
  const standby = await startPostmaster(binaries, second.data, {
    settings: {
      ...SETTINGS,
      primary_conninfo: `host=127.0.0.1 port=${primary.port} user=postgres password=${password}`,
    },
  })
  return {
    primary: urlOf(primary.port),
    standby: urlOf(standby.port),
    stopPrimary: () => primary.stop(),
    promoteStandby: async () => void (await query(urlOf(standby.port), 'select pg_promote()')),
    async [Symbol.asyncDispose]() {
      await Promise.all([primary.stop(), standby.stop()])
      first.remove()
      second.remove()
      await rm(root, { recursive: true, force: true })
    },
  }
}

async function query(url: string, sql: string): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  await client.query(sql)
  await client.end()
}
