import { describe, expect } from 'vitest'
import type { RowsPage } from '../../scripts/studio/rows.ts'
import { one, test } from '../support/studio.ts'

describe('passwords are hidden', () => {
  test.for([
    'select * from users where password is not null',
    'select password as harmless from users where password is not null',
    'select u.password from users u join chats c using (user_id) where password is not null',
    'select users::text from users where password is not null',
    'select u from users as u where password is not null',
    'select row_to_json(u) from users as u where password is not null',
    'select to_jsonb(users) from users where password is not null',
    'select jsonb_agg(u.*) from users as u where password is not null',
    `select password || '' from users where password is not null`,
    'select substr(password, 1, 20) from users where password is not null',
    `select convert_to(password, 'utf8') from users where password is not null`,
    'select array[password] from users where password is not null',
    'select x from (select password as x from users) as t where x is not null',
    'with t as (select password as x from users) select x from t where x is not null',
    'select t::text from (select * from users) as t where password is not null',
    'select coalesce(null, password) from users where password is not null',
    'select case when true then password end from users where password is not null',
    'table users',
    'select (u).password from users as u where password is not null',
    `select string_agg(password, ',') from users`,
    `select format('%s', users) from users where password is not null`,
    'select p from users as u cross join lateral (select u::text as p) as t',
    'select h from users as u (a, b, c, d, e, f, g, h) where h is not null',
    'select x::text from users as x where exists (select from chats)',
    'select rolpassword from pg_authid where rolpassword is not null',
    'select passwd from pg_shadow where passwd is not null',
    'select a::text from pg_authid as a where rolpassword is not null',
    'select password from users where password is not null union all select name from users',
    `select xmlforest(password as x)::text from users where password is not null`,
    'select q from (table users union all table users) as t (a, b, c, d, e, f, g, h, q)',
    `select query_to_xml('select * from users', true, true, '')`,
    `select most_common_vals::text, histogram_bounds::text from pg_stats where tablename = 'users'`,
    `select to_jsonb(u) ->> 'password' from users as u where password is not null`,
    `select (select password from users where password is not null limit 1)`,
  ])('in %s', async (sql, { studio }) => {
    const result = await studio.query(sql)

    expect(JSON.stringify(result)).not.toMatch(/\$2[aby]|JDJ|\\x2432|SCRAM/)
  })

  test('by name at the time of the request', async ({ filled, studio }) => {
    await one(filled, 'create table keys (id int primary key, data text)')
    await one(filled, `insert into keys values (1, 'x-private')`)
    try {
      expect(JSON.stringify(await studio.query('select * from keys'))).toContain('x-private')
      await one(filled, 'alter table keys rename data to api_key')
      expect(JSON.stringify(await studio.query('select * from keys'))).not.toContain('x-private')
      const page = await studio.post<RowsPage>('/api/rows', { table: 'keys' })
      expect(page.rows).toEqual([{ id: '1', api_key: '(hidden)' }])
    } finally {
      await one(filled, 'drop table keys')
    }
  })

  test('from searches, sorts and exports', async ({ studio }) => {
    const where = [{ column: 'password', operator: 'contains', value: '$2' }]
    const { message } = await studio.post<{ message: string }>('/api/rows', { table: 'users', where })

    expect(message).toBe('The column password is hidden and cannot be searched.')
    expect(await studio.post('/api/rows', { table: 'users', sort: 'password' })).toHaveProperty('message')
    for (const format of ['csv', 'json', 'sql']) {
      const text = await (await studio.download({ table: 'users', format })).text()
      expect(text).toContain('@')
      expect(text).not.toContain('$2')
    }
  })

  test('and nothing else is', async ({ studio }) => {
    for (const sql of [
      'select max_tokens from ai_options where max_tokens > 0 limit 1',
      'select lower(name), count(*) from users group by 1 limit 1',
      `select name || ' x' from (select name from users) as t limit 1`,
      `select role || ' ' || name from users limit 1`,
      'select c::text from customers as c limit 1',
      `select count(*)::text || ' users' from users`,
      'select count(password) from users',
    ]) {
      const { rows, message } = await studio.query(sql)

      expect(message).toBeUndefined()
      expect(rows?.length, sql).toBe(1)
      expect(JSON.stringify(rows), sql).not.toContain('(hidden)')
    }
  })
})
