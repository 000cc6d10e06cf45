import { randomUUID } from 'node:crypto'
import { describe, expect } from 'vitest'
import {
  type Database,
  ImportChangedError,
  NotFoundError,
  openDatabase,
  RowError,
  sql,
} from '../../../src/index.ts'
import { createGrantedLogin } from '../../support/app-login.ts'
import { test } from '../../support/database.ts'
import { runSql } from '../../support/databases.ts'
import { aCustomer, aPerson, caught } from '../../support/factories.ts'

const aCustomerId = async (db: Database) => (await db.customers.create(aCustomer())).customerId
const aPersonId = async (db: Database) => (await db.people.create(aPerson())).personId

/** Waits until a call waits for a lock of another session. */
async function someoneWaits(db: Database) {
  await expect
    .poll(async () => {
      const { rows } = await sql`select from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`.execute(db.kysely)
      return rows.length
    })
    .toBeGreaterThan(0)
}

test('an end of a contact that a merge waits for is kept', async ({ db }) => {
  const [winner, loser] = [await aCustomerId(db), await aCustomerId(db)]
  const { contactId } = await db.customers.addContact(loser, await aPersonId(db), { startDate: '2020-01-01' })

  const [merge] = await db.transaction(async (tx) => {
    await tx.customers.endContact(contactId, '2024-12-31')
    const merge = db.customers.merge(winner, [loser])
    await someoneWaits(db)
    return [merge]
  })

  expect((await merge).contacts).toMatchObject([{ contactId, endDate: '2024-12-31' }])
})

test('a merge of people whose contacts a merge of customers moves meanwhile loses no day of them', async ({
  db,
}) => {
  for (let round = 0; round < 20; round += 1) {
    const [first, second, third] = [await aCustomerId(db), await aCustomerId(db), await aCustomerId(db)]
    const [winner, loser] = [await aPersonId(db), await aPersonId(db)]
    await db.customers.addContact(first, winner, { startDate: '2024-01-01' })
    await db.customers.addContact(first, loser, { startDate: '2020-01-01' })

    const others = await db.transaction(async (tx) => {
      await tx.customers.merge(second, [first])
      const others = [db.people.merge(winner, [loser]), db.customers.merge(third, [second])]
      await someoneWaits(db)
      return { done: Promise.all(others) }
    })
    await others.done

    const { contacts } = await db.customers.get(third)
    expect(contacts.map(({ personId, startDate }) => [personId, startDate])).toEqual([[winner, '2020-01-01']])
  }
})

test('a person who is created while addContact waits is in the contact that it returns', async ({ db }) => {
  const [customerId, personId] = [await aCustomerId(db), randomUUID()]

  const [added] = await db.transaction(async (tx) => {
    await sql`select from customers where customer_id = ${customerId} for update`.execute(tx.kysely)
    const added = db.customers.addContact(customerId, personId)
    await someoneWaits(db)
    await tx.kysely
      .insertInto('people')
      .values({ person_id: personId, first_name: 'Ada', last_name: 'Lovelace' })
      .execute()
    return [added]
  })

  const contact = await added
  expect(contact).toMatchObject({ personId, lastName: 'Lovelace' })
  expect((await db.customers.get(customerId)).contacts).toEqual([contact])
})

test('addContact and setPrimaryContact return the contact of the winner, which can be changed at once', async ({
  db,
}) => {
  const [winner, loser, personId, merged] = [
    ...[await aCustomerId(db), await aCustomerId(db)],
    ...[await aPersonId(db), await aPersonId(db)],
  ] as [string, string, string, string]
  await db.customers.merge(winner, [loser])
  await db.people.merge(personId, [merged])

  const contact = await db.customers.addContact(loser, merged)

  expect(contact.personId).toBe(personId)
  expect((await db.people.listCustomersOf(merged)).items).toMatchObject([{ customerId: winner }])
  const primary = await db.customers.setPrimaryContact(loser, merged)
  expect(primary).toMatchObject({ personId, isPrimary: true })
  const ended = await db.customers.endContact(contact.contactId, '2099-12-31', { ifVersion: primary.version })
  expect(ended).toMatchObject({ personId, endDate: '2099-12-31' })
})

