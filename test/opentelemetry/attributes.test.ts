import { sql } from 'kysely'
import pg from 'pg'
import { describe, expect, vi } from 'vitest'
import { openDatabase } from '../../src/index.ts'
import { instrument } from '../../src/opentelemetry.ts'
import { test as base } from '../support/database.ts'
import { databaseOf } from '../support/databases.ts'
import { aUser, caught } from '../support/factories.ts'
import { Telemetry } from '../support/telemetry.ts'

const test = base.extend<{ telemetry: Telemetry }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads a fixture's needs from the pattern
  telemetry: async ({}, use) => {
    await using telemetry = await Telemetry.start()
    await use(telemetry)
  },
})

describe('a span', () => {
  test('has the attributes of the conventions', async ({ openAnother, telemetry, url }) => {
    const db = openAnother()
    instrument(db, telemetry)

    const user = await db.users.create(aUser())

    const [span] = await telemetry.spans()
    const { hostname, port } = new URL(url)
    expect(span).toMatchObject({ name: 'users.create', kind: 3, status: {} })
    expect(span?.attributes).toEqual({
      'db.system.name': 'postgresql',
      'db.namespace': databaseOf(url),
      'db.operation.name': 'INSERT',
      'db.collection.name': 'users',
      'db.query.summary': 'users.create',
      'db.query.text': expect.stringMatching(/^insert into "users"/),
      'server.address': hostname,
      'server.port': Number(port),
      'norberts_spark_db.wait_time': expect.any(Number),
      'norberts_spark_db.attempts': 1,
    })
    expect(JSON.stringify(span)).not.toContain(user.email)
  })

  test.for([
    [`select 'a secret', 42 from users`, `select ?, ? from users`, 'SELECT'],
    [`/* a secret */ select $$a secret$$ as "x1"`, `select ? as "x1"`, 'SELECT'],
    [`select E'it\\'s a secret' -- a secret`, 'select ?', 'SELECT'],
  ])('has no constants of the own SQL: %s', async ([text, expected, summary], { openAnother, telemetry }) => {
    const db = openAnother()
    instrument(db, telemetry)

    await sql.raw(text!).execute(db.kysely)

    const [span] = await telemetry.spans()
    expect(span).toMatchObject({ name: summary, attributes: { 'db.query.text': expected } })
  })

  test('names the table of a query with one table, and none of a query with more', async ({
    openAnother,
    telemetry,
  }) => {
    const db = openAnother()
    instrument(db, telemetry)
    const { kysely } = db

    await kysely.selectFrom('users as u').select('u.name').execute()
    await kysely
      .selectFrom('chats')
      .innerJoin('users', 'users.user_id', 'chats.user_id')
      .select('title')
      .execute()
    await kysely.deleteFrom('users').where('name', '=', 'no such user').execute()

    const spans = await telemetry.spans()
    expect(spans.map(({ name }) => name)).toEqual(['SELECT users', 'SELECT', 'DELETE users'])
  })

  test('of a failure has the SQLSTATE, or the name of the error, and no message', async ({
    openAnother,
    telemetry,
  }) => {
    const db = openAnother()
    const { email } = await db.users.create(aUser())
    instrument(db, telemetry)

    await caught(db.users.create(aUser({ email })))
    await caught(db.users.list({}, { signal: AbortSignal.abort() }))
    await caught(sql`select pg_sleep(30)`.execute(db.with({ timeout: 300 }).kysely))
    await caught(sql`select ${'a secret'}::int`.execute(db.kysely))

    const spans = await telemetry.spans()
    expect(spans.map(({ attributes }) => attributes['error.type'])).toEqual([
      '23505',
      'AbortError',
      '57014',
      '22P02',
    ])
    expect(spans[0]).toMatchObject({
      status: { code: 2 },
      attributes: { 'db.response.status_code': '23505' },
    })
    expect(JSON.stringify(spans)).not.toMatch(/a secret|invalid input/)
  })

  test('that no connection was free for has an error', async ({ openAnother, telemetry }) => {
    const db = openAnother({ max: 1, connectionTimeoutMillis: 2_000 })
    await db.ping()
    instrument(db, telemetry)
    const holder = sql`select pg_sleep(5)`.execute(db.kysely)

    await Promise.all([
      caught(db.users.list()),
      caught(db.kysely.selectFrom('users').select('name').execute()),
      caught(db.transaction(async () => {})),
    ])
    await holder

    const spans = await telemetry.spans()
    expect(spans.map(({ name, status }) => `${name} ${status.code ?? 0}`).sort()).toEqual([
      'SELECT 0',
      'SELECT users 2',
      'transaction 2',
      'users.list 2',
    ])
    const [timeouts] = await telemetry.points('db.client.connection.timeouts')
    expect(timeouts?.value).toBe(2)
  })

  test('of a call that waits in a transaction is under the span of its caller', async ({
    openAnother,
    telemetry,
  }) => {
    const db = openAnother()
    instrument(db, telemetry)

    const inner: string[] = []
    await db.transaction(async (tx) => {
      const reads = [1, 2, 3].map(() => telemetry.request(() => tx.users.list({ limit: 1 })))
      inner.push(...(await Promise.all(reads)).map(({ id }) => id))
    })

    const spans = await telemetry.spans()
    const lists = spans.filter(({ name }) => name === 'users.list')
    expect(lists.map(({ parentId }) => parentId)).toEqual(inner)
  })
})

