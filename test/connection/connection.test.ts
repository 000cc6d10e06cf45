import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import pg from 'pg'
import { describe, expect } from 'vitest'
import {
  DatabaseError,
  InvalidInputError,
  openDatabase,
  type QueryEvent,
  UnavailableError,
} from '../../src/index.ts'
import { test } from '../support/database.ts'
import { aUser, caught } from '../support/factories.ts'

const ABSENT = '00000000-0000-7000-8000-000000000000'

const backendOf = async (db: ReturnType<typeof openDatabase>) => {
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db.kysely)
  return rows[0]!.pid
}

const terminate = (db: ReturnType<typeof openDatabase>, pid: number) =>
  sql`select pg_terminate_backend(${pid}::int)`.execute(db.kysely)

describe('openDatabase', () => {
  test('refuses what is no database, without repeating it', () => {
    for (const source of [
      undefined,
      '',
      'mysql://root:secret@host/db',
      { connectionString: undefined },
      42,
      null,
    ]) {
      let error: unknown
      try {
        openDatabase(source as never)
      } catch (thrown) {
        error = thrown
      }
      expect(error).toBeInstanceOf(InvalidInputError)
      expect(String(error)).toContain('DATABASE_URL')
      expect(String(error)).not.toContain('secret')
    }
  })

  test('a server that is not there is an UnavailableError that may be retried', async () => {
    await using db = openDatabase('postgres://postgres@127.0.0.1:1/missing')

    const error = await caught(db.users.find('00000000-0000-7000-8000-000000000000'))

    expect(error).toBeInstanceOf(UnavailableError)
    expect(error).toMatchObject({ retryable: true })
  })

  test("a pool of the service's own works the same and is never ended", async ({ url }) => {
    const pool = new pg.Pool({ connectionString: url })
    const db = openDatabase(pool)
    const user = await db.users.create(aUser())

    await db.close()

    const { rows } = await pool.query('select created_at from users where user_id = $1', [user.userId])
    expect(rows).toEqual([{ created_at: user.createdAt }])
    expect(pool.listenerCount('error') + pool.listenerCount('acquire')).toBe(0)
    expect(await caught(db.users.find(user.userId))).toBeInstanceOf(DatabaseError)
    await pool.end()
  })

  test("a statement prepared under the same name by another version is not run in this one's place", async ({
    url,
  }) => {
    const pool = new pg.Pool({ connectionString: url, max: 1 })
    await pool.query({ name: 'users.find', text: 'select $1::uuid as "userId"', values: [ABSENT] })
    const db = openDatabase(pool)

    const error = await caught(db.users.find(ABSENT))

    expect(error).toBeInstanceOf(DatabaseError)
    expect(String(error)).toContain('prepared as users.find')
    expect(await db.users.existsByEmail('absent@example.test')).toBe(false)
    await pool.end()
  })

  test("pg's own type parsers are not touched", async ({ db, url }) => {
    await db.users.list()
    const client = new pg.Client(url)
    await client.connect()

    const { rows } = await client.query("select date '2026-11-23' as day")

    expect(rows[0].day).toBeInstanceOf(Date)
    await client.end()
  })

  test('prepare: false leaves no prepared statement behind', async ({ openAnother }) => {
    const prepared = async (prepare: boolean) => {
      const db = openAnother({ prepare, max: 1 })
      await db.users.list()
      const { rows } = await sql<{ name: string }>`select name from pg_prepared_statements`.execute(db.kysely)
      return rows.map(({ name }) => name)
    }

    expect(await prepared(true)).toEqual(['users.list'])
    expect(await prepared(false)).toEqual([])
  })
})

describe('close', () => {
  test('waits for calls under way, may be called twice, and refuses later calls', async ({ url }) => {
    const db = openDatabase(url)
    const slow = sql`select pg_sleep(0.1)`.execute(db.kysely)
    await sleep(30)

    await Promise.all([db.close(), db.close()])

    await slow
    expect(String(await caught(db.users.list()))).toContain('closed')
  })
})

