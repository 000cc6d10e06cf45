import { sql } from 'kysely'
import { describe, expect } from 'vitest'
import {
  DatabaseError,
  InvalidInputError,
  SerializationError,
  UnavailableError,
  violates,
} from '../../src/index.ts'
import { test } from '../support/database.ts'
import { aUser, caught } from '../support/factories.ts'

test('the result of the function is returned after the commit', async ({ db }) => {
  const user = await db.transaction(async (tx) => {
    const created = await tx.users.create(aUser())
    return tx.users.setRole(created.userId, 'admin')
  })

  expect(await db.users.get(user.userId)).toEqual(user)
})

test('the error of the function is thrown after the rollback', async ({ db }) => {
  const input = aUser()
  const failure = new Error('changed my mind')

  const error = await caught(
    db.transaction(async (tx) => {
      await tx.users.create(input)
      throw failure
    }),
  )

  expect(error).toBe(failure)
  expect(await db.users.existsByEmail(input.email)).toBe(false)
})

test('calls made at the same time take turns on the one connection', async ({ db }) => {
  const users = await db.transaction((tx) =>
    Promise.all(Array.from({ length: 20 }, () => tx.users.create(aUser()))),
  )

  expect(new Set(users.map((user) => user.createdAt.getTime())).size).toBe(1)
})

test('an error that was caught inside does not pass for a commit', async ({ db }) => {
  const input = aUser()
  const taken = await db.users.create(aUser())

  const error = await caught(
    db.transaction(async (tx) => {
      await tx.users.create(input)
      await caught(tx.users.create(aUser({ email: taken.email })))
      const next = await caught(tx.users.list())
      expect(violates((next as Error).cause, 'users_email_key')).toBe(true)
    }),
  )

  expect(error).toBeInstanceOf(DatabaseError)
  expect(String(error)).toContain('Nothing was committed')
  expect(violates((error as Error).cause, 'users_email_key')).toBe(true)
  expect(await db.users.existsByEmail(input.email)).toBe(false)
})

test('calls that were not awaited are part of the transaction', async ({ db }) => {
  const inputs = Array.from({ length: 5 }, () => aUser())
  let calls: Promise<unknown>[] = []

  await db.transaction(async (tx) => {
    calls = inputs.map((input) => tx.users.create(input))
  })

  const users = (await Promise.all(calls)) as { createdAt: Date }[]
  expect(new Set(users.map((user) => user.createdAt.getTime())).size).toBe(1)
})

test('a call that was not awaited is rejected once the transaction is over', async ({ db }) => {
  let late: Promise<unknown> | undefined
  const input = aUser()

  await db.transaction(async (tx) => {
    late = new Promise((resolve) => setTimeout(resolve, 20)).then(() => tx.users.create(input))
  })

  expect(String(await caught(late!))).toContain('The transaction is over')
  expect(await db.users.existsByEmail(input.email)).toBe(false)
})

test('read only: the server refuses a write', async ({ db }) => {
  const error = await caught(db.transaction((tx) => tx.users.create(aUser()), { readOnly: true }))

  // Not unavailable: repeated, it would be refused again.
  expect(error).toMatchObject({ name: 'DatabaseError', code: '25006' })
  expect(String(error)).toContain('read-only transaction')
})

test('isolation is what was asked for', async ({ db }) => {
  for (const isolation of ['read committed', 'repeatable read', 'serializable'] as const) {
    const level = await db.transaction(
      async ({ kysely }) => {
        const { rows } = await sql<{ level: string }>`show transaction_isolation`.execute(kysely)
        return Object.values(rows[0] ?? {})[0]
      },
      { isolation },
    )
    expect(level).toBe(isolation)
  }
})

test('invalid options are rejected before anything is sent', async ({ db }) => {
  const wrong = [
    { isolation: 'chaos' },
    { retries: -1 },
    { retries: 1.5 },
    { retry: 3 },
    { readOnly: 'yes' },
    { timeout: -1 },
  ]

  for (const options of wrong) {
    const error = await caught(db.transaction(async () => 1, options as object))
    expect(error, JSON.stringify(options)).toBeInstanceOf(InvalidInputError)
  }
})

describe('conflicts', () => {
  test('a serialization failure is retried as often as asked', async ({ db }) => {
    const { userId } = await db.users.create(aUser({ name: 'Counter 0' }))
    let runs = 0
    const increment = () =>
      db.transaction(
        async (tx) => {
          runs += 1
          const { name } = await tx.users.get(userId)
          await tx.users.update(userId, { name: `Counter ${Number(name.slice(8)) + 1}` })
        },
        { isolation: 'serializable', retries: 20 },
      )

    await Promise.all(Array.from({ length: 5 }, increment))

    expect((await db.users.get(userId)).name).toBe('Counter 5')
    expect(runs).toBeGreaterThan(5)
  })

  test('without retries it is an error that says so', async ({ db }) => {
    const { userId } = await db.users.create(aUser())

    const error = await caught(
      db.transaction(
        async (tx) => {
          await tx.users.get(userId)
          await db.users.update(userId, { name: 'Quicker' })
          await tx.users.update(userId, { name: 'Slower' })
        },
        { isolation: 'repeatable read' },
      ),
    )

    expect(error).toBeInstanceOf(SerializationError)
    expect((await db.users.get(userId)).name).toBe('Quicker')
  })

  test('a deadlock is retried', async ({ db }) => {
    const [a, b] = await Promise.all([db.users.create(aUser()), db.users.create(aUser())])
    const swap = (first: string, second: string) =>
      db.transaction(
        async (tx) => {
          await tx.users.update(first, { name: `Name ${Math.random()}` })
          await new Promise((resolve) => setTimeout(resolve, 50))
          await tx.users.update(second, { name: `Name ${Math.random()}` })
        },
        { retries: 5 },
      )

    await Promise.all([swap(a.userId, b.userId), swap(b.userId, a.userId)])
  })
})

