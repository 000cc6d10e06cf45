import pg from 'pg'
import { afterEach, describe, expect } from 'vitest'
import { guard } from '../../src/admin/index.ts'
import {
  AdminError,
  create,
  drop,
  migrate,
  ProtectedDatabaseError,
  recordEnvironment,
  reset,
  seed,
  verify,
} from '../../src/admin.ts'
import { InvalidInputError } from '../../src/index.ts'
import { createLogin } from '../support/app-login.ts'
import { databaseOf, runSql, temporaryDatabase, withDatabase } from '../support/databases.ts'
import { test } from '../support/empty-database.ts'
import { caught } from '../support/factories.ts'

const { DATABASE_ENVIRONMENT, NODE_ENV } = process.env

afterEach(() => {
  for (const [name, value] of Object.entries({ DATABASE_ENVIRONMENT, NODE_ENV })) {
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }
})

const FOREIGN = `create table invoices (a int); insert into invoices values (1)`

describe('the statement of the environment', () => {
  test('is required on this machine too, by every command that records it', async ({ url }) => {
    for (const command of [create, reset, migrate, (to: string) => migrate(to, { baseline: true })]) {
      const error = await caught(command(url))
      expect(error).toBeInstanceOf(AdminError)
      expect(String(error)).toMatch(/--environment|--baseline|differs from what the migrations create/)
    }
    expect(await runSql(url, `select from pg_namespace where nspname = 'norberts_spark_db'`)).toEqual([])
  })

  test('may be the variable DATABASE_ENVIRONMENT or NODE_ENV=production', async ({ url }) => {
    process.env.DATABASE_ENVIRONMENT = 'test'
    expect((await create(url)).environment).toBe('test')
    await drop(url)
    delete process.env.DATABASE_ENVIRONMENT
    process.env.NODE_ENV = 'production'
    expect((await migrate(url)).environment).toBe('production')
  })

  test.for([
    ['development', 'production', undefined],
    ['development', undefined, 'production'],
    [undefined, 'test', 'production'],
  ] as const)('is refused when it contradicts itself: %o', async ([flag, variable, node], { url }) => {
    if (variable) process.env.DATABASE_ENVIRONMENT = variable
    if (node) process.env.NODE_ENV = node

    for (const command of [create, reset, migrate, drop, seed])
      expect(String(await caught(command(url, { environment: flag })))).toContain('stated twice')
  })

  test('is refused when it contradicts the record, and the record stays', async ({ url }) => {
    await create(url, { environment: 'development' })

    for (const command of [reset, migrate, drop, seed]) {
      const error = await caught(command(url, { environment: 'production' }))
      expect(String(error)).toMatch(
        /is development, but --environment says production.*environment production/,
      )
    }
    process.env.NODE_ENV = 'production'
    for (const command of [reset, migrate, drop, seed])
      expect(String(await caught(command(url)))).toContain('is development, but NODE_ENV says production')
    delete process.env.NODE_ENV
    expect(await verify(url)).toMatchObject({ environment: 'development', differences: [] })
  })

  test('must be one of three', async ({ url }) => {
    process.env.DATABASE_ENVIRONMENT = 'staging'

    const error = await caught(create(url))

    expect(error).toBeInstanceOf(InvalidInputError)
    expect(error).toMatchObject({ field: 'DATABASE_ENVIRONMENT' })
  })
})

/** A dump that is restored has the same rows, and other OIDs. */
async function restore(from: string, to: string): Promise<void> {
  await create(to, { environment: 'test' })
  await runSql(to, 'delete from norberts_spark_db.environment')
  const rows = await runSql(
    from,
    `select format('insert into norberts_spark_db.environment select * from json_populate_record(null::norberts_spark_db.environment, %L)', row_to_json(e)) as sql
     from norberts_spark_db.environment as e`,
  )
  for (const { sql } of rows) await runSql(to, String(sql))
}

