import { describe, expect } from 'vitest'
import { type Database, InvalidInputError, NotFoundError, violates } from '../../../src/index.ts'
import { test } from '../../support/database.ts'
import { aCustomer, aPerson, caught } from '../../support/factories.ts'

const MISSING_ID = '01930c7a-5b3e-7000-8000-000000000000'

/** A customer with `count` contacts, none of them primary. */
async function withContacts(db: Database, count: number) {
  const { customerId } = await db.customers.create(aCustomer())
  const people = await Promise.all(Array.from({ length: count }, () => db.people.create(aPerson())))
  for (const { personId } of people) await db.customers.addContact(customerId, personId)
  return { customerId, personIds: people.map(({ personId }) => personId) }
}

describe('a customer', () => {
  test('is returned as created, with defaults', async ({ db }) => {
    const customer = await db.customers.create({ legalName: 'Acme SIA', displayName: 'Acme' })

    expect(customer).toEqual({
      customerId: expect.any(String),
      legalName: 'Acme SIA',
      displayName: 'Acme',
      status: 'prospect',
      industry: null,
      companySize: null,
      websiteUrl: null,
      billingCountry: null,
      timezone: 'UTC',
      ...{ source: null, externalId: null, tags: null, attributes: null },
      ...{ emails: null, phones: null, addresses: null },
      createdAt: expect.any(Date),
      updatedAt: customer.createdAt,
      ownerId: null,
      archivedAt: null,
      mergedInto: null,
      version: 0,
      createdBy: null,
      updatedBy: null,
      contacts: [],
    })
    expect(await db.customers.get(customer.customerId)).toEqual(customer)
  })

  test('keeps every field that is passed', async ({ db }) => {
    const given = {
      legalName: 'Sāls un Pipari SIA',
      displayName: 'Sāls',
      status: 'active',
      industry: 'food',
      companySize: 12,
      websiteUrl: 'https://sals.example.test/',
      billingCountry: 'LV',
      timezone: 'Europe/Riga',
    } as const

    const { customerId } = await db.customers.create(given)

    expect(await db.customers.get(customerId)).toMatchObject(given)
  })

  test('an update changes only the fields that are passed, and null clears a field', async ({ db }) => {
    const before = await db.customers.create(aCustomer({ industry: 'food', companySize: 12 }))

    const after = await db.customers.update(before.customerId, { industry: null, displayName: 'New' })

    const changed = { industry: null, displayName: 'New', updatedAt: after.updatedAt, version: 1 }
    expect(after).toEqual({ ...before, ...changed })
    expect(await db.customers.update(before.customerId, {})).toEqual(after)
  })

  test('an update returns the contacts too', async ({ db }) => {
    const { customerId } = await withContacts(db, 2)

    const customer = await db.customers.setStatus(customerId, 'churned')

    expect(customer.status).toBe('churned')
    expect(customer.contacts).toHaveLength(2)
    expect(customer).toEqual(await db.customers.get(customerId))
  })

  test('a missing customer is not found', async ({ db }) => {
    expect(await db.customers.find(MISSING_ID)).toBeUndefined()
    expect(await db.customers.delete(MISSING_ID)).toBe(false)
    const failures = await Promise.all(
      [
        db.customers.get(MISSING_ID),
        db.customers.update(MISSING_ID, {}),
        db.customers.setStatus(MISSING_ID, 'active'),
        db.customers.setPrimaryContact(MISSING_ID, MISSING_ID),
        db.customers.endContact(MISSING_ID, '2026-01-01'),
      ].map(caught),
    )
    for (const failure of failures) expect(failure).toBeInstanceOf(NotFoundError)
  })

  test('deleting one deletes its contacts and keeps the people', async ({ db }) => {
    const { customerId, personIds } = await withContacts(db, 1)

    expect(await db.customers.delete(customerId)).toBe(true)

    expect(await db.people.get(personIds[0]!)).toMatchObject({ firstName: 'Grace' })
    expect(await db.people.listCustomersOf(personIds[0]!)).toEqual({ items: [] })
  })

  test.for([
    [{ legalName: 'x' }, 'customers_legal_name_check'],
    [{ legalName: '   x   ' }, 'customers_legal_name_check'],
    [{ displayName: 'x'.repeat(201) }, 'customers_display_name_check'],
    [{ companySize: 0 }, 'customers_company_size_check'],
    [{ billingCountry: 'lv' }, 'customers_billing_country_check'],
    [{ websiteUrl: 'ftp://x' }, 'customers_website_url_check'],
    [{ timezone: '' }, 'customers_timezone_check'],
  ] as const)('%o violates %s', async ([given, constraint], { db }) => {
    expect(violates(await caught(db.customers.create(aCustomer(given))), constraint)).toBe(true)
  })

  test.for([
    ['status', { status: 'gone' }],
    ['companySize', { companySize: 1.5 }],
    ['companySize', { companySize: 2 ** 31 }],
    ['industry', { industry: 7 }],
    ['billing', { billing: 'LV' }],
  ] as const)('a bad %s is refused before it is sent', async ([field, given], { db }) => {
    const error = await caught(db.customers.create(aCustomer(given as object)))
    expect(error).toBeInstanceOf(InvalidInputError)
    expect((error as InvalidInputError).field).toBe(field)
  })
})

