import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { describe, expect } from 'vitest'
import {
  AdminError,
  create,
  drop,
  MigrationError,
  migrate,
  migrationStatus,
  seed,
  verify,
} from '../../src/admin.ts'
import { runSql } from '../support/databases.ts'
import { test as base } from '../support/empty-database.ts'
import { caught } from '../support/factories.ts'
import { TcpProxy } from '../support/tcp-proxy.ts'

const test = base.extend<{ folder: string; files: (files: Record<string, string>) => Promise<void> }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads a fixture's needs from the pattern
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'migrations-'))
    await use(folder)
    await rm(folder, { recursive: true })
  },
  files: async ({ folder }, use) => {
    await use(async (files) => {
      for (const [name, sql] of Object.entries(files)) await writeFile(join(folder, `${name}.sql`), sql)
    })
  },
})

describe('the package’s migrations', () => {
  test('lead to schema/, and a drop removes the objects they created', async ({ url }) => {
    const { applied } = await migrate(url, { environment: 'development' })

    expect(applied.length).toBeGreaterThan(0)
    expect(await verify(url)).toMatchObject({ environment: 'development', differences: [] })
    expect(await migrate(url, { environment: 'development' })).toMatchObject({ applied: [], unknown: [] })
    expect((await drop(url)).dropped).toContain('table users')
  })

  test('are recorded as applied by create', async ({ url }) => {
    await create(url, { environment: 'production' })

    expect(await migrate(url)).toMatchObject({ applied: [] })
    expect((await migrationStatus(url)).migrations.map(({ state }) => state)).toContain('applied')
  })

  test('leave the records of the library as they are where nothing is to do, and wait for no session that reads them', async ({
    url,
    sql,
  }) => {
    await create(url, { environment: 'development' })
    await sql(`begin; lock table norberts_spark_db.environment, norberts_spark_db.objects, norberts_spark_db.migrations,
      norberts_spark_db.grants in access share mode`)

    expect(await migrate(url, { lockTimeout: 100, retries: 0 })).toMatchObject({ applied: [] })
    await sql('rollback')
  })

  test('can be adopted by an equal database, and by no other', async ({ url, sql }) => {
    await create(url, { environment: 'development' })
    await sql('drop schema norberts_spark_db cascade')
    expect(String(await caught(migrate(url, { environment: 'development' })))).toContain('--baseline')
    await sql('alter table people alter job_title type varchar(40)')

    const error = await caught(migrate(url, { environment: 'development', baseline: true }))
    expect(error).toBeInstanceOf(AdminError)
    expect(String(error)).toContain('column people.job_title (type)')

    await sql('alter table people alter job_title type text')
    const { adopted } = await migrate(url, { baseline: true, environment: 'production' })
    expect(adopted).not.toEqual([])
    expect(await migrate(url)).toMatchObject({ applied: [] })
    expect(await verify(url)).toMatchObject({ environment: 'production', differences: [] })
  })
})

