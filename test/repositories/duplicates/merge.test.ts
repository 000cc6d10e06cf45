import { describe, expect } from 'vitest'
import {
  type Contact,
  type Database,
  InvalidInputError,
  NotFoundError,
  openDatabase,
  StaleVersionError,
  violates,
} from '../../../src/index.ts'
import { createGrantedLogin } from '../../support/app-login.ts'
import { isDistributed, test } from '../../support/database.ts'
import { aCustomer, aPerson, aUser, caught } from '../../support/factories.ts'

const ID = '01930c7a-5b3e-7000-8000-00000000000f'

async function customers(db: Database, count: number) {
  return Promise.all(Array.from({ length: count }, () => db.customers.create(aCustomer())))
}

async function person(db: Database) {
  return (await db.people.create(aPerson())).personId
}

const idOf = ({ customerId }: { customerId: string }) => ({ customerId })

function times(contacts: readonly Contact[]) {
  return contacts
    .map(({ role, startDate, endDate, isPrimary }) => [role, startDate, endDate, isPrimary])
    .sort((a, b) => String(a[1]).localeCompare(String(b[1])))
}

describe('contacts', () => {
  test('move to the winner, and those that overlap in a role become one', async ({ db }) => {
    const [winner, loser, other] = await customers(db, 3)
    const personId = await person(db)
    const add = async (
      customerId: string,
      role: 'stakeholder' | null,
      startDate: string,
      endDate?: string,
    ) => {
      const { contactId } = await db.customers.addContact(customerId, personId, { role, startDate })
      if (endDate) await db.customers.endContact(contactId, endDate)
      return contactId
    }
    const kept = await add(winner!.customerId, 'stakeholder', '2020-01-01', '2021-06-30')
    await add(loser!.customerId, 'stakeholder', '2021-06-30', '2022-01-31')
    await add(other!.customerId, 'stakeholder', '2022-01-01')
    await add(loser!.customerId, 'stakeholder', '2015-01-01', '2019-12-31')
    await add(other!.customerId, null, '2020-01-01')

    const merged = await db.customers.merge(winner!.customerId, [loser!.customerId, other!.customerId])

    expect(times(merged.contacts)).toEqual([
      ['stakeholder', '2015-01-01', '2019-12-31', false],
      ['stakeholder', '2020-01-01', null, false],
      [null, '2020-01-01', null, false],
    ])
    expect(merged.contacts.some(({ contactId }) => contactId === kept)).toBe(true)
  })

  test('the primary contact is that of the winner, else that of the first loser', async ({ db }) => {
    const [winner, first, second] = await customers(db, 3)
    const people = [await person(db), await person(db), await person(db)] as const
    await db.customers.addContact(first!.customerId, people[0], { isPrimary: true })
    await db.customers.addContact(second!.customerId, people[1], { isPrimary: true })
    await db.customers.addContact(winner!.customerId, people[2])

    const merged = await db.customers.merge(winner!.customerId, [first!.customerId, second!.customerId])

    expect(merged.contacts.filter(({ isPrimary }) => isPrimary).map(({ personId }) => personId)).toEqual([
      people[0],
    ])
  })

  test('of merged people lead to the winner, who remains primary', async ({ db }) => {
    const [customer, other] = await customers(db, 2)
    const [winner, loser] = [await person(db), await person(db)]
    await db.customers.addContact(customer!.customerId, loser, { isPrimary: true, startDate: '2020-01-01' })
    await db.customers.addContact(customer!.customerId, winner, { startDate: '2021-01-01' })
    await db.customers.addContact(other!.customerId, loser, {
      role: 'billing_contact',
      startDate: '2021-01-01',
    })

    await db.people.merge(winner, loser)

    const contacts = (await db.customers.get(customer!.customerId)).contacts
    expect(contacts.map(({ personId }) => personId)).toEqual([winner])
    expect(times(contacts)).toEqual([[null, '2020-01-01', null, true]])
    const { items } = await db.people.listCustomersOf(winner)
    expect(items.map(({ customerId }) => customerId)).toEqual([other!.customerId, customer!.customerId])
  })

  test('that are added to a loser, one by one or by an import, belong to the winner', async ({ db }) => {
    const [winner, loser] = await customers(db, 2)
    const [winnerId, loserId] = [await person(db), await person(db)]
    await db.customers.merge(winner!.customerId, [loser!.customerId])
    await db.people.merge(winnerId, [loserId])

    await db.customers.addContact(loser!.customerId, loserId)
    const primary = await db.customers.setPrimaryContact(loser!.customerId, loserId)

    expect(primary).toMatchObject({ personId: winnerId, isPrimary: true })
    expect((await db.customers.get(winner!.customerId)).contacts).toEqual([primary])
    expect(await caught(db.customers.addContact(loser!.customerId, winnerId))).toSatisfy((error) =>
      violates(error, 'customer_people_customer_id_person_id_role_key'),
    )
  })
})

