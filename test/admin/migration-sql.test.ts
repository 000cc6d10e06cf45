import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { migrate } from '../../src/admin.ts'
import { test as withDatabase } from '../support/empty-database.ts'
import { caught } from '../support/factories.ts'

const test = withDatabase.extend<{
  apply: (files: Record<string, string>) => Promise<string[]>
  folder: string
}>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads a fixture's needs from the pattern
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'migrations-'))
    await use(folder)
    await rm(folder, { recursive: true })
  },
  apply: async ({ url, folder }, use) => {
    await use(async (files) => {
      for (const [name, sql] of Object.entries(files)) await writeFile(join(folder, `${name}.sql`), sql)
      return (await migrate(url, { environment: 'development', folder })).applied
    })
  },
})

describe('a file that is one transaction', () => {
  for (const command of [
    'commit',
    'COMMIT AND CHAIN',
    'end',
    'rollback',
    'abort',
    'begin',
    'start transaction',
    'savepoint a',
    "prepare transaction 'a'",
    '/* a comment */ commit',
  ]) {
    test(`is refused with nothing in effect where it contains ${command}`, async ({ apply, sql }) => {
      const error = await caught(apply({ '1_a': `create table a (id int);\n${command};\nselect 1 / 0;` }))

      expect(String(error)).toMatch(
        /1_a: .*Nothing of it is in effect.*begins and ends: remove begin, commit/,
      )
      expect(await sql(`select from pg_class where relname = 'a'`)).toEqual([])
    })
  }

  test('may hold these words in literals, bodies and names', async ({ apply, sql }) => {
    await apply({
      '1_a': `create table "commit" (begin text default 'commit;', savepoint int);
        create function rollback() returns text language sql begin atomic select 'a;'; select 'commit'; end;
        create procedure batches() language plpgsql as $$ begin commit; rollback; end $$;
        insert into "commit" values (rollback()); -- ; commit;`,
    })

    expect(await sql('select begin from "commit"')).toEqual([{ begin: 'commit' }])
  })

  test('names the line of an error behind characters of several bytes', async ({ apply }) => {
    const error = await caught(apply({ '1_a': `create table a (b text default '🙂');\n\nselect nonsense;` }))

    expect(String(error)).toContain('1_a, line 3: column "nonsense" does not exist')
  })

  test.for([
    ['select x\n;\n\nselect 2;', '1_a, line 1: column "x" does not exist'],
    ['select 1;\nselect\n  nonsense,\n2;\n\n', '1_a, line 3: column "nonsense" does not exist'],
  ])('names the line of an error before further lines: %j', async ([sql = '', words], { apply }) => {
    expect(String(await caught(apply({ '1_a': sql })))).toContain(words)
  })

  test('names no line of an error within a function', async ({ apply }) => {
    const body = `begin\n\n\nexecute 'select nonsense'; end`

    const error = await caught(apply({ '1_a': `do $$ ${body} $$;\nselect 1;` }))

    expect(String(error)).toContain('column "nonsense" does not exist')
    expect(String(error)).not.toMatch(/line \d/)
  })

  test('is not taken for one with transaction commands where PostgreSQL does not support something else', async ({
    apply,
  }) => {
    const error = await caught(apply({ '1_a': 'select case when true then generate_series(1, 2) end' }))

    expect(String(error)).toContain('set-returning functions are not allowed in CASE')
    expect(String(error)).not.toContain('begins and ends')
  })

  test('may have empty lines in its header', async ({ apply }) => {
    expect(await apply({ '1_a': '\n-- A comment.\n\n-- transaction: none\n\nvacuum' })).toEqual(['1_a'])
  })

  test('may begin with a byte order mark', async ({ apply }) => {
    expect(await apply({ '1_a': '\uFEFF-- locks: none\ncreate table a (id int)' })).toEqual(['1_a'])
  })
})

