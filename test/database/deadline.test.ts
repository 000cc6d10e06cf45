import { getEventListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { sql } from 'kysely'
import pg from 'pg'
import { describe, expect, vi } from 'vitest'
import {
  type Database,
  openDatabase,
  type QueryEvent,
  type Transaction,
  UnavailableError,
} from '../../src/index.ts'
import { test } from '../support/database.ts'
import { aUser, caught } from '../support/factories.ts'
import { TcpProxy } from '../support/tcp-proxy.ts'

const sleepOnServer = (db: Pick<Database, 'kysely'>, seconds: number) =>
  sql`select pg_sleep(${seconds}::float8)`.execute(db.kysely)

async function milliseconds(call: Promise<unknown>): Promise<number> {
  const start = performance.now()
  await call
  return performance.now() - start
}

const backendOf = async (db: Database) => {
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db.kysely)
  return rows[0]!.pid
}

/** The only client of a pool. */
const idleClient = async (pool: pg.Pool) => {
  const client = await pool.connect()
  client.release()
  return client
}

describe('the timeout of a transaction', () => {
  test('cancels a query inside, and rolls back', async ({ db }) => {
    const input = aUser()
    const call = caught(
      db.transaction(
        async (tx) => {
          await tx.users.create(input)
          await sleepOnServer(tx, 5)
        },
        { timeout: 100 },
      ),
    )

    expect(await milliseconds(call)).toBeLessThan(3_000)
    expect(await call).toMatchObject({ name: 'UnavailableError', retryable: true })
    expect(await db.users.existsByEmail(input.email)).toBe(false)
  })

  test('does not wait for a function that waits for something else', async ({ openAnother }) => {
    const db = openAnother({ max: 1 })
    await db.ping()
    const input = aUser()
    let tx: Transaction | undefined
    const call = caught(
      db.transaction(
        async (given) => {
          tx = given
          await tx.users.create(input)
          await new Promise(() => {})
        },
        { timeout: 1_000 },
      ),
    )

    expect(await call).toMatchObject({ name: 'UnavailableError', retryable: true })
    expect(await db.users.existsByEmail(input.email)).toBe(false)
    expect(String(await caught(tx!.users.list()))).toContain('1000 ms')
  })

  test('ends a savepoint and an import inside, too', async ({ db }) => {
    const input = aUser()
    const rows = async function* () {
      yield { legalName: 'Deadline', displayName: 'Deadline' }
      await new Promise(() => {})
    }
    for (const wait of [
      (tx: Transaction) => tx.savepoint(() => new Promise<void>(() => {})),
      (tx: Transaction) => tx.customers.importMany(rows()),
    ]) {
      const call = caught(
        db.transaction(
          async (tx) => {
            await tx.users.create(input)
            await wait(tx)
          },
          { timeout: 100 },
        ),
      )
      expect(await milliseconds(call)).toBeLessThan(3_000)
      expect(await call).toBeInstanceOf(UnavailableError)
      expect(await db.users.existsByEmail(input.email)).toBe(false)
    }
  })

  test('ends calls that were not awaited, and the connection stays', async ({ openAnother }) => {
    const db = openAnother({ max: 1 })
    const pid = await backendOf(db)

    const call = db.transaction(async (tx) => void sleepOnServer(tx, 5).catch(() => {}), { timeout: 200 })

    expect(await caught(call)).toMatchObject({ name: 'UnavailableError', retryable: true })
    expect(await backendOf(db)).toBe(pid)
  })

  test('holds for COMMIT', async ({ db }) => {
    await sql`
      create table slow_commit (a int);
      create function slow_commit() returns trigger language plpgsql as $$ begin perform pg_sleep(5); return null; end $$;
      create constraint trigger slow_commit after insert on slow_commit deferrable initially deferred
        for each row execute function slow_commit()`.execute(db.kysely)
    const call = caught(
      db.transaction(async (tx) => void (await sql`insert into slow_commit values (1)`.execute(tx.kysely)), {
        timeout: 200,
      }),
    )

    expect(await milliseconds(call)).toBeLessThan(3_000)
    expect(await call).toMatchObject({ name: 'UnavailableError', retryable: true })
    expect((await sql`select from slow_commit`.execute(db.kysely)).rows).toEqual([])
  })

  test('holds for all attempts that retries allow', async ({ db }) => {
    let runs = 0
    const call = caught(
      db.transaction(
        async (tx) => {
          runs += 1
          await sleep(60)
          await sql`do $$ begin raise exception 'x' using errcode = '40001'; end $$`.execute(tx.kysely)
        },
        { retries: 20, timeout: 200 },
      ),
    )

    expect(await milliseconds(call)).toBeLessThan(2_000)
    await call
    expect(runs).toBeLessThan(5)
  })
})