describe('migrate', () => {
  test('applies every file that the database lacks, also out of order', async ({
    url,
    sql,
    folder,
    files,
  }) => {
    await files({ '1_a': 'create table a (id int)', '3_c': 'create table c (id int)' })
    expect((await migrate(url, { environment: 'development', folder })).applied).toEqual(['1_a', '3_c'])
    await files({ '2_b': 'create table b (id int)' })

    expect(
      (await migrate(url, { environment: 'development', folder, dryRun: true })).pending.map(
        ({ name }) => name,
      ),
    ).toEqual(['2_b'])
    expect((await migrate(url, { environment: 'development', folder })).applied).toEqual(['2_b'])

    await rm(join(folder, '3_c.sql'))
    expect(await migrate(url, { environment: 'development', folder })).toMatchObject({
      applied: [],
      unknown: ['3_c'],
    })
    expect((await migrationStatus(url, { folder })).migrations).toMatchObject([
      { name: '1_a', state: 'applied' },
      { name: '2_b', state: 'applied' },
      { name: '3_c', state: 'unknown' },
    ])
    expect(
      await sql(`select relname from pg_class where relname in ('a', 'b', 'c') order by 1`),
    ).toHaveLength(3)
  })

  test('leads to the same database in both orders of two branches', async ({ url, sql, folder, files }) => {
    const one = { '2_one': 'alter table a add column one int default 1; create index a_one_idx on a (one)' }
    const other = {
      '3_other': 'alter table a add column other text; alter table a add check (other <> $$$$)',
    }
    const outcomes: unknown[] = []
    for (const branches of [
      [one, other],
      [other, one],
    ]) {
      await sql('drop schema if exists norberts_spark_db cascade; drop table if exists a')
      await rm(folder, { recursive: true })
      await mkdir(folder)
      await files({ '1_a': 'create table a (id int); insert into a values (1)' })
      await migrate(url, { environment: 'development', folder })
      for (const branch of branches) {
        await files(branch)
        expect((await migrate(url, { environment: 'development', folder })).applied).toEqual(
          Object.keys(branch),
        )
      }
      outcomes.push(
        await sql(`select row_to_json(a) ->> 'one' as one, array(select attname || format_type(atttypid, atttypmod)
          from pg_attribute where attrelid = 'a'::regclass and attnum > 0 order by attname) as columns,
          array(select indexdef from pg_indexes where tablename = 'a') as indexes,
          array(select pg_get_constraintdef(oid) from pg_constraint where conrelid = 'a'::regclass) as checks from a`),
      )
    }

    expect(outcomes[0]).toEqual(outcomes[1])
    await files({ '4_again': 'create index a_one_idx on a (one)' })
    expect(String(await caught(migrate(url, { environment: 'development', folder })))).toMatch(
      /4_again.*"a_one_idx" already exists.*the database is as after 3_other/,
    )
  })

  test('stops at a file that fails, with the database as before it, and continues when it is fixed', async ({
    url,
    folder,
    files,
  }) => {
    await files({
      '1_a': 'create table a (id int)',
      '2_b': 'create table b (id int);\nselect nonsense;',
      '3_c': 'create table c (id int)',
    })

    const error = await caught(migrate(url, { environment: 'development', folder }))

    expect(error).toBeInstanceOf(MigrationError)
    expect(error).toMatchObject({ migration: '2_b' })
    expect(String(error)).toMatch(/2_b, line 2: .*nonsense.*the database is as after 1_a/)
    expect((await migrationStatus(url, { folder })).migrations.map(({ state }) => state)).toEqual([
      'applied',
      'pending',
      'pending',
    ])
    await files({ '2_b': 'create table b (id int)' })
    expect((await migrate(url, { environment: 'development', folder, to: '2_b' })).applied).toEqual(['2_b'])
    expect((await migrate(url, { environment: 'development', folder })).applied).toEqual(['3_c'])
  })

  test('refuses a file that has changed since it was applied, except for line ends', async ({
    url,
    folder,
    files,
  }) => {
    await files({ '1_a': 'create table a (id int);\nselect 1;\n' })
    await migrate(url, { environment: 'development', folder })
    await files({ '1_a': 'create table a (id int);\r\nselect 1;\r\n' })
    await migrate(url, { environment: 'development', folder })
    await files({ '1_a': 'create table a (id bigint);\nselect 1;\n' })

    const error = await caught(migrate(url, { environment: 'development', folder }))

    expect(String(error)).toMatch(/1_a was applied on .* has changed since.*db:generate/)
    expect((await migrationStatus(url, { folder })).migrations).toMatchObject([{ state: 'changed' }])
  })

  test('lets one of several processes work; the others find nothing to do', async ({
    url,
    folder,
    files,
  }) => {
    await files({ '1_a': 'create table a (id int); select pg_sleep(0.2)', '2_b': 'create table b (id int)' })

    const outcomes = await Promise.all(
      Array.from({ length: 5 }, () => migrate(url, { environment: 'development', folder })),
    )

    expect(outcomes.map(({ applied }) => applied.length).sort()).toEqual([0, 0, 0, 0, 2])
  })

  test('blocks no session longer than its lock timeout, and retries', async ({ url, sql, folder, files }) => {
    await files({ '1_a': 'create table a (id int)' })
    await migrate(url, { environment: 'development', folder })
    await files({ '2_b': 'alter table a add column b int' })
    await sql('begin; select from a') // holds a lock that the migration has to wait for
    const migrating = migrate(url, { environment: 'development', folder, lockTimeout: 100, retries: 50 })
    const reader = new pg.Client(url)
    await reader.connect()
    // Behind a migration that waits, they would wait until the commit below.
    for (let read = 0; read < 15; read += 1) {
      await reader.query('select from a')
      await sleep(20)
    }
    await reader.end()
    await sql('commit')

    expect((await migrating).applied).toEqual(['2_b'])
    await files({ '3_c': 'alter table a add column c int' })
    await sql('begin; select from a')
    expect(
      String(await caught(migrate(url, { environment: 'development', folder, lockTimeout: 20, retries: 1 }))),
    ).toContain('did not get its lock')
    await sql('commit')
  })

  test('a file without a transaction continues where it was interrupted, without an invalid index', async ({
    url,
    sql,
    folder,
    files,
  }) => {
    await files({ '1_a': 'create table a (id int); insert into a select generate_series(1, 1000)' })
    await migrate(url, { environment: 'development', folder })
    await files({
      '2_b': `-- transaction: none\ncreate table b (id int);\n-- statement\ncreate unique index concurrently a_id_idx on a (id);\n-- statement\ncreate table c (id int);`,
    })
    await sql('insert into a values (1)')

    const error = await caught(migrate(url, { environment: 'development', folder }))
    expect(String(error)).toContain('the next run continues with this one')
    expect((await migrationStatus(url, { folder })).migrations[1]).toMatchObject({ state: 'broken off' })
    // An invalid unique index would refuse new rows.
    expect(await sql(`select from pg_class where relname = 'a_id_idx'`)).toEqual([])

    await sql('delete from a where ctid = (select max(ctid) from a where id = 1)')
    expect((await migrate(url, { environment: 'development', folder })).applied).toEqual(['2_b'])
    expect(
      await sql('select indisvalid from pg_index where indexrelid = to_regclass($1)', ['a_id_idx']),
    ).toEqual([{ indisvalid: true }])
  })

  test('an index that the server completes after the command has lost its connection is not built again', async ({
    url,
    sql,
    folder,
    files,
  }) => {
    await files({ '1_a': 'create table a (id int)' })
    await migrate(url, { environment: 'development', folder })
    await files({
      '2_b':
        '-- transaction: none\ncreate index concurrently a_id_idx on a (id);\n-- statement\ncreate table c (id int);',
    })
    await using proxy = await TcpProxy.start(url)
    // The build waits for this transaction.
    await sql('begin; insert into a values (1)')
    const lost = caught(migrate(proxy.url, { environment: 'development', folder }))
    const builders = () =>
      runSql(
        url,
        `select from pg_stat_activity where query ~ 'create index concurrently' and state = 'active'
        and datname = current_database() and wait_event_type = 'Lock'`,
      )
    await expect.poll(builders, { timeout: 20_000 }).toHaveLength(1)
    proxy.cut()
    await lost

    await sql('commit')

    const indexes = () =>
      runSql(url, `select from pg_index where indexrelid = to_regclass('a_id_idx') and indisvalid`)
    await expect.poll(indexes, { timeout: 20_000 }).toHaveLength(1)
    expect((await migrate(url, { environment: 'development', folder })).applied).toEqual(['2_b'])
    expect(await runSql(url, 'select from c')).toEqual([])
  })

  test('a constraint that the rows do not satisfy is taken back, as its comment says', async ({
    url,
    sql,
    folder,
    files,
  }) => {
    await files({ '1_a': 'create table a (id int); insert into a values (null)' })
    await migrate(url, { environment: 'development', folder })
    await files({
      '2_b': [
        '-- transaction: none\nalter table a add constraint id_is_not_null check (id is not null) not valid;',
        '-- on failure: alter table a drop constraint id_is_not_null\nalter table a validate constraint id_is_not_null;',
      ].join('\n-- statement\n'),
    })

    const error = await caught(migrate(url, { environment: 'development', folder }))

    expect(String(error)).toContain('id_is_not_null')
    // New rows are not refused meanwhile, and the next run begins with the constraint.
    await sql('insert into a values (null)')
    await sql('delete from a')
    expect((await migrate(url, { environment: 'development', folder })).applied).toEqual(['2_b'])
    expect(await caught(sql('insert into a values (null)'))).toMatchObject({ code: '23514' })
  })

  test('a file without a transaction records the objects of each statement, for a drop', async ({
    url,
    sql,
    folder,
    files,
  }) => {
    const head = '-- transaction: none\ncreate table b (id int);\n-- statement\n'
    await files({ '1_a': `${head}select 1 / 0` })
    await expect(migrate(url, { environment: 'development', folder })).rejects.toThrow('division by zero')
    await files({ '1_a': `${head}select 1` })

    await migrate(url, { environment: 'development', folder })

    expect(await sql('select identity from norberts_spark_db.objects')).toEqual([{ identity: 'public.b' }])
  })

  test('a process that waits for the lock does not block a concurrent index build', async ({
    url,
    folder,
    files,
  }) => {
    await files({ '1_a': 'create table a (id int); insert into a select generate_series(1, 200000)' })
    await migrate(url, { environment: 'development', folder })
    await files({ '2_b': '-- transaction: none\ncreate index concurrently a_id_idx on a (id);' })

    const outcomes = await Promise.all([
      ...Array.from({ length: 3 }, () => migrate(url, { environment: 'development', folder })),
      // A command that waits in a transaction, and then finds no tables of the library.
      seed(url).catch(() => ({ applied: [] as string[] })),
    ])

    expect(outcomes.flatMap((outcome) => ('applied' in outcome ? outcome.applied : []))).toEqual(['2_b'])
  })

  test('acquires all locks of its header within one lock timeout', async ({ url, sql, folder, files }) => {
    await files({ '1_a': 'create table a (id int); create table b (id int)' })
    await migrate(url, { environment: 'development', folder })
    await files({
      '2_b':
        '-- locks: a (share, access exclusive); b (access exclusive); gone (share)\n\nalter table b add column c int; alter table a add column c int',
    })
    await sql('begin; select from b')
    const migrating = migrate(url, { environment: 'development', folder, lockTimeout: 300, retries: 50 })
    const reader = new pg.Client(url)
    await reader.connect()
    await expect
      .poll(async () => (await reader.query(`select mode from pg_locks where relation = 'a'::regclass`)).rows)
      .toContainEqual({ mode: 'AccessExclusiveLock' })
    // It has the lock on a, waits for the one on b, and gives both back.
    await reader.query('select from a')
    await reader.end()
    await sql('commit')

    expect((await migrating).applied).toEqual(['2_b'])
  })

  const killedWhen = (url: string, folder: string, condition: (output: string) => Promise<boolean>) =>
    new Promise<void>((resolve, reject) => {
      const code = `import('${join(process.cwd(), 'src/admin.ts')}').then(({ migrate }) => migrate('${url}', { environment: 'development', folder: '${folder}', onProgress: console.log }))`
      const tool = spawn(process.execPath, ['-e', code])
      tool.once('exit', (_, signal) =>
        signal === 'SIGKILL' ? resolve() : reject(new Error('it ended by itself')),
      )
      tool.stdout.once('data', async (output) => {
        while (!(await condition(String(output)))) await sleep(20)
        tool.kill('SIGKILL')
      })
    })

  test('an interrupted file continues with changed statements only where none of these is in effect', async ({
    url,
    folder,
    files,
  }) => {
    const file = (...steps: string[]) => ({
      '1_a': `-- transaction: none\n${steps.join('\n-- statement\n')}`,
    })
    await files(file('create table a (id int);', 'select nonsense;'))
    expect(String(await caught(migrate(url, { environment: 'development', folder })))).toContain(
      'Fix this statement in the file',
    )

    await files(file('create table b (id int);', 'create table c (id int);'))
    expect(String(await caught(migrate(url, { environment: 'development', folder })))).toMatch(
      /1_a was interrupted after 1 of its statements, and these have changed/,
    )
    await files(file('create table a (id int);', 'create table c (id int);'))
    expect((await migrate(url, { environment: 'development', folder })).applied).toEqual(['1_a'])
  })

  test('a killed run is continued by the next', async ({ url, folder, files }) => {
    await files({ '1_a': 'create table a (id int)' })
    await migrate(url, { environment: 'development', folder })
    await files({ '2_b': 'create table b (id int); select pg_sleep(1)' })

    await killedWhen(url, folder, () => sleep(100, true))
    await files({ '2_b': 'create table b (id int)' })

    expect((await migrate(url, { environment: 'development', folder })).applied).toEqual(['2_b'])
  })

  test('a run killed during a concurrent index build is continued, whether the server completed the index or not', async ({
    url,
    sql,
    folder,
    files,
  }) => {
    await files({ '1_a': 'create table a (id int); insert into a select generate_series(1, 1000)' })
    await migrate(url, { environment: 'development', folder })
    await files({
      '2_b':
        '-- transaction: none\ncreate table b (id int);\n-- statement\ncreate index concurrently a_id_idx on a (id);\n-- statement\ncreate table c (id int);',
    })
    const isBuilding = async () =>
      (await sql(`select from pg_index where indexrelid = to_regclass('a_id_idx')`)).length > 0
    // The server's part of it goes on after the tool is gone.
    for (const end of [
      'commit',
      `select pg_terminate_backend(pid) from pg_stat_activity where query like 'create index%'; commit`,
    ]) {
      await sql('begin; insert into a values (0)') // a transaction for which the index waits
      await killedWhen(url, folder, isBuilding)
      expect((await migrationStatus(url, { folder })).migrations[1]).toMatchObject({ state: 'broken off' })
      await sql(end)

      expect((await migrate(url, { environment: 'development', folder })).applied).toEqual(['2_b'])
      expect(await sql(`select indisvalid from pg_index where indexrelid = to_regclass('a_id_idx')`)).toEqual(
        [{ indisvalid: true }],
      )
      await sql(
        `drop table b, c; drop index a_id_idx; delete from norberts_spark_db.migrations where name = '2_b'`,
      )
    }
  })
})
