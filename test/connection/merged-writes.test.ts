import { sql } from 'kysely'
import { expect } from 'vitest'
import { type Database, NotFoundError, StaleVersionError, type User, violates } from '../../src/index.ts'
import { test } from '../support/database.ts'
import { aPerson, aUser, caught } from '../support/factories.ts'

const many = <T>(count: number, make: (n: number) => T) => Array.from({ length: count }, (_, n) => make(n))

const usersOf = (db: Database, count: number) => Promise.all(many(count, () => db.users.create(aUser())))

/** Counts the statements that update users while `fn` runs. */
async function statementsDuring(db: Database, fn: () => Promise<unknown>): Promise<number> {
  await sql`create table counted (at timestamptz)`.execute(db.kysely)
  const body = 'begin insert into counted values (now()); return null; end'
  await sql
    .raw(
      `create function count_statement() returns trigger language plpgsql security definer as $$ ${body} $$`,
    )
    .execute(db.kysely)
  await sql`create trigger counting after update on users for each statement execute function count_statement()`.execute(
    db.kysely,
  )
  try {
    await fn()
    const { rows } = await sql<{ count: number }>`select count(*)::int as count from counted`.execute(
      db.kysely,
    )
    return rows[0]?.count ?? Number.NaN
  } finally {
    await sql`drop trigger counting on users; drop function count_statement; drop table counted`.execute(
      db.kysely,
    )
  }
}

test('updates of different rows are one statement, and each caller gets its own row', async ({
  openAnother,
}) => {
  const db = openAnother({ max: 3 })
  const users = await usersOf(db, 100)
  let updated: User[] = []

  const statements = await statementsDuring(db, async () => {
    updated = await Promise.all(
      users.map(({ userId }, n) => db.users.update(userId, { name: `Merged ${n}` })),
    )
  })

  expect(statements).toBeLessThan(40)
  expect(updated).toEqual(
    users.map((user, n) => ({
      ...user,
      name: `Merged ${n}`,
      version: 1,
      updatedAt: expect.any(Date),
    })),
  )
  expect(await Promise.all(users.map(({ userId }) => db.users.get(userId)))).toEqual(updated)
})

test('updates of one row happen one after another, in any letter case of its id', async ({ openAnother }) => {
  const db = openAnother({ max: 3 })
  const users = await usersOf(db, 4)

  const updated = await Promise.all(
    many(80, (n) => {
      const { userId } = users[n % 4] as User
      return db.users.update(n % 3 === 0 ? userId.toUpperCase() : userId, { name: `Turn ${n}` })
    }),
  )

  for (const { userId } of users) {
    const changes = updated.filter((user) => user.userId === userId)
    expect(changes.map(({ version }) => version).sort((a, b) => a - b)).toEqual(many(20, (n) => n + 1))
    expect(changes).toContainEqual(await db.users.get(userId))
  }
})

test('a row that is missing, and one of another version, concern their own callers only', async ({
  openAnother,
}) => {
  const db = openAnother({ max: 3 })
  const users = await usersOf(db, 60)

  const outcomes = await Promise.allSettled(
    users.map(({ userId }, n) => {
      if (n % 20 === 3) return db.users.update(crypto.randomUUID(), { name: 'Unknown' })
      return db.users.update(userId, { name: 'Versioned' }, { ifVersion: n % 20 === 7 ? 5 : 0 })
    }),
  )

  for (const [n, outcome] of outcomes.entries()) {
    const reason = outcome.status === 'rejected' ? outcome.reason : undefined
    if (n % 20 === 3) expect(reason).toBeInstanceOf(NotFoundError)
    else if (n % 20 === 7) expect(reason).toBeInstanceOf(StaleVersionError)
    else expect(reason).toBeUndefined()
  }
})

test('a row that violates a constraint fails alone', async ({ db, openAnother }) => {
  const other = openAnother({ max: 3 })
  const users = await usersOf(db, 60)
  const { email } = await db.users.create(aUser())

  const outcomes = await Promise.allSettled(
    users.map(({ userId }, n) => other.users.update(userId, n === 31 ? { email } : { name: `Valid ${n}` })),
  )

  for (const [n, outcome] of outcomes.entries()) {
    if (n === 31) expect(violates((outcome as PromiseRejectedResult).reason, 'users_email_key')).toBe(true)
    else expect(outcome).toMatchObject({ status: 'fulfilled', value: { name: `Valid ${n}` } })
  }
})

