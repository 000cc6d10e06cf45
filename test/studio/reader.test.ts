// cspell:ignore logfile dblink
import { existsSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { describe, expect } from 'vitest'
import { TABLES } from '../../generated/catalog.ts'
import { startStudio } from '../../scripts/studio/server.ts'
import { one, test, visit } from '../support/studio.ts'

const TRACE = '/tmp/norberts-spark-db-studio-was-here'
const PROGRAM = `copy (select 1) to program 'touch ${TRACE}'`

describe('the login that reads', () => {
  test.for([
    `update users set name = 'Changed'`,
    `with changed as (update users set name = 'Changed' returning *) select * from changed`,
    `do $$ begin commit; update users set name = 'Changed'; end $$`,
    `do $$ begin set transaction read write; update users set name = 'Changed'; end $$`,
    `select 1; update users set name = 'Changed'`,
    `explain analyze update users set name = 'Changed'`,
    'create table changed (id int)',
    PROGRAM,
    `copy users to '${TRACE}'`,
    `do $$ begin reset role; execute $x$${PROGRAM}$x$; end $$`,
    `do $$ begin set session authorization default; perform pg_read_file('PG_VERSION'); end $$`,
    `select set_config('role', 'postgres', false), query_to_xml($x$select pg_read_file('PG_VERSION')$x$, true, true, '')`,
    `select pg_read_file('PG_VERSION')`,
    `select pg_ls_dir('.')`,
    'select pg_reload_conf()',
    'select pg_rotate_logfile()',
    `select pg_read_binary_file('PG_VERSION')`,
    `select lo_import('/etc/passwd')`,
    `select pg_terminate_backend(pid) from pg_stat_activity where usename = 'postgres'`,
    `alter system set work_mem = '1GB'`,
    'select pg_switch_wal()',
    `select pg_create_restore_point('x')`,
    'create extension dblink',
    'set role postgres',
    'set session authorization postgres',
  ])('is refused: %s', async (sql, { studio, filled }) => {
    const print = `select md5(string_agg(users::text, '' order by user_id)) from users`
    const before = await one(filled, print)

    const { message } = await studio.query(sql)

    expect(message).toBeTruthy()
    expect(await one(filled, print)).toBe(before)
    expect(await one(filled, `select to_regclass('changed')`)).toBe(null)
    expect(existsSync(TRACE)).toBe(false)
  })

  test.for([
    'commit',
    'rollback',
    'set transaction read write',
    'set session characteristics as transaction read write',
    'set default_transaction_read_only = off',
    `select set_config('transaction_read_only', 'off', false)`,
  ])('stays read-only after: %s', async (sql, { studio, filled }) => {
    await studio.query(sql)
    const { message } = await studio.query(`update users set name = 'Changed'`)

    expect(message).toBeTruthy()
    expect(await one(filled, `select count(*)::int from users where name = 'Changed'`)).toBe(0)
  })

  test('exists as long as the studio, and expired ones are dropped', async ({ filled, studio }) => {
    const roles = `select count(*)::int from pg_roles where starts_with(rolname, 'norberts_spark_db_studio_')`
    await studio.query('select 1')
    const before = Number(await one(filled, roles))
    await one(filled, `create role norberts_spark_db_studio_killed login valid until '2020-01-01'`)

    const another = await startStudio(filled)
    const login = (await visit(another.url).query('select current_user')).rows?.[0]?.[0]
    expect(login).toMatch(/^norberts_spark_db_studio_/)
    expect(
      await one(
        filled,
        roles.replace('count(*)::int', `count(*) filter (where rolname like '%killed')::int`),
      ),
    ).toBe(0)
    await another[Symbol.asyncDispose]()

    expect(await one(filled, `select count(*)::int from pg_roles where rolname = '${login}'`)).toBe(0)
    expect(before).toBeGreaterThan(0)
  })

  test('that is locked ends the studio, which says so', async ({ filled }) => {
    await using own = await startStudio(filled)
    const { query } = visit(own.url)
    const login = String((await query('select current_user')).rows?.[0]?.[0])
    await one(filled, `alter role ${login} nologin`)
    await one(filled, `select pg_terminate_backend(pid) from pg_stat_activity where usename = '${login}'`)

    await expect
      .poll(async () => (await query('select 1')).message)
      .toBe(
        'The login of the studio was dropped, locked, or has expired after a week. Start the studio again.',
      )
  })

  test('uses a session again, without the settings of the request before', async ({ filled }) => {
    await using own = await startStudio(filled)
    const { query } = visit(own.url)
    const state = `select pg_backend_pid(), current_setting('work_mem'), current_setting('search_path'),
      current_setting('TimeZone'), (select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid())`
    const before = await query(state)

    await query(`select set_config('work_mem', '1GB', false), set_config('search_path', 'public', false),
      set_config('TimeZone', 'Asia/Tokyo', false), pg_advisory_lock_shared(1)`)

    expect((await query(state)).rows).toEqual(before.rows)
  })

  test('a request that is given up does not cancel the next one on its session', async ({ filled }) => {
    await using own = await startStudio(filled)
    const { query, origin, headers } = visit(own.url)
    const body = JSON.stringify({ sql: 'select pg_sleep(0.01)', limit: 100 })
    const messages: (string | undefined)[] = []
    for (let wait = 0; wait < 40; wait += 1) {
      const controller = new AbortController()
      const given = fetch(`${origin}/api/sql`, {
        ...{ method: 'POST', body, signal: controller.signal },
        headers: { ...headers, origin, 'content-type': 'application/json' },
      }).catch(() => {})
      await setTimeout(wait)
      controller.abort()
      await given
      messages.push((await query('select pg_sleep(0.03)')).message)
    }

    expect(messages.filter((message) => message !== undefined)).toEqual([])
  })

  test('sees the rows of tables with row security', async ({ filled, studio }) => {
    await one(filled, 'alter table people enable row level security, force row level security')
    try {
      expect((await studio.query('select count(*) from people')).rows).not.toEqual([['0']])
    } finally {
      await one(filled, 'alter table people disable row level security, no force row level security')
    }
  })

  test('a login that may run programs and is no superuser is refused', async ({ filled }) => {
    await one(filled, `create role studio_runner login password 'x' in role pg_execute_server_program`)
    const url = new URL(filled)
    url.username = 'studio_runner'
    url.password = 'x'
    try {
      await expect(startStudio(url.href)).rejects.toThrow(/member of pg_execute_server_program/)
    } finally {
      await one(filled, 'drop role studio_runner')
    }
  })

  test('functions in public with names of PostgreSQL are not called', async ({ filled }) => {
    const made =
      `format(text, oid, int2)|format(text, name, name)|concat(oid, text, int2)|lower(name)|left(name, int)
      |length(name)|obj_description(oid, name)|json_build_object(text, name)|strpos(name, name)|pg_size_pretty(float8)
      |to_regclass(name)|has_table_privilege(text, name)|starts_with(name, text)`
        .split('|')
        .map((each) => `public.${each.trim()}`)
    for (const signature of made) {
      await one(
        filled,
        `create function ${signature} returns text language plpgsql as $$ begin raise exception 'hostile'; end $$`,
      )
    }
    try {
      await using studio = await startStudio(filled)
      const { get, post } = visit(studio.url)
      expect(await get('/api/catalog')).toHaveProperty('tables')
      for (const table of TABLES)
        expect(await post('/api/rows', { table, search: 'a', sort: '' }), table).toHaveProperty('rows')
      expect(await get('/api/statements')).toEqual({
        name: 'AdminError',
        message: expect.stringMatching(/^public\."?\w+"?\(.*\) would be called in place of PostgreSQL's own/),
      })
    } finally {
      for (const signature of made) await one(filled, `drop function ${signature}`)
    }
  })
})