test('an undo waits for changes of what its import changed, and loses none', async ({ db }) => {
  const external = { source: 'crm', externalId: randomUUID() }
  const { customerId } = await db.customers.create(aCustomer(external))
  const { importId } = await db.customers.import([aCustomer({ ...external, industry: 'Imported' })])

  const [undo] = await db.transaction(async (tx) => {
    await tx.customers.update(customerId, { status: 'active' })
    const undo = caught(db.customers.undoImport(importId as string))
    await someoneWaits(db)
    return [undo]
  })

  expect(await undo).toBeInstanceOf(ImportChangedError)
  expect(await undo).toMatchObject({ count: 1, message: expect.stringMatching(/^One row was changed/) })
  expect(await db.customers.get(customerId)).toMatchObject({ status: 'active', industry: 'Imported' })
})

test('an undo that keeps a contact leaves it at the winner to which its import was led', async ({ db }) => {
  const [winner, loser] = [await aCustomerId(db), await aCustomerId(db)]
  await db.customers.merge(winner, [loser])
  const importId = randomUUID()
  // An import that reads a customer before its merge adds a contact like this.
  const { contactId, personId } = await db.transaction(async (tx) => {
    await sql`select set_config('norberts_spark.import_id', ${importId}, true)`.execute(tx.kysely)
    const { personId } = await tx.people.create(aPerson())
    return tx.customers.addContact(loser, personId)
  })
  await db.people.update(personId, { jobTitle: 'Changed later' })

  await db.customers.undoImport(importId, { keepChanged: true })

  expect((await db.customers.get(winner)).contacts).toMatchObject([{ contactId, personId }])
})

test('an erasure of a person who is merged meanwhile erases the winner as well', async ({ db }) => {
  const winner = await aPersonId(db)
  const { personId, email } = await db.people.create(aPerson({ email: `${randomUUID()}@example.test` }))

  const [erasure] = await db.transaction(async (tx) => {
    await tx.people.merge(winner, [personId])
    const erasure = db.people.erase(personId)
    await someoneWaits(db)
    return [erasure]
  })

  expect(await erasure).toBe(true)
  expect(await db.people.find(winner)).toBeUndefined()
  const { rows } = await sql`select from audit_log where changes::text like ${`%${email}%`}`.execute(
    db.kysely,
  )
  expect(rows).toEqual([])
})

