import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect } from 'vitest'
import { create, drop, maintain, migrate, ProtectedDatabaseError, reset, verify } from '../../src/admin.ts'
import { ConstraintError, InvalidInputError, openDatabase } from '../../src/index.ts'
import { statements } from '../../src/query/statement.ts'
import { databaseOf, runSql } from '../support/databases.ts'
import { test } from '../support/empty-database.ts'
import { aUser } from '../support/factories.ts'

type Sql = (text: string, values?: unknown[]) => Promise<Record<string, unknown>[]>

/** The first moment of a month, counted from the current one. */
const month = (offset: number): Date => {
  const now = new Date()
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset))
}
const nameOf = (offset: number) => `audit_log_${month(offset).toISOString().slice(0, 7).replace('-', '_')}`
const ENTRY = { entityType: 'order', entityId: '1', action: 'create' }

/** Partitions of past months, each with entries, as a database has that is older than them. */
async function withPast(sql: Sql, months: number, until = 0): Promise<void> {
  const at = (offset: number) => `'${month(offset).toISOString()}'`
  await sql(`alter table audit_log detach partition audit_log_earlier;
    alter table audit_log attach partition audit_log_earlier for values from (minvalue) to (${at(-months)})`)
  for (let offset = -months; offset < until; offset += 1) {
    const name = nameOf(offset)
    await sql(`create table ${name} partition of audit_log for values from (${at(offset)}) to (${at(offset + 1)});
      alter table ${name} enable row level security;
      create trigger audit_log_append_only_truncate before truncate on ${name}
        for each statement execute function refuse_audit_log_change();
      insert into audit_log (entity_type, entity_id, action, created_at) select 'order', n::text, 'create', ${at(offset)}::timestamptz + n * interval '1 hour'
        from generate_series(0, 9) as n`)
  }
}

const partitions = async (sql: Sql) =>
  (
    await sql(
      `select relname::text as name from pg_inherits join pg_class on oid = inhrelid
       where inhparent = 'audit_log'::regclass order by relname <> 'audit_log_earlier', relname`,
    )
  ).map(({ name }) => name)

/** Callers that record entries until the end, and what they got. */
async function whileWriting(url: string, count: number, work: () => Promise<unknown>) {
  await using db = openDatabase(url)
  const { userId } = await db.users.create(aUser())
  const errors: unknown[] = []
  let [recorded, isDone] = [0, false]
  const writers = Array.from({ length: count }, async () => {
    while (!isDone) {
      await db.auditLog.record({ ...ENTRY, userId }).then(
        () => {
          recorded += 1
        },
        (error: unknown) => errors.push(error),
      )
    }
  })
  await expect.poll(() => recorded).toBeGreaterThan(count)
  await work().finally(() => {
    isDone = true
  })
  await Promise.all(writers)
  return { errors, recorded, userId }
}