describe('kysely inside', () => {
  test('sees and shares the transaction', async ({ db }) => {
    const input = aUser()

    await caught(
      db.transaction(async (tx) => {
        await tx.users.create(input)
        const row = await tx.kysely
          .selectFrom('users')
          .select('name')
          .where('email', '=', input.email)
          .executeTakeFirst()
        expect(row).toEqual({ name: input.name })
        await tx.kysely
          .updateTable('users')
          .set({ name: 'By Kysely' })
          .where('email', '=', input.email)
          .execute()
        throw new Error('undo')
      }),
    )

    expect(await db.users.existsByEmail(input.email)).toBe(false)
  })

  test('does not end the transaction, which is not its own', async ({ db }) => {
    for (const text of [
      'commit',
      'COMMIT and chain',
      '  end',
      '-- over\ncommit',
      '/* over /* and over */ */ rollback',
      ';commit',
      'abort',
      'savepoint a',
      'release a',
      'begin',
      'start transaction',
      "prepare transaction 'a'",
      'select 1; commit',
    ]) {
      const input = aUser()
      const error = await caught(
        db.transaction(async (tx) => {
          await tx.users.create(input)
          await sql.raw(text).execute(tx.kysely)
        }),
      )
      expect(error, text).toBeInstanceOf(DatabaseError)
      expect(await db.users.existsByEmail(input.email), text).toBe(false)
    }
  })

  test('may use names that only begin like a command', async ({ db }) => {
    const { rows } = await db.transaction((tx) =>
      sql`with commits as (select 1 as n) select n from commits`.execute(tx.kysely),
    )

    expect(rows).toEqual([{ n: 1 }])
  })

  test('does not begin a transaction of its own', async ({ db }) => {
    const error = await caught(db.transaction((tx) => tx.kysely.transaction().execute(async () => 1)))

    expect(String(error)).toContain('Use tx.savepoint()')
  })
})

test('a timeout also covers the wait for a connection', async ({ openAnother }) => {
  const db = openAnother({ max: 1 })
  const end = Promise.withResolvers<void>()
  const busy = db.transaction(() => end.promise)

  const error = await caught(db.transaction(async () => 1, { timeout: 30 }))
  end.resolve()
  await busy

  expect(error).toBeInstanceOf(UnavailableError)
  expect(error).toMatchObject({ retryable: true })
})

test('the loss of the connection during COMMIT is not retryable', async ({ db, openAnother }) => {
  await sql`
    create table slow_end (a int);
    create function slow_end() returns trigger language plpgsql as $$ begin perform pg_sleep(5); return null; end $$;
    create constraint trigger slow_end after insert on slow_end deferrable initially deferred
      for each row execute function slow_end()`.execute(db.kysely)
  const other = openAnother({ max: 1, application_name: 'slow end', retry: 5_000 })
  const call = caught(
    other.transaction(async (tx) => void (await sql`insert into slow_end values (1)`.execute(tx.kysely)), {
      retries: 3,
    }),
  )

  await expect
    .poll(async () => {
      const { rows } = await sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = 'slow end' and query = 'commit' and state = 'active'`.execute(db.kysely)
      return rows.length
    })
    .toBe(1)

  expect(await call).toMatchObject({ name: 'UnavailableError', retryable: false })
})

test('a call made while COMMIT is in progress is refused', async ({ db }) => {
  const input = aUser()
  let late: Promise<unknown> | undefined

  await db.transaction(async (tx) => {
    await tx.users.existsByEmail(input.email)
    setImmediate(() => {
      late = caught(tx.users.create(input))
    })
  })
  await expect.poll(() => late !== undefined).toBe(true)

  expect(String(await late)).toContain('The transaction is over')
  expect(await db.users.existsByEmail(input.email)).toBe(false)
})

test('the function runs once, and again as often as retries says', async ({ db }) => {
  let runs = 0

  await caught(
    db.transaction(
      async () => {
        runs += 1
        throw new SerializationError('conflict')
      },
      { retries: 2 },
    ),
  )

  expect(runs).toBe(3)
})

test('a call that is over keeps no timer', async ({ db }) => {
  const timers = () => process.getActiveResourcesInfo().filter((each) => each === 'Timeout').length
  const before = timers()

  for (let n = 0; n < 20; n += 1) await db.users.existsByEmail('absent@example.test', { timeout: 60_000 })

  expect(timers() - before).toBeLessThan(10)
})
