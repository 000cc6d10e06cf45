import { setTimeout as sleep } from 'node:timers/promises'
import { AbortedTransactionError } from 'kysely'
import { describe, expect, vi } from 'vitest'
import { type Database, type QueryEvent, sql, type Transaction } from '../../src/index.ts'
import { test } from '../support/database.ts'
import { aUser, caught } from '../support/factories.ts'

const sleepOnServer = (db: Pick<Database, 'kysely'>, signal: AbortSignal | undefined, options = {}) =>
  sql`select pg_sleep(5)`.execute(db.kysely, { signal, ...options })

const sleepers = async (db: Database) => {
  const { rows } = await sql`
    select pid from pg_stat_activity
    where datname = current_database() and state = 'active' and query like 'select pg_sleep%'`.execute(
    db.kysely,
  )
  return rows.length
}

const numbers = (db: Pick<Database, 'kysely'>, count: number) =>
  db.kysely.selectFrom(sql<{ n: number }>`generate_series(1, ${count}::int)`.as<'s'>(sql`s(n)`)).select('s.n')

async function milliseconds(call: Promise<unknown>): Promise<number> {
  const start = performance.now()
  await call
  return performance.now() - start
}

describe('a signal', () => {
  test('cancels an own query on the server', async ({ db }) => {
    const abort = new AbortController()
    const call = caught(sleepOnServer(db, abort.signal))
    await vi.waitFor(async () => expect(await sleepers(db)).toBe(1), { timeout: 5_000 })

    abort.abort('enough')

    expect(await call).toBe('enough')
    await vi.waitFor(async () => expect(await sleepers(db)).toBe(0), { timeout: 3_000 })
  })

  test('leaves the query running with "ignore query"', async ({ db }) => {
    const abort = new AbortController()
    const call = caught(sleepOnServer(db, abort.signal, { inflightQueryAbortStrategy: 'ignore query' }))
    await vi.waitFor(async () => expect(await sleepers(db)).toBe(1), { timeout: 5_000 })

    abort.abort()
    await call
    await sleep(300)

    expect(await sleepers(db)).toBe(1)
    await sql`select pg_cancel_backend(pid) from pg_stat_activity where query like 'select pg_sleep%'`.execute(
      db.kysely,
    )
  })

  test('frees the only connection', async ({ openAnother }) => {
    const db = openAnother({ max: 1 })
    const call = caught(sleepOnServer(db, AbortSignal.timeout(200)))

    await call

    expect(await milliseconds(db.users.existsByEmail('absent@example.test'))).toBeLessThan(2_500)
  })

  test('ends the wait for a connection', async ({ openAnother }) => {
    const db = openAnother({ max: 1 })
    const blocker = caught(sleepOnServer(db, AbortSignal.timeout(1_000)))

    const call = caught(sql`select 1`.execute(db.kysely, { signal: AbortSignal.timeout(100) }))

    expect(await milliseconds(call)).toBeLessThan(800)
    expect(await call).toMatchObject({ name: 'TimeoutError' })
    await blocker
  })

  for (const inflightQueryAbortStrategy of ['cancel query', 'kill session'] as const) {
    test(`with "${inflightQueryAbortStrategy}" leaves no lock of a transaction of Kysely`, async ({
      db,
      openAnother,
    }) => {
      const other = openAnother({ max: 1 })
      const user = await db.users.create(aUser())

      const call = caught(
        other.kysely.transaction().execute(async (trx) => {
          await trx.updateTable('users').set({ name: 'Changed' }).where('user_id', '=', user.userId).execute()
          await caught(
            sql`select pg_sleep(5)`.execute(trx, {
              signal: AbortSignal.timeout(200),
              inflightQueryAbortStrategy,
            }),
          )
          await sql`select 1`.execute(trx)
        }),
      )

      expect(await milliseconds(call)).toBeLessThan(3_000)
      expect(await call).toBeInstanceOf(Error)
      await db.users.update(user.userId, { name: 'Free' }, { timeout: 3_000 })
      expect(await other.users.get(user.userId)).toMatchObject({ name: 'Free' })
    })
  }

  test('cancels inside a transaction, which can be rolled back to a savepoint', async ({ db }) => {
    const input = aUser()
    const elapsed = await milliseconds(
      db.transaction(async (tx) => {
        await tx.users.create(input)
        await caught(tx.savepoint((inner) => sleepOnServer(inner, AbortSignal.timeout(200))))
        await tx.users.existsByEmail(input.email)
      }),
    )

    expect(elapsed).toBeLessThan(3_000)
    expect(await db.users.existsByEmail(input.email)).toBe(true)
  })

  test('prints nothing', async ({ db }) => {
    const print = vi.spyOn(console, 'error')
    await caught(sleepOnServer(db, AbortSignal.timeout(100)))
    await caught(
      (async () => {
        for await (const row of numbers(db, 1_000_000).stream({
          chunkSize: 10,
          signal: AbortSignal.timeout(100),
        }))
          void row
      })(),
    )
    await sleep(300)

    expect(print).not.toHaveBeenCalled()
    print.mockRestore()
  })
})

