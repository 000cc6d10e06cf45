import { request } from 'node:http'
import pg from 'pg'
import { describe, expect } from 'vitest'
import { CONSTRAINTS, TABLES } from '../../generated/catalog.ts'
import type { Catalog } from '../../scripts/studio/catalog.ts'
import type { Diagram } from '../../scripts/studio/diagram.ts'
import type { PlannedStatement } from '../../scripts/studio/plans.ts'
import { startStudio } from '../../scripts/studio/server.ts'
import { create, ProtectedDatabaseError, seed } from '../../src/admin.ts'
import { test as base } from '../support/database.ts'

/** A filled database and its studio. */
const test = base.extend<{ filled: string; studio: Visitor }>({
  filled: [
    async ({ url }, use) => {
      await seed(url, { scale: 20 })
      await use(url)
    },
    { scope: 'file' },
  ],
  studio: [
    async ({ filled }, use) => {
      await using studio = await startStudio(filled)
      await use(await visit(studio.url))
    },
    { scope: 'file' },
  ],
})

interface Visitor {
  readonly origin: string
  readonly link: string
  readonly cookie: string
  get<T>(path: string): Promise<T>
  post<T>(path: string, body: unknown): Promise<T>
  query(sql: string, ...parameters: unknown[]): Promise<[Failure | null, Record<string, unknown>[]?]>
}

interface Failure {
  name: string
  message: string
}

/** Opens the link in the way of a browser and keeps the cookie. */
async function visit(link: string): Promise<Visitor> {
  const { origin } = new URL(link)
  const response = await fetch(link, { redirect: 'manual' })
  const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? ''
  const get = async <T>(path: string) => (await fetch(origin + path, { headers: { cookie } })).json() as T
  const post = async <T>(path: string, body: unknown) => {
    const headers = { cookie, origin, 'content-type': 'application/json' }
    return (await fetch(origin + path, { method: 'POST', headers, body: JSON.stringify(body) })).json() as T
  }
  const query: Visitor['query'] = (sql, ...parameters) =>
    post('/api/query', { procedure: 'query', query: { sql, parameters } })
  return { origin, link, cookie, get, post, query }
}

async function count(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return Object.values((await client.query(sql)).rows[0] ?? {})[0]
  } finally {
    await client.end()
  }
}

