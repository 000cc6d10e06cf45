import { sql } from 'kysely'
import { describe, expect, vi } from 'vitest'
import { openDatabase, type QueryEvent } from '../../src/index.ts'
import { test } from '../support/database.ts'
import { aUser, caught } from '../support/factories.ts'
import { TcpProxy } from '../support/tcp-proxy.ts'

describe('stats()', () => {
  test('counts connections, calls and prepared statements', async ({ openAnother }) => {
    const db = openAnother({ max: 2 })
    expect(db.stats()).toEqual({
      connections: { open: 0, idle: 0, inUse: 0, max: 2 },
      waiting: 0,
      inFlight: 0,
      prepared: 0,
      replicas: [],
    })

    const user = await db.users.create(aUser())
    const afterOne = db.stats()
    const calls = [1, 2, 3].map(() => sql`select pg_sleep(0.5)`.execute(db.kysely))
    await vi.waitFor(() => expect(db.stats().inFlight).toBe(2), { timeout: 5_000, interval: 5 })
    const reads = [1, 2, 3].map(() => db.users.find(user.userId))
    await vi.waitFor(() => expect(db.stats().waiting).toBe(4), { timeout: 1_000, interval: 5 })
    const busy = db.stats()
    await Promise.all([...calls, ...reads])

    expect(afterOne).toEqual({
      connections: { open: 1, idle: 1, inUse: 0, max: 2 },
      waiting: 0,
      inFlight: 0,
      prepared: 1,
      replicas: [],
    })
    expect(busy).toMatchObject({ connections: { open: 2, idle: 0, inUse: 2 }, inFlight: 2 })
    expect(db.stats()).toMatchObject({ connections: { inUse: 0 }, waiting: 0, inFlight: 0 })
  })

  test('counts the reads of a batch', async ({ openAnother }) => {
    const db = openAnother({ max: 1 })
    const user = await db.users.create(aUser())
    await db.users.find(user.userId)

    const calls = [1, 2, 3, 4].map(() => db.users.find(user.userId))
    await vi.waitFor(() => expect(db.stats().inFlight + db.stats().waiting).toBe(4), {
      timeout: 1_000,
      interval: 0,
    })
    await Promise.all(calls)

    expect(db.stats()).toMatchObject({ waiting: 0, inFlight: 0 })
  })
})

describe('ping()', () => {
  test('returns milliseconds', async ({ db }) => {
    const taken = await db.ping({ timeout: 5_000 })

    expect(taken).toBeGreaterThan(0)
    expect(taken).toBeLessThan(5_000)
  })

  test('fails within its timeout when the server does not answer', async ({ url }) => {
    await using proxy = await TcpProxy.start(url)
    await using db = openDatabase(proxy.url)
    await db.ping()
    proxy.isFrozen = true
    const start = performance.now()

    const error = await caught(db.ping({ timeout: 200 }))

    expect(error).toMatchObject({ name: 'UnavailableError', retryable: true })
    expect(performance.now() - start).toBeLessThan(4_000)
  })
})

describe('query events', () => {
  test('have the start, the wait for a connection and the attempts', async ({ openAnother }) => {
    const db = openAnother({ max: 1 })
    await db.ping()
    const events: QueryEvent[] = []
    db.on('query', (event) => events.push(event))
    const before = Date.now()

    await Promise.all([sql`select pg_sleep(0.3)`.execute(db.kysely), db.users.list({ limit: 1 })])

    const [slow, waiting] = events
    expect(slow).toMatchObject({ attempts: 1, transaction: undefined })
    expect(slow!.waited).toBeLessThan(250)
    expect(waiting!.name).toMatch(/^users\.list/)
    expect(waiting!.waited).toBeGreaterThan(250)
    expect(waiting!.waited).toBeLessThanOrEqual(waiting!.milliseconds)
    expect(Math.abs(waiting!.start.getTime() - before)).toBeLessThan(200)
  })

  test('of one transaction share a number, which no other has', async ({ openAnother }) => {
    const db = openAnother()
    const events: QueryEvent[] = []
    db.on('query', (event) => events.push(event))

    await db.transaction(async (tx) => {
      await tx.users.list({ limit: 1 })
      await sql`select 1`.execute(tx.kysely)
    })
    await db.kysely.transaction().execute((trx) => sql`select 1`.execute(trx))
    await db.users.list({ limit: 1 })

    const numbers = events.map(({ transaction }) => transaction)
    expect(new Set(numbers.slice(0, 4)).size).toBe(1)
    expect(new Set(numbers.slice(4, 7)).size).toBe(1)
    expect(new Set(numbers).size).toBe(3)
    expect(numbers.at(-1)).toBeUndefined()
  })
})