describe('a timeout', () => {
  test('of the database holds for own queries', async ({ openAnother }) => {
    const db = openAnother({ timeout: 1_000 })
    const call = caught(sleepOnServer(db, undefined))

    expect(await milliseconds(call)).toBeLessThan(3_000)
    expect(await call).toMatchObject({ name: 'UnavailableError', code: '57014' })
  })

  test('of a view holds for own queries, as its signal does', async ({ db }) => {
    const byTimeout = await caught(sleepOnServer(db.with({ timeout: 200 }), undefined))
    const bySignal = await caught(sleepOnServer(db.with({ signal: AbortSignal.timeout(200) }), undefined))

    expect(byTimeout).toMatchObject({
      name: 'UnavailableError',
      message: 'The call took longer than its timeout of 200 ms.',
    })
    expect(bySignal).toMatchObject({ name: 'TimeoutError' })
    expect(await sleepers(db)).toBe(0)
  })

  test('includes the wait for a connection', async ({ openAnother }) => {
    const db = openAnother({ max: 1 })
    const blocker = caught(sleepOnServer(db, AbortSignal.timeout(600)))

    const call = caught(sleepOnServer(db.with({ timeout: 1_000 }), undefined))

    expect(await milliseconds(call)).toBeLessThan(1_500)
    await blocker
  })

  test('of a transaction of Kysely includes the wait for a connection', async ({ openAnother }) => {
    const db = openAnother({ max: 1 })
    const blocker = caught(sleepOnServer(db, AbortSignal.timeout(500)))

    const error = await caught(
      db
        .with({ timeout: 700 })
        .kysely.transaction()
        .execute((trx) => sql`select pg_sleep(0.5)`.execute(trx)),
    )

    expect(error).toMatchObject({
      name: 'UnavailableError',
      message: 'The call took longer than its timeout of 700 ms.',
    })
    await blocker
  })

  test('holds for a whole transaction of Kysely, and gives its locks back', async ({ db }) => {
    const user = await db.users.create(aUser())
    const view = db.with({ timeout: 700 })
    let isHeld = false
    let isOver = false
    const call = caught(
      view.kysely.transaction().execute(async (trx) => {
        await trx.updateTable('users').set({ name: 'Held' }).where('user_id', '=', user.userId).execute()
        isHeld = true
        await vi.waitUntil(() => isOver, { timeout: 10_000 })
        await sql`select 1`.execute(trx)
      }),
    )

    await vi.waitUntil(() => isHeld, { timeout: 10_000, interval: 5 })
    await db.users.update(user.userId, { name: 'Free' }, { timeout: 5_000 })
    isOver = true

    expect(await call).toMatchObject({ name: 'UnavailableError', retryable: true })
    expect(await db.users.get(user.userId)).toMatchObject({ name: 'Free' })
  })
})