describe('metrics', () => {
  test('count connections and calls', async ({ openAnother, telemetry, url }) => {
    const db = openAnother({ max: 3 })
    instrument(db, telemetry)
    await Promise.all([db.ping(), db.users.list()])

    const duration = await telemetry.points('db.client.operation.duration')
    const { host } = new URL(url)
    const pool = { 'db.client.connection.pool.name': `${host}/${databaseOf(url)}` }

    expect(duration.map(({ attributes }) => attributes['db.query.summary']).sort()).toEqual([
      'SELECT',
      'users.list',
    ])
    expect(duration[0]).toMatchObject({
      unit: 's',
      value: 1,
      bounds: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10],
    })
    expect(duration[0]?.attributes).not.toHaveProperty('db.query.text')
    const values = async (metric: string) =>
      (await telemetry.points(metric)).map(({ attributes, value }) => [attributes, value])
    expect(await values('db.client.connection.count')).toEqual([
      [{ ...pool, 'db.client.connection.state': 'idle' }, 2],
      [{ ...pool, 'db.client.connection.state': 'used' }, 0],
    ])
    expect(await values('db.client.connection.max')).toEqual([[pool, 3]])
    expect(await values('db.client.connection.pending_requests')).toEqual([[pool, 0]])
    expect(await values('db.client.connection.wait_time')).toEqual([[pool, 2]])
    expect(await values('db.client.connection.timeouts')).toEqual([[pool, 0]])
  })
})

describe('instrument()', () => {
  test('uses the providers that are registered globally, and a pool of the service', async ({
    telemetry,
    url,
  }) => {
    const pool = new pg.Pool({ connectionString: url })
    await using db = openDatabase(pool)
    const { trace, metrics } = await import('@opentelemetry/api')
    trace.setGlobalTracerProvider(telemetry.tracerProvider)
    metrics.setGlobalMeterProvider(telemetry.meterProvider)
    try {
      instrument(db)
      await db.ping()

      const [span] = await telemetry.spans()
      expect(span?.attributes).toMatchObject({ 'db.namespace': databaseOf(url) })
      expect(await telemetry.points('db.client.connection.count')).toHaveLength(2)
    } finally {
      trace.disable()
      metrics.disable()
      await db.close()
      await pool.end()
    }
  })

  test('returns the function that ends it', async ({ openAnother, telemetry }) => {
    const db = openAnother()
    const stop = instrument(db, telemetry)
    await db.ping()
    const stats = vi.spyOn(db, 'stats')

    stop()
    await db.ping()
    await telemetry.points('db.client.connection.count')

    expect(await telemetry.spans()).toHaveLength(1)
    expect(stats).not.toHaveBeenCalled()
  })

  test('refuses what is not a provider, and unknown options', async ({ db }) => {
    expect(() => instrument(db, { tracerProvider: {} as never })).toThrow(/tracerProvider/)
    expect(() => instrument(db, { meter: 1 } as never)).toThrow(/Unknown field "meter"/)
  })
})