describe('access', () => {
  test('the link sets a cookie and redirects to a URL without the token', async ({ studio: { link } }) => {
    const response = await fetch(link, { redirect: 'manual' })

    expect(response.status).toBe(302)
    expect(response.headers.get('location')).toBe('/')
    expect(response.headers.get('set-cookie')).toMatch(/; HttpOnly; SameSite=Strict$/)
    expect(response.headers.get('set-cookie')).not.toContain('Max-Age')
  })

  test.for(['/', '/diagram', '/assets/rows.js', '/api/catalog', '/api/statements', '/nothing'])(
    'without the token there is nothing at %s',
    async (path, { studio: { origin } }) => {
      for (const headers of [{}, { cookie: `norberts_spark_db_studio_${new URL(origin).port}=guess` }]) {
        const response = await fetch(origin + path, { headers })

        expect(response.status).toBe(403)
        expect(await response.text()).toBe(
          'Open the studio with the complete link that `npm run db:studio` printed.\n',
        )
      }
    },
  )

  test('no query is run without the token', async ({ studio: { origin }, filled }) => {
    const before = await count(filled, 'select count(*) from users')
    const response = await fetch(`${origin}/api/query`, {
      method: 'POST',
      body: JSON.stringify({ procedure: 'query', query: { sql: 'delete from users', parameters: [] } }),
    })

    expect(response.status).toBe(403)
    expect(await count(filled, 'select count(*) from users')).toBe(before)
  })

  test('a page of another origin is rejected, with and without the cookie', async ({
    studio: { origin, cookie },
  }) => {
    for (const other of ['https://elsewhere.test', 'http://127.0.0.1:1', 'null']) {
      const headers = { cookie, origin: other, 'content-type': 'text/plain' }
      const response = await fetch(`${origin}/api/query`, { method: 'POST', headers, body: '{}' })

      expect(response.status, other).toBe(403)
    }
  })

  test('a request with a foreign host name is rejected', async ({ studio: { origin, cookie } }) => {
    const status = await new Promise((resolve, reject) => {
      request(origin, { headers: { host: `elsewhere.test:${new URL(origin).port}`, cookie } }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
        .on('error', reject)
        .end()
    })

    expect(status).toBe(403)
  })

  test('pages load nothing from other hosts and send no referrer', async ({ studio: { origin, cookie } }) => {
    const response = await fetch(origin, { headers: { cookie } })

    expect(response.headers.get('content-security-policy')).toMatch(
      /default-src 'none'; script-src 'self'; .*connect-src 'self'.*frame-ancestors 'none'/,
    )
    expect(response.headers.get('referrer-policy')).toBe('no-referrer')
    expect(response.headers.get('cache-control')).toBe('no-store')
    for (const [, address] of (await response.text()).matchAll(/(?:src|href)="([^"]*)"/g))
      expect(address).toMatch(/^(\/|data:,$)/)
  })
})

describe('databases', () => {
  test('a production database is refused, to read and to write', async ({ studio, filled }) => {
    const marked = new URL(filled)
    marked.pathname = '/studio_production'
    await create(marked.href, { environment: 'production' })
    try {
      for (const options of [{}, { write: true }, { write: true, confirm: 'studio_production' }]) {
        const error = await startStudio(marked.href, options).catch((error: unknown) => error)

        expect(error).toBeInstanceOf(ProtectedDatabaseError)
        expect((error as Error).message).toContain('environment of database studio_production is production')
      }
      expect(await studio.query('select 1 as one')).toEqual([null, [{ one: 1 }]])
    } finally {
      const maintenance = new pg.Client(filled)
      await maintenance.connect()
      await maintenance.query('drop database studio_production with (force)')
      await maintenance.end()
    }
  })

  test('a database with data but without an environment needs its name as confirmation to write', async ({
    filled,
  }) => {
    const name = decodeURIComponent(new URL(filled).pathname.slice(1))

    await expect(startStudio(filled, { write: true })).rejects.toThrow(`--confirm ${name}`)
    await using studio = await startStudio(filled, { write: true, confirm: name })

    expect(studio.isWritable).toBe(true)
  })
})

describe('rows', () => {
  /** Attempts to circumvent a read-only transaction. */
  test.for([
    ["update users set name = 'Changed'"],
    ["with changed as (update users set name = 'Changed' returning *) select * from changed"],
    ['commit', "update users set name = 'Changed'"],
    ['set transaction read write', "update users set name = 'Changed'"],
    ['commit', 'set session characteristics as transaction read write', "update users set name = 'Changed'"],
    ['set default_transaction_read_only = off', 'rollback', "update users set name = 'Changed'"],
    ["select set_config('transaction_read_only', 'off', false)", "update users set name = 'Changed'"],
    ["do $$ begin commit; update users set name = 'Changed'; end $$"],
    ["select 1; update users set name = 'Changed'"],
    ["explain analyze update users set name = 'Changed'"],
    ['create table changed (id int)'],
    ["select nextval('users_id_seq')", 'drop table users cascade'],
  ])('are not changed by %j', async (statements, { studio, filled }) => {
    const print = `select md5(string_agg(users::text, '' order by user_id)) from users`
    const before = await count(filled, print)
    const queries = statements.map((sql) => ({ sql, parameters: [] }))

    const [together] = await studio.post<[Failure | null]>('/api/query', {
      procedure: 'transaction',
      queries,
    })
    for (const sql of statements) await studio.query(sql)

    expect(together?.message).toBeTruthy()
    expect(await count(filled, print)).toBe(before)
    expect(await count(filled, `select to_regclass('changed')`)).toBe(null)
  })

  test('the error of a rejected change explains how to allow it', async ({ studio }) => {
    const [error] = await studio.query(
      'delete from users where user_id = $1',
      '018bf131-b635-7b37-a2f1-000000000000',
    )

    expect(error?.message).toBe(
      'No changes were made, because the studio is read-only. Start it with --write to change rows (cannot execute DELETE in a read-only transaction).',
    )
  })

  test('are changed atomically in a writable studio', async ({ filled }) => {
    const confirm = decodeURIComponent(new URL(filled).pathname.slice(1))
    await using studio = await startStudio(filled, { write: true, confirm })
    const { post } = await visit(studio.url)
    const save = (...names: string[]) =>
      post<[Failure | null, unknown[][]?]>('/api/query', {
        procedure: 'transaction',
        queries: names.map((name) => ({ sql: 'update users set name = $1', parameters: [name] })),
      })

    const [error] = await save('First', '')

    expect(error?.message).toContain('users_name_check')
    expect(await count(filled, `select count(*)::int from users where name = 'First'`)).toBe(0)

    expect((await save('First', 'Second'))[0]).toBe(null)
    expect(await count(filled, `select bool_and(name = 'Second') from users`)).toBe(true)
  })

  test('passwords are hidden in every query that returns a column of them', async ({ studio }) => {
    for (const sql of [
      'select * from users where password is not null',
      'select password as harmless from users where password is not null',
      'select u.password from users u join chats c using (user_id) where password is not null',
    ]) {
      const [, rows = []] = await studio.query(sql)

      expect(rows.length).toBeGreaterThan(0)
      expect(JSON.stringify(rows)).not.toContain('$2')
      expect(JSON.stringify(rows)).toContain('(hidden)')
    }
    expect(await studio.query('select max_tokens from ai_options where max_tokens > 0 limit 1')).toEqual([
      null,
      [{ max_tokens: expect.any(Number) }],
    ])
  })

  test('values without an exact JavaScript equivalent are sent as PostgreSQL prints them', async ({
    studio,
  }) => {
    const [, rows] = await studio.query(
      `select date '2026-03-29' as day, timestamp '2026-03-29 02:30:00.123456' as time, array[date '2026-03-29'] as days, numeric '1.10' as price, interval '1 day' as span, bytea '\\x0001' as bytes, 9007199254740993 as big, array['a b'] as words`,
    )

    expect(rows).toEqual([
      {
        ...{ day: '2026-03-29', time: '2026-03-29 02:30:00.123456', days: '{2026-03-29}', price: '1.10' },
        ...{ span: '1 day', bytes: '\\x0001', big: '9007199254740993', words: ['a b'] },
      },
    ])
  })

  test('an invalid request is rejected with a message', async ({ studio: { origin, cookie } }) => {
    for (const body of ['{', '[]', '{"procedure":"query"}', '{"procedure":"transaction","queries":[1]}']) {
      const response = await fetch(`${origin}/api/query`, { method: 'POST', headers: { cookie }, body })

      expect(response.status).toBe(400)
      expect(await response.json()).toEqual({
        message: 'The request must be a query, or a transaction of queries.',
      })
    }
  })

  test('a connection that the server has closed is replaced', async ({ studio, filled }) => {
    await count(
      filled,
      `select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = 'norberts-spark-db studio'`,
    )

    await expect.poll(() => studio.query('select 1 as one')).toEqual([null, [{ one: 1 }]])
  })
})

describe('the catalog', () => {
  test('contains tables, constraints and indexes with their comments', async ({ studio }) => {
    const { tables, constraints, indexes, enums } = await studio.get<Catalog>('/api/catalog')

    expect(tables.map(({ name }) => name)).toEqual(TABLES)
    expect(tables.find(({ name }) => name === 'users')).toMatchObject({
      comment: 'People who sign in to the service, with a password or through an identity provider.',
      columns: expect.arrayContaining([
        expect.objectContaining({ name: 'user_id', type: 'uuid', isKey: true, isRequired: true }),
      ]),
    })
    expect(constraints).toContainEqual({
      table: 'parts',
      name: 'parts_chat_id_message_id_fkey',
      kind: 'foreign key',
      definition: expect.stringMatching(
        /^FOREIGN KEY \(chat_id, message_id\) REFERENCES messages\(chat_id, id\)/,
      ),
      comment: 'This message does not exist.',
      columns: ['chat_id', 'message_id'],
      references: 'messages',
      referencedColumns: ['chat_id', 'id'],
    })
    expect(indexes.find(({ name }) => name === 'users_email_key')).toMatchObject({
      table: 'users',
      isUnique: true,
      isValid: true,
      scans: expect.any(Number),
    })
    expect(enums.map(({ name }) => name)).toEqual(['contact_role', 'customer_status'])
  })

  /** The names of the schema's foreign keys. */
  const FOREIGN_KEYS = Object.values(CONSTRAINTS)
    .flatMap((constraints) => Object.entries(constraints as Record<string, { kind: string }>))
    .flatMap(([name, { kind }]) => (kind === 'foreign-key' ? [name] : []))
    .sort()

  test('has a diagram with a line between the tables of each foreign key', async ({ studio }) => {
    const { boxes, lines } = await studio.get<Diagram>('/api/diagram')

    expect(boxes).toHaveLength(TABLES.length)
    expect(lines.map(({ name }) => name).sort()).toEqual(FOREIGN_KEYS)
    for (const { from, to, points } of lines) {
      const [start, end] = [points[0]!, points.at(-1)!]
      const [source, target] = [from, to].map((name) => boxes.find(({ table }) => table === name)!)

      expect(start.x).toBeCloseTo(source!.x)
      expect(end.x).toBeCloseTo(target!.x + target!.width)
    }
  })

  test('has the plan of every statement of the repositories', async ({ studio }) => {
    const statements = await studio.get<PlannedStatement[]>('/api/statements')

    expect(statements.length).toBeGreaterThan(90)
    for (const { name, plan } of statements) expect(plan, name).toMatch(/\(cost=/)
    expect(statements.find(({ name }) => name === 'chats.find')?.parameters).toEqual([
      { name: 'chatId', type: 'uuid' },
      { name: 'userId', type: 'uuid' },
    ])
  })

  test('lists statements that do not fit the database besides those that do', async ({ studio, filled }) => {
    await count(filled, 'alter table people rename job_title to title')
    try {
      const statements = await studio.get<PlannedStatement[]>('/api/statements')

      expect(statements.find(({ name }) => name === 'people.find')).toMatchObject({
        plan: '',
        problem: expect.stringMatching(/column .*"job_title" does not exist/),
      })
      expect(statements.find(({ name }) => name === 'users.find')?.plan).toContain('users')
    } finally {
      await count(filled, 'alter table people rename title to job_title')
    }
  })

  test('has the plan for specific values, with measurements if the statement only reads', async ({
    studio,
    filled,
  }) => {
    const [chatId, userId] = String(
      await count(filled, `select id || ' ' || user_id from chats limit 1`),
    ).split(' ')

    const read = await studio.post<{ plan: string }>('/api/plan', {
      name: 'chats.find',
      values: [chatId, userId],
    })
    const write = await studio.post<{ plan: string }>('/api/plan', {
      name: 'chats.create',
      values: [userId, null],
    })
    const wrong = await studio.post<{ message: string }>('/api/plan', { name: 'chats.find', values: ['x'] })

    expect(read.plan).toMatch(/actual time=.* rows=1/)
    expect(read.plan).toContain(chatId)
    expect(write.plan).toMatch(/^Insert on chats/)
    expect(write.plan).not.toContain('actual time')
    expect(wrong.message).toContain('invalid input syntax for type uuid: "x"')
  })
})
