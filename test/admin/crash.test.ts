import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { startScratchServer } from '../../scripts/scratch/index.ts'
import { create, drop, verify } from '../../src/admin.ts'
import { test as withDatabase } from '../support/empty-database.ts'

/** Starts a command in a process of its own, to be killed. */
function start(command: string, url: string, ...flags: string[]) {
  return spawn(
    process.execPath,
    ['src/cli.ts', command, '--url', url, '--environment', 'development', '--json', ...flags],
    {
      stdio: 'ignore',
    },
  )
}

withDatabase(
  'kill -9 of the tool at any point leaves the old or the new state',
  async ({ url, sql }) => {
    const objects = async () =>
      (
        await sql(`select pg_describe_object('pg_class'::regclass, oid, 0) as name from pg_class
      where relnamespace in (select oid from pg_namespace where nspname in ('public', 'norberts_spark_db')) order by 1`)
      ).length
    const empty = await objects()
    await create(url, { environment: 'development' })
    const full = await objects()
    const started = performance.now()
    await once(start('drop', url), 'exit')
    const duration = performance.now() - started
    const states: string[] = []
    for (let round = 0; round < 24; round += 1) {
      const command = (await objects()) === full ? (['reset', 'drop'] as const)[round % 2] : 'create'
      const tool = start(command as string, url)
      const ended = once(tool, 'exit')
      // From before its first statement to after its last.
      await sleep(duration * (0.4 + ((round * 37) % 90) / 100))
      tool.kill('SIGKILL')
      await ended
      // The server learns of it when it next looks at the connection.
      await expect
        .poll(() =>
          sql(
            `select from pg_stat_activity where application_name = 'norberts-spark-db' and datname = current_database()`,
          ),
        )
        .toEqual([])

      const state = await objects()
      states.push(`${command} ${state === full ? 'full' : 'empty'}`)
      expect([empty, full]).toContain(state)
      if (state === full) expect((await verify(url)).differences).toEqual([])
    }
    expect(new Set(states).size).toBeGreaterThan(2)
  },
  60_000,
)

test('kill -9 of the server at any point leaves the old or the new state', async () => {
  await using server = await startScratchServer('embedded')
  const { url } = await server.createDatabase()
  await create(url, { environment: 'development' })
  const { default: pg } = await import('pg')
  for (let round = 0; round < 5; round += 1) {
    const killer = new pg.Client(url)
    killer.on('error', () => {})
    await killer.connect()
    const tool = start('reset', url, '--seed')
    const ended = once(tool, 'exit')
    for (;;) {
      const { rows } = await killer.query(
        `select pid from pg_stat_activity where application_name = 'norberts-spark-db' and xact_start is not null`,
      )
      if (tool.exitCode !== null) break
      if (rows[0]) {
        await sleep(round * 12)
        process.kill(rows[0].pid, 'SIGKILL')
        break
      }
    }
    await ended
    await killer.end().catch(() => {})
    await sleep(100)
    await expect
      .poll(() => verify(url).catch(() => undefined), { timeout: 20_000 })
      .toMatchObject({ differences: [], environment: 'development' })
  }
  expect((await drop(url)).dropped).not.toEqual([])
}, 60_000)