describe('the id of a loser', () => {
  test('finds, changes, archives and restores the winner, also after a second merge', async ({ db }) => {
    const [first, second, third] = await customers(db, 3)
    await db.customers.merge(second!.customerId, [first!.customerId])
    await db.customers.merge(third!.customerId, [second!.customerId])

    for (const { customerId } of [first!, second!]) {
      expect((await db.customers.get(customerId)).customerId).toBe(third!.customerId)
      const changed = await db.customers.update(customerId, { industry: customerId })
      expect(changed).toMatchObject({ customerId: third!.customerId, industry: customerId })
      expect((await db.customers.archive(customerId)).customerId).toBe(third!.customerId)
      expect((await db.customers.restore(customerId)).archivedAt).toBeNull()
    }
    const stale = await caught(db.customers.update(first!.customerId, { industry: 'x' }, { ifVersion: 0 }))
    expect(stale).toBeInstanceOf(StaleVersionError)
  })

  test('in another system finds the winner, too', async ({ db }) => {
    const key = { source: 'erp', externalId: crypto.randomUUID() }
    const winner = await db.customers.create(aCustomer({ source: 'erp', externalId: crypto.randomUUID() }))
    const loser = await db.customers.create(aCustomer(key))
    const [one, two] = [
      await db.people.create(aPerson({ source: 'erp', externalId: crypto.randomUUID() })),
      await db.people.create(aPerson(key)),
    ]
    await db.customers.merge(winner.customerId, [loser.customerId])
    await db.people.merge(one.personId, [two.personId])

    const found = await db.customers.findByExternalId(key.source, key.externalId)
    expect(found?.customerId).toBe(winner.customerId)
    expect((await db.people.findByExternalId(key.source, key.externalId))?.personId).toBe(one.personId)

    // Those that write change the winner, which keeps its own key.
    const written = await db.customers.upsertByExternalId({ ...aCustomer({ industry: 'One' }), ...key })
    expect(written).toMatchObject({ ...idOf(winner), externalId: winner.externalId, industry: 'One' })
    const person = await db.people.upsertByExternalId({ ...key, firstName: 'One', lastName: 'X' })
    expect(person).toMatchObject({ personId: one.personId, externalId: one.externalId, firstName: 'One' })
    const other = { source: 'erp', externalId: crypto.randomUUID() }
    const many = await db.customers.upsertMany([
      { ...aCustomer({ industry: 'Two' }), ...key },
      { ...aCustomer(), ...other },
      { ...aCustomer({ tags: ['kept'] }), source: 'erp', externalId: winner.externalId as string },
    ])
    expect(many).toMatchObject([{ industry: 'Two', tags: ['kept'] }, other, { industry: 'Two' }])
    expect(many.map(({ customerId }) => customerId === winner.customerId)).toEqual([true, false, true])
    const people = await db.people.upsertMany([{ ...key, firstName: 'Two', lastName: 'X' }])
    expect(people).toMatchObject([{ personId: one.personId, externalId: one.externalId, firstName: 'Two' }])
    const report = await db.customers.import([
      aCustomer({
        ...key,
        industry: 'Three',
        people: [{ ...key, firstName: 'Three', lastName: 'X' }],
      } as object),
    ])
    expect(report).toMatchObject({
      customers: { created: 0, updated: 1 },
      people: { created: 0, updated: 1 },
    })
    expect(await db.customers.get(loser.customerId)).toMatchObject({
      ...{ ...idOf(winner), externalId: winner.externalId, industry: 'Three' },
      contacts: [{ personId: one.personId, firstName: 'Three' }],
    })
    const { items } = await db.customers.listContacts(loser.customerId)
    expect(items).toMatchObject([{ personId: one.personId }])

    await db.people.archive(one.personId)
    expect(await db.people.findByExternalId(key.source, key.externalId)).toBeUndefined()
  })

  test('of a person does the same', async ({ db }) => {
    const [winner, loser] = [await person(db), await person(db)]
    await db.people.merge(winner, [loser])

    expect((await db.people.get(loser)).personId).toBe(winner)
    expect(await db.people.update(loser, { jobTitle: 'CTO' })).toMatchObject({
      personId: winner,
      jobTitle: 'CTO',
    })
    expect((await db.people.archive(loser)).personId).toBe(winner)
    expect((await db.people.restore(loser)).archivedAt).toBeNull()
  })

  test('is kept by purge as long as the winner, and deleted with it', async ({ db }) => {
    const [winner, loser] = await customers(db, 2)
    await db.customers.merge(winner!.customerId, [loser!.customerId])
    await new Promise((resolve) => setTimeout(resolve, 5))
    await db.customers.purge({ olderThan: new Date() })
    expect((await db.customers.find(loser!.customerId))?.customerId).toBe(winner!.customerId)

    await db.customers.delete(winner!.customerId)

    expect(await db.customers.find(loser!.customerId)).toBeUndefined()
  })
})

