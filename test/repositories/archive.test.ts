import { randomUUID } from 'node:crypto'
import { describe, expect } from 'vitest'
import { type Database, InvalidInputError, NotFoundError, violates } from '../../src/index.ts'
import { test } from '../support/database.ts'
import { aCustomer, aPerson, aUser, caught } from '../support/factories.ts'

interface Archived {
  version: number
  archivedAt: Date | null
  ownerId: string | null
}

/** The methods that customers and people have in common. */
interface Kind {
  of(db: Database): {
    archive(id: string, options?: { ifVersion?: number }): Promise<Archived>
    restore(id: string, options?: { ifVersion?: number }): Promise<Archived>
    get(id: string): Promise<Archived>
    list(request: { search?: string; ownerId?: string }): Promise<{ items: Archived[] }>
    listArchived(request: { limit?: number; search?: string; after?: string }): Promise<{
      items: Archived[]
      next?: string
    }>
    purge(request: { olderThan: Date; dryRun?: boolean; onProgress?: () => void }): Promise<number>
  }
  create(db: Database, name: string, ownerId?: string): Promise<{ id: string; row: Archived }>
}

const KINDS: Readonly<Record<string, Kind>> = {
  customers: {
    of: (db) => db.customers,
    create: async (db, displayName, ownerId) => {
      const row = await db.customers.create(aCustomer({ displayName, ownerId }))
      return { id: row.customerId, row }
    },
  },
  people: {
    of: (db) => db.people,
    create: async (db, firstName, ownerId) => {
      const row = await db.people.create(aPerson({ firstName, ownerId }))
      return { id: row.personId, row }
    },
  },
}

const aName = () => `n${randomUUID().slice(0, 8)}`

describe.for(Object.entries(KINDS))('%s', ([table, { of, create }]) => {
  test('an archived row is left out of lists and searches, and found by id', async ({ db }) => {
    const name = aName()
    const [{ id }, other] = [await create(db, name), await create(db, name)]

    const archived = await of(db).archive(id)

    expect(archived.archivedAt).toBeInstanceOf(Date)
    expect((await of(db).list({ search: name })).items).toEqual([other.row])
    expect(await of(db).get(id)).toEqual(archived)
    expect((await of(db).listArchived({ search: name })).items).toEqual([archived])
    expect((await of(db).listArchived({ limit: 1 })).items).toEqual([archived])
  })

  test('a restored row is as before', async ({ db }) => {
    const name = aName()
    const { id, row } = await create(db, name)
    await of(db).archive(id)

    const restored = await of(db).restore(id)

    const { version, ...same } = row
    expect(restored).toMatchObject({ ...same, updatedAt: expect.any(Date), version: version + 2 })
    expect((await of(db).list({ search: name })).items).toEqual([restored])
  })

  test('archiving and restoring a second time changes nothing', async ({ db }) => {
    const { id } = await create(db, aName())
    const archived = await of(db).archive(id)
    expect(await of(db).archive(id)).toEqual(archived)
    const restored = await of(db).restore(id)
    expect(await of(db).restore(id)).toEqual(restored)
  })

  test('a row that does not exist is named', async ({ db }) => {
    for (const method of ['archive', 'restore'] as const) {
      expect(await caught(of(db)[method](randomUUID()))).toBeInstanceOf(NotFoundError)
    }
  })

  test('archived rows are listed page by page, the last one first', async ({ db }) => {
    const name = aName()
    const ids: Archived[] = []
    for (let n = 0; n < 5; n += 1) ids.unshift(await of(db).archive((await create(db, name)).id))

    const first = await of(db).listArchived({ limit: 3 })
    const second = await of(db).listArchived({ limit: 3, after: first.next as string })

    expect([...first.items, ...second.items].slice(0, 5)).toEqual(ids)
  })

  test('a purge deletes what was archived before a time, and can count it first', async ({ db }) => {
    const name = aName()
    const [old, recent, live] = [await create(db, name), await create(db, name), await create(db, name)]
    await of(db).archive(recent.id)
    await of(db).archive(old.id)
    const key = table === 'customers' ? 'customer_id' : 'person_id'
    await db.kysely
      .updateTable(table as 'customers')
      .set({ archived_at: new Date('2001-01-01') })
      .where(key as 'customer_id', '=', old.id)
      .execute()
    const olderThan = new Date('2001-01-02')

    expect(await of(db).purge({ olderThan, dryRun: true })).toBe(1)
    let calls = 0
    expect(await of(db).purge({ olderThan, onProgress: () => (calls += 1) })).toBe(1)
    expect(calls).toBe(1)

    expect(await of(db).purge({ olderThan })).toBe(0)
    expect(await caught(of(db).get(old.id))).toBeInstanceOf(NotFoundError)
    for (const { id } of [recent, live]) await of(db).get(id)
  })

  test('a purge of the future is refused', async ({ db }) => {
    const error = await caught(of(db).purge({ olderThan: new Date(Date.now() + 60_000) }))
    expect(error).toBeInstanceOf(InvalidInputError)
    expect((error as InvalidInputError).field).toBe('olderThan')
  })

  test('rows have an owner, by whom they are listed', async ({ db }) => {
    const { userId } = await db.users.create(aUser())
    const { row } = await create(db, aName(), userId)
    await create(db, aName())

    expect(row.ownerId).toBe(userId)
    expect((await of(db).list({ ownerId: userId })).items).toEqual([row])
  })

  test('the owner exists', async ({ db }) => {
    const error = await caught(create(db, aName(), randomUUID()))
    expect(violates(error, `${table as 'customers'}_owner_id_fkey`)).toBe(true)
  })
})