describe('contacts', () => {
  test('a contact includes the person', async ({ db }) => {
    const { customerId } = await db.customers.create(aCustomer())
    const person = await db.people.create(aPerson({ phone: '+371 2000', jobTitle: 'CTO' }))

    const contact = await db.customers.addContact(customerId, person.personId, {
      role: 'decision_maker',
      isPrimary: true,
      startDate: '2026-02-28',
    })

    expect(contact).toEqual({
      contactId: expect.any(String),
      personId: person.personId,
      firstName: 'Grace',
      lastName: 'Hopper',
      email: person.email,
      phone: '+371 2000',
      jobTitle: 'CTO',
      role: 'decision_maker',
      isPrimary: true,
      startDate: '2026-02-28',
      endDate: null,
      version: 0,
      createdBy: null,
      updatedBy: null,
    })
    expect((await db.customers.get(customerId)).contacts).toEqual([contact])
    expect((await db.customers.listContacts(customerId)).items).toEqual([contact])
  })

  test('a person cannot have the same role twice, including no role', async ({ db }) => {
    const { customerId, personIds } = await withContacts(db, 1)

    const error = await caught(db.customers.addContact(customerId, personIds[0]!))

    expect(violates(error, 'customer_people_customer_id_person_id_role_key')).toBe(true)
  })

  test('customer and person must exist', async ({ db }) => {
    const { customerId, personIds } = await withContacts(db, 1)

    const [customer, person] = await Promise.all([
      caught(db.customers.addContact(MISSING_ID, personIds[0]!)),
      caught(db.customers.addContact(customerId, MISSING_ID)),
    ])

    expect(violates(customer, 'customer_people_customer_id_fkey')).toBe(true)
    expect(violates(person, 'customer_people_person_id_fkey')).toBe(true)
  })

  test('a second primary contact is rejected by a named constraint', async ({ db }) => {
    const { customerId, personIds } = await withContacts(db, 1)
    await db.customers.setPrimaryContact(customerId, personIds[0]!)
    const { personId } = await db.people.create(aPerson())

    const error = await caught(db.customers.addContact(customerId, personId, { isPrimary: true }))

    expect(violates(error, 'customer_people_customer_id_is_primary_key')).toBe(true)
  })

  test('a contact that has ended is listed last and is no longer primary', async ({ db }) => {
    const { customerId, personIds } = await withContacts(db, 2)
    const primary = await db.customers.setPrimaryContact(customerId, personIds[0]!)
    await db.customers.endContact(
      (
        await db.customers.addContact(customerId, personIds[0]!, {
          role: 'stakeholder',
          startDate: '2020-01-01',
        })
      ).contactId,
      '2021-12-31',
    )

    const ended = await db.customers.endContact(primary.contactId, '9999-12-31')
    expect(ended).toMatchObject({ endDate: '9999-12-31', isPrimary: true })

    const { contacts } = await db.customers.get(customerId)
    expect(contacts.map(({ endDate }) => endDate)).toEqual([null, '9999-12-31', '2021-12-31'])
    const current = await db.customers.listContacts(customerId, { current: true })
    expect(current.items.map(({ endDate }) => endDate).sort()).toEqual(['9999-12-31', null])
  })

  test('does not end before it started', async ({ db }) => {
    const { customerId, personIds } = await withContacts(db, 1)
    const { items } = await db.customers.listContacts(customerId)

    const error = await caught(db.customers.endContact(items[0]!.contactId, '2000-01-01'))

    expect(violates(error, 'customer_people_end_date_check')).toBe(true)
    for (const endDate of ['2026-02-30', '2026-1-1', '', 'today', 20260101]) {
      const refused = await caught(db.customers.endContact(MISSING_ID, endDate as string))
      expect(refused).toBeInstanceOf(InvalidInputError)
    }
    const cleared = await caught(db.customers.endContact(MISSING_ID, null as never))
    expect(cleared).toMatchObject({ field: 'endDate', message: expect.stringContaining('reopenContact') })
    expect(personIds).toHaveLength(1)
  })
})

