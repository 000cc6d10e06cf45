import { sql } from 'kysely'
import pg from 'pg'
import { describe, expect, vi } from 'vitest'
import type { Database, SlowQueryEvent } from '../../src/index.ts'
import { test } from '../support/database.ts'
import { runSql } from '../support/databases.ts'
import { aUser, caught } from '../support/factories.ts'

function slowQueriesOf(db: Database): SlowQueryEvent[] {
  const events: SlowQueryEvent[] = []
  db.on('slow', (event) => events.push(event))
  return events
}

const arrived = (events: SlowQueryEvent[], count: number) =>
  vi.waitFor(() => expect(events).toHaveLength(count), { timeout: 15_000, interval: 20 })

describe('the event slow', () => {
  test('follows a query that took as long as the option says, and no other', async ({ openAnother }) => {
    const db = openAnother({ slowQueries: { milliseconds: 400 } })
    const events = slowQueriesOf(db)

    await db.ping()
    await sql`select pg_sleep(0.5)`.execute(db.kysely)

    await arrived(events, 1)
    expect(events[0]).toMatchObject({ sql: 'select pg_sleep(0.5)', attempts: 1, plan: undefined })
    expect(events[0]?.milliseconds).toBeGreaterThanOrEqual(400)
  })

  test('does not count the wait for a connection', async ({ openAnother }) => {
    const db = openAnother({ max: 1, slowQueries: { milliseconds: 800 } })
    await db.users.list({ limit: 1 })
    const events = slowQueriesOf(db)

    await Promise.all([sql`select pg_sleep(1)`.execute(db.kysely), db.users.list({ limit: 1 })])

    await arrived(events, 1)
    expect(events[0]?.sql).toBe('select pg_sleep(1)')
  })

  test('follows a call that its timeout has ended, and one that was aborted too late', async ({
    openAnother,
  }) => {
    const db = openAnother({ slowQueries: { milliseconds: 500 } })
    const events = slowQueriesOf(db)

    await db.ping()
    await caught(sql`select pg_sleep(20)`.execute(db.with({ timeout: 400 }).kysely))
    await db.ping()
    await caught(sql`select pg_sleep(30)`.execute(db.kysely, { signal: AbortSignal.timeout(2_000) }))

    await arrived(events, 2)
    expect(events.map((event) => event.sql)).toEqual(['select pg_sleep(20)', 'select pg_sleep(30)'])
    expect(events.map(({ error }) => (error as Error).name)).toEqual(['UnavailableError', 'AbortError'])
  })

  test('carries the plan of a statement, without its values', async ({ openAnother, url }) => {
    const db = openAnother({ slowQueries: { milliseconds: 1, plan: true } })
    const { email } = await db.users.create(aUser())
    await lockForAMoment(url)
    const events = slowQueriesOf(db)

    await db.users.findByEmail(email)

    await arrived(events, 1)
    expect(events[0]?.name).toBe('users.findByEmail')
    expect(events[0]?.plan).toMatch(/Scan.* on users/)
    expect(events[0]?.plan).toContain('email = $1')
    expect(JSON.stringify(events[0])).not.toContain(email)
  })

  test('carries the plan of own queries, and executes none', async ({ openAnother }) => {
    const db = openAnother({ slowQueries: { milliseconds: 300, plan: true } })
    const before = await count(db)
    const events = slowQueriesOf(db)

    await sql`insert into users (name, email, password) select ${'Slow'}, ${'slow@example.test'}, ${aUser().passwordHash} from pg_sleep(0.4)`.execute(
      db.kysely,
    )

    await arrived(events, 1)
    expect(events[0]?.plan).toMatch(/^Insert on users/)
    expect(await count(db)).toBe(before + 1)
  })

  test('has no plan where there is none, and executes no statement behind the first', async ({
    openAnother,
  }) => {
    const db = openAnother({ slowQueries: { milliseconds: 300, plan: true } })
    const events = slowQueriesOf(db)

    await sql.raw('select pg_sleep(0.4); create table if not exists twice ()').execute(db.kysely)
    await sql.raw('drop table twice').execute(db.kysely)

    await arrived(events, 1)
    expect(events[0]?.plan).toBeUndefined()
    const { rows } = await sql`select to_regclass('twice') as found`.execute(db.kysely)
    expect(rows).toEqual([{ found: null }])
  })

  test('asks for one plan of the same SQL, on one connection that is closed afterwards', async ({
    openAnother,
    url,
  }) => {
    const db = openAnother({
      max: 5,
      application_name: 'plans',
      slowQueries: { milliseconds: 300, plan: true },
    })
    const events = slowQueriesOf(db)

    await Promise.all([1, 2, 3, 4].map(() => sql`select pg_sleep(0.4)`.execute(db.kysely)))

    await arrived(events, 4)
    expect(new Set(events.map(({ plan }) => plan)).size).toBe(1)
    expect(events[0]?.plan).toMatch(/^Result/)
    await vi.waitFor(
      async () => {
        const rows = await runSql(url, `select from pg_stat_activity where application_name = 'plans'`)
        expect(rows).toHaveLength(db.stats().connections.open)
      },
      { timeout: 5_000 },
    )
  })

  test('follows at once without its plan when the database is closed', async ({ openAnother }) => {
    const db = openAnother({ slowQueries: { milliseconds: 300, plan: true } })
    const events = slowQueriesOf(db)

    // The plan of the second query has to wait for a second.
    await Promise.all(['a', 'b'].map((name) => sql.raw(`select pg_sleep(0.4) as ${name}`).execute(db.kysely)))
    await db.close()

    await arrived(events, 2)
    expect(events.filter(({ plan }) => plan === undefined)).not.toEqual([])
  })

  test('is not waited for by the call, nor by close()', async ({ openAnother }) => {
    const db = openAnother({ slowQueries: { milliseconds: 300, plan: true } })
    const events = slowQueriesOf(db)

    await sql`select pg_sleep(0.4)`.execute(db.kysely)
    const atReturn = events.length
    await db.close()

    expect(atReturn).toBe(0)
    await arrived(events, 1)
  })
})

test('options and listeners are checked', ({ db, openAnother }) => {
  expect(() => openAnother({ slowQueries: { milliseconds: 0 } })).toThrow(/milliseconds/)
  expect(() => openAnother({ slowQueries: { plans: true } as never })).toThrow(/Unknown field "plans"/)
  expect(() => db.on('slowly' as never, () => {})).toThrow(/must be 'query', 'slow', 'call' or 'fileError'/)
  expect(() => db.on('slow', undefined as never)).toThrow(/"listener" must be a function/)
})

async function count(db: Database): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*)::int as count from users`.execute(db.kysely)
  return rows[0]?.count ?? 0
}

/** Makes the next read of users wait. */
async function lockForAMoment(url: string): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  await client.query('begin; lock table users')
  setTimeout(() => void client.end(), 300)
}
