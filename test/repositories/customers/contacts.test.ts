import { randomUUID } from 'node:crypto'
import { describe, expect } from 'vitest'
import { type Database, InvalidInputError, NotFoundError, violates } from '../../../src/index.ts'
import { test } from '../../support/database.ts'
import { aCustomer, aPerson, caught } from '../../support/factories.ts'

const SAME_ROLE = 'customer_people_customer_id_person_id_role_key'
const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)

async function aContact(db: Database, contact: Parameters<Database['customers']['addContact']>[2] = {}) {
  const [{ customerId }, { personId }] = [
    await db.customers.create(aCustomer()),
    await db.people.create(aPerson()),
  ]
  const added = await db.customers.addContact(customerId, personId, { startDate: '2020-01-01', ...contact })
  return { customerId, personId, contactId: added.contactId, contact: added }
}

describe('a person who left', () => {
  test.for([['stakeholder'], [null]] as const)('comes back in the same role, %s', async ([role], { db }) => {
    const { customerId, personId, contactId } = await aContact(db, { role })
    const ended = await db.customers.endContact(contactId, '2022-12-31')

    const back = await db.customers.addContact(customerId, personId, { role, startDate: '2024-01-01' })

    expect((await db.customers.get(customerId)).contacts).toEqual([back, ended])
  })

  test('has a role only once at a time', async ({ db }) => {
    const { customerId, personId, contactId } = await aContact(db, { role: 'stakeholder' })
    await db.customers.endContact(contactId, '2022-12-31')
    await db.customers.addContact(customerId, personId, { role: 'stakeholder' })

    for (const call of [
      () => db.customers.addContact(customerId, personId, { role: 'stakeholder' }),
      () => db.customers.reopenContact(contactId),
      () => db.customers.updateContact(contactId, { endDate: null }),
    ]) {
      expect(violates(await caught(call()), SAME_ROLE)).toBe(true)
    }
  })

  test('comes back once, of ten calls at the same time', async ({ db }) => {
    const { customerId, personId, contactId } = await aContact(db)
    await db.customers.endContact(contactId, '2022-12-31')

    const calls = Array.from({ length: 10 }, (_, n) =>
      n % 2 ? db.customers.addContact(customerId, personId) : db.customers.reopenContact(contactId),
    )
    await Promise.allSettled(calls)

    const { contacts } = await db.customers.get(customerId)
    expect(contacts.filter(({ endDate }) => endDate === null).length).toBe(1)
  })
})

describe('reopenContact', () => {
  test('removes the end of a contact', async ({ db }) => {
    const { contactId, contact } = await aContact(db)
    await db.customers.endContact(contactId, '2022-12-31')

    expect(await db.customers.reopenContact(contactId)).toEqual({ ...contact, version: 2 })
    expect(await db.customers.reopenContact(contactId)).toEqual({ ...contact, version: 2 })
  })

  test('names a contact that does not exist', async ({ db }) => {
    expect(await caught(db.customers.reopenContact(randomUUID()))).toBeInstanceOf(NotFoundError)
  })
})

describe('endContact', () => {
  test('refuses null and names the method that removes the end', async ({ db }) => {
    const error = await caught(db.customers.endContact(randomUUID(), null as never))

    expect(error).toBeInstanceOf(InvalidInputError)
    expect((error as Error).message).toBe(
      '"endDate" must be a date; reopenContact removes the end of a contact.',
    )
  })
})

describe('updateContact', () => {
  test('changes several fields, and an ended contact is not primary', async ({ db }) => {
    const { contactId, contact } = await aContact(db, { isPrimary: true })

    const future = await db.customers.updateContact(contactId, { role: 'stakeholder', endDate: day(7) })
    const past = await db.customers.updateContact(contactId, { endDate: '2021-01-01', isPrimary: true })

    expect(future).toEqual({ ...contact, role: 'stakeholder', endDate: day(7), version: 1 })
    expect(past).toMatchObject({ role: 'stakeholder', endDate: '2021-01-01', isPrimary: false })
  })

  test('names the rule that a change breaks', async ({ db }) => {
    const { customerId, contactId } = await aContact(db)
    const { personId } = await db.people.create(aPerson())
    await db.customers.addContact(customerId, personId, { isPrimary: true })

    const early = await caught(db.customers.updateContact(contactId, { endDate: '2019-01-01' }))
    const second = await caught(db.customers.updateContact(contactId, { isPrimary: true }))

    expect(violates(early, 'customer_people_end_date_check')).toBe(true)
    expect(violates(second, 'customer_people_customer_id_is_primary_key')).toBe(true)
  })

  test('names a contact that does not exist', async ({ db }) => {
    const error = await caught(db.customers.updateContact(randomUUID(), { role: null }))
    expect(error).toBeInstanceOf(NotFoundError)
  })
})

test('removeContact deletes the contact alone', async ({ db }) => {
  const { customerId, personId, contactId } = await aContact(db)

  expect(await db.customers.removeContact(contactId)).toBe(true)
  expect(await db.customers.removeContact(contactId)).toBe(false)
  expect((await db.customers.get(customerId)).contacts).toEqual([])
  expect((await db.people.get(personId)).personId).toBe(personId)
})

test('an import updates the contact without an end, and does not reopen one that has ended', async ({
  db,
}) => {
  const customer = aCustomer()
  const person = { ...aPerson(), role: 'stakeholder' } as const
  const row = { ...customer, people: [person] }
  await db.customers.importMany([row])
  const find = async () => (await db.customers.list({ limit: 1 })).items[0]!
  const { contactId, personId } = (await find()).contacts[0]!
  await db.customers.endContact(contactId, day(0))

  await db.customers.importMany([row], { onConflict: 'update' })
  expect((await find()).contacts.length).toBe(1)

  const { customerId } = await find()
  const back = await db.customers.addContact(customerId, personId, { role: 'stakeholder' })
  await db.customers.importMany([{ ...customer, people: [{ ...person, startDate: '2021-01-01' }] }], {
    onConflict: 'update',
  })

  const { contacts } = await find()
  expect(contacts.map(({ contactId, startDate }) => [contactId, startDate])).toEqual([
    [back.contactId, '2021-01-01'],
    [contactId, day(0)],
  ])
})