describe('the primary contact', () => {
  test('replaces the previous one', async ({ db }) => {
    const { customerId, personIds } = await withContacts(db, 3)

    for (const personId of personIds) {
      expect(await db.customers.setPrimaryContact(customerId, personId)).toMatchObject({
        personId,
        isPrimary: true,
      })
      const { contacts } = await db.customers.get(customerId)
      expect(contacts.filter(({ isPrimary }) => isPrimary).map((each) => each.personId)).toEqual([personId])
      expect(contacts[0]!.personId).toBe(personId)
    }
  })

  test('is unchanged if the new one is not, or no longer, a contact', async ({ db }) => {
    const { customerId, personIds } = await withContacts(db, 2)
    await db.customers.setPrimaryContact(customerId, personIds[0]!)
    const former = (await db.customers.listContacts(customerId)).items.find((each) => !each.isPrimary)!
    const { personId: stranger } = await db.people.create(aPerson())
    const other = await db.people.create(aPerson())
    const past = await db.customers.addContact(customerId, other.personId, { startDate: '2020-01-01' })
    await db.customers.endContact(past.contactId, '2020-12-31')

    for (const personId of [stranger, other.personId]) {
      expect(await caught(db.customers.setPrimaryContact(customerId, personId))).toBeInstanceOf(NotFoundError)
    }

    expect((await db.customers.get(customerId)).contacts[0]).toMatchObject({
      personId: personIds[0],
      isPrimary: true,
    })
    expect(former.isPrimary).toBe(false)
  })

  test('is exactly one after twenty concurrent calls, none of which fails', async ({ openAnother }) => {
    const db = openAnother({ max: 20 })
    const { customerId, personIds } = await withContacts(db, 20)

    for (let round = 0; round < 10; round += 1) {
      const set = await Promise.all(
        personIds.map((personId) => db.customers.setPrimaryContact(customerId, personId)),
      )
      expect(set.map(({ isPrimary }) => isPrimary)).not.toContain(false)
      const { contacts } = await db.customers.get(customerId)
      expect(contacts.filter(({ isPrimary }) => isPrimary)).toHaveLength(1)
    }
  })

  test('is at most one after concurrent changes, endings and additions', async ({ openAnother }) => {
    const db = openAnother({ max: 20 })
    const { customerId, personIds } = await withContacts(db, 10)
    const newcomers = await Promise.all(personIds.map(() => db.people.create(aPerson())))
    const outcomes = await Promise.allSettled([
      ...personIds.map((personId) => db.customers.setPrimaryContact(customerId, personId)),
      ...newcomers.map(({ personId }) => db.customers.addContact(customerId, personId, { isPrimary: true })),
      ...personIds.map((personId) => db.customers.setPrimaryContact(customerId, personId)),
    ])

    const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
    for (const { reason } of refused) {
      expect(violates(reason, 'customer_people_customer_id_is_primary_key'), String(reason)).toBe(true)
    }
    expect(
      outcomes.filter((_, index) => index < 10 || index >= 20).map(({ status }) => status),
    ).not.toContain('rejected')
    const { contacts } = await db.customers.get(customerId)
    expect(contacts.filter(({ isPrimary }) => isPrimary)).toHaveLength(1)
  })
})

