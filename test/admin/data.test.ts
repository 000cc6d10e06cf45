import { describe, expect } from 'vitest'
import { create, drop, ProtectedDatabaseError, reset } from '../../src/admin.ts'
import { databaseOf, runSql } from '../support/databases.ts'
import { test } from '../support/empty-database.ts'
import { caught } from '../support/factories.ts'

/** Ways in which a database holds data that a plain look at its tables could miss. */
const DATA = [
  ['a table', 'create table t (a int); insert into t values (1)'],
  [
    'another schema',
    'create schema crm; create table crm."Odd Name" (a int); insert into crm."Odd Name" values (1)',
  ],
  [
    'a partition',
    'create table t (a int) partition by range (a); create table t1 partition of t for values from (0) to (9); insert into t values (1)',
  ],
  ['an unlogged table', 'create unlogged table t (a int); insert into t values (1)'],
  ['a materialized view', 'create materialized view v as select 1 as a'],
  [
    'a table of an extension',
    'create extension hstore; create table t (a int); insert into t values (1); alter extension hstore add table t',
  ],
  [
    'a table whose rows its owner may not see',
    'create table t (a int); insert into t values (1); alter table t enable row level security, force row level security; alter table t owner to guard_owner',
  ],
  [
    'a table of another role',
    'create table t (a int); insert into t values (1); revoke all on t from public',
  ],
  [
    'a schema that the role may not use',
    'create schema closed; create table closed.t (a int); insert into closed.t values (1)',
  ],
  [
    'a foreign table',
    `create extension file_fdw; create server s foreign data wrapper file_fdw; create foreign table t (a int) server s options (filename '/dev/null')`,
  ],
  ['a large object', `select lo_from_bytea(0, 'kept')`],
] as const

const EMPTY = [
  ['an empty table', 'create table t (a int)'],
  [
    'a table whose rows were deleted',
    'create table t (a int); insert into t values (1); delete from t; alter table t owner to guard_owner',
  ],
  [
    'an empty table whose rows the role could not see',
    'create table t (a int); alter table t enable row level security, force row level security; alter table t owner to guard_owner',
  ],
  ['a view', 'create view v as select 1 as a'],
  ['a materialized view without data', 'create materialized view v as select 1 as a with no data'],
] as const

/** A role without the rights of a superuser that owns the database. */
async function asOwner(url: string): Promise<string> {
  await runSql(
    url,
    `do $$ begin create role guard_owner login password 'owner' createdb; exception when duplicate_object or unique_violation then end $$;
     alter database ${databaseOf(url)} owner to guard_owner; alter schema public owner to guard_owner`,
  )
  const owner = new URL(url)
  owner.username = 'guard_owner'
  owner.password = 'owner'
  return owner.href
}

describe('data that a database without an environment holds', () => {
  test.for(DATA)('%s asks for its name, before create, drop and reset', async ([, sql], { url }) => {
    const owner = await asOwner(url)
    await runSql(url, sql)

    for (const command of [create, drop, reset]) {
      const error = await caught(command(owner, { environment: 'development' }))
      expect(error).toBeInstanceOf(ProtectedDatabaseError)
      expect(error).toMatchObject({ canConfirm: true, database: databaseOf(url) })
    }
    expect((await create(owner, { environment: 'development', confirm: databaseOf(url) })).created).toContain(
      'table users',
    )
  })

  test.for(EMPTY)('%s is none', async ([, sql], { url }) => {
    const owner = await asOwner(url)
    await runSql(url, sql)

    expect((await create(owner, { environment: 'development' })).created).toContain('table users')
    expect((await reset(owner)).environment).toBe('development')
  })

  test('does not include the library’s own records: a copy without rows needs no name', async ({ url }) => {
    await create(url, { environment: 'development' })
    await runSql(url, 'update norberts_spark_db.environment set database_oid = 1')

    expect((await reset(url, { environment: 'development' })).environment).toBe('development')
    await runSql(
      url,
      `update norberts_spark_db.environment set database_oid = 1; insert into people (first_name, last_name) values ('A', 'B')`,
    )
    expect(await caught(reset(url, { environment: 'development' }))).toMatchObject({ canConfirm: true })
  })

  test('of a dropped schema with forced row security is not lost without a word', async ({ url }) => {
    const owner = await asOwner(url)
    await create(owner, { environment: 'development' })
    await runSql(
      url,
      `insert into people (first_name, last_name) values ('A', 'B');
       alter table people enable row level security; alter table people force row level security;
       drop schema norberts_spark_db cascade`,
    )

    expect(await caught(drop(owner))).toMatchObject({ name: 'ProtectedDatabaseError', canConfirm: true })
    expect(await runSql(url, 'select first_name from people')).toEqual([{ first_name: 'A' }])
  })
})
