import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { expect } from 'vitest'
import { migrate } from '../../src/admin.ts'
import { test as base } from '../support/empty-database.ts'
import { caught } from '../support/factories.ts'

const PARTITIONED = `
  create table log (at date not null, n integer) partition by range (at);
  create table log_1 partition of log for values from (minvalue) to ('2026-01-01') partition by range (at);
  create table log_1_old partition of log_1 for values from (minvalue) to ('2025-01-01');
  create table log_1_new partition of log_1 for values from ('2025-01-01') to ('2026-01-01');
  create table "log 2" partition of log for values from ('2026-01-01') to ('2027-01-01');
  insert into log select date '2024-06-01' + n, n from generate_series(1, 900) as n`

const INDEXES = `
  select indrelid::regclass::text as table, indisvalid as "isValid", indexrelid::regclass::text as index from pg_index
  where indrelid::regclass::text ~ 'log' order by indrelid::regclass::text collate "C", 3`

const isBuilding = (table: string) => `select from pg_index where indrelid = '${table}'::regclass`

const test = base.extend<{ run: (step: string) => ReturnType<typeof migrate>; other: pg.Client }>({
  run: async ({ url }, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'migrations-'))
    await writeFile(join(folder, '1_log.sql'), PARTITIONED)
    await migrate(url, { folder, environment: 'development' })
    await use(async (step) => {
      await writeFile(join(folder, '2_index.sql'), `-- transaction: none\n${step};\n`)
      return migrate(url, { folder, environment: 'development' })
    })
    await rm(folder, { recursive: true })
  },
  other: async ({ url }, use) => {
    const client = new pg.Client(url)
    await client.connect()
    await use(client)
    await client.end()
  },
})

test('the index of a partitioned table is built on each partition while writers go on', async ({
  sql,
  run,
  other,
}) => {
  await sql(`begin; insert into log_1_old values ('2024-07-01', 0)`)

  const migrating = run('create index concurrently "log n" on log (n) where n > 0')

  // The index of this partition waits for the transaction.
  await expect.poll(() => sql(isBuilding('log_1_old')), { timeout: 20_000 }).toHaveLength(1)
  await other.query(`set lock_timeout = 2000`)
  for (const day of ['2024-07-01', '2025-07-01', '2026-07-01'])
    await other.query('insert into log values ($1, 1)', [day])
  await other.query('create table log_3 (like log)')
  await other.query(`alter table log attach partition log_3 for values from ('2027-01-01') to ('2028-01-01')`)
  await sql('commit')
  expect((await migrating).applied).toEqual(['2_index'])
  expect(await sql(INDEXES)).toEqual([
    { table: '"log 2"', isValid: true, index: '"log 2_n_idx"' },
    { table: 'log', isValid: true, index: '"log n"' },
    { table: 'log_1', isValid: true, index: 'log_1_n_idx' },
    { table: 'log_1_new', isValid: true, index: 'log_1_new_n_idx' },
    { table: 'log_1_old', isValid: true, index: 'log_1_old_n_idx' },
    { table: 'log_3', isValid: true, index: 'log_3_n_idx' },
  ])
})

test('a run that ends while it builds the index of a partition is continued by the next', async ({
  sql,
  run,
  other,
}) => {
  const step = 'create unique index concurrently log_n_idx on public.log (n, at)'
  await sql(`begin; insert into "log 2" values ('2026-07-01', 0)`)
  const broken = caught(run(step))
  await expect.poll(() => sql(isBuilding('"log 2"')), { timeout: 20_000 }).toHaveLength(1)

  await other.query(
    `select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = current_database() and query ilike 'create unique index concurrently%'`,
  )
  await sql('commit')

  expect(await broken).toBeInstanceOf(Error)
  expect((await sql(INDEXES)).map(({ isValid }) => isValid)).toContain(false)
  expect((await run(step)).applied).toEqual(['2_index'])
  const indexes = await sql(INDEXES)
  expect(indexes).toHaveLength(5)
  expect(indexes.filter(({ isValid }) => !isValid)).toEqual([])
})

test('rows that a unique index refuses leave nothing of it, and the next run builds it', async ({
  sql,
  run,
}) => {
  const step = 'create unique index concurrently log_n_idx on log (n, at)'
  await sql(`insert into log values ('2025-07-01', 7), ('2025-07-01', 7)`)

  const error = await caught(run(step))
  expect(await sql(INDEXES)).toEqual([])
  await sql(`delete from log where at = '2025-07-01' and n = 7`)

  expect(String(error)).toContain('could not create unique index')
  expect((await run(step)).applied).toEqual(['2_index'])
  expect((await sql(INDEXES)).map(({ isValid }) => isValid)).toEqual([true, true, true, true, true])
})