describe('list', () => {
  test('each customer includes its own contacts, in one round trip', async ({ db }) => {
    const made = [await withContacts(db, 3), await withContacts(db, 0), await withContacts(db, 1)]
    const sent: (string | undefined)[] = []
    const stop = db.on('query', ({ name }) => sent.push(name))

    const { items } = await db.customers.list({ limit: 3 })

    stop()
    expect(sent).toEqual(['customers.list'])
    expect(items.map(({ customerId }) => customerId)).toEqual(
      made.map(({ customerId }) => customerId).reverse(),
    )
    for (const [index, { personIds }] of made.toReversed().entries()) {
      expect(items[index]!.contacts.map(({ personId }) => personId).sort()).toEqual(personIds.toSorted())
      expect(items[index]).toEqual(await db.customers.get(items[index]!.customerId))
    }
  })

  test('filters combine', async ({ db }) => {
    const wanted = { status: 'paused', industry: 'combining', billingCountry: 'EE' } as const
    const match = await db.customers.create(aCustomer({ ...wanted, displayName: 'Combined' }))
    await db.customers.create(aCustomer({ ...wanted, displayName: 'Combined', billingCountry: 'LV' }))
    await db.customers.create(aCustomer({ ...wanted, displayName: 'Combined', status: 'active' }))
    await db.customers.create(aCustomer({ ...wanted, displayName: 'Combined', industry: 'other' }))
    await db.customers.create(aCustomer({ ...wanted, displayName: 'Otherwise' }))

    expect(await db.customers.list({ ...wanted, search: 'combined' })).toEqual({ items: [match] })
  })

  test('a search finds the beginnings of words of either name and returns the best match first', async ({
    db,
  }) => {
    const names = ['Zūmer', 'Zūmer & Partner', 'Zūmerija', 'The Zūmer', 'Big Zūmeria']
    await db.customers.create(aCustomer({ displayName: 'Kazūmers' }))
    for (const displayName of names.toReversed())
      await db.customers.create(aCustomer({ displayName, legalName: 'Legal' }))

    for (const search of ['zūmer', 'ZUMER', '  zumer ', 'zu']) {
      const { items } = await db.customers.list({ search: search.trim() })
      const found = items.map(({ displayName }) => displayName)
      expect(found.toSorted(), search).toEqual(names.toSorted())
      if (search !== 'zu') expect(found, search).toEqual(names)
    }
    expect((await db.customers.list({ search: '%_\\' })).items).toEqual([])
  })

  test('a search finds a website by its domain', async ({ db }) => {
    const customer = await db.customers.create(
      aCustomer({ displayName: 'Named', websiteUrl: 'https://www.far-away.example/about' }),
    )

    for (const search of ['far-away.example', 'https://far-away.example', 'www.far-away.ex', 'named away']) {
      const { items } = await db.customers.list({ search })
      expect(
        items.map(({ customerId }) => customerId),
        search,
      ).toEqual([customer.customerId])
    }
    expect((await db.customers.list({ search: 'far-away.test' })).items).toEqual([])
  })

  test('a search has pages in the same order, with cursors that are valid only for it', async ({ db }) => {
    for (let number = 0; number < 9; number += 1) {
      await db.customers.create(
        aCustomer({ displayName: number % 3 ? `Pagewise ${number}` : `A pagewise ${number}` }),
      )
    }

    const whole = (await db.customers.list({ search: 'pagewise' })).items
    const found = []
    let after: string | undefined
    do {
      const page = await db.customers.list({ search: 'pagewise', limit: 2, after })
      found.push(...page.items)
      after = page.next
    } while (after)

    expect(found).toEqual(whole)
    expect(whole).toHaveLength(9)
    const { next } = await db.customers.list({ limit: 1 })
    const foreign = await caught(db.customers.list({ search: 'pagewise', after: next }))
    expect(foreign).toBeInstanceOf(InvalidInputError)
  })

  test('a blank search finds everything', async ({ db }) => {
    await db.customers.create(aCustomer())

    expect(await db.customers.list({ search: '  ', limit: 2 })).toEqual(await db.customers.list({ limit: 2 }))
  })
})
