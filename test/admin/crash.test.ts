import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { startScratchServer } from '../../scripts/scratch/index.ts'
import { create, drop, verify } from '../../src/admin.ts'
import { databaseOf, withDatabase as withDatabaseName } from '../support/databases.ts'
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
    // Around the moment of the commit, however busy the machine is.
    let delay = (performance.now() - started) * 0.8
    const states: string[] = []
    for (let round = 0; round < 24; round += 1) {
      const command = (await objects()) === full ? (['reset', 'drop'] as const)[round % 2] : 'create'
      const tool = start(command as string, url)
      const ended = once(tool, 'exit')
      await Promise.race([ended, sleep(delay)])
      tool.kill('SIGKILL')
      await ended
      // The server notices it when it next looks at the connection.
      await expect
        .poll(() =>
          sql(
            `select from pg_stat_activity where application_name = 'norberts-spark-db' and datname = current_database()`,
          ),
        )
        .toEqual([])

      const state = await objects()
      states.push(`${command} ${state === full ? 'full' : 'empty'}`)
      const isDone = command === 'create' ? state === full : command === 'drop' && state === empty
      if (command !== 'reset') delay *= isDone ? 0.8 : 1.25
      expect([empty, full]).toContain(state)
      if (state === full) expect((await verify(url)).differences).toEqual([])
    }
    expect(new Set(states).size).toBeGreaterThan(2)
  },
  120_000,
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

withDatabase(
  'kill -9 of create leaves the database missing or whole, and nothing for good',
  async ({ url, sql }) => {
    const name = `killed_${databaseOf(url)}`
    const target = withDatabaseName(url, name)
    const started = performance.now()
    await once(start('create', target), 'exit')
    const duration = performance.now() - started
    for (let round = 0; round < 10; round += 1) {
      await sql(`drop database if exists ${name} with (force)`)
      const tool = start('create', target)
      const ended = once(tool, 'exit')
      await sleep(duration * (0.4 + round / 15))
      tool.kill('SIGKILL')
      await ended

      const isThere = (await sql(`select from pg_database where datname = '${name}'`)).length > 0
      if (isThere) expect((await verify(target)).differences).toEqual([])
    }
    await sql(`drop database if exists ${name} with (force)`)

    // The next command sweeps the databases of killed ones, when the server has noticed that they are gone.
    await expect
      .poll(
        async () => {
          await create(target, { environment: 'test' })
          await sql(`drop database ${name} with (force)`)
          return sql(`select datname from pg_database where datname ~ '^norberts_spark_db_private_'`)
        },
        { timeout: 20_000 },
      )
      .toEqual([])
  },
  120_000,
)