describe('the signal of a transaction', () => {
  test('rolls back when it comes before COMMIT', async ({ db }) => {
    const input = aUser()
    const reason = new Error('the client hung up')
    const controller = new AbortController()

    const error = await caught(
      db.transaction(
        async (tx) => {
          await tx.users.create(input)
          controller.abort(reason)
        },
        { signal: controller.signal },
      ),
    )

    expect(error).toBe(reason)
    expect(await db.users.existsByEmail(input.email)).toBe(false)
  })

  test('is the reason, too, while the transaction waits for a connection', async ({ openAnother }) => {
    const db = openAnother({ max: 1 })
    const reason = new Error('the client hung up')
    const controller = new AbortController()
    const end = Promise.withResolvers<void>()
    const busy = db.transaction(() => end.promise)

    const waiting = caught(db.transaction(async () => 1, { signal: controller.signal }))
    await sleep(20)
    controller.abort(reason)

    expect(await waiting).toBe(reason)
    end.resolve()
    await busy
  })

  test('that comes when the connection is there, but BEGIN is not sent yet, keeps the function from running', async ({
    url,
  }) => {
    const pool = new pg.Pool({ connectionString: url, max: 1 })
    const db = openDatabase(pool)
    const controller = new AbortController()
    const reason = new Error('the client hung up')
    let runs = 0
    await db.ping()
    const sent = vi.spyOn(await idleClient(pool), 'query')
    pool.once('acquire', () => queueMicrotask(() => controller.abort(reason)))

    const call = db.transaction(
      async () => {
        runs += 1
      },
      { signal: controller.signal },
    )

    expect(await caught(call)).toBe(reason)
    expect({ runs, sent: sent.mock.calls }).toEqual({ runs: 0, sent: [] })
    await db.close()
    await pool.end()
  })

  test('that comes with the answer to BEGIN keeps the function from running, too', async ({ db }) => {
    const controller = new AbortController()
    const reason = new Error('the client hung up')
    let runs = 0
    const sent: string[] = []
    const stop = db.on('query', ({ sql }) => {
      sent.push(sql)
      if (/^begin/i.test(sql)) controller.abort(reason)
    })

    const call = db.transaction(
      async () => {
        runs += 1
      },
      { signal: controller.signal },
    )

    expect(await caught(call)).toBe(reason)
    stop()
    expect({ runs, sent }).toEqual({ runs: 0, sent: ['begin', 'rollback'] })
  })

  test('may have any reason', async ({ db }) => {
    const { userId } = await db.users.create(aUser())
    for (const reason of ['text', null, 42, { a: 1 }]) {
      const signal = AbortSignal.abort(reason)
      expect(await caught(db.users.find(userId, { signal }))).toBe(reason)
      expect(await caught(db.users.list({}, { signal }))).toBe(reason)
      expect(await caught(db.transaction((tx) => tx.users.find(userId, { signal })))).toBe(reason)
      expect(await caught(db.transaction(async () => 1, { signal }))).toBe(reason)
    }
  })

  test('leaves no listener behind', async ({ db }) => {
    const { signal } = new AbortController()
    const { userId } = await db.users.create(aUser(), { signal })

    await db.users.find(userId, { signal })
    await db.transaction((tx) => tx.users.find(userId, { signal }), { signal })
    await db.customers.importMany([{ legalName: 'Listener', displayName: 'Listener' }], { signal })

    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('is forgotten when the transaction is over', async ({ db }) => {
    setFlagsFromString('--expose-gc')
    const collectGarbage: () => void = runInNewContext('gc')
    const transact = async () => {
      const { signal } = new AbortController()
      await db.transaction((tx) => tx.users.list({ limit: 1 }), { signal })
      return new WeakRef(signal)
    }
    // The first one opens the connection, which may keep something of it.
    await transact()
    const signal = await transact()

    await expect
      .poll(() => {
        collectGarbage()
        return signal.deref() === undefined
      })
      .toBe(true)
  })
})

describe('a call in a transaction', () => {
  test('that is cancelled before it was sent costs nothing', async ({ openAnother }) => {
    const db = openAnother({ max: 1 })
    const pid = await backendOf(db)

    await db.transaction(async (tx) => {
      await caught(tx.users.list({}, { signal: AbortSignal.abort() }))
      await tx.users.create(aUser())
    })

    expect(await backendOf(db)).toBe(pid)
  })

  test('whose turn does not come in time rejects, and leaves the one before it', async ({ db }) => {
    const call = db.transaction(async (tx) => {
      const slow = sql<{ one: number }>`select 1 as one from pg_sleep(0.6)`.execute(tx.kysely)
      await sleep(50)
      const start = performance.now()
      const error = await caught(tx.users.existsByEmail('none@x.test', { timeout: 100 }))
      return { waited: performance.now() - start, error, rows: (await slow).rows }
    })

    expect(await call).toMatchObject({ error: { retryable: true }, rows: [{ one: 1 }] })
    expect((await call).waited).toBeLessThan(500)
  })

  test('that loses the connection is retryable, and so is the transaction', async ({ db }) => {
    const input = aUser()
    const errors: unknown[] = []

    errors.push(
      await caught(
        db.transaction(async (tx) => {
          await tx.users.create(input)
          const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx.kysely)
          await sql`select pg_terminate_backend(${rows[0]!.pid}::int)`.execute(db.kysely)
          await tx.users.create(aUser()).catch((error: unknown) => {
            errors.push(error)
            throw error
          })
        }),
      ),
    )

    expect(errors).toHaveLength(2)
    for (const error of errors) expect(error).toMatchObject({ name: 'UnavailableError', retryable: true })
    expect(await db.users.existsByEmail(input.email)).toBe(false)
  })

  test('retries run it again after a lost connection', async ({ db }) => {
    const input = aUser()
    let runs = 0

    await db.transaction(
      async (tx) => {
        runs += 1
        await tx.users.create(input)
        if (runs === 1) {
          const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx.kysely)
          await sql`select pg_terminate_backend(${rows[0]!.pid}::int)`.execute(db.kysely)
          await tx.users.list()
        }
      },
      { retries: 3 },
    )

    expect(runs).toBe(2)
    expect(await db.users.existsByEmail(input.email)).toBe(true)
  })
})