describe('lost connections', () => {
  test('an idle connection that dies is replaced without a word', async ({ db, openAnother }) => {
    const other = openAnother({ max: 1 })
    const pid = await backendOf(other)

    await terminate(db, pid)
    await sleep(50)

    expect(await backendOf(other)).not.toBe(pid)
  })

  test('a read whose connection is lost may be retried, a write may not', async ({ db, openAnother }) => {
    for (const [query, retryable] of [
      [sql`select pg_sleep(5)`, true],
      [
        sql`insert into audit_log (entity_type, entity_id, action) select 'x', 'x', 'x' from pg_sleep(5)`,
        false,
      ],
    ] as const) {
      const other = openAnother({ max: 1 })
      const pid = await backendOf(other)
      const call = caught(query.execute(other.kysely))
      await sleep(50)

      await terminate(db, pid)

      expect(await call).toBeInstanceOf(UnavailableError)
      expect(await call).toMatchObject({ retryable })
    }
  })

  test('a transaction whose connection dies between calls fails and leaves nothing', async ({ db }) => {
    const input = aUser()

    const error = await caught(
      db.transaction(async (tx) => {
        await tx.users.create(input)
        const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx.kysely)
        await terminate(db, rows[0]!.pid)
        await sleep(50)
        await tx.users.create(aUser())
      }),
    )

    expect(error).toBeInstanceOf(UnavailableError)
    expect(await db.users.existsByEmail(input.email)).toBe(false)
  })

  test('a constraint violation does not cost a connection', async ({ openAnother }) => {
    const db = openAnother({ max: 1 })
    const { email } = await db.users.create(aUser())
    const pid = await backendOf(db)

    await caught(db.users.create(aUser({ email })))

    expect(await backendOf(db)).toBe(pid)
  })

  test('a schema change under a prepared statement goes unnoticed', async ({ openAnother }) => {
    const db = openAnother({ max: 2 })
    const user = await db.users.create(aUser())
    await db.users.get(user.userId)

    await sql`alter table users alter column name type varchar(100)`.execute(db.kysely)

    expect(await db.users.get(user.userId)).toEqual(user)
  })
})

describe('timeout and signal', () => {
  test('a timeout cancels the query on the server, and the connection stays', async ({ db, openAnother }) => {
    const other = openAnother({ max: 1 })
    const pid = await backendOf(other)
    const user = await db.users.create(aUser())

    await db.transaction(async (tx) => {
      await tx.users.update(user.userId, { name: 'Locked' })
      const started = performance.now()
      const error = await caught(other.users.update(user.userId, { name: 'Waiting' }, { timeout: 50 }))
      expect(error).toBeInstanceOf(UnavailableError)
      expect(error).toMatchObject({ retryable: true })
      expect(String(error)).toContain('50 ms')
      expect(performance.now() - started).toBeLessThan(1_000)
    })

    expect(await backendOf(other)).toBe(pid)
    expect((await db.users.get(user.userId)).name).toBe('Locked')
  })

  test('an aborted call rejects with the reason of its signal', async ({ db }) => {
    const user = await db.users.create(aUser())
    const reason = new Error('the client hung up')
    const controller = new AbortController()

    await db.transaction(async (tx) => {
      await tx.users.update(user.userId, { name: 'Locked' })
      const call = caught(db.users.update(user.userId, { name: 'Waiting' }, { signal: controller.signal }))
      setTimeout(() => controller.abort(reason), 30)
      expect(await call).toBe(reason)
    })

    expect(await caught(db.users.get(user.userId, { signal: controller.signal }))).toBe(reason)
    expect((await db.users.get(user.userId)).name).toBe('Locked')
  })

  test('a call that is quick enough leaves nothing behind', async ({ db }) => {
    const controller = new AbortController()
    const { userId } = await db.users.create(aUser(), { signal: controller.signal, timeout: 10_000 })

    controller.abort()

    expect((await db.users.get(userId)).userId).toBe(userId)
  })

  test('inside a transaction a cancelled call ends the transaction', async ({ db }) => {
    const input = aUser()

    const error = await caught(
      db.transaction(async (tx) => {
        await tx.users.create(input)
        await tx.users.list({}, { signal: AbortSignal.abort(new Error('stop')) })
      }),
    )

    expect(String(error)).toContain('stop')
    expect(await db.users.existsByEmail(input.email)).toBe(false)
  })
})

describe('query events', () => {
  test('tell name, sql, time, rows and error, never values', async ({ openAnother }) => {
    const db = openAnother()
    const events: QueryEvent[] = []
    const stop = db.on('query', (event) => events.push(event))
    const input = aUser()

    await db.users.create(input)
    const error = await caught(db.users.create(input))
    await db.transaction((tx) => tx.users.list({ limit: 1 }))
    stop()
    await db.users.list()

    expect(events.map(({ name, sql, rows }) => name ?? [sql, rows])).toEqual([
      'users.create',
      'users.create',
      ['begin', undefined],
      'users.list',
      ['commit', undefined],
    ])
    expect(events[0]).toMatchObject({
      sql: expect.stringContaining('insert into'),
      rows: 1,
      milliseconds: expect.any(Number),
    })
    expect(events[1]).toMatchObject({ rows: undefined, error })
    expect(JSON.stringify(events)).not.toContain(input.email)
  })
})