describe('months ahead', () => {
  test('a new database has the current month and three more; the last one has no end', async ({
    url,
    sql,
  }) => {
    await create(url, { environment: 'development' })

    expect(await partitions(sql)).toEqual(['audit_log_earlier', ...[0, 1, 2, 3].map(nameOf)])
    expect(await maintain(url)).toMatchObject({ created: [], dropped: [] })
    const { partitions: all } = await maintain(url)
    expect(all.at(0)).toEqual({ name: 'audit_log_earlier', from: undefined, to: month(0) })
    expect(all.at(-1)).toEqual({ name: nameOf(3), from: month(3), to: undefined })
  })

  test('a year is made and months are dropped while eight callers record, and none gets an error', async ({
    url,
    sql,
  }) => {
    await create(url, { environment: 'development' })
    await withPast(sql, 4)

    const { errors, recorded } = await whileWriting(url, 8, async () => {
      expect((await maintain(url, { monthsAhead: 12 })).created).toHaveLength(9)
      const { dropped } = await maintain(url, { keepAuditMonths: 2 })
      expect(dropped).toEqual(['audit_log_earlier', nameOf(-4), nameOf(-3)])
    })

    expect(errors).toEqual([])
    const [{ count } = {}] = await sql(
      `select count(*) as count from ${nameOf(0)} where entity_type = 'order'`,
    )
    expect(Number(count)).toBe(recorded)
    expect(await partitions(sql)).toEqual(['audit_log_earlier', ...[-2, -1, ...Array(13).keys()].map(nameOf)])
    expect((await verify(url)).differences).toEqual([])
  }, 120_000)

  test('several at once leave what one leaves', async ({ url, sql }) => {
    await create(url, { environment: 'test' })
    expect(await partitions(sql)).toEqual(['audit_log_earlier'])

    const results = await Promise.all(Array.from({ length: 4 }, () => maintain(url, { monthsAhead: 2 })))

    expect(results.filter(({ created }) => created.length > 0)).toHaveLength(1)
    expect(await partitions(sql)).toEqual(['audit_log_earlier', ...[0, 1, 2].map(nameOf)])
    expect((await verify(url)).differences).toEqual([])
  })

  test('where it is never called, entries are recorded, and it divides without moving them', async ({
    url,
    sql,
  }) => {
    await create(url, { environment: 'test' })
    const { errors, recorded } = await whileWriting(url, 4, () => maintain(url, { monthsAhead: 2 }))
    const [{ count } = {}] = await sql(
      `select count(*) as count from audit_log_earlier where entity_type = 'order'`,
    )

    expect(errors).toEqual([])
    expect(Number(count)).toBe(recorded)
    // Its rows are of the current month: it ends with it, or with the next one in the last hour of a month.
    const isNearEnd = new Date(Date.now() + 3_600_000) >= month(1)
    expect(await partitions(sql)).toEqual(['audit_log_earlier', ...(isNearEnd ? [2] : [1, 2]).map(nameOf)])
    expect((await verify(url)).differences).toEqual([])
  }, 120_000)

  test('a partition of many rows is not read under the lock', async ({ url, sql }) => {
    await create(url, { environment: 'test' })
    await sql(`insert into audit_log (entity_type, entity_id, action, changes)
      select 'order', n::text, 'create', jsonb_build_object('text', repeat('x', 1500)) from generate_series(1, 45000) as n`)

    const { errors } = await whileWriting(url, 2, () => maintain(url))

    expect(errors).toEqual([])
    // The constraint that proved the end left room for the months that were asked for.
    expect(await partitions(sql)).toEqual(['audit_log_earlier', nameOf(3)])
    expect((await verify(url)).differences).toEqual([])
  }, 120_000)

  test('killed while it proves the end of a large partition, entries of the months ahead are recorded; verify names the constraint, a migration drops it', async ({
    url,
    sql,
  }) => {
    await create(url, { environment: 'test' })
    await sql(`insert into audit_log (entity_type, entity_id, action, changes)
      select 'order', n::text, 'create', jsonb_build_object('text', repeat('x', 1500)) from generate_series(1, 45000) as n`)
    const proofs = () => sql(`select conname from pg_constraint where conname = 'audit_log_partition_end'`)
    const tool = spawn(process.execPath, ['src/cli.ts', 'maintain', '--url', url, '--months-ahead', '12'], {
      stdio: 'ignore',
    })
    const ended = once(tool, 'exit')
    while ((await proofs()).length === 0 && tool.exitCode === null) await sleep(1)
    tool.kill('SIGKILL')
    await ended
    await expect
      .poll(() =>
        sql(
          `select from pg_stat_activity where application_name = 'norberts-spark-db' and datname = current_database()`,
        ),
      )
      .toEqual([])

    if ((await proofs()).length > 0)
      expect((await verify(url)).differences.map(({ object }) => object).join()).toContain(
        'audit_log_partition_end',
      )
    for (const offset of [1, 6, 11])
      await sql(
        `insert into audit_log (entity_type, entity_id, action, created_at) values ('a', 'b', 'c', '${month(offset).toISOString()}')`,
      )
    // In another environment than that of tests, whose databases are made without months ahead.
    await sql(`update norberts_spark_db.environment set environment = 'development'`)
    await migrate(url)
    expect(await proofs()).toEqual([])
    await sql(
      `insert into audit_log (entity_type, entity_id, action, created_at) values ('a', 'b', 'c', '2199-01-01')`,
    )
  }, 120_000)

  test('rows of every time find a partition', async ({ url, sql }) => {
    await create(url, { environment: 'development' })
    for (const time of ['-infinity', '1999-12-31', '2099-01-01', 'infinity'])
      await sql(
        `insert into audit_log (entity_type, entity_id, action, created_at) values ('a', 'b', 'c', '${time}')`,
      )

    expect(await sql('select count(*)::int as count from audit_log')).toEqual([{ count: 4 }])
  })

  test('a wait for a transaction is bounded, and the error names the session that holds the lock', async ({
    url,
    sql,
  }) => {
    await create(url, { environment: 'development' })
    await sql(`begin; insert into audit_log (entity_type, entity_id, action) values ('a', 'b', 'c')`)

    await expect(maintain(url, { monthsAhead: 6, lockTimeout: 100, retries: 1 })).rejects.toThrow(
      /Could not acquire a lock: another session is using the audit log.*Entries are still recorded.*Held by process \d+/s,
    )
    await sql('commit')
    expect((await maintain(url, { monthsAhead: 6 })).created).toHaveLength(3)
  })

  test('bad options are named', async ({ url }) => {
    await expect(maintain(url, { monthsAhead: 0 })).rejects.toThrow(InvalidInputError)
    await expect(maintain(url, { keepAuditMonths: 0 })).rejects.toThrow(/keepAuditMonths/)
    await expect(maintain(url)).rejects.toThrow(/There is no partitioned table audit_log/)
  })
})

