import { randomUUID } from 'node:crypto'
import { describe, expect } from 'vitest'
import {
  type BoundDatabase,
  type Database,
  InvalidInputError,
  NotFoundError,
  StaleVersionError,
  type UpdateOptions,
} from '../../src/index.ts'
import { test } from '../support/database.ts'
import { aCustomer, aPerson, aUser, caught, HASH } from '../support/factories.ts'

type Db = Database | BoundDatabase

interface Versioned {
  version: number
  createdBy: string | null
  updatedBy: string | null
}

interface Update {
  create(db: Db): Promise<{ id: string; row: Versioned }>
  /** Sets a value that depends on `n`. */
  update(db: Db, id: string, n: number, options?: UpdateOptions): Promise<Versioned>
}

const aSavedUser = async (db: Db) => {
  const row = await db.users.create(aUser())
  return { id: row.userId, row }
}
const aSavedCustomer = async (db: Db) => {
  const row = await db.customers.create(aCustomer())
  return { id: row.customerId, row }
}
const aSavedPerson = async (db: Db) => {
  const row = await db.people.create(aPerson())
  return { id: row.personId, row }
}
const aSavedContact = async (db: Db) => {
  const [customer, person] = [await aSavedCustomer(db), await aSavedPerson(db)]
  const row = await db.customers.addContact(customer.id, person.id, { startDate: '2020-01-01' })
  return { id: row.contactId, row }
}

const UPDATES: Readonly<Record<string, Update>> = {
  'users.update': {
    create: aSavedUser,
    update: (db, id, n, options) => db.users.update(id, { name: `Name ${n}` }, options),
  },
  'users.setPassword': {
    create: aSavedUser,
    update: (db, id, n, options) =>
      db.users.setPassword(id, HASH.replaceAll('h', String.fromCharCode(97 + n)), options),
  },
  'users.setRole': {
    create: aSavedUser,
    update: (db, id, n, options) => db.users.setRole(id, n % 2 ? 'admin' : 'moderator', options),
  },
  'customers.update': {
    create: aSavedCustomer,
    update: (db, id, n, options) => db.customers.update(id, { industry: `Industry ${n}` }, options),
  },
  'customers.setStatus': {
    create: aSavedCustomer,
    update: (db, id, n, options) => db.customers.setStatus(id, n % 2 ? 'active' : 'paused', options),
  },
  'customers.endContact': {
    create: aSavedContact,
    update: (db, id, n, options) => db.customers.endContact(id, `2024-01-${10 + n}`, options),
  },
  'customers.updateContact': {
    create: aSavedContact,
    update: (db, id, n, options) =>
      db.customers.updateContact(id, { startDate: `2020-02-${10 + n}` }, options),
  },
  'customers.archive': {
    create: aSavedCustomer,
    update: (db, id, n, options) =>
      n % 2 ? db.customers.archive(id, options) : db.customers.restore(id, options),
  },
  'people.archive': {
    create: aSavedPerson,
    update: (db, id, n, options) => (n % 2 ? db.people.archive(id, options) : db.people.restore(id, options)),
  },
  'people.update': {
    create: aSavedPerson,
    update: (db, id, n, options) => db.people.update(id, { jobTitle: `Title ${n}` }, options),
  },
}