describe('the winner', () => {
  test('keeps its values, fills empty ones from the losers in their order, and takes the given ones', async ({
    db,
  }) => {
    const email = `${crypto.randomUUID()}@example.test`
    const winner = await db.people.create(aPerson({ firstName: 'Ada', email: null, phone: '+371 20000001' }))
    const first = await db.people.create(
      aPerson({ firstName: 'A.', email: null, jobTitle: 'Boss', phone: '1234567' }),
    )
    const second = await db.people.create(aPerson({ email, jobTitle: 'Chief' }))

    const merged = await db.people.merge(winner.personId, [first.personId, second.personId], {
      fields: { lastName: 'King' },
      ifVersion: 0,
    })

    expect(merged).toMatchObject({ firstName: 'Ada', lastName: 'King', email, jobTitle: 'Boss' })
    expect(merged).toMatchObject({ phone: '+371 20000001', version: 1 })
    expect((await db.people.findByEmail(email))?.personId).toBe(winner.personId)
  })

  test('has the addresses and numbers of all, each once', async ({ db }) => {
    const [one, two] = [`${crypto.randomUUID()}@example.test`, `${crypto.randomUUID()}@example.test`]
    const winner = await db.people.create(
      aPerson({ email: one, phone: '+371 20000001', emails: [{ address: 'w@example.test' }] }),
    )
    const loser = await db.people.create(
      aPerson({
        email: two,
        phone: '+49 30 5551234',
        emails: [{ address: 'W@example.test' }, { address: 'l@example.test' }],
        phones: [{ number: '0371 20000009' }],
      }),
    )

    const merged = await db.people.merge(winner.personId, [loser.personId])

    expect(merged).toMatchObject({ email: one, phone: '+371 20000001' })
    expect(merged.emails?.map(({ address }) => address)).toEqual(['w@example.test', two, 'l@example.test'])
    expect(merged.phones?.map(({ number }) => number)).toEqual(['+49 30 5551234', '0371 20000009'])
  })

  test('of a repeated merge is unchanged', async ({ db }) => {
    const [winner, loser] = await customers(db, 2)
    const merged = await db.customers.merge(winner!.customerId, loser!.customerId)

    expect(await db.customers.merge(winner!.customerId, [loser!.customerId])).toEqual(merged)
  })

  test('is the one that a merged id leads to', async ({ db }) => {
    const [first, second, third] = await customers(db, 3)
    await db.customers.merge(first!.customerId, [second!.customerId])

    const merged = await db.customers.merge(second!.customerId, [third!.customerId])

    expect(merged.customerId).toBe(first!.customerId)
  })
})

