import { describe, expect } from 'vitest'
import { TABLES } from '../../generated/catalog.ts'
import {
  AdminError,
  create,
  DependentObjectsError,
  distribute,
  drop,
  grant,
  maintain,
  migrate,
  migrationStatus,
  ProtectedDatabaseError,
  recordEnvironment,
  reset,
  seed,
  verify,
} from '../../src/admin.ts'
import { InvalidInputError, openDatabase, UnavailableError } from '../../src/index.ts'
import { test } from '../support/empty-database.ts'
import { aUser, caught } from '../support/factories.ts'

type Sql = (text: string) => Promise<Record<string, unknown>[]>

/** Everything in the database that users can see, for comparing. */
const objectsOf = async (sql: Sql) =>
  await sql(`select distinct pg_describe_object(classid, objid, objsubid) as object from pg_depend
    where objid >= 16384 and deptype <> 'e' order by 1`)

describe('create', () => {
  test('creates the tables that the library works on, and records the environment', async ({ url }) => {
    const { environment, created } = await create(url, { environment: 'development' })

    expect(environment).toBe('development')
    expect(created.filter((name) => name.startsWith('table '))).toHaveLength(TABLES.length)
    await using db = openDatabase(url)
    expect((await db.users.create(aUser())).role).toBe('user')
    expect(await verify(url)).toMatchObject({ environment: 'development', differences: [] })
  })

  test('creates the database too, and leaves none behind if it fails', async ({ url, sql }) => {
    const [missing, doomed] = ['made_by_create', 'not_made_after_all'].map((name) => {
      const other = new URL(url)
      other.pathname = `/${name}`
      return other.href
    }) as [string, string]

    await create(missing, { environment: 'test' })
    expect(await verify(missing)).toMatchObject({ environment: 'test', differences: [] })
    // The role may not make extensions that are not trusted in a schema it cannot write to.
    const failing = new URL(doomed)
    failing.searchParams.set('options', '-c search_path=nowhere')
    expect(await caught(create(failing.href, { environment: 'development' }))).toBeInstanceOf(AdminError)

    expect(await sql(`select from pg_database where datname = 'not_made_after_all'`)).toEqual([])
    // Those of commands that run at the same time have a session of their own name.
    await expect
      .poll(() =>
        sql(`select datname from pg_database where datname ~ '^norberts_spark_db_private_'
          and not exists (select from pg_stat_activity where application_name = datname)`),
      )
      .toEqual([])
    await sql('drop database made_by_create with (force)')
  })

  test('does nothing where the schema, or a table of its name, exists', async ({ url, sql }) => {
    await sql('create table people (mine text); create table mine (a int)')
    const before = await objectsOf(sql)

    const error = await caught(create(url, { environment: 'development' }))

    expect(error).toBeInstanceOf(AdminError)
    expect(String(error)).toContain('table people')
    expect(await objectsOf(sql)).toEqual(before)
    await sql('drop table people')
    await create(url, { environment: 'development' })
    expect(String(await caught(create(url, { environment: 'development' })))).toContain('exists already')
  })

  test.for(['objects', 'migrations'])(
    'recognizes the schema where the records of its %s are lost',
    async (table, { url, sql }) => {
      await create(url, { environment: 'development' })
      await sql(`delete from norberts_spark_db.${table}`)

      expect(String(await caught(create(url, { environment: 'development' })))).toContain('exists already')
    },
  )

  test.for([
    ['mysql://x/y', {}, InvalidInputError],
    [undefined, {}, InvalidInputError],
    ['postgres://127.0.0.1:1/x', {}, UnavailableError],
    ['postgres://db.example.test/x', { environment: 'development' }, UnavailableError],
    ['postgres://127.0.0.1:1/x', { environment: 'staging' }, InvalidInputError],
    ['postgres://127.0.0.1:1/x', { enviroment: 'test' }, InvalidInputError],
  ] as const)('says what is wrong with %s %o', async ([url, options, kind]) => {
    expect(await caught(create(url as never, options as never))).toBeInstanceOf(kind)
  })
})