describe.for(Object.entries(UPDATES))('%s', ([, { create, update }]) => {
  test('counts the changes of the row', async ({ db }) => {
    const { id, row } = await create(db)

    const first = await update(db, id, 1)
    const same = await update(db, id, 1)
    const second = await update(db, id, 2, { ifVersion: same.version })

    expect([row, first, same, second].map(({ version }) => version)).toEqual([0, 1, 1, 2])
  })

  test('refuses another version than the expected one, and says which there is', async ({ db }) => {
    const { id, row } = await create(db)
    const current = await update(db, id, 1)

    const error = await caught(update(db, id, 2, { ifVersion: row.version }))

    expect(error).toBeInstanceOf(StaleVersionError)
    expect((error as StaleVersionError).currentVersion).toBe(current.version)
    expect((await update(db, id, 1)).version).toBe(current.version)
  })

  test('of ten callers with the same version changes the row once', async ({ db }) => {
    const { id, row } = await create(db)

    // Even numbers may set the values that the row has, which is no change.
    const calls = Array.from({ length: 10 }, (_, n) => update(db, id, 2 * n + 1, { ifVersion: row.version }))
    const outcomes = await Promise.allSettled(calls)

    const refused = outcomes.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[]
    expect(refused.length).toBe(9)
    for (const { reason } of refused) {
      expect(reason).toBeInstanceOf(StaleVersionError)
      expect(reason.currentVersion).toBe(1)
    }
  })

  test('says that a row does not exist, with an expected version too', async ({ db }) => {
    expect(await caught(update(db, randomUUID(), 1, { ifVersion: 0 }))).toBeInstanceOf(NotFoundError)
  })

  test.for([-1, 1.5, 2 ** 31, '0', null])('refuses %s as a version', async (ifVersion, { db }) => {
    const error = await caught(update(db, randomUUID(), 1, { ifVersion } as never))
    expect(error).toBeInstanceOf(InvalidInputError)
    expect((error as InvalidInputError).field).toBe('ifVersion')
  })

  test('records who created and who changed the row', async ({ db }) => {
    const [creator, changer] = [randomUUID(), randomUUID()]
    const { id, row } = await create(db.as({ userId: creator }))

    const changed = await update(db.as({ userId: changer }), id, 1)
    const byService = await update(db, id, 2)

    expect([row.createdBy, row.updatedBy]).toEqual([creator, creator])
    expect([changed.createdBy, changed.updatedBy]).toEqual([creator, changer])
    expect([byService.createdBy, byService.updatedBy]).toEqual([creator, null])
  })
})

test('an update that waited for another one reports the version of that one', async ({ db }) => {
  const { id, row } = await aSavedCustomer(db)
  let waiting: Promise<unknown> | undefined

  await db.transaction(async (tx) => {
    await tx.customers.update(id, { industry: 'First' })
    waiting = caught(db.customers.update(id, { industry: 'Second' }, { ifVersion: row.version }))
    await new Promise((resolve) => setTimeout(resolve, 100))
  })

  expect(((await waiting) as StaleVersionError).currentVersion).toBe(1)
})

test('the contacts of a customer have versions of their own', async ({ db }) => {
  const { id, row } = await aSavedContact(db.as({ userId: randomUUID() }))
  const contact = await db.customers.endContact(id, '2024-01-01')
  const [of] = (await db.people.listCustomersOf(contact.personId)).items
  const customerId = of!.customerId

  const customer = await db.customers.get(customerId)

  expect(customer.version).toBe(0)
  expect(customer.contacts).toEqual([contact])
  expect(contact).toMatchObject({ version: 1, createdBy: row.createdBy, updatedBy: null })
  expect((await db.customers.listContacts(customerId)).items).toEqual([contact])
})

test('an import records who imported', async ({ db }) => {
  const userId = randomUUID()
  const customer = aCustomer()
  await db.as({ userId }).customers.importMany([{ ...customer, people: [aPerson()] }])

  const [imported] = (await db.customers.list({ limit: 1 })).items

  expect(imported).toMatchObject({ legalName: customer.legalName, createdBy: userId, version: 0 })
  expect(imported?.contacts[0]).toMatchObject({ createdBy: userId, updatedBy: userId })
})

test('a version that SQL sets is kept', async ({ db }) => {
  const { id } = await aSavedCustomer(db)
  await db.kysely.updateTable('customers').set({ version: 7 }).where('customer_id', '=', id).execute()

  expect((await db.customers.get(id)).version).toBe(7)
})