test('nothing changes where a row is missing, stale or refused', async ({ db }) => {
  const [winner, loser] = await customers(db, 2)
  const [one, two] = [winner!.customerId, loser!.customerId]

  const missing = await caught(db.customers.merge(one, [two, ID]))
  const stale = await caught(db.customers.merge(one, [two], { ifVersion: 3 }))
  const refused = await caught(db.customers.merge(one, [two], { fields: { companySize: 0 } }))

  expect(missing).toBeInstanceOf(NotFoundError)
  expect(missing).toMatchObject({ key: { customer_id: ID } })
  expect(stale).toMatchObject({ name: 'StaleVersionError', currentVersion: 0 })
  expect(violates(refused, 'customers_company_size_check')).toBe(true)
  expect(await caught(db.customers.merge(one, [one]))).toBeInstanceOf(InvalidInputError)
  expect(await caught(db.customers.merge(one, []))).toBeInstanceOf(InvalidInputError)
  expect([await db.customers.get(one), await db.customers.get(two)]).toEqual([winner, loser])
})

test('a merged row cannot come back by other means', async ({ db }) => {
  const [winner, loser] = await customers(db, 2)
  await db.customers.merge(winner!.customerId, [loser!.customerId])

  const error = await caught(
    db.kysely
      .updateTable('customers')
      .set({ archived_at: null })
      .where('customer_id', '=', loser!.customerId)
      .execute(),
  )

  expect(violates(error, 'customers_merged_into_check')).toBe(true)
})

test.skipIf(isDistributed)(
  'the history has the merge at the winner and the change at the loser, with the actor',
  async ({ url, db }) => {
    const user = await db.users.create(aUser())
    const [winner, loser] = await customers(db, 2)
    await using login = await createGrantedLogin(url, 'app')
    await using asApp = openDatabase(login.url)

    await asApp.as({ userId: user.userId }).customers.merge(winner!.customerId, [loser!.customerId])

    const [atWinner] = (await db.auditLog.listByEntity('customer', winner!.customerId, { limit: 1 })).items
    expect(atWinner).toMatchObject({
      action: 'merge',
      userId: user.userId,
      changes: { merged: [null, loser!.customerId] },
    })
    const [atLoser] = (await db.auditLog.listByEntity('customer', loser!.customerId, { limit: 1 })).items
    expect(atLoser).toMatchObject({
      action: 'update',
      isHistory: true,
      changes: { merged_into: [null, winner!.customerId] },
    })
  },
)

test.skipIf(isDistributed)('an actor who sees no customers merges none', async ({ url, db }) => {
  const [winner, loser] = await customers(db, 2)
  await using login = await createGrantedLogin(url, 'app')
  await using asApp = openDatabase(login.url)

  expect(await caught(asApp.customers.merge(winner!.customerId, [loser!.customerId]))).toBeInstanceOf(
    NotFoundError,
  )
})

test('merges of the same customers in both directions at once leave one', async ({ db }) => {
  for (let round = 0; round < 10; round += 1) {
    const [one, two] = await customers(db, 2)
    const personId = await person(db)
    await Promise.all([
      db.customers.merge(one!.customerId, [two!.customerId]),
      db.customers.merge(two!.customerId, [one!.customerId]),
      db.customers.addContact(one!.customerId, personId),
    ])

    const found = await db.customers.get(one!.customerId)
    expect((await db.customers.get(two!.customerId)).customerId).toBe(found.customerId)
    expect(found.contacts.map((contact) => contact.personId)).toEqual([personId])
  }
})

test('an erased person is erased with those who were merged into it', async ({ db }) => {
  const email = `${crypto.randomUUID()}@example.test`
  const [winner, loser] = [
    await person(db),
    (await db.people.create(aPerson({ email, firstName: 'Dorothea' }))).personId,
  ]
  await db.people.merge(winner, [loser])
  expect((await db.people.export(winner)).people).toHaveLength(2)

  expect(await db.people.erase(loser)).toBe(true)

  expect(await db.people.find(winner)).toBeUndefined()
  for (const id of [winner, loser]) {
    const { items } = await db.auditLog.listByEntity('person', id)
    expect(items.length).toBeGreaterThan(0)
    expect(JSON.stringify(items)).not.toContain(email)
    expect(JSON.stringify(items)).not.toContain('Dorothea')
  }
})