test('a later page of a list opens no partition of later months, with the plan that PostgreSQL keeps', async ({
  url,
  sql,
}) => {
  await create(url, { environment: 'development' })
  await withPast(sql, 12)
  const lists = statements().filter(({ name }) => name.startsWith('auditLog.list'))
  expect(lists.length).toBeGreaterThan(1)

  await sql('set plan_cache_mode = force_generic_plan')
  for (const [index, { sql: text, parameters }] of lists.entries()) {
    const given: Record<string, string> = {
      from: '-infinity',
      behindAt: month(-9).toISOString(),
      behindId: '00000000-0000-0000-0000-000000000000',
      fetch: '51',
      userId: '00000000-0000-0000-0000-000000000000',
    }
    const values = parameters.map((name) => `'${given[name] ?? 'order'}'`)
    await sql(`prepare list_${index} as ${text}`)
    const plan = JSON.stringify(await sql(`explain execute list_${index} (${values.join()})`))
    // Nine months before the current one, this one, and three made ahead; those up to the position remain.
    expect(plan).toContain('Subplans Removed: 12')
  }
})

describe('append-only', () => {
  const attempts = (table: string) => [
    `update ${table} set action = 'other'`,
    `delete from ${table}`,
    `truncate ${table}`,
    `update ${table} set user_id = null`,
    `update ${table} set created_at = created_at + interval '1 millisecond'`,
  ]

  test('update, delete and truncate of the table and of each partition are refused', async ({ url, sql }) => {
    await create(url, { environment: 'development' })
    await withPast(sql, 1)
    await maintain(url)
    await using db = openDatabase(url)
    const { userId } = await db.users.create(aUser())
    await db.auditLog.record({ ...ENTRY, userId })

    for (const table of ['audit_log', nameOf(0), nameOf(-1)]) {
      for (const text of attempts(table)) {
        if (table === nameOf(-1) && text.includes('user_id')) continue
        await expect(sql(text), text).rejects.toMatchObject({
          constraint: 'audit_log_append_only',
          table: 'audit_log',
        })
      }
    }
    for (const name of await partitions(sql))
      await expect(sql(`truncate ${name}`)).rejects.toMatchObject({ constraint: 'audit_log_append_only' })
  })

  test('a temporary table users does not let a change pass', async ({ url, sql }) => {
    await create(url, { environment: 'development' })
    await using db = openDatabase(url)
    const { userId } = await db.users.create(aUser())
    await db.auditLog.record({ ...ENTRY, userId })

    await sql('create temp table users (user_id uuid)')
    await sql('set search_path = pg_temp, public')

    await expect(sql('update audit_log set user_id = null')).rejects.toMatchObject({
      constraint: 'audit_log_append_only',
    })
  })

  test('a user is deleted from the entries of all partitions, by an index', async ({ url, sql }) => {
    await create(url, { environment: 'development' })
    await withPast(sql, 2)
    await using db = openDatabase(url)
    const { userId } = await db.users.create(aUser())
    for (const offset of [-2, -1, 0])
      await sql(
        `insert into audit_log (entity_type, entity_id, action, user_id, created_at) values ('a', 'b', 'c', '${userId}', '${month(offset).toISOString()}')`,
      )

    await db.users.delete(userId)

    expect(await sql('select count(*)::int as count from audit_log where user_id is not null')).toEqual([
      { count: 0 },
    ])
    await sql('set enable_seqscan = off')
    const plan = await sql(`explain update audit_log set user_id = null where user_id = '${userId}'`)
    expect(JSON.stringify(plan)).not.toContain('Seq Scan')
  })

  test('a table that was attached later gets row security and the trigger of truncate', async ({
    url,
    sql,
  }) => {
    await create(url, { environment: 'development' })
    await sql(`alter table audit_log detach partition ${nameOf(1)}; drop table ${nameOf(1)};
      create table attached (like audit_log including all excluding comments);
      alter table audit_log attach partition attached for values from ('${month(1).toISOString()}') to ('${month(2).toISOString()}')`)
    await expect(sql('delete from attached')).resolves.toEqual([])
    expect((await verify(url)).differences).toEqual([
      { object: 'table attached', fact: 'row level security', schema: 'enabled' },
      { object: 'trigger attached.audit_log_append_only_truncate', schema: expect.any(String) },
    ])

    await maintain(url)

    await expect(sql('truncate attached')).rejects.toMatchObject({ constraint: 'audit_log_append_only' })
    expect((await verify(url)).differences).toEqual([])
  })

  test('errors of a partition name the constraint of the table', async ({ url }) => {
    await create(url, { environment: 'development' })
    await using db = openDatabase(url)
    const { id, createdAt } = await db.auditLog.record(ENTRY)

    const again = await db.kysely
      .insertInto('audit_log')
      .values({ id, created_at: createdAt, entity_type: 'a', entity_id: 'b', action: 'c' })
      .execute()
      .catch((error: unknown) => error)
    const long = await db.auditLog
      .record({ ...ENTRY, action: 'x'.repeat(51) })
      .catch((error: unknown) => error)

    expect(again).toMatchObject({
      constraint: 'audit_log_pkey',
      table: 'audit_log',
      columns: ['created_at', 'id'],
    })
    expect(long).toMatchObject({ constraint: 'audit_log_action_check', table: 'audit_log' })
    expect(long).toBeInstanceOf(ConstraintError)
  })
})

