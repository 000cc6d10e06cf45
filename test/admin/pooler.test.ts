import { describe, expect } from 'vitest'
import { create, drop, migrate, reset, seed, verify } from '../../src/admin.ts'
import { test as base } from '../support/empty-database.ts'
import { caught } from '../support/factories.ts'
import { PGBOUNCER_IS_MISSING, PGBOUNCERS_OR_NONE, startPgBouncer } from '../support/pgbouncer.ts'

const test = base.skipIf(PGBOUNCER_IS_MISSING)

const SETTINGS = `select current_setting('lock_timeout') as lock, current_setting('statement_timeout') as statement,
  current_setting('client_min_messages') as messages, current_setting('search_path') as path`

/** Of this database: other tests hold theirs on the same server. */
const ADVISORY_LOCKS = `select from pg_locks where locktype = 'advisory'
  and database = (select oid from pg_database where datname = current_database())`

describe.each(PGBOUNCERS_OR_NONE)('behind PgBouncer $version', (pgbouncer) => {
  test('in transaction mode, migrate is refused and leaves nothing behind', async ({ url, sql }) => {
    await using pooler = await startPgBouncer(pgbouncer, url, 'transaction')

    const error = await caught(migrate(pooler.url, { environment: 'development' }))

    expect(String(error)).toMatch(/pooler in transaction mode.*Use the address of the server itself/)
    expect(await sql(ADVISORY_LOCKS)).toEqual([])
    expect((await migrate(url, { environment: 'development' })).applied).not.toEqual([])
  })

  test('in transaction mode, all other commands work and leave no setting or lock behind', async ({
    url,
    sql,
  }) => {
    await using pooler = await startPgBouncer(pgbouncer, url, 'transaction')
    const { default: pg } = await import('pg')
    const client = new pg.Client(pooler.url)
    await client.connect()
    const before = (await client.query(SETTINGS)).rows

    await create(pooler.url, { environment: 'development' })
    await seed(pooler.url, { scale: 2 })
    await reset(pooler.url)
    expect((await verify(pooler.url)).differences).toEqual([])
    expect((await drop(pooler.url)).dropped).toContain('table users')

    for (let query = 0; query < 6; query += 1) expect((await client.query(SETTINGS)).rows).toEqual(before)
    await client.end()
    expect(await sql(ADVISORY_LOCKS)).toEqual([])
    expect(await sql('select name from pg_prepared_statements')).toEqual([])
  })

  test('in session mode, migrate works and leaves no setting or lock behind', async ({ url, sql }) => {
    await using pooler = await startPgBouncer(pgbouncer, url, 'session')

    expect((await migrate(pooler.url, { environment: 'development' })).applied).not.toEqual([])
    expect(await migrate(pooler.url)).toMatchObject({ applied: [] })

    expect(await sql(ADVISORY_LOCKS)).toEqual([])
    expect((await verify(pooler.url)).differences).toEqual([])
  })

  test('in statement mode, create is refused with what to do', async ({ url }) => {
    await using pooler = await startPgBouncer(pgbouncer, url, 'statement')

    const error = await caught(create(pooler.url, { environment: 'development' }))

    expect(error).toMatchObject({ name: 'ConfigurationError', message: /statement mode.*Set its pool_mode/ })
  })
})