test('an archived person gives the email address free, until a restore finds it taken', async ({ db }) => {
  const email = `${randomUUID()}@example.test`
  const first = await db.people.create(aPerson({ email }))
  await db.people.archive(first.personId)

  const second = await db.people.create(aPerson({ email }))

  expect(await db.people.findByEmail(email)).toEqual(second)
  expect(violates(await caught(db.people.restore(first.personId)), 'people_email_key')).toBe(true)
  await db.people.archive(second.personId)
  expect((await db.people.restore(first.personId)).archivedAt).toBeNull()
})

test('an import does not add to archived customers and people', async ({ db }) => {
  const [customer, person] = [aCustomer(), aPerson()]
  await db.customers.importMany([{ ...customer, people: [person] }])
  const before = (await db.customers.list({ search: customer.legalName })).items[0]!
  await db.customers.archive(before.customerId)
  await db.people.archive(before.contacts[0]!.personId)

  const counts = await db.customers.importMany([{ ...customer, people: [person] }], { onConflict: 'update' })

  expect(counts).toEqual({ customers: 1, people: 1, contacts: 1 })
})

describe('handOver', () => {
  test('gives all records of a user to another one, archived ones too', async ({ db }) => {
    const [from, to] = [await db.users.create(aUser()), await db.users.create(aUser())]
    const ownerId = from.userId
    const customer = await db.customers.create(aCustomer({ ownerId }))
    await db.customers.archive(customer.customerId)
    const person = await db.people.create(aPerson({ ownerId }))
    const other = await db.people.create(aPerson())

    expect(await db.users.handOver(ownerId, to.userId)).toEqual({ customers: 1, people: 1 })

    expect((await db.customers.get(customer.customerId)).ownerId).toBe(to.userId)
    expect((await db.people.get(person.personId)).ownerId).toBe(to.userId)
    expect((await db.people.get(other.personId)).ownerId).toBeNull()
    expect(await db.users.handOver(to.userId, null)).toEqual({ customers: 1, people: 1 })
    expect((await db.people.get(person.personId)).ownerId).toBeNull()
  })

  test('refuses an owner who does not exist', async ({ db }) => {
    const { userId } = await db.users.create(aUser())
    await db.customers.create(aCustomer({ ownerId: userId }))
    const error = await caught(db.users.handOver(userId, randomUUID()))
    expect(violates(error, 'customers_owner_id_fkey')).toBe(true)
  })

  test('a deleted user owns nothing', async ({ db }) => {
    const { userId } = await db.users.create(aUser())
    const { customerId } = await db.customers.create(aCustomer({ ownerId: userId }))
    await db.users.delete(userId)
    expect((await db.customers.get(customerId)).ownerId).toBeNull()
  })
})