describe('stream()', () => {
  const collect = async (db: Pick<Database, 'kysely'>, count: number, chunkSize?: number) => {
    const found: number[] = []
    for await (const { n } of numbers(db, count).stream(chunkSize)) found.push(n)
    return found
  }

  test.for([1, 2, 3, 7, 100])('returns every row once, in parts of %i', async (chunkSize, { db }) => {
    const expected = Array.from({ length: 7 }, (_, index) => index + 1)

    expect(await collect(db, 7, chunkSize)).toEqual(expected)
    expect(await db.transaction((tx) => collect(tx, 7, chunkSize))).toEqual(expected)
    expect(await collect(db, 0, chunkSize)).toEqual([])
  })

  test('has the parameters and the types of other queries', async ({ db }) => {
    const user = await db.users.create(aUser())
    const rows = []
    for await (const row of db.kysely
      .selectFrom('users')
      .select(['email', 'created_at'])
      .where('user_id', '=', user.userId)
      .stream(10)) {
      rows.push(row)
    }

    expect(rows).toEqual([{ email: user.email, created_at: user.createdAt }])
  })

  test('of a million rows holds one part in memory', async ({ db }) => {
    const rows = db.kysely
      .selectFrom(sql<{ n: number }>`generate_series(1, 1000000)`.as<'s'>(sql`s(n)`))
      .select(['s.n', sql<string>`repeat('x', 1000)`.as('text')])
    let count = 0
    let most = 0
    const before = process.memoryUsage().heapUsed

    for await (const { text } of rows.stream(1_000)) {
      count += text.length === 1_000 ? 1 : 0
      if (count % 10_000 === 0) most = Math.max(most, process.memoryUsage().heapUsed - before)
      if (count === 300_000) break
    }

    expect(count).toBe(300_000)
    expect(most).toBeLessThan(150 * 1024 * 1024)
  })

  test('of rows that it inserts commits them', async ({ db }) => {
    const users = [aUser(), aUser(), aUser()]
    const emails: string[] = []
    const insert = db.kysely
      .insertInto('users')
      .values(
        users.map(({ email, name }, index) => ({
          user_id: `00000000-0000-7000-8000-00000000000${index}`,
          email,
          name,
          provider: 'google' as const,
          provider_id: `inserted-${index}`,
        })),
      )
      .returning('email')

    for await (const { email } of insert.stream(2)) emails.push(email)

    expect(emails).toEqual(users.map(({ email }) => email))
    expect(await db.users.existsByEmail(emails[2]!)).toBe(true)
  })

  test('gives its connection back when the loop ends early, or throws', async ({ openAnother }) => {
    const db = openAnother({ max: 1 })
    for await (const row of numbers(db, 100).stream(10)) {
      void row
      break
    }
    const failure = new Error('enough')
    const error = await caught(
      (async () => {
        for await (const row of numbers(db, 100).stream(10)) {
          void row
          throw failure
        }
      })(),
    )

    expect(error).toBe(failure)
    expect(await collect(db, 3)).toEqual([1, 2, 3])
  })

  test('lets other calls of its transaction run between two parts', async ({ db }) => {
    const created = await db.transaction(async (tx) => {
      let count = 0
      for await (const { n } of numbers(tx, 5).stream(2)) {
        await tx.users.create(aUser())
        count += n
      }
      return count
    })

    expect(created).toBe(15)
  })

  test('rejects with the errors of the library, before and after the first part', async ({ openAnother }) => {
    const db = openAnother({ max: 1 })
    const divided = (tx: Pick<Transaction, 'kysely'>) =>
      tx.kysely
        .selectFrom(sql<{ n: number }>`generate_series(0, 5)`.as<'s'>(sql`s(n)`))
        .select(sql<number>`10 / (3 - n)`.as('value'))
    const rows: unknown[] = []

    const error = await caught(
      (async () => {
        for await (const row of divided(db).stream(2)) rows.push(row)
      })(),
    )
    const unknown = openAnother({ max: 1 }).kysely.$extendTables<{ nowhere: { n: number } }>()
    const unknownTable = await caught(
      (async () => {
        for await (const row of unknown.selectFrom('nowhere').selectAll().stream()) void row
      })(),
    )

    expect(rows).toHaveLength(2)
    expect(error).toMatchObject({ name: 'DatabaseError', code: '22012' })
    expect(unknownTable).toMatchObject({ name: 'DatabaseError', code: '42P01' })
    expect(await collect(db, 2)).toEqual([1, 2])
  })

  test('is cancelled on the server by its signal', async ({ db }) => {
    const call = caught(
      (async () => {
        const rows = db.kysely
          .selectFrom(sql<{ n: number }>`generate_series(1, 3)`.as<'s'>(sql`s(n)`))
          .select(sql<string>`pg_sleep(5)::text`.as('slept'))
        for await (const row of rows.stream({ chunkSize: 1, signal: AbortSignal.timeout(200) })) void row
      })(),
    )

    expect(await milliseconds(call)).toBeLessThan(3_000)
    expect(await call).toMatchObject({ name: 'TimeoutError' })
  })
})

