import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { describe, expect } from 'vitest'
import {
  AdminError,
  create,
  drop,
  migrate,
  recordEnvironment,
  reset,
  seed,
  verify,
  type Wait,
} from '../../src/admin.ts'
import { runSql } from '../support/databases.ts'
import { test } from '../support/empty-database.ts'
import { caught } from '../support/factories.ts'

/** A session that holds what `sql` acquires until it is released. */
async function holding(
  url: string,
  sql: string,
): Promise<AsyncDisposable & { pid: number; client: pg.Client }> {
  const client = new pg.Client({ connectionString: url, application_name: 'the holder' })
  client.on('error', () => {})
  await client.connect()
  await client.query(sql)
  const { rows } = await client.query('select pg_backend_pid() as pid')
  return { pid: rows[0].pid, client, [Symbol.asyncDispose]: () => client.end() }
}

const TURN = 'select pg_advisory_lock(7205759403)'

describe('a command that waits', () => {
  test('for another command reports its session, and names it when it gives up', async ({ url }) => {
    await create(url, { environment: 'development' })
    await using holder = await holding(url, TURN)
    const waits: Wait[] = []

    for (const command of [create, drop, reset, seed]) {
      const error = await caught(command(url, { environment: 'development', lockTimeout: 300 }))
      expect(error).toBeInstanceOf(AdminError)
      expect(String(error)).toContain(`select pg_terminate_backend(${holder.pid})`)
    }
    const error = await caught(migrate(url, { waitTimeout: 1_500, onWait: (wait) => waits.push(wait) }))

    expect(String(error)).toMatch(
      /Another command of this library.*\nHeld by process \d+ \(the holder\), user \w+, since/,
    )
    expect(waits).toMatchObject([{ holders: [{ pid: holder.pid, application: 'the holder' }] }])
    expect(waits[0]?.milliseconds).toBeGreaterThanOrEqual(1_000)
  })

  test.for(['table', 'prepared transaction'] as const)(
    'for a lock of a %s reports who holds it, and how to end it',
    async (kind, { url, sql, skip }) => {
      await create(url, { environment: 'development' })
      const [{ max_prepared_transactions: max } = {}] = await sql('show max_prepared_transactions')
      skip(kind === 'prepared transaction' && max === '0', 'the server allows no prepared transactions')
      await using holder = await holding(url, 'begin; select from users limit 1')
      if (kind === 'prepared transaction') await holder.client.query(`prepare transaction 'held'`)
      const waits: Wait[] = []

      const error = await caught(drop(url, { lockTimeout: 1_600, onWait: (wait) => waits.push(wait) }))

      const end = kind === 'table' ? `select pg_terminate_backend(${holder.pid})` : `rollback prepared 'held'`
      expect(waits.flatMap(({ holders }) => holders).map((each) => each.end)).toEqual([end])
      expect(String(error)).toContain(end)
      expect(String(error)).toContain('No changes were made')
    },
  )

  test('in a migration names the session too', async ({ url }) => {
    const folder = await mkdtemp(join(tmpdir(), 'waits-'))
    await writeFile(join(folder, '1_a.sql'), 'create table a (id int)')
    await migrate(url, { folder, environment: 'development' })
    await writeFile(join(folder, '2_b.sql'), 'alter table a add column b int')
    await using holder = await holding(url, 'begin; select from a')

    const error = await caught(migrate(url, { folder, lockTimeout: 400, retries: 1 }))

    expect(String(error)).toContain(`select pg_terminate_backend(${holder.pid})`)
    await rm(folder, { recursive: true })
  })

  test('prints on stderr on the command line, with --json too', async ({ url }) => {
    await create(url, { environment: 'development' })
    await using holder = await holding(url, TURN)

    const { stderr, stdout } = await new Promise<{ stdout: string; stderr: string }>((done) => {
      const args = ['migrate', '--url', url, '--json', '--wait-timeout', '1500']
      execFile(process.execPath, [resolve('src/cli.ts'), ...args], (_, out, err) =>
        done({ stdout: out, stderr: err }),
      )
    })

    expect(stderr).toContain(`select pg_terminate_backend(${holder.pid})`)
    expect(JSON.parse(stdout).error.message).toContain('Another command')
  })
})

describe('the guard decides under the locks', () => {
  const commands = [
    ['drop', drop],
    ['reset', reset],
  ] as const
  test.for(commands)(
    'production that is recorded while %s waits for a reader',
    async ([, command], { url, sql }) => {
      await create(url, { environment: 'development' })
      await using holder = await holding(url, 'begin; select from users limit 1')
      const waiting = caught(command(url, { lockTimeout: 20_000 }))
      await expect
        .poll(() => sql(`select from pg_locks where relation = 'users'::regclass and not granted`))
        .toHaveLength(1)

      await runSql(url, `update norberts_spark_db.environment set environment = 'production'`)
      await holder.client.query('commit')

      expect(await waiting).toMatchObject({ name: 'ProtectedDatabaseError', canConfirm: false })
      expect(await verify(url)).toMatchObject({ environment: 'production', differences: [] })
    },
  )

  test('production that recordEnvironment records while drop waits', async ({ url, sql }) => {
    await create(url, { environment: 'development' })
    await using holder = await holding(url, 'begin; select from users limit 1')
    const waiting = caught(drop(url, { lockTimeout: 20_000 }))
    await expect
      .poll(() => sql(`select from pg_locks where relation = 'users'::regclass and not granted`))
      .toHaveLength(1)

    await recordEnvironment(url, 'production', { lockTimeout: 2_000 })
    await holder.client.query('commit')

    expect(await waiting).toMatchObject({ name: 'ProtectedDatabaseError', canConfirm: false })
    expect(await verify(url)).toMatchObject({ environment: 'production', differences: [] })
  })

  test('rows that are inserted while drop waits count as data', async ({ url, sql }) => {
    await create(url, { environment: 'development' })
    await sql('drop schema norberts_spark_db cascade')
    await using holder = await holding(
      url,
      `begin; insert into people (first_name, last_name) values ('A', 'B')`,
    )
    const waiting = caught(drop(url, { lockTimeout: 20_000 }))
    // The insert holds people, and by its history audit_log.
    await expect
      .poll(() =>
        sql(
          `select from pg_locks where relation in (select oid from pg_class where relkind in ('r', 'p')) and not granted`,
        ),
      )
      .toHaveLength(1)

    await holder.client.query('commit')

    expect(await waiting).toMatchObject({ name: 'ProtectedDatabaseError', canConfirm: true })
  })

  test('a change of the environment that is not committed yet is waited for', async ({ url }) => {
    await create(url, { environment: 'development' })
    await using holder = await holding(
      url,
      `begin; update norberts_spark_db.environment set environment = 'production'`,
    )
    const waiting = caught(drop(url, { lockTimeout: 20_000 }))
    await sleep(300)

    await holder.client.query('commit')

    expect(await waiting).toMatchObject({ name: 'ProtectedDatabaseError', canConfirm: false })
  })

  test('a command that only reads waits neither for its turn nor for a change of the environment', async ({
    url,
  }) => {
    await create(url, { environment: 'development' })
    await using _holder = await holding(
      url,
      `begin; update norberts_spark_db.environment set environment = 'production'; ${TURN}`,
    )

    expect(await verify(url, { lockTimeout: 1_000 })).toMatchObject({ environment: 'development' })
  })
})