test('values of every form arrive as they were given', async ({ openAnother }) => {
  const db = openAnother({ max: 2 })
  const people = await Promise.all(many(48, () => db.people.create(aPerson())))
  const texts = [
    'NULL',
    'null',
    '{a,b}',
    'a "quoted" one',
    'back\\slash',
    "it's",
    ' spaced ',
    'new\nline',
    'é🙂',
    '\\N',
    ',',
  ]
  const changes = people.map((_, n) => ({
    lastName: `x${texts[n % texts.length]}`,
    jobTitle: n % 3 === 0 ? null : (texts[(n + 5) % texts.length] as string),
    ...(n % 2 === 0 && { isActive: n % 4 === 0 }),
    ...(n % 5 === 0 && { email: null }),
    ...(n % 7 === 0 && { tags: [`tag ${n}`, 'a,b"c'], attributes: { n, text: texts[n % texts.length] } }),
  }))

  const updated = await Promise.all(
    people.map(({ personId }, n) => db.people.update(personId, changes[n] as object)),
  )

  for (const [n, person] of people.entries()) {
    expect(updated[n]).toEqual({ ...person, ...changes[n], version: 1, updatedAt: expect.any(Date) })
    expect(await db.people.get(person.personId)).toEqual(updated[n])
  }
})

test('each update has its own actor', async ({ openAnother }) => {
  const db = openAnother({ max: 2 })
  const users = await usersOf(db, 60)
  const [ada, ben] = (await usersOf(db, 2)) as [User, User]
  const views = [db.as({ userId: ada.userId }), db.as({ userId: ben.userId }), db.as({ system: 'night job' })]

  const updated = await Promise.all(
    users.map(({ userId }, n) => (views[n % 3] ?? db).users.update(userId, { name: `Acted ${n}` })),
  )

  for (const [n, { updatedBy, userId }] of updated.entries()) {
    expect(updatedBy).toBe([ada.userId, ben.userId, null][n % 3])
    const { items } = await db.auditLog.listByEntity('user', userId)
    const entry = items.find(({ action }) => action === 'update')
    expect(entry).toMatchObject({
      userId: [ada.userId, ben.userId, null][n % 3],
      system: n % 3 === 2 ? 'night job' : null,
      changes: { name: [users[n]?.name, `Acted ${n}`] },
    })
  }
})

test('updates whose rows cannot be read fail, and have happened', async ({ openAnother }) => {
  const db = openAnother({ max: 1, options: '-c datestyle=German' })
  const [direct] = [openAnother()]
  const users = await usersOf(direct, 20)

  const errors = await Promise.all(
    users.map(({ userId }, n) => caught(db.users.update(userId, { name: `Unread ${n}` }))),
  )

  for (const error of errors) expect(String(error)).toContain('DateStyle')
  const names = await Promise.all(users.map(async ({ userId }) => (await direct.users.get(userId)).name))
  expect(names).toEqual(many(20, (n) => `Unread ${n}`))
})

test('updates go on being merged after their result has changed its type', async ({ openAnother }) => {
  const db = openAnother({ max: 2 })
  const people = await Promise.all(many(40, () => db.people.create(aPerson())))
  const update = (title: string) =>
    Promise.all(people.map(({ personId }) => db.people.update(personId, { jobTitle: title })))
  await update('Before')
  await sql`alter table people alter column phone type varchar(30)`.execute(db.kysely)

  const after = await update('After')
  await sql`alter table people alter column phone type text`.execute(db.kysely)

  expect(after.map(({ jobTitle }) => jobTitle)).toEqual(people.map(() => 'After'))
  expect((await update('Again')).map(({ version }) => version)).toEqual(people.map(() => 3))
})

test('a character that PostgreSQL refuses fails its own caller', async ({ openAnother }) => {
  const other = openAnother({ max: 2 })
  const people = await Promise.all(many(30, () => other.people.create(aPerson())))

  const outcomes = await Promise.allSettled(
    people.map(({ personId }, n) =>
      other.people.update(personId, { jobTitle: n === 17 ? 'x\0y' : `Title ${n}` }),
    ),
  )

  for (const [n, { status }] of outcomes.entries())
    expect(status, String(n)).toBe(n === 17 ? 'rejected' : 'fulfilled')
})