describe('a copy', () => {
  test.for(['template', 'dump', 'rename'] as const)(
    'by %s has no environment of its own',
    async (way, { url }) => {
      await create(url, { environment: 'development' })
      await seed(url, { scale: 2 })
      const name = `copy_${way}_${databaseOf(url)}`
      await using copy = await temporaryDatabase(
        url,
        name,
        way === 'template' ? `template ${databaseOf(url)}` : 'template template0',
      )
      if (way === 'dump') {
        await restore(url, copy.url)
        await runSql(copy.url, FOREIGN)
      }
      if (way === 'rename') {
        await runSql(withDatabase(url, 'postgres'), `drop database ${name}`)
        await runSql(withDatabase(url, 'postgres'), `alter database ${databaseOf(url)} rename to ${name}`)
      }

      expect((await verify(copy.url)).environment).toBeUndefined()
      expect(String(await caught(migrate(copy.url)))).toMatch(/Specify the environment.*copy/)
      for (const command of [reset, drop, seed]) {
        const error = await caught(command(copy.url, { environment: 'development' }))
        expect(error).toMatchObject({ name: 'ProtectedDatabaseError', canConfirm: true })
      }
      expect(await migrate(copy.url, { environment: 'production' })).toMatchObject({
        environment: 'production',
      })
      expect(await caught(reset(copy.url, { confirm: name }))).toMatchObject({ canConfirm: false })

      // The afterwards of the fixture expects the old name.
      if (way === 'rename')
        await runSql(withDatabase(url, 'postgres'), `alter database ${name} rename to ${databaseOf(url)}`)
    },
  )

  test('of a production database is protected until its environment is recorded', async ({ url }) => {
    await create(url, { environment: 'production' })
    const name = `copy_of_${databaseOf(url)}`
    await using copy = await temporaryDatabase(url, name, `template ${databaseOf(url)}`)

    for (const command of [reset, drop, seed]) {
      const error = await caught(command(copy.url, { environment: 'development', confirm: name }))
      expect(error).toMatchObject({ name: 'ProtectedDatabaseError', canConfirm: false })
      expect(String(error)).toContain(`norberts-spark-db environment development --confirm ${name}`)
    }
    expect(await caught(migrate(copy.url, { environment: 'test' }))).toBeInstanceOf(ProtectedDatabaseError)
    expect(await caught(recordEnvironment(copy.url, 'development'))).toMatchObject({ canConfirm: true })

    await recordEnvironment(copy.url, 'development', { confirm: name })
    expect((await reset(copy.url)).environment).toBe('development')
    expect(await verify(url)).toMatchObject({ environment: 'production' })
  })

  test('is what a database of an earlier version looks like, until its environment is recorded', async ({
    url,
  }) => {
    await create(url, { environment: 'development' })
    await runSql(
      url,
      `insert into people (first_name, last_name) values ('A', 'B');
       drop table norberts_spark_db.environment;
       create table norberts_spark_db.marker (environment text not null, created_at timestamptz not null default now());
       insert into norberts_spark_db.marker (environment) values ('production');
       alter table norberts_spark_db.migrations drop column source; alter table norberts_spark_db.migrations add primary key (name);
       alter table norberts_spark_db.objects drop column source, drop column object_oid`,
    )

    expect(await caught(reset(url, { environment: 'development' }))).toMatchObject({ canConfirm: false })
    expect(await migrate(url, { environment: 'production' })).toMatchObject({ applied: [], unknown: [] })
    expect(await verify(url)).toMatchObject({ environment: 'production', differences: [] })
    expect(await runSql(url, `select to_regclass('norberts_spark_db.marker') as marker`)).toEqual([
      { marker: null },
    ])
  })
})

describe('a command that records the environment in passing', () => {
  test('takes no protection away: create asks for the name, and later commands do too', async ({ url }) => {
    await runSql(url, FOREIGN)
    const confirm = databaseOf(url)
    expect(await caught(create(url, { environment: 'development' }))).toMatchObject({ canConfirm: true })

    await create(url, { environment: 'development', confirm })

    for (const command of [reset, drop, seed])
      expect(await caught(command(url))).toMatchObject({ name: 'ProtectedDatabaseError', canConfirm: true })
    await reset(url, { confirm })
    expect(await caught(reset(url))).toMatchObject({ canConfirm: true })
    await recordEnvironment(url, 'development', { confirm })
    // The data has been confirmed once and for all.
    for (let time = 1; time <= 2; time += 1) expect((await reset(url)).environment).toBe('development')
    expect(await runSql(url, 'select * from invoices')).toEqual([{ a: 1 }])
  })

  test.for([false, true])('neither does migrate (baseline: %s)', async (baseline, { url }) => {
    await create(url, { environment: 'development' })
    await runSql(
      url,
      `insert into people (first_name, last_name) values ('A', 'B'); drop schema norberts_spark_db cascade`,
    )
    if (!baseline) {
      await runSql(url, `drop schema public cascade; create schema public; ${FOREIGN}`)
    }

    await migrate(url, { environment: 'development', baseline })

    expect(await caught(reset(url))).toMatchObject({ name: 'ProtectedDatabaseError', canConfirm: true })
  })
})

describe('recordEnvironment', () => {
  test('records production at any time, and never turns it back', async ({ url }) => {
    await create(url, { environment: 'development' })
    await seed(url, { scale: 2 })

    expect(await recordEnvironment(url, 'production')).toMatchObject({ previous: 'development' })
    const error = await caught(recordEnvironment(url, 'development', { confirm: databaseOf(url) }))

    expect(error).toMatchObject({ name: 'ProtectedDatabaseError', canConfirm: false })
    await runSql(url, `update norberts_spark_db.environment set environment = 'development'`)
    expect((await reset(url)).environment).toBe('development')
  })

  test('protects a database before it has the schema', async ({ url }) => {
    await recordEnvironment(url, 'production')

    expect(await caught(reset(url))).toMatchObject({ canConfirm: false })
    expect(await create(url)).toMatchObject({ environment: 'production' })
  })
})

test('a role that may read the record and not write it has the protection, and one that may not read it is refused', async ({
  url,
}) => {
  await create(url, { environment: 'production' })
  await using login = await createLogin(url, (role) => `grant usage on schema norberts_spark_db to ${role}`)
  const client = new pg.Client(login.url)
  await client.connect()

  try {
    await client.query('begin')
    const unreadable = await caught(guard(client, 'write', {}))
    expect(unreadable).toBeInstanceOf(AdminError)
    expect(unreadable).toMatchObject({
      message: expect.stringContaining('may not read the environment'),
      cause: { code: '42501' },
    })
    await client.query('rollback')

    await runSql(url, `grant select on norberts_spark_db.environment to ${login.role}`)
    await client.query('begin')
    expect(await caught(guard(client, 'write', {}))).toMatchObject({ canConfirm: false })
    await runSql(url, `update norberts_spark_db.environment set environment = 'development'`)
    expect(await guard(client, 'write', {})).toMatchObject({ environment: 'development' })
  } finally {
    await client.end()
  }
})

test('recordEnvironment names the argument that is wrong', async ({ url }) => {
  expect(await caught(recordEnvironment(url, 'staging' as 'test'))).toMatchObject({ field: 'environment' })
  expect(await caught(recordEnvironment(url, 'test', null as never))).toMatchObject({ field: 'options' })
})