describe('a cancel request', () => {
  test('that is late never reaches the next query of the connection', async ({ url }) => {
    await using proxy = await TcpProxy.start(url)
    proxy.cancelDelay = 1_500
    await using db = openDatabase({ connectionString: proxy.url, max: 3, application_name: 'impatient' })
    await Promise.all([1, 2, 3].map(() => sleepOnServer(db, 0.1)))
    const locker = new pg.Client(url)
    await locker.connect()
    await locker.query('begin; lock table users in access exclusive mode')
    // One call is answered, one cancelled by another request, and one loses its connection.
    const end = (fn: string, query: string) =>
      `select ${fn}(pid) from pg_stat_activity where application_name = 'impatient' and query like '${query}%';`
    const ends = `${end('pg_cancel_backend', 'select pg_sleep')} ${end('pg_terminate_backend', 'insert')} commit`

    const calls = Promise.all([
      db.users.list({ limit: 2 }, { timeout: 200 }).catch((error: unknown) => error),
      caught(sleepOnServer(db.with({ timeout: 200 }), 30)),
      caught(db.users.create(aUser(), { timeout: 200 })),
    ])
    await expect.poll(() => proxy.cancelRequests, { interval: 10, timeout: 10_000 }).toBe(3)
    await locker.query(ends)
    const [answered, cancelled, lost] = await calls
    const innocents = await Promise.all(
      [1, 2, 3].map((n) => sql<{ n: number }>`select ${n}::int as n from pg_sleep(2)`.execute(db.kysely)),
    )

    expect(answered).toHaveProperty('items')
    expect(cancelled).toMatchObject({ name: 'UnavailableError', retryable: true })
    expect(lost).toMatchObject({ name: 'UnavailableError', retryable: false })
    expect(innocents.map(({ rows }) => rows)).toEqual([[{ n: 1 }], [{ n: 2 }], [{ n: 3 }]])
    await locker.end()
  })

  test('is sent when the last caller of shared reads has left', async ({ url, db: direct, openAnother }) => {
    const db = openAnother({ max: 2, application_name: 'left' })
    const { userId } = await db.users.create(aUser())
    const locker = new pg.Client(url)
    await locker.connect()
    await locker.query('begin; lock table users in access exclusive mode')

    const errors = await Promise.all(
      [50, 60, 70].map((timeout) => caught(db.users.find(userId, { timeout }))),
    )

    for (const error of errors) expect(error).toMatchObject({ name: 'UnavailableError', retryable: true })
    await expect
      .poll(async () => {
        const { rows } = await sql`
          select from pg_stat_activity where application_name = 'left' and state = 'active'`.execute(
          direct.kysely,
        )
        return rows.length
      })
      .toBe(0)
    await locker.query('commit')
    await locker.end()
    expect((await db.users.get(userId)).userId).toBe(userId)
  })
})

