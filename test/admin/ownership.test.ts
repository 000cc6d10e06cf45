import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { create, DependentObjectsError, drop, migrate, reset, verify } from '../../src/admin.ts'
import { databaseOf, runSql } from '../support/databases.ts'
import { test as base } from '../support/empty-database.ts'
import { caught } from '../support/factories.ts'

interface Fixtures {
  /** Applies migrations over those of a folder. */
  apply: (files: Record<string, string>) => Promise<void>
}

const test = base.extend<Fixtures>({
  apply: async ({ url }, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'owned-'))
    await use(async (files) => {
      for (const [name, sql] of Object.entries(files)) await writeFile(join(folder, `${name}.sql`), sql)
      await migrate(url, { folder, environment: 'development' })
    })
    await rm(folder, { recursive: true })
  },
})

const owned = async (url: string) =>
  (await runSql(url, 'select type, identity from norberts_spark_db.objects order by 1, 2')).map(
    ({ type, identity }) => `${type} ${identity}`,
  )

describe('the library owns', () => {
  test('nothing that another session created while a migration was running', async ({ url, apply, sql }) => {
    const migrating = apply({
      '1_a': `create table own (id int); select pg_sleep(1); grant select on all tables in schema public to public;
        do $$ begin begin create type mood as enum ('well'); exception when others then raise; end; end $$`,
    })
    await expect
      .poll(() =>
        sql(`select from pg_stat_activity where query like 'do%execute%' and datname = current_database()`),
      )
      .toHaveLength(1)
    await runSql(
      url,
      `create table invoices (id int); insert into invoices select generate_series(1, 1000); create view report as select 1;
       create function theirs() returns int language sql return 1; create schema theirs`,
    )
    await migrating

    // The subtransaction of the block has a number of its own.
    expect(await owned(url)).toEqual(['table public.own', 'type public.mood'])
    expect((await drop(url, { confirm: databaseOf(url) })).dropped).toEqual(['table own', 'type mood'])
    expect(await sql('select count(*)::int as rows from invoices')).toEqual([{ rows: 1000 }])
  })

  test('tables, schemas, views, functions, types, sequences and statistics of a migration', async ({
    url,
    apply,
    sql,
  }) => {
    const before = await sql(`select count(*)::int as objects from pg_depend where objid >= 16384`)
    await apply({
      '1_a': `create schema billing; create table billing.t (id int, other int);
        create view billing.v as select id from billing.t; create materialized view m as select 1 as a;
        create sequence s; create statistics st on id, other from billing.t; create domain d as int;
        create function f() returns int language sql return 1; create procedure p() language sql as 'select 1';
        create aggregate total(int) (sfunc = int4pl, stype = int); create collation c (provider = icu, locale = 'de');
        create table parted (a int) partition by range (a); create table parted_1 partition of parted for values from (0) to (9)`,
    })

    const { dropped, kept } = await drop(url, { confirm: databaseOf(url) })

    expect(dropped).toEqual(
      expect.arrayContaining([
        'schema billing',
        'table billing.t',
        'sequence s',
        'type d',
        'aggregate total(integer)',
      ]),
    )
    expect(kept).toEqual([])
    expect(await sql(`select count(*)::int as objects from pg_depend where objid >= 16384`)).toEqual(before)
  })

  test('a table that a migration renamed, and not the one that took its old name', async ({
    url,
    apply,
    sql,
  }) => {
    await apply({ '1_a': 'create table old_name (id int)' })
    await apply({ '2_b': 'alter table old_name rename to new_name' })
    await sql('create table old_name (mine int); insert into old_name values (1)')

    const { dropped, kept } = await drop(url, { confirm: databaseOf(url) })

    expect(dropped).toEqual(['table new_name'])
    expect(kept).toEqual(['table old_name'])
  })

  test('nothing that took the name of an object that a migration dropped', async ({ url, apply, sql }) => {
    await apply({ '1_a': 'create view report as select 1 as a; create table own (id int)' })
    await apply({ '2_b': 'drop view report' })
    await sql('create view report as select 2 as theirs')

    expect(await owned(url)).toEqual(['table public.own'])
    expect((await drop(url, { confirm: databaseOf(url) })).kept).toEqual(['view report'])
    expect(await sql('select theirs from report')).toEqual([{ theirs: 2 }])
  })

  test('no table that was created by hand in place of its own', async ({ url, sql }) => {
    await create(url, { environment: 'development' })
    await sql('drop table ai_options; create table ai_options (mine int); insert into ai_options values (1)')

    expect((await drop(url)).kept).toEqual(['table ai_options'])
    expect(await sql('select mine from ai_options')).toEqual([{ mine: 1 }])
  })

  test('its objects in a restored copy too, which have other OIDs', async ({ url, sql }) => {
    await create(url, { environment: 'development' })
    await sql(
      'update norberts_spark_db.objects set object_oid = 1; update norberts_spark_db.environment set table_oid = 1',
    )

    expect((await drop(url)).dropped).toContain('table users')
  })

  test('no extension that was there before, nor one whose types others use', async ({ url, sql }) => {
    await sql('create extension btree_gin')
    await create(url, { environment: 'test' })
    await sql(`create table theirs (name citext); insert into theirs values ('kept')`)

    const error = await caught(drop(url, { extensions: true }))
    expect(error).toBeInstanceOf(DependentObjectsError)
    expect(String(error)).toContain('column name of table theirs depends on type citext')
    await sql('alter table theirs alter name type text')
    expect((await drop(url, { extensions: true })).dropped).not.toContain('extension btree_gin')
    expect(await sql(`select extname from pg_extension where extname in ('citext', 'btree_gin')`)).toEqual([
      { extname: 'btree_gin' },
    ])
  })
})

describe('objects of others that depend on the library’s records', () => {
  test.for([
    [
      'a view',
      'create view report as select name, applied_at from norberts_spark_db.migrations',
      'view report',
    ],
    [
      'a rule',
      'create table log (a text); create rule r as on insert to log do also select * from norberts_spark_db.environment',
      'rule r on table log',
    ],
    [
      'a foreign key',
      'create table log (s text, n text, foreign key (s, n) references norberts_spark_db.migrations (source, name))',
      'on table log',
    ],
  ] as const)('are named, and dropped only with cascade: %s', async ([, sql, name], { url }) => {
    await create(url, { environment: 'development' })
    await runSql(url, sql)

    for (const command of [drop, reset]) {
      const error = await caught(command(url))
      expect(error).toBeInstanceOf(DependentObjectsError)
      expect(String(error)).toContain(name)
    }
    expect(
      (await verify(url)).differences.map(({ object }) => object).filter((each) => !/report|log/.test(each)),
    ).toEqual([])
    expect((await drop(url, { cascade: true })).cascaded.join()).toContain(name)
  })

  test('and a table of others in the same schema stays', async ({ url, sql }) => {
    await create(url, { environment: 'development' })
    await sql(
      'create table norberts_spark_db.theirs (a int); insert into norberts_spark_db.theirs values (1)',
    )

    await drop(url)
    expect(await sql('select a from norberts_spark_db.theirs')).toEqual([{ a: 1 }])
    await create(url, { environment: 'development', confirm: databaseOf(url) })
    expect((await verify(url)).environment).toBe('development')
  })
})
