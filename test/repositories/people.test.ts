import { expect } from 'vitest'
import { NotFoundError, violates } from '../../src/index.ts'
import { test } from '../support/database.ts'
import { aCustomer, aPerson, caught } from '../support/factories.ts'

const MISSING_ID = '01930c7a-5b3e-7000-8000-000000000000'

test('a person is returned as created, with defaults', async ({ db }) => {
  const person = await db.people.create({ firstName: 'Ada', lastName: 'Lovelace' })

  expect(person).toEqual({
    personId: expect.any(String),
    firstName: 'Ada',
    lastName: 'Lovelace',
    email: null,
    phone: null,
    phoneE164: null,
    jobTitle: null,
    linkedinUrl: null,
    isActive: true,
    ...{ source: null, externalId: null, tags: null, attributes: null },
    ...{ emails: null, phones: null, addresses: null },
    createdAt: expect.any(Date),
    updatedAt: person.createdAt,
    ownerId: null,
    archivedAt: null,
    mergedInto: null,
    version: 0,
    createdBy: null,
    updatedBy: null,
  })
  expect(await db.people.get(person.personId)).toEqual(person)
})

test('a person is found by address in any letter case', async ({ db }) => {
  const person = await db.people.create(aPerson({ email: 'Grace.Hopper@navy.test' }))

  expect(await db.people.findByEmail('grace.hopper@NAVY.test')).toEqual(person)
  expect(await db.people.findByEmail('missing@navy.test')).toBeUndefined()
})

test('an address belongs to one person; any number may have none', async ({ db }) => {
  await db.people.create(aPerson({ email: 'one@only.test' }))

  const error = await caught(db.people.create(aPerson({ email: 'ONE@only.test' })))

  expect(violates(error, 'people_email_key')).toBe(true)
  for (const email of [null, undefined]) expect((await db.people.create(aPerson({ email }))).email).toBeNull()
})

test('an update changes only the fields that are passed, and null clears a field', async ({ db }) => {
  const before = await db.people.create(aPerson({ phone: '111', jobTitle: 'CTO' }))

  const after = await db.people.update(before.personId, { phone: null, isActive: false, lastName: 'Murray' })

  expect(after).toEqual({
    ...before,
    phone: null,
    isActive: false,
    lastName: 'Murray',
    updatedAt: after.updatedAt,
    version: 1,
  })
  expect((await db.people.update(before.personId, { email: null })).email).toBeNull()
})

test('a missing person is not found', async ({ db }) => {
  expect(await db.people.find(MISSING_ID)).toBeUndefined()
  expect(await db.people.delete(MISSING_ID)).toBe(false)
  expect(await caught(db.people.get(MISSING_ID))).toBeInstanceOf(NotFoundError)
  expect(await caught(db.people.update(MISSING_ID, {}))).toBeInstanceOf(NotFoundError)
})

test('deleting a person deletes their contacts and keeps the customers', async ({ db }) => {
  const { customerId } = await db.customers.create(aCustomer())
  const { personId } = await db.people.create(aPerson())
  await db.customers.addContact(customerId, personId)

  expect(await db.people.delete(personId)).toBe(true)

  expect((await db.customers.get(customerId)).contacts).toEqual([])
})

test('lists can be filtered and searched, with the best match first', async ({ db }) => {
  const names = [
    ['Zane', 'Kļava'],
    ['Zanete', 'Kļava'],
    ['Ilze', 'Zane'],
  ] as const
  for (const [firstName, lastName] of names) await db.people.create(aPerson({ firstName, lastName }))
  const inactive = await db.people.create(aPerson({ firstName: 'Zane', lastName: 'Gone', isActive: false }))

  const found = await db.people.list({ search: 'zane', isActive: true })

  expect(found.items.map(({ firstName, lastName }) => [firstName, lastName])).toEqual(names)
  expect((await db.people.list({ isActive: false, search: 'gone' })).items).toEqual([inactive])
  expect((await db.people.list({ search: 'klava', limit: 1 })).next).toBeDefined()
})

test('a search finds a phone number by its digits', async ({ db }) => {
  // People of other tests have such digits by chance, in their email addresses.
  const source = 'phones'
  const { personId } = await db.people.create(
    aPerson({ source, externalId: '1', phone: '+1 (555) 867-5309' }),
  )
  const other = await db.people.create(aPerson({ source, externalId: '2', phone: '+442079460958' }))

  for (const search of [
    '5558675309',
    '15558675309',
    '+1 (555) 867-5309',
    '867-5309',
    '8675309',
    '5309',
    '555 867',
  ]) {
    const { items } = await db.people.list({ search, where: { source } })
    expect(
      items.map((person) => person.personId),
      search,
    ).toEqual([personId])
  }
  for (const search of ['020 7946 0958', '02079460958', '7946 0958', '442079460958']) {
    const { items } = await db.people.list({ search, where: { source } })
    expect(
      items.map((person) => person.personId),
      search,
    ).toEqual([other.personId])
  }
  expect((await db.people.list({ search: '8675308', where: { source } })).items).toEqual([])
})

test("a person's customers are listed with the person's role there", async ({ db }) => {
  const { personId } = await db.people.create(aPerson())
  const [first, second] = [await db.customers.create(aCustomer()), await db.customers.create(aCustomer())]
  await db.customers.addContact(first.customerId, personId, {
    startDate: '2020-01-01',
    role: 'billing_contact',
  })
  const contact = await db.customers.addContact(second.customerId, personId, { startDate: '2024-01-01' })

  const { items } = await db.people.listCustomersOf(personId)

  expect(items.map(({ customerId }) => customerId)).toEqual([second.customerId, first.customerId])
  expect(items[0]).toEqual({
    contactId: contact.contactId,
    customerId: second.customerId,
    legalName: second.legalName,
    displayName: second.displayName,
    status: 'prospect',
    role: null,
    isPrimary: false,
    startDate: '2024-01-01',
    endDate: null,
  })
})