describe('each file', () => {
  test('starts from the same state of the session', async ({ apply, sql }) => {
    await sql('create role migration_test_role; grant create on schema public to migration_test_role')
    const settings = `select current_user::text as role, current_setting('search_path') as path,
      current_setting('statement_timeout') as timeout, to_regclass('pg_temp.scratch')::text as scratch`

    const applied = await apply({
      '1_a': `create table public.state as ${settings}`,
      '2_b': `create temporary table scratch (); set statement_timeout = 7777; set role migration_test_role; select set_config('search_path', '', false)`,
      '3_c': `insert into state ${settings}`,
      '4_d': `-- transaction: none\nset search_path = '';\n-- statement\ninsert into state ${settings}`,
      '5_e': `set session authorization migration_test_role; create table by_the_role ()`,
      '6_f': `insert into state ${settings}`,
    }).finally(() =>
      sql(
        'reassign owned by migration_test_role to current_user; drop owned by migration_test_role; drop role migration_test_role',
      ),
    )

    expect(applied).toHaveLength(6)
    expect(await sql('select distinct * from state')).toHaveLength(1)
  })

  test('that sorts before an applied one is applied, and named', async ({ url, folder, apply }) => {
    await apply({ '1_a': 'create table a (id int)', '3_c': 'create table c (id int)' })
    await writeFile(join(folder, '2_b.sql'), 'create table b (id int)')

    expect(await migrate(url, { environment: 'development', folder, dryRun: true })).toMatchObject({
      late: ['2_b'],
    })
    expect(await migrate(url, { environment: 'development', folder })).toMatchObject({
      applied: ['2_b'],
      late: ['2_b'],
    })
    expect(await migrate(url, { environment: 'development', folder })).toMatchObject({
      applied: [],
      late: [],
    })
  })
})

describe('a file without a transaction', () => {
  const notNull = [
    'alter table a add constraint id_is_not_null check (id is not null) not valid',
    '-- on failure: alter table a drop constraint id_is_not_null\nalter table a validate constraint id_is_not_null',
    'alter table a alter column id set not null; alter table a drop constraint id_is_not_null',
  ].join(';\n-- statement\n')

  test('takes a helper constraint back where the rows refuse it, and repeats it in the next run', async ({
    apply,
    sql,
  }) => {
    await apply({ '1_a': 'create table a (id int); insert into a values (null)' })

    const error = await caught(apply({ '2_b': `-- transaction: none\n${notNull}` }))

    expect(String(error)).toContain('"id_is_not_null" of relation "a" is violated by some row')
    await sql('insert into a values (null)')
    expect(String(await caught(apply({})))).toContain('is violated by some row')
    await sql('delete from a')
    expect(await apply({})).toEqual(['2_b'])
    expect(
      await sql(`select conname from pg_constraint where contype = 'c' and conrelid = 'a'::regclass`),
    ).toEqual([])
    expect(String(await caught(sql('insert into a values (null)')))).toContain('not-null constraint')
  })

  test('removes the index of a failed rebuild', async ({ apply, sql }) => {
    await apply({
      '1_a': `create table a (id int); create function same(n int) returns int language plpgsql immutable as 'begin return n; end';
        create unique index "An index" on a (same(id)); insert into a values (1), (2)`,
      '2_b': `create or replace function same(n int) returns int language plpgsql immutable as 'begin return 0; end'`,
    })
    const rebuild = { '3_c': '-- transaction: none\nreindex index concurrently "An index"' }

    for (let run = 0; run < 2; run += 1)
      expect(String(await caught(apply(rebuild)))).toContain('could not create unique index')

    expect(
      await sql(`select relname from pg_class join pg_index on indexrelid = oid where not indisvalid`),
    ).toEqual([])
  })
})

describe('baseline', () => {
  test('adopts files that no rolled back transaction could run', async ({ url, folder, apply, sql }) => {
    await apply({
      '1_a': `create type mood as enum ('calm'); create table a (id int, m mood, note text default 'run concurrently')`,
      '2_b': `alter type mood add value 'glad'`,
      '3_c': `alter table a alter column m set default 'glad'`,
      '4_d':
        '-- transaction: none\nvacuum a;\n-- statement\ncreate index concurrently "a concurrently" on a (id)',
    })
    await sql('drop schema norberts_spark_db cascade')

    expect(
      await migrate(url, { environment: 'development', folder, baseline: true, to: '4_d' }),
    ).toMatchObject({
      adopted: ['1_a', '2_b', '3_c', '4_d'],
    })

    expect(await migrate(url, { environment: 'development', folder })).toMatchObject({ applied: [] })
    await sql(`drop schema norberts_spark_db cascade; alter table a alter column note set default 'run '`)
    expect(
      String(await caught(migrate(url, { environment: 'development', folder, baseline: true }))),
    ).toContain('column a.note (default)')
  })
})
