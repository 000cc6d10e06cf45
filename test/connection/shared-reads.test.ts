import { sql } from 'kysely'
import pg from 'pg'
import { expect } from 'vitest'
import { type Database, DatabaseError, openDatabase, UnavailableError } from '../../src/index.ts'
import { test } from '../support/database.ts'
import { aPerson, aUser } from '../support/factories.ts'

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

async function connectionsOf(db: Database, name: string): Promise<number> {
  const { rows } = await sql`select from pg_stat_activity where application_name = ${name}`.execute(db.kysely)
  return rows.length
}

/** Runs `fn` while another session has the table `users` locked. */
async function withUsersLocked<T>(url: string, fn: () => Promise<T>): Promise<T> {
  const locker = new pg.Client(url)
  await locker.connect()
  await locker.query('begin; lock table users')
  try {
    return await fn()
  } finally {
    await locker.query('rollback')
    await locker.end()
  }
}

test('each of many readers gets its own row, over at most half of the connections', async ({
  db,
  openAnother,
}) => {
  const users = await Promise.all(Array.from({ length: 200 }, () => db.users.create(aUser())))
  const reading = openAnother({ max: 10, application_name: 'readers' })

  const found = await Promise.all(users.map(({ userId }) => reading.users.find(userId)))

  expect(found).toEqual(users)
  expect(await connectionsOf(db, 'readers')).toBeLessThanOrEqual(5)
})

test('different reads made at once each get their own shape', async ({ db, openAnother }) => {
  const user = await db.users.create(aUser())
  const person = await db.people.create(aPerson())
  const other = openAnother({ max: 3 })

  for (let round = 0; round < 3; round += 1) {
    const found = await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        n % 3 === 0
          ? other.users.find(user.userId)
          : n % 3 === 1
            ? other.people.find(person.personId)
            : other.users.existsByEmail(user.email),
      ),
    )
    for (const [n, each] of found.entries())
      expect(each).toEqual(n % 3 === 0 ? user : n % 3 === 1 ? person : true)
  }
})

test.for([1, 2, 10])(
  'writes, lists and transactions get their turn among steady reads at max %i',
  async (max, { openAnother }) => {
    const db = openAnother({ max })
    const { userId } = await db.users.create(aUser())
    let isReading = true
    const readers = Array.from({ length: 200 }, async () => {
      while (isReading) await db.users.find(userId)
    })
    await sleep(200)
    try {
      for (let n = 0; n < 5; n += 1) {
        await db.users.create(aUser())
        await db.users.list({ limit: 1 })
        await db.transaction((tx) => tx.users.find(userId))
      }
    } finally {
      isReading = false
    }
    await Promise.all(readers)
  },
)

test('reads keep to maxUses and maxLifetimeSeconds', async ({ db, openAnother }) => {
  const { userId } = await db.users.create(aUser())
  const read = async (options: object, milliseconds: number) => {
    const pids = new Set<number>()
    const other = openAnother({
      max: 1,
      ...options,
      onConnect: (client) => void pids.add((client as never as { processID: number }).processID),
    })
    const end = performance.now() + milliseconds
    const readers = Array.from({ length: 20 }, async () => {
      do await other.users.find(userId)
      while (performance.now() < end)
    })
    await Promise.all(readers)
    return pids.size
  }

  // 20 calls, of which one connection takes at most 16 together.
  expect(await read({ maxUses: 10 }, 0)).toBe(2)
  expect(await read({ maxLifetimeSeconds: 1 }, 2_500)).toBeGreaterThan(1)
})

test('a locked table holds up its own readers only', async ({ db, url, openAnother }) => {
  const user = await db.users.create(aUser())
  const { personId } = await db.people.create(aPerson())
  for (const max of [2, 5, 10]) {
    const other = openAnother({ max })
    const { waiting, found } = await withUsersLocked(url, async () => {
      const waiting = Promise.all(Array.from({ length: 200 }, () => other.users.find(user.userId)))
      await sleep(100)
      const found = await Promise.race([other.people.find(personId), sleep(5_000)])
      return { waiting, found }
    })
    expect(found, `max ${max}`).toMatchObject({ personId })
    expect((await waiting).every((each) => each?.userId === user.userId)).toBe(true)
  }
})

test('reads behind a locked table wait no longer than callers wait for a connection', async ({
  db,
  url,
  openAnother,
}) => {
  const user = await db.users.create(aUser())
  const other = openAnother({ max: 2, connectionTimeoutMillis: 500 })
  await withUsersLocked(url, async () => {
    const first = other.users.find(user.userId, { timeout: 3_000 }).catch(() => {})
    await expect.poll(() => other.stats().inFlight).toBe(1)
    const error = await other.users.find(user.userId).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ name: 'UnavailableError', retryable: true })
    expect(String(error)).toContain('No connection became free in time')
    await first
  })
})

test('another text under the name of a statement is refused, not run', async ({ url }) => {
  const pool = new pg.Pool({ connectionString: url, max: 1 })
  const id = '01930c7a-5b3e-7000-8000-000000000000'
  await pool.query({
    name: 'users.find',
    text: 'select 1 as "userId" where $1::uuid is not null',
    values: [id],
  })
  const db = openDatabase(pool)

  const error = await db.users.find(id).catch((thrown: unknown) => thrown)

  expect(String(error)).toContain('users.find')
  await db.close()
  await pool.end()
})