test('options that are no object are refused by their name, by every command', async () => {
  const url = 'postgres://127.0.0.1:1/x'
  const none = 5 as never
  for (const command of [
    ...[create, drop, reset, seed, verify, migrate, migrationStatus, maintain, grant, distribute],
    (given: string, options: never) => recordEnvironment(given, 'test', options),
  ]) {
    expect(await caught(command(url, none) as Promise<unknown>)).toMatchObject({
      name: 'InvalidInputError',
      field: 'options',
    })
  }
})

describe('drop', () => {
  const FOREIGN = `
    create extension hstore; create extension citext; create extension btree_gin;
    create table mine (a int, word text collate "C"); insert into mine values (1, 'kept');
    create view overview as select a from mine;
    create function mine_too() returns int language sql as 'select 1';
    create type mood as enum ('well');
    create schema other; create table other.users (id int);`

  test('leaves objects of others as they were, and names them', async ({ url, sql }) => {
    await sql(FOREIGN)
    const before = await objectsOf(sql)
    const [{ name } = {}] = await sql('select current_database() as name')
    const confirm = String(name)
    await create(url, { environment: 'development', confirm })

    const { dropped, kept } = await drop(url, { confirm })

    expect(dropped).toSatisfy((names: string[]) => names.length >= 17)
    expect(kept).toEqual([
      'extension hstore',
      'function mine_too()',
      'table mine',
      'table other.users',
      'type mood',
      'view overview',
    ])
    expect(await objectsOf(sql)).toEqual(before)
    expect(await sql('select word from mine')).toEqual([{ word: 'kept' }])
    expect(await drop(url, { confirm })).toMatchObject({ dropped: [] })
  })

  test('drops the extensions too when asked, and only those that it created', async ({ url, sql }) => {
    await sql('create extension hstore')
    const before = await objectsOf(sql)
    await create(url, { environment: 'development' })

    await drop(url, { extensions: true })

    expect(await objectsOf(sql)).toEqual(before)
  })

  test.for([
    ['a view', 'create view report as select email from users', 'view report depends on table users'],
    ['a foreign key', 'create table mine (a uuid references users)', 'on table mine depends on'],
    [
      'a column of our type',
      'create table mine (a customer_status)',
      'column a of table mine depends on type customer_status',
    ],
    [
      'a function',
      'create function f(users) returns int language sql as $$ select 1 $$',
      'function f(users) depends on type users',
    ],
    [
      'a trigger',
      'create table mine (a int); create trigger t before update on mine for each row execute function touch_updated_at()',
      'trigger t on table mine depends on function touch_updated_at()',
    ],
    [
      'an index that calls a function',
      `create table mine (a text); create index on mine (search_text(a))`,
      'depends on function search_text(text)',
    ],
    [
      'a default that calls a function',
      `create table mine (a text default search_text('x'))`,
      'default value for column a of table mine depends on function search_text(text)',
    ],
    [
      'a partition-like child',
      'create table mine () inherits (people)',
      'table mine depends on table people',
    ],
  ] as const)(
    'does nothing while %s depends on its objects; cascade drops it',
    async ([, foreign, words], { url, sql }) => {
      await create(url, { environment: 'development' })
      await sql(foreign)
      const before = await objectsOf(sql)

      for (const act of [drop, reset]) {
        const error = await caught(act(url))
        expect(error).toBeInstanceOf(DependentObjectsError)
        expect(String(error)).toContain(words)
      }
      expect(await objectsOf(sql)).toEqual(before)

      const { cascaded } = await drop(url, { cascade: true })
      expect(cascaded).not.toEqual([])
      expect(await sql(`select from pg_class where relname = 'users' and relkind = 'r'`)).toEqual([])
    },
  )

  test('parts that others added to its tables are dropped with them', async ({ url, sql }) => {
    await create(url, { environment: 'development' })
    await sql(`create index mine on users (created_at); alter table users add column mine text;
      create policy mine on users; create trigger mine before insert on users for each row execute function touch_updated_at()`)

    expect((await drop(url)).cascaded).toEqual([])
  })

  test('drops the objects of an older version that schema/ no longer has', async ({ url, sql }) => {
    await create(url, { environment: 'development' })
    // As if a former schema/ had made them.
    await sql(`create table leads (id int); create type lead_kind as enum ('warm');
      insert into norberts_spark_db.objects values ('table', 'public.leads'), ('type', 'public.lead_kind')`)
    await sql('create table foreign_leads (id int)')

    const { dropped, kept } = await drop(url)

    expect(dropped).toEqual(expect.arrayContaining(['table leads', 'type lead_kind']))
    expect(kept).toEqual(['table foreign_leads'])
  })

  test('fails with a message when another session holds a lock', async ({ url, sql }) => {
    await create(url, { environment: 'development' })
    await sql('begin; lock table users in access share mode')

    for (const command of [drop, reset]) {
      const error = await caught(command(url, { lockTimeout: 2_000 }))

      expect(error).toBeInstanceOf(AdminError)
      expect(String(error)).toContain('Could not acquire a lock: another session is using these objects')
      expect(String(error)).toMatch(/Held by process \d+/)
    }
    await sql('rollback')
    await expect
      .poll(() =>
        sql(
          `select from pg_stat_activity where application_name = 'norberts-spark-db' and datname = current_database()`,
        ),
      )
      .toEqual([])
    expect((await verify(url)).differences).toEqual([])
  })
})