describe('options of openDatabase', () => {
  test('timeout is the default of every call', async ({ openAnother }) => {
    const db = openAnother({ timeout: 100 })

    const errors = [
      await caught(sleepOnServer(db, 5)),
      await caught(db.transaction((tx) => sleepOnServer(tx, 5))),
      await caught(
        db.customers.importMany(
          (async function* () {
            yield { legalName: 'Never', displayName: 'Never' }
            await new Promise(() => {})
          })(),
        ),
      ),
    ]

    for (const error of errors) expect(error).toMatchObject({ name: 'UnavailableError' })
    await db.transaction((tx) => sleepOnServer(tx, 0.2), { timeout: Number.POSITIVE_INFINITY })
  })

  test('retry repeats what certainly had no effect', async ({ url }) => {
    await using proxy = await TcpProxy.start(url)
    await using db = openDatabase({ connectionString: proxy.url, retry: 5_000, max: 2 })
    const { userId } = await db.users.create(aUser())
    const reads = Array.from({ length: 10 }, () => db.users.find(userId))
    proxy.cut()

    for (const user of await Promise.all(reads)) expect(user?.userId).toBe(userId)
  })

  test('retry never repeats what may have happened', async ({ db, openAnother, url }) => {
    const { userId } = await db.users.create(aUser())
    const other = openAnother({ retry: 5_000, max: 1, application_name: 'once' })
    const events: QueryEvent[] = []
    other.on('query', (event) => events.push(event))
    const locker = new pg.Client(url)
    await locker.connect()
    await locker.query('begin')
    await locker.query('update users set name = name where user_id = $1', [userId])
    const call = caught(other.users.update(userId, { name: 'Other' }))
    await expect
      .poll(async () => {
        const { rows } = await sql`
          select pg_terminate_backend(pid) from pg_stat_activity
          where application_name = 'once' and state = 'active'`.execute(db.kysely)
        return rows.length
      })
      .toBe(1)
    await locker.query('rollback')
    await locker.end()

    expect(await call).toMatchObject({ name: 'UnavailableError', retryable: false })
    expect((await db.users.get(userId)).name).not.toBe('Other')
  })

  test('retry ends at its deadline', async () => {
    await using db = openDatabase({ connectionString: 'postgres://postgres@127.0.0.1:1/missing', retry: 300 })
    const call = caught(db.users.list())

    const waited = await milliseconds(call)

    expect(await call).toMatchObject({ name: 'UnavailableError', retryable: true })
    expect(waited).toBeLessThan(2_000)
  })
})

