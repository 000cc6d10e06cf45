import { sql } from 'kysely'
import pg from 'pg'
import { expect } from 'vitest'
import { DatabaseError, UnavailableError } from '../../src/index.ts'
import { test } from '../support/database.ts'
import { aPerson, aUser } from '../support/factories.ts'

test('each of many readers gets its own row, over few connections', async ({ openAnother }) => {
  const db = openAnother({ max: 10, application_name: 'readers' })
  const users = await Promise.all(Array.from({ length: 200 }, () => db.users.create(aUser())))
  await db.close()
  const reading = openAnother({ max: 10, application_name: 'readers' })

  const found = await Promise.all(users.map(({ userId }) => reading.users.find(userId)))

  expect(found).toEqual(users)
  const { rows } = await sql`select from pg_stat_activity where application_name = 'readers'`.execute(
    reading.kysely,
  )
  expect(rows.length).toBeLessThanOrEqual(3)
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