describe('the guard', () => {
  const everyWay = (url: string, name: string) => [
    () => drop(url),
    () => drop(url, { confirm: name, cascade: true, extensions: true }),
    () => reset(url, { environment: 'development', confirm: name, cascade: true }),
    () => reset(url),
  ]

  test('lets nothing destroy a production database', async ({ url, sql }) => {
    await create(url, { environment: 'production' })
    const [{ name } = {}] = await sql('select current_database() as name')

    for (const attempt of everyWay(url, String(name))) {
      expect(await caught(attempt())).toMatchObject({ name: 'ProtectedDatabaseError', canConfirm: false })
    }
    expect(await verify(url)).toMatchObject({ environment: 'production', differences: [] })
  })

  test('asks for the name of a database without an environment that holds data, its own or not', async ({
    url,
    sql,
  }) => {
    await create(url, { environment: 'development' })
    await sql('drop schema norberts_spark_db cascade')
    await sql('create schema crm; create table crm.notes (a int); insert into crm.notes values (1)')
    const [{ name } = {}] = await sql('select current_database() as name')

    for (const act of [drop, reset]) {
      const error = await caught(act(url))
      expect(error).toBeInstanceOf(ProtectedDatabaseError)
      expect(String(error)).toContain(`--confirm ${name}`)
      expect(await caught(act(url, { confirm: 'other' }))).toBeInstanceOf(InvalidInputError)
    }
    expect((await verify(url)).differences).toEqual([])

    await reset(url, { confirm: String(name), environment: 'development' })
    expect(await verify(url)).toMatchObject({ environment: 'development', differences: [] })
    expect(await sql('select count(*)::int as rows from crm.notes')).toEqual([{ rows: 1 }])
  })

  test('needs no name where the database holds no data', async ({ url, sql }) => {
    await create(url, { environment: 'development' })
    await sql('drop schema norberts_spark_db cascade')

    expect((await drop(url)).dropped).toSatisfy((names: string[]) => names.length >= 17)
    expect((await reset(url, { environment: 'test' })).environment).toBe('test')
    await sql(`insert into people (first_name, last_name) values ('A', 'B')`)
    expect((await reset(url)).environment).toBe('test')
    expect(await sql('select from people')).toEqual([])
  })
})

describe('a database without tables of the library', () => {
  test('has no schema, and nothing is changed', async ({ url, sql }) => {
    for (const command of [() => verify(url), () => seed(url, { environment: 'development' })]) {
      const error = await caught(command())
      expect(error).toBeInstanceOf(AdminError)
      expect(String(error)).toContain('There is no schema of the library in this database')
    }
    expect(await objectsOf(sql)).toEqual([])
  })

  test('or without one of them is not seeded; verify counts the rows of the others', async ({ url, sql }) => {
    await create(url, { environment: 'development' })
    await sql('drop table customer_people cascade')

    const error = await caught(seed(url, { scale: 2 }))

    expect(String(error)).toContain('There is no table customer_people. `verify` shows')
    const { tables } = await verify(url)
    expect(tables.map(({ table }) => table)).toEqual([...TABLES])
    expect(tables.filter(({ rows }) => rows !== 0)).toEqual([{ table: 'customer_people', rows: undefined }])
  })
})