describe('db.with', () => {
  test('binds signal and timeout to every call, transactions included', async ({ db }) => {
    const reason = new Error('the request is over')
    const controller = new AbortController()
    const bound = db.with({ signal: controller.signal, timeout: 5_000 })
    const { userId } = await bound.users.create(aUser())
    const calls = [
      caught(bound.transaction((tx) => sleepOnServer(tx, 5))),
      caught(bound.with({ timeout: 4_000 }).transaction((tx) => sleepOnServer(tx, 5))),
    ]
    await sleep(50)

    controller.abort(reason)

    expect(await Promise.all(calls)).toEqual([reason, reason])
    expect(await caught(bound.users.find(userId))).toBe(reason)
    expect((await db.users.get(userId)).userId).toBe(userId)
  })

  test("a call's own signal cancels it, too, and its own timeout goes before", async ({ db }) => {
    const reason = new Error('this call alone')
    const bound = db.with({ signal: new AbortController().signal, timeout: 50 })

    expect(await caught(bound.users.list({}, { signal: AbortSignal.abort(reason) }))).toBe(reason)
    await bound.transaction((tx) => sleepOnServer(tx, 0.2), { timeout: 5_000 })
    expect(await caught(bound.transaction((tx) => sleepOnServer(tx, 5)))).toBeInstanceOf(UnavailableError)
  })

  test('refuses what it does not know', async ({ db }) => {
    expect(() => db.with({ timeOut: 5 } as object)).toThrow('timeOut')
    expect(() => db.with({ timeout: -5 })).toThrow('timeout')
    expect(() => db.with({ signal: {} as AbortSignal })).toThrow('signal')
  })
})

describe('close', () => {
  test('with a timeout ends a transaction whose function never returns, and its callers', async ({ url }) => {
    const db = openDatabase({ connectionString: url, max: 1 })
    const stuck = caught(db.transaction(() => new Promise(() => {})))
    await sleep(50)
    const waiting = caught(db.users.list())

    const waited = await milliseconds(db.close({ timeout: 100 }))

    expect(waited).toBeLessThan(3_000)
    for (const error of [await stuck, await waiting]) {
      expect(error).toMatchObject({ name: 'UnavailableError', retryable: true })
      expect(String(error)).toContain('closed')
    }
  })

  test("of a service's pool waits for its calls, and removes every listener", async ({ url }) => {
    const pool = new pg.Pool({ connectionString: url, max: 1 })
    const clients: pg.PoolClient[] = []
    pool.on('connect', (client) => clients.push(client))
    await openDatabase(pool).close()
    for (let n = 0; n < 5; n += 1) {
      const db = openDatabase(pool)
      const call = sleepOnServer(db, 0.05)
      await sleep(10)
      await db.close()
      await call
    }
    const [client] = clients
    const counts = ['error', 'notice'].map((event) => client!.listenerCount(event))

    await pool.query('select 1')
    const alone = new pg.Pool({ connectionString: url, max: 1 })
    const untouched = await alone.connect()
    untouched.release()

    expect(clients).toHaveLength(1)
    expect(counts).toEqual(['error', 'notice'].map((event) => untouched.listenerCount(event)))
    expect(pool.eventNames().filter((name) => name !== 'connect')).toEqual([])
    // The server may end their connections before they are closed.
    for (const each of [pool, alone]) each.on('error', () => {})
    await Promise.all([pool.end(), alone.end()])
  })
})
