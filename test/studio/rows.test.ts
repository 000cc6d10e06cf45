// cspell:ignore Edsger
import { describe, expect } from 'vitest'
import { CONSTRAINTS } from '../../generated/catalog.ts'
import type { RowsPage } from '../../scripts/studio/rows.ts'
import { runSql } from '../support/databases.ts'
import { one, test, type Visitor } from '../support/studio.ts'

const rowsOf = (studio: Visitor, request: object) =>
  studio.post<RowsPage & { message?: string }>('/api/rows', request)

describe('rows', () => {
  test('are sorted, filtered and searched', async ({ studio }) => {
    const all = await rowsOf(studio, { table: 'messages' })
    const where = [{ column: 'role', operator: '=', value: 'user' }]
    const ofUsers = await rowsOf(studio, { table: 'messages', where, sort: '-created_at' })
    const nothing = await rowsOf(studio, { table: 'people', search: '100%_nothing' })

    expect(all.rows.length).toBeLessThanOrEqual(100)
    expect(all.table.columns.find(({ name }) => name === 'role')?.values).toContain('assistant')
    expect(new Set(ofUsers.rows.map((row) => row.role))).toEqual(new Set(['user']))
    const times = ofUsers.rows.map((row) => row.created_at)
    expect(times).toEqual(times.toSorted().reverse())
    expect(nothing).toMatchObject({ rows: [], count: 0 })
  })

  test.for([
    { table: 'users"; drop table users; --' },
    { table: 'users', sort: 'name; drop table users' },
    { table: 'users', where: [{ column: "name' or true --", operator: '=', value: 'x' }] },
    { table: 'users', where: [{ column: 'name', operator: '= name or', value: 'x' }] },
    { table: 'users', where: [{ column: 'name', operator: 'constructor', value: 'x' }] },
  ])('a name that looks like SQL is a name: %j', async (request, { studio }) => {
    expect((await rowsOf(studio, request)).message).toMatch(/does not exist|has no column|unknown operator/)
    expect((await rowsOf(studio, { table: 'users' })).rows.length).toBeGreaterThan(0)
  })

  test('a column that was renamed, and a table that was dropped, are named', async ({ studio }) => {
    expect(await rowsOf(studio, { table: 'users', sort: 'nickname' })).toEqual({
      name: 'MissingError',
      message: 'The table users has no column nickname any more. Reload the page.',
    })
    expect((await rowsOf(studio, { table: 'gone' })).message).toBe(
      'The table gone does not exist any more. Reload the page.',
    )
  })

  test('of a table that takes too long are read in part, or whole if asked for', async ({
    studio,
    filled,
  }) => {
    await runSql(
      filled,
      `create view slow_words as select 'word ' || n as word from generate_series(1, 30100) as n
         where n <= 30000 or pg_sleep(0.01) is not null;`,
    )
    try {
      const request = { table: 'slow_words', search: 'no such word' }
      const started = performance.now()
      const part = await rowsOf(studio, request)
      const milliseconds = performance.now() - started
      const whole = await rowsOf(studio, { ...request, search: 'word 30100', all: true })

      expect(part).toMatchObject({ rows: [], count: 0, isPartial: true })
      expect(milliseconds).toBeLessThan(4_000)
      expect(whole).toMatchObject({ rows: [{ word: 'word 30100' }], isPartial: false })
      expect(await rowsOf(studio, { table: 'users' })).toMatchObject({ isPartial: false })
    } finally {
      await runSql(filled, 'drop view slow_words')
    }
  })

  test('are sorted by the values of a column, not by their texts', async ({ studio }) => {
    const { rows } = await rowsOf(studio, { table: 'messages', sort: '-position' })
    const positions = rows.map((row) => Number(row.position))

    expect(Math.max(...positions)).toBeGreaterThan(9)
    expect(positions).toEqual(positions.toSorted((one, other) => other - one))
  })

  test('json columns can be sorted', async ({ studio }) => {
    const { rows } = await rowsOf(studio, { table: 'parts', sort: 'payload' })

    expect(rows.length).toBeGreaterThan(0)
  })

  test('are not changed by a read-only studio', async ({ studio }) => {
    for (const path of ['/api/save', '/api/insert', '/api/delete']) {
      const { message } = await studio.post<{ message: string }>(path, {
        table: 'users',
        key: {},
        values: {},
      })

      expect(message).toBe(
        'No changes were made, because the studio is read-only. Start it with --write to change rows.',
      )
    }
  })

  test('are changed by a writable studio, unless another session was first', async ({ writable }) => {
    const { rows } = await rowsOf(writable, { table: 'people' })
    const key = { person_id: rows[0]!.person_id! }
    const read = () =>
      writable.post<{ version: string; row: Record<string, string> }>('/api/row', { table: 'people', key })
    const { version } = await read()
    const save = (first_name: string) =>
      writable.post<{ message?: string }>('/api/save', {
        table: 'people',
        key,
        version,
        values: { first_name },
      })

    expect(await save('Ada')).toEqual({})
    expect((await read()).row.first_name).toBe('Ada')
    expect((await save('Grace')).message).toBe(
      'Not saved: another session has changed this row since the page showed it. Reload the row.',
    )
    expect((await read()).row.first_name).toBe('Ada')
  })

  test('a refusal has the message of the constraint and nothing of the row', async ({ filled, writable }) => {
    const key = {
      user_id: String(await one(filled, 'select user_id from users where password is not null limit 1')),
    }
    const { version } = await writable.post<{ version: string }>('/api/row', { table: 'users', key })
    const save = (values: object) =>
      writable.post<{ message: string }>('/api/save', { table: 'users', key, version, values })

    const refused = await save({ role: 'boss' })
    expect(JSON.stringify(refused)).not.toMatch(/\$2|Failing row/)
    expect(refused.message).toMatch(/^[A-Z].*\.$/)
    expect((await save({ name: null })).message).toBe('Name is required.')
    const taken = String(await one(filled, `select email from users where user_id = '${key.user_id}'`))
    const duplicate = await writable.post<{ message: string }>('/api/insert', {
      table: 'users',
      values: { name: 'Ada', email: taken, provider: 'google', provider_id: '1' },
    })
    expect(duplicate.message).toBe(CONSTRAINTS.users.users_email_key.message)
    expect(JSON.stringify(duplicate)).not.toContain(taken)
    const orphan = { user_id: key.user_id.replace(/^...../, '00000'), title: 'x' }
    expect(
      (await writable.post<{ message: string }>('/api/insert', { table: 'chats', values: orphan })).message,
    ).toBe(CONSTRAINTS.chats.chats_user_id_fkey.message)
    expect((await save({ password: 'x' })).message).toBe(
      'The column password is hidden and cannot be changed here.',
    )
  })

  test('are inserted and deleted', async ({ writable, filled }) => {
    const values = { first_name: 'Edsger', last_name: 'Dijkstra' }
    const key = await writable.post<Record<string, string>>('/api/insert', { table: 'people', values })

    expect(await one(filled, `select first_name from people where person_id = '${key.person_id}'`)).toBe(
      'Edsger',
    )
    const { version } = await writable.post<{ version: string }>('/api/row', { table: 'people', key })
    const remove = (shown: string) =>
      writable.post<{ message?: string }>('/api/delete', { table: 'people', key, version: shown })
    expect((await remove('1')).message).toBe(
      'Not deleted: another session has changed this row since the page showed it. Reload the row.',
    )
    expect(await remove(version)).toEqual({})
    expect((await remove(version)).message).toBe(
      'Not deleted: another session has deleted this row since the page showed it.',
    )
  })

  test('that a delete takes along are counted before', async ({ filled, studio }) => {
    const userId = String(
      await one(filled, 'select user_id from messages group by 1 order by count(*) desc limit 1'),
    )
    const key = { user_id: userId }
    const found = await studio.post('/api/consequences', { table: 'users', key })

    for (const table of ['chats', 'messages', 'parts']) {
      const rows = Number(await one(filled, `select count(*) from ${table} where user_id = '${userId}'`))
      expect(found).toContainEqual(expect.objectContaining({ table, rows, effect: 'deleted' }))
    }
    expect(await one(filled, `select count(*)::int from users where user_id = '${userId}'`)).toBe(1)
  })

  test('references of several columns lead back by all of them', async ({ filled, studio }) => {
    const message = await one(
      filled,
      `select user_id || ' ' || chat_id || ' ' || message_id from parts
       group by user_id, chat_id, message_id having count(*) = 1 limit 1`,
    )
    const [user_id, chat_id, id] = String(message).split(' ')
    const key = { user_id, chat_id, id }

    const { table, counts } = await studio.post<{ table: RowsPage['table']; counts: number[] }>('/api/row', {
      table: 'messages',
      key,
    })

    const place = table.referencedBy.findIndex((each) => each.table === 'parts')
    expect(table.referencedBy[place]?.otherColumns).toEqual(['user_id', 'chat_id', 'message_id'])
    expect(counts[place]).toBe(1)
  })

  test('that a filter finds are all exported', async ({ studio, filled }) => {
    const expected = Number(await one(filled, `select count(*) from messages where role = 'user'`))
    const where = [{ column: 'role', operator: '=', value: 'user' }]
    const exported = async (format: string) =>
      (await studio.download({ table: 'messages', where, format })).text()

    expect(JSON.parse(await exported('json'))).toHaveLength(expected)
    expect((await exported('sql')).match(/^insert into "public"."messages"/gm)).toHaveLength(expected)
    expect((await exported('csv')).split('\r\n').length).toBeGreaterThan(expected)
  })
})