test('a read that fails fails alone', async ({ db }) => {
  const { personId } = await db.people.create(aPerson())
  await sql`alter table users rename column name to called`.execute(db.kysely)
  try {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 40 }, (_, n) => (n % 4 ? db.people.get(personId) : db.users.find(personId))),
    )

    for (const [n, outcome] of outcomes.entries()) {
      expect(outcome.status).toBe(n % 4 ? 'fulfilled' : 'rejected')
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(DatabaseError)
    }
  } finally {
    await sql`alter table users rename column called to name`.execute(db.kysely)
  }
  expect(await db.users.find(personId)).toBeUndefined()
})

test('a changed column is read again by all who read at once', async ({ openAnother }) => {
  const db = openAnother({ max: 3 })
  const { personId } = await db.people.create(aPerson({ phone: '1' }))
  await Promise.all(Array.from({ length: 30 }, () => db.people.get(personId)))
  await sql`alter table people alter column phone type varchar(40)`.execute(db.kysely)

  const people = await Promise.all(Array.from({ length: 30 }, () => db.people.get(personId)))

  expect(people.map(({ phone }) => phone)).toEqual(Array.from({ length: 30 }, () => '1'))
  // In a transaction too, where the first call that meets the change can only be repeated as a whole.
  await sql`alter table people alter column phone type varchar(50)`.execute(db.kysely)
  for (let n = 0; n < 3; n += 1) {
    const person = await db.transaction((tx) => tx.people.get(personId), { retries: 1 })
    expect(person.phone).toBe('1')
  }
  await sql`alter table people alter column phone type text`.execute(db.kysely)
})

test('reads that must wait do not hold up all that come after them', async ({ url, openAnother }) => {
  const db = openAnother({ max: 10 })
  const user = await db.users.create(aUser())
  const { personId } = await db.people.create(aPerson())
  const locker = new pg.Client(url)
  await locker.connect()
  await locker.query('begin; lock table users')
  const waiting = Promise.all(Array.from({ length: 4 }, () => db.users.find(user.userId)))
  await new Promise((resolve) => setTimeout(resolve, 20))

  const found = await Promise.all(Array.from({ length: 20 }, () => db.people.find(personId)))

  expect(found).toHaveLength(20)
  await locker.query('rollback')
  await locker.end()
  expect(await waiting).toEqual([user, user, user, user])
})

test('a lost connection fails the reads on it as repeatable, and the next ones work', async ({
  url,
  openAnother,
}) => {
  const db = openAnother({ max: 4, application_name: 'doomed' })
  const { personId } = await db.people.create(aPerson())
  const failures: unknown[] = []
  let reading = true
  const readers = Promise.all(
    Array.from({ length: 20 }, async () => {
      while (reading) await db.people.get(personId).catch((error: unknown) => failures.push(error))
    }),
  )

  const killer = new pg.Client(url)
  await killer.connect()
  while (failures.length === 0) {
    await killer.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'doomed'`,
    )
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  await killer.end()
  reading = false
  await readers

  for (const failure of failures) {
    expect(failure).toBeInstanceOf(UnavailableError)
    expect((failure as UnavailableError).retryable).toBe(true)
  }
  expect((await db.people.get(personId)).personId).toBe(personId)
})

test('every read is answered when all connections are lost at once', async ({ url, openAnother }) => {
  const db = openAnother({ max: 2, application_name: 'lost at once' })
  const user = await db.users.create(aUser())
  const locker = new pg.Client(url)
  await locker.connect()
  await locker.query('begin; lock table users')
  const reads = Array.from({ length: 60 }, () => db.users.find(user.userId))
  const outcomes = Promise.allSettled(reads)
  await new Promise((resolve) => setTimeout(resolve, 30))

  await locker.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'lost at once'`,
  )
  await locker.query('rollback')
  await locker.end()

  for (const outcome of await outcomes) {
    if (outcome.status === 'fulfilled') expect(outcome.value).toEqual(user)
    else expect(outcome.reason).toMatchObject({ retryable: true })
  }
})

test('an answer that cannot be read fails alone', async ({ db, openAnother }) => {
  const german = openAnother({ options: '-c DateStyle=German', max: 2 })
  const { userId, email } = await db.users.create(aUser())

  const outcomes = await Promise.allSettled([
    ...Array.from({ length: 9 }, () => german.users.existsByEmail(email)),
    german.users.find(userId),
    ...Array.from({ length: 9 }, () => german.users.existsByEmail(email)),
  ])

  const rejected = outcomes.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[]
  expect(rejected.map(({ reason }) => String(reason))).toEqual([expect.stringContaining('DateStyle')])
})

test('closing waits for the reads under way', async ({ openAnother }) => {
  const db = openAnother({ max: 2 })
  const { personId } = await db.people.create(aPerson())

  const reads = Array.from({ length: 100 }, () => db.people.get(personId))
  const closed = db.close()

  expect(await Promise.all(reads)).toHaveLength(100)
  await closed
})