describe('a write that finds a record which is being merged', () => {
  type Key = { source: string; externalId: string }
  const nameOf = ({ externalId }: Key) => `Acme ${externalId}`
  const emailOf = ({ externalId }: Key) => `${externalId}@example.test`

  const CUSTOMERS: Record<string, (db: Database, key: Key) => Promise<unknown>> = {
    upsertByExternalId: (db, key) =>
      db.customers.upsertByExternalId({ ...aCustomer({ industry: key.externalId }), ...key }),
    upsertMany: (db, key) =>
      db.customers.upsertMany([{ ...aCustomer({ industry: key.externalId }), ...key }]),
    import: (db, key) => db.customers.import([aCustomer({ ...key, industry: key.externalId })]),
    'import by name': (db, key) =>
      db.customers.import([aCustomer({ displayName: nameOf(key), industry: key.externalId })], {
        match: ['name'],
      }),
    importMany: async (db, key) =>
      db.customers.importMany([aCustomer({ legalName: nameOf(key), industry: key.externalId })], {
        onConflict: 'update',
      }),
  }

  test.for(Object.keys(CUSTOMERS))('customers.%s changes the winner', async (method, { db }) => {
    const key = { source: 'crm', externalId: randomUUID() }
    // It has a key of its own, so that it does not take that of the loser.
    const winner = await db.customers.create(aCustomer({ source: 'crm', externalId: randomUUID() }))
    const loser = await db.customers.create(aCustomer({ ...key, legalName: nameOf(key) }))

    const [written] = await db.transaction(async (tx) => {
      // The winner takes the name, by which the loser was found.
      await tx.customers.merge(winner.customerId, [loser.customerId], {
        fields: { legalName: loser.legalName, displayName: loser.displayName },
      })
      const written = CUSTOMERS[method]?.(db, key)
      await someoneWaits(db)
      return [written]
    })
    await written

    expect(await db.customers.get(loser.customerId)).toMatchObject({ customerId: winner.customerId })
    const { rows } = await sql<{ id: string }>`select customer_id as id from customers
      where industry = ${key.externalId}`.execute(db.kysely)
    expect(rows).toEqual([{ id: winner.customerId }])
  })

  const PEOPLE: Record<string, (db: Database, key: Key) => Promise<unknown>> = {
    upsertByExternalId: (db, key) =>
      db.people.upsertByExternalId({ ...aPerson({ email: emailOf(key), jobTitle: 'Written' }), ...key }),
    upsertMany: (db, key) =>
      db.people.upsertMany([{ ...aPerson({ email: emailOf(key), jobTitle: 'Written' }), ...key }]),
    'import of a customer with them': (db, key) =>
      db.customers.import([
        aCustomer({
          people: [{ ...aPerson({ ...key, email: emailOf(key), jobTitle: 'Written' }) }],
        } as object),
      ]),
    importMany: async (db, key) =>
      db.customers.importMany(
        [aCustomer({ people: [aPerson({ email: emailOf(key), jobTitle: 'Written' })] } as object)],
        { onConflict: 'update' },
      ),
  }

  test.for(Object.keys(PEOPLE))('people: %s changes the winner', async (method, { db }) => {
    const key = { source: 'crm', externalId: randomUUID() }
    const winner = await db.people.create(aPerson({ source: 'crm', externalId: randomUUID() }))
    const loser = await db.people.create(aPerson({ ...key, email: emailOf(key) }))

    const [written] = await db.transaction(async (tx) => {
      await tx.people.merge(winner.personId, [loser.personId], { fields: { email: emailOf(key) } })
      const written = PEOPLE[method]?.(db, key)
      await someoneWaits(db)
      return [written]
    })
    await written

    expect(await db.people.get(winner.personId)).toMatchObject({ jobTitle: 'Written', email: emailOf(key) })
    const { rows } = await sql<{ id: string }>`select person_id as id from people
      where external_id = ${key.externalId} and person_id <> ${winner.personId}`.execute(db.kysely)
    expect(rows).toEqual([{ id: loser.personId }])
  })

  test('an upsert of a record that the caller may not change is refused', async ({ url, db }) => {
    const key = { source: 'fixed', externalId: randomUUID() }
    const { customerId } = await db.customers.create(aCustomer(key))
    await runSql(
      url,
      `create policy fixed_customers on customers as restrictive for update using (source is distinct from 'fixed')`,
    )
    await using login = await createGrantedLogin(url, 'system')
    await using other = openDatabase(login.url)
    const view = other.as({ system: 'tests' })

    const one = await caught(view.customers.upsertByExternalId({ ...aCustomer(), ...key }))
    const free = { source: 'free', externalId: randomUUID() }
    const many = await caught(
      view.customers.upsertMany([
        { ...aCustomer(), ...free },
        { ...aCustomer(), ...key },
      ]),
    )

    expect(one).toBeInstanceOf(NotFoundError)
    expect(one).toMatchObject({ key: { source: 'fixed', external_id: key.externalId } })
    expect(many).toBeInstanceOf(RowError)
    expect(many).toMatchObject({ index: 1, cause: expect.any(NotFoundError) })
    expect(await db.customers.findByExternalId(free.source, free.externalId)).toBeUndefined()
    expect((await db.customers.get(customerId)).version).toBe(0)
  })
})