describe('retention', () => {
  test('in production it needs the name of the database', async ({ url, sql }) => {
    await create(url, { environment: 'production' })
    await withPast(sql, 2)

    const refused = await maintain(url, { keepAuditMonths: 1 }).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(ProtectedDatabaseError)
    expect(refused).toMatchObject({ canConfirm: true })
    expect(await partitions(sql)).toContain(nameOf(-2))
    expect(await maintain(url)).toMatchObject({ created: [], dropped: [] })

    const { dropped } = await maintain(url, { keepAuditMonths: 1, confirm: databaseOf(url) })
    expect(dropped).toEqual(['audit_log_earlier', nameOf(-2)])
    expect(await maintain(url, { keepAuditMonths: 1, confirm: databaseOf(url) })).toMatchObject({
      created: [],
      dropped: [],
    })
  })

  test('an interrupted detachment is finalized and its month dropped by the next run', async ({
    url,
    sql,
  }) => {
    await create(url, { environment: 'development' })
    await withPast(sql, 3)
    // A transaction that has used the table keeps the detachment from ending.
    await sql('begin isolation level repeatable read; select from audit_log')
    await expect(maintain(url, { keepAuditMonths: 2, lockTimeout: 100, retries: 0 })).rejects.toThrow(
      /Could not acquire a lock/,
    )
    await sql('commit')
    expect(
      await sql('select inhrelid::regclass::text as name from pg_inherits where inhdetachpending'),
    ).toEqual([{ name: 'audit_log_earlier' }])

    expect((await maintain(url)).dropped).toEqual(['audit_log_earlier'])
    expect(await partitions(sql)).toContain('audit_log_earlier')
    expect((await maintain(url, { keepAuditMonths: 2 })).dropped).toEqual(['audit_log_earlier', nameOf(-3)])
    expect((await verify(url)).differences).toEqual([])
  })

  test('a month that its owner detaches is kept, said by verify, and its time is covered again', async ({
    url,
    sql,
  }) => {
    await create(url, { environment: 'development' })
    await withPast(sql, 2)
    await sql(`alter table audit_log detach partition ${nameOf(-1)}`)

    expect((await maintain(url, { keepAuditMonths: 1 })).dropped).toEqual(['audit_log_earlier', nameOf(-2)])

    expect(await sql(`select count(*)::int as count from ${nameOf(-1)}`)).toEqual([{ count: 10 }])
    expect((await verify(url)).differences).toEqual([{ object: `table ${nameOf(-1)}`, database: 'exists' }])
    await sql(
      `insert into audit_log (entity_type, entity_id, action, created_at) values ('a', 'b', 'c', '${month(-1).toISOString()}')`,
    )
  })

  test('kill -9 at any point leaves what the next run completes', async ({ url, sql }) => {
    await create(url, { environment: 'development' })
    const { errors } = await whileWriting(url, 2, async () => {
      for (let round = 0; round < 4; round += 1) {
        await withPast(sql, 3 + round, round === 0 ? 0 : -1)
        const tool = spawn(
          process.execPath,
          [
            'src/cli.ts',
            'maintain',
            '--url',
            url,
            '--keep-audit-months',
            '1',
            '--months-ahead',
            String(4 + round),
          ],
          { stdio: 'ignore' },
        )
        const ended = once(tool, 'exit')
        const isWorking = () =>
          sql(
            `select from pg_stat_activity where application_name = 'norberts-spark-db' and datname = current_database()`,
          )
        while (tool.exitCode === null && (await isWorking()).length === 0) await sleep(5)
        await sleep(round * 40)
        tool.kill('SIGKILL')
        await ended
        await expect.poll(isWorking, { timeout: 10_000 }).toEqual([])

        await maintain(url, { keepAuditMonths: 1, monthsAhead: 4 + round })
        expect(await partitions(sql)).toEqual([
          'audit_log_earlier',
          ...Array.from({ length: 6 + round }, (_, index) => nameOf(index - 1)),
        ])
        expect((await verify(url)).differences).toEqual([])
      }
    })
    expect(errors).toEqual([])
  }, 120_000)
})

test('a reset and a drop leave no partition', async ({ url, sql }) => {
  await create(url, { environment: 'development' })
  await maintain(url, { monthsAhead: 12 })

  expect((await reset(url)).kept).toEqual([])
  expect(await partitions(sql)).toHaveLength(5)
  expect((await drop(url)).kept).toEqual([])
  expect(await runSql(url, `select relname from pg_class where relname like 'audit_log%'`)).toEqual([])
})