describe('transactions of Kysely', () => {
  test('commit, and roll back when the function throws', async ({ db }) => {
    const users = [aUser(), aUser()]
    const insert = (
      kysely: Database['kysely'],
      { email, name }: { email: string; name: string },
      id: string,
    ) =>
      kysely
        .insertInto('users')
        .values({ user_id: id, email, name, provider: 'google', provider_id: id })
        .returning('email')
        .executeTakeFirst()

    await db.kysely
      .transaction()
      .setIsolationLevel('serializable')
      .execute((trx) => insert(trx, users[0]!, '00000000-0000-7000-8000-000000000010'))
    const failure = await caught(
      db.kysely.transaction().execute(async (trx) => {
        await insert(trx, users[1]!, '00000000-0000-7000-8000-000000000011')
        throw new Error('no')
      }),
    )

    expect(failure).toMatchObject({ message: 'no' })
    expect(await db.users.existsByEmail(users[0]!.email)).toBe(true)
    expect(await db.users.existsByEmail(users[1]!.email)).toBe(false)
  })

  test('can be controlled, with savepoints', async ({ db }) => {
    const trx = await db.kysely.startTransaction().execute()
    await sql`create temp table kept (n int) on commit drop`.execute(trx)
    await sql`insert into kept values (1)`.execute(trx)
    const after = await trx.savepoint('a "quoted" name').execute()
    await sql`insert into kept values (2)`.execute(after)
    await after.rollbackToSavepoint('a "quoted" name').execute()
    const { rows } = await sql<{ n: number }>`select n from kept`.execute(trx)
    await after.releaseSavepoint('a "quoted" name').execute()
    await trx.commit().execute()

    expect(rows).toEqual([{ n: 1 }])
  })

  test('report a COMMIT that the server answers with ROLLBACK', async ({ db }) => {
    const error = await caught(
      db.kysely.transaction().execute(async (trx) => {
        await caught(sql`select 1 / 0`.execute(trx))
      }),
    )

    expect(error).toBeInstanceOf(AbortedTransactionError)
  })

  test('that are read only refuse a write as a mistake of the caller, and keep the connection', async ({
    openAnother,
  }) => {
    const db = openAnother({ max: 1 })
    const backend = () => sql`select pg_backend_pid() as pid`.execute(db.kysely)
    const { rows } = await backend()

    const error = await caught(
      db.kysely
        .transaction()
        .setAccessMode('read only')
        .execute((trx) => trx.deleteFrom('users').execute()),
    )

    // Not unavailable: repeated, it would be refused again.
    expect(error).toMatchObject({ name: 'DatabaseError', code: '25006' })
    expect((await backend()).rows).toEqual(rows)
  })

  test.for(['commit', 'rollback'])(
    'leave nothing to later queries of the same connection after %s',
    async (end, { db }) => {
      const view = db.with({ timeout: 1_000 })
      const events: QueryEvent[] = []
      const stop = db.on('query', (event) => events.push(event))

      const rows = await view.kysely.connection().execute(async (one) => {
        const trx = one.transaction().setAccessMode('read only')
        const failure = new Error('no')
        const call = trx.execute(async (inner) => {
          await sql`select 1`.execute(inner)
          if (end === 'rollback') throw failure
        })
        if (end === 'rollback') expect(await caught(call)).toBe(failure)
        else await call
        // Longer than the timeout of the transaction.
        await sleep(1_200)
        return (await sql`select 2 as two`.execute(one)).rows
      })
      stop()

      expect(rows).toEqual([{ two: 2 }])
      expect(events.at(-1)).toMatchObject({ sql: 'select 2 as two', transaction: undefined })
    },
  )

  test.for(['commit', 'ROLLBACK', '/* a */ begin', 'savepoint s', 'end'])(
    'cannot be controlled with "%s" inside a transaction of the library',
    async (text, { db }) => {
      const error = await db.transaction((tx) => caught(sql.raw(text).execute(tx.kysely)))
      const nested = await db.transaction((tx) => caught(tx.kysely.transaction().execute(async () => {})))

      expect(error).toMatchObject({ name: 'DatabaseError', message: expect.stringContaining('savepoint') })
      expect(nested).toMatchObject({ name: 'DatabaseError' })
    },
  )
})

test('a query that changes rows returns their number', async ({ db }) => {
  const user = await db.users.create(aUser())

  const changed = await db.kysely
    .updateTable('users')
    .set({ name: 'Other' })
    .where('user_id', '=', user.userId)
    .executeTakeFirst()

  expect(changed.numUpdatedRows).toBe(1n)
})

test('destroy() leaves db.kysely as it is', async ({ openAnother }) => {
  const db = openAnother()
  await sql`select 1`.execute(db.kysely)

  await db.kysely.destroy()

  expect((await sql<{ n: number }>`select 1 as n`.execute(db.kysely)).rows).toEqual([{ n: 1 }])
})

test('plugins keep the signal', async ({ db }) => {
  const abort = new AbortController()
  const call = caught(sql`select pg_sleep(5)`.execute(db.kysely.withoutPlugins(), { signal: abort.signal }))
  await vi.waitFor(async () => expect(await sleepers(db)).toBe(1), { timeout: 5_000 })

  abort.abort()

  await call
  await vi.waitFor(async () => expect(await sleepers(db)).toBe(0), { timeout: 3_000 })
})