describe('an export', () => {
  test('is downloaded once, by a path that only a request with the token gets', async ({ studio }) => {
    const request = { table: 'users', format: 'csv' }
    const unknown = await fetch(`${studio.origin}/api/export`, {
      method: 'POST',
      body: JSON.stringify(request),
    })
    const { path } = await studio.post<{ path: string }>('/api/export', request)
    const [first, second] = [await fetch(studio.origin + path), await fetch(studio.origin + path)]

    expect(unknown.status).toBe(403)
    expect(first.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''users.csv")
    expect(await first.text()).toContain('(hidden)')
    expect(second.status).toBe(404)
  })

  test('reports a wrong filter before the download', async ({ studio }) => {
    const where = [{ column: 'user_id', operator: '=', value: 'not a uuid' }]

    expect(await studio.post('/api/export', { table: 'users', where, format: 'csv' })).toMatchObject({
      message: 'user_id: invalid input syntax for type uuid',
    })
  })

  test('that fails on its way is no complete file', async ({ studio, filled }) => {
    await runSql(
      filled,
      'create view failing as select n, 1 / (1500 - n) as x from generate_series(1, 3000) as n',
    )
    try {
      const response = await studio.download({ table: 'failing', format: 'csv' })

      await expect(response.text()).rejects.toThrow()
    } finally {
      await runSql(filled, 'drop view failing')
    }
  })

  test('stops when the browser cancels the download', async ({ studio, filled }) => {
    await runSql(
      filled,
      `create view endless as select n, repeat('x', 1000) as x from generate_series(1, 100000000) as n`,
    )
    try {
      const running = `select count(*)::int from pg_stat_activity where query like '%studio_export%' and xact_start is not null and pid <> pg_backend_pid()`
      const response = await studio.download({ table: 'endless', format: 'csv' })
      const reader = response.body!.getReader()
      await reader.read()
      expect(await one(filled, running)).toBe(1)
      await reader.cancel()

      await expect.poll(() => one(filled, running), { timeout: 10_000 }).toBe(0)
    } finally {
      await runSql(filled, 'drop view endless')
    }
  })
})

describe('a query', () => {
  test('is bounded, and stops when the browser gives it up', async ({ studio, filled }) => {
    const many = await studio.query('select * from generate_series(1, 1000000)', 100)
    expect(many.hasMore).toBe(true)
    expect(many.rows).toHaveLength(100)

    const controller = new AbortController()
    const running = fetch(`${studio.origin}/api/sql`, {
      method: 'POST',
      headers: studio.headers,
      body: JSON.stringify({ sql: 'select pg_sleep(20)', limit: 100 }),
      signal: controller.signal,
    }).catch(() => {})
    const sleeping = `select count(*)::int from pg_stat_activity
      where query like 'fetch %' and state = 'active' and wait_event = 'PgSleep'`
    await expect.poll(() => one(filled, sleeping), { timeout: 10_000 }).toBeGreaterThan(0)
    controller.abort()
    await running

    await expect.poll(() => one(filled, sleeping), { timeout: 5_000 }).toBe(0)
  })

  test('whose rows are very long shows as many as the page can take', async ({ studio }) => {
    const { rows, hasMore } = await studio.query(
      `select repeat('x', 1000000) from generate_series(1, 500)`,
      1_000,
    )

    expect(rows!.length).toBeLessThan(100)
    expect(hasMore).toBe(true)
    const one = await studio.query(`select repeat('x', 9000000) from generate_series(1, 500)`, 1_000)
    expect({ ...one, rows: one.rows!.length }).toMatchObject({ rows: 1, hasMore: true })
  })

  test('shows values as PostgreSQL prints them', async ({ studio }) => {
    const { rows } = await studio.query(
      String.raw`select date '2026-03-29' as day, timestamp '2026-03-29 02:30:00.123456' as time, numeric '1.10' as price,
        interval '1 day' as span, bytea '\x0001' as bytes, 9007199254740993 as big, null as nothing`,
    )

    expect(rows).toEqual([
      ['2026-03-29', '2026-03-29 02:30:00.123456', '1.10', '1 day', '\\x0001', '9007199254740993', null],
    ])
  })

  test('that is not JSON is rejected with a message', async ({ studio: { origin, headers } }) => {
    for (const body of ['{', 'null', '7']) {
      const response = await fetch(`${origin}/api/rows`, { method: 'POST', headers, body })

      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({ message: 'The request must be JSON.' })
    }
  })

  test('fails with the connection that it runs on, and the next one has a new connection', async ({
    studio,
    filled,
  }) => {
    const running = studio.query('select pg_sleep(20)')
    const terminated = `select count(pg_terminate_backend(pid))::int from pg_stat_activity
      where usename like 'norberts%' and wait_event = 'PgSleep'`
    await expect.poll(() => one(filled, terminated), { timeout: 10_000 }).toBeGreaterThan(0)

    expect((await running).message).toMatch(/terminated|terminating/)
    await expect.poll(async () => (await studio.query('select 1 as one')).rows).toEqual([['1']])
  })
})
