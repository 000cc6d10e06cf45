import { randomUUID } from 'node:crypto'
import { describe, expect } from 'vitest'
import {
  ConstraintError,
  type Database,
  ImportError,
  type ImportedCustomer,
  InvalidInputError,
  violates,
} from '../../../src/index.ts'
import { test } from '../../support/database.ts'
import { aCustomer, aPerson, caught } from '../../support/factories.ts'

/** Customers with unique names, each with a person. */
function customers(count: number, given: Partial<ImportedCustomer> = {}): ImportedCustomer[] {
  const mark = randomUUID()
  return Array.from({ length: count }, (_, index) => ({
    legalName: `${mark} ${String(index).padStart(6, '0')}`,
    displayName: `Imported ${index}`,
    people: [aPerson()],
    ...given,
  }))
}

async function counts(db: Database) {
  return db.kysely
    .selectNoFrom(({ selectFrom, fn }) => [
      selectFrom('customers').select(fn.countAll().as('n')).as('customers'),
      selectFrom('people').select(fn.countAll().as('n')).as('people'),
      selectFrom('customer_people').select(fn.countAll().as('n')).as('contacts'),
    ])
    .executeTakeFirstOrThrow()
}

async function byName(db: Database, legalName: string) {
  const { items } = await db.customers.list({ search: legalName, limit: 200 })
  return items.filter((customer) => customer.legalName === legalName)
}

describe('importMany', () => {
  test('adds every customer and its people with their roles', async ({ db }) => {
    const rows = customers(2_500)
    rows[1_777] = {
      legalName: `Whole ${randomUUID()}`,
      displayName: 'Whole',
      status: 'active',
      industry: 'food',
      companySize: 7,
      websiteUrl: 'https://whole.example.test',
      billingCountry: 'LV',
      timezone: 'Europe/Riga',
      people: [
        { firstName: 'No', lastName: 'Address' },
        {
          ...aPerson({ phone: '1', jobTitle: 'CTO', linkedinUrl: 'x', isActive: false }),
          role: 'stakeholder',
        },
        { ...aPerson(), isPrimary: true, startDate: '2020-02-29' },
      ],
    }

    const result = await db.customers.importMany(rows)

    expect(result).toEqual({ customers: 2_500, people: 2_502, contacts: 2_502 })
    const { people, ...given } = rows[1_777]!
    const [whole] = await byName(db, given.legalName)
    expect(whole).toMatchObject(given)
    expect(whole!.contacts).toHaveLength(3)
    expect(whole!.contacts[0]).toMatchObject({
      isPrimary: true,
      startDate: '2020-02-29',
      email: people![2]!.email,
    })
    const second = await db.people.findByEmail(people![1]!.email!)
    expect(second).toMatchObject({ phone: '1', jobTitle: 'CTO', linkedinUrl: 'x', isActive: false })
    const [last] = await byName(db, rows[2_499]!.legalName)
    expect(last).toMatchObject({ status: 'prospect', timezone: 'UTC', industry: null })
    expect(last!.contacts).toMatchObject([
      { email: rows[2_499]!.people![0]!.email, role: null, isPrimary: false },
    ])
  })

  test('accepts any iterable, also an empty one', async ({ db }) => {
    const rows = customers(3)
    async function* slowly() {
      for (const row of rows) {
        await new Promise((resolve) => setTimeout(resolve, 1))
        yield row
      }
    }

    expect(await db.customers.importMany(slowly())).toMatchObject({ customers: 3 })
    expect(await db.customers.importMany(new Set(customers(2)))).toMatchObject({ customers: 2 })
    expect(await db.customers.importMany([])).toEqual({ customers: 0, people: 0, contacts: 0 })
    expect(await db.customers.importMany([aCustomer()])).toEqual({ customers: 1, people: 0, contacts: 0 })
    for (const bad of [undefined, null, 7, 'rows', {}]) {
      expect(await caught(db.customers.importMany(bad as never))).toBeInstanceOf(InvalidInputError)
    }
  })

  test('reports its progress', async ({ db }) => {
    const reports: unknown[] = []
    const onProgress = (progress: object) => reports.push(progress)

    await db.customers.importMany(customers(1_500), { onProgress })

    expect(reports).toEqual(
      [625, 1_250, 1_500].map((n) => ({ rows: n, customers: n, people: n, contacts: n })),
    )
  })

  test.for([
    'tab\tand\nline\r\nfeed',
    '\\N',
    '\\.',
    'back\\slash\\',
    '"quoted", \'too\'',
    '👩‍👩‍👧 ſ İ',
    '\u0001\u0085\u2028',
  ])('keeps text as it is: %j', async (text, { db }) => {
    const [row] = customers(1, {
      displayName: `a ${text} b`,
      people: [aPerson({ firstName: text, phone: `${text.slice(0, 9)} 1` })],
    })

    await db.customers.importMany([row!])

    const [customer] = await byName(db, row!.legalName)
    expect(customer!.displayName).toBe(`a ${text} b`)
    expect(customer!.contacts[0]).toMatchObject({ firstName: text, phone: `${text.slice(0, 9)} 1` })
  })

  test('a person with a known address in any letter case is reused, from before or from the import', async ({
    db,
  }) => {
    const before = await db.people.create(
      aPerson({ email: `Known.${randomUUID()}@example.test`, phone: '0' }),
    )
    const rows = customers(1_200)
    const again = { ...aPerson(), email: before.email!.toUpperCase(), phone: '9' }
    for (const index of [0, 1, 1_100]) rows[index]!.people = [again]
    const later = { ...aPerson(), email: rows[2]!.people![0]!.email!.toUpperCase() }
    rows[1_101]!.people = [later]

    const result = await db.customers.importMany(rows)

    expect(result).toEqual({ customers: 1_200, people: 1_196, contacts: 1_200 })
    expect(await db.people.get(before.personId)).toEqual(before)
    expect((await db.people.listCustomersOf(before.personId)).items).toHaveLength(3)
  })

  test('is part of the transaction in which it is called, and only it is rolled back if its error is caught', async ({
    db,
  }) => {
    const [kept, bad] = [customers(2), customers(2, { billingCountry: 'lv' })]
    const before = await counts(db)

    await db.transaction(async (tx) => {
      await tx.customers.importMany(kept)
      expect(await caught(tx.customers.importMany(bad))).toBeInstanceOf(ImportError)
    })
    expect(await byName(db, kept[1]!.legalName)).toHaveLength(1)

    const after = await counts(db)
    await caught(
      db.transaction(async (tx) => {
        await tx.customers.importMany(customers(5))
        throw new Error('no')
      }),
    )
    expect(await counts(db)).toEqual(after)
    expect(Number(after.customers)).toBe(Number(before.customers) + 2)
  })

  test('throws the error of the source and keeps nothing; closes the source if the import fails', async ({
    db,
  }) => {
    const before = await counts(db)
    const broken = new Error('the file ends here')
    function* breaking() {
      yield* customers(1_500)
      throw broken
    }
    let isClosed = false
    function* endless() {
      try {
        for (;;) yield { ...aCustomer(), companySize: -1 }
      } finally {
        isClosed = true
      }
    }

    expect(await caught(db.customers.importMany(breaking()))).toBe(broken)
    expect(await caught(db.customers.importMany(endless()))).toBeInstanceOf(ImportError)
    expect(isClosed).toBe(true)
    const thrown = new Error('from the callback')
    const onProgress = () => {
      throw thrown
    }
    expect(await caught(db.customers.importMany(customers(5), { onProgress }))).toBe(thrown)
    expect(await counts(db)).toEqual(before)
  })

  test('leaves the history of the caller’s transaction on', async ({ db }) => {
    const { customerId } = await db.transaction(async (tx) => {
      await tx.customers.importMany(customers(2))
      return tx.customers.create(aCustomer())
    })

    const { items } = await db.auditLog.list({ entityType: 'customer', entityId: customerId })
    expect(items).toMatchObject([{ action: 'create' }])
  })

  test('can be aborted by a signal', async ({ db }) => {
    const before = await counts(db)
    const controller = new AbortController()
    const onProgress = () => controller.abort(new Error('enough'))

    const error = await caught(
      db.customers.importMany(customers(5_000), { onProgress, signal: controller.signal }),
    )

    expect((error as Error).message).toBe('enough')
    expect(await counts(db)).toEqual(before)
  })
})

describe('a source that stalls', () => {
  test('does not keep the transaction open after a signal or a failed batch', async ({ db }) => {
    async function* stalling(rows: ImportedCustomer[]) {
      yield* rows
      await new Promise(() => {})
    }
    const controller = new AbortController()
    const aborted = caught(db.customers.importMany(stalling(customers(700)), { signal: controller.signal }))
    setTimeout(() => controller.abort(new Error('enough')), 50)
    const bad = customers(700, { billingCountry: 'lv' })

    expect(await caught(db.customers.importMany(stalling(bad)))).toMatchObject({ row: 1 })
    expect(await aborted).toMatchObject({ message: 'enough' })
  })

  test('is closed after a signal, and not asked where the signal was there before', async ({ db }) => {
    const source = { asked: 0, isClosed: false }
    const rows: AsyncIterable<ImportedCustomer> = {
      [Symbol.asyncIterator]: () => ({
        next: () => {
          source.asked += 1
          return new Promise(() => {})
        },
        return: async () => {
          source.isClosed = true
          return { done: true, value: undefined }
        },
      }),
    }
    const controller = new AbortController()
    const aborted = caught(db.customers.importMany(rows, { signal: controller.signal }))
    await expect.poll(() => source.asked).toBe(1)
    controller.abort(new Error('enough'))

    expect(await aborted).toMatchObject({ message: 'enough' })
    await expect.poll(() => source.isClosed).toBe(true)
    expect(await caught(db.customers.importMany(rows, { signal: controller.signal }))).toMatchObject({
      message: 'enough',
    })
    expect(source.asked).toBe(1)
  })

  test('whose error occurs while a batch is written leaves no rows in a transaction', async ({ db }) => {
    const before = await counts(db)
    function* breaking() {
      yield* customers(626)
      throw new Error('the file ends here')
    }

    await db.transaction(async (tx) => {
      expect(await caught(tx.customers.importMany(breaking()))).toMatchObject({
        message: 'the file ends here',
      })
    })

    expect(await counts(db)).toEqual(before)
  })
})

describe('a bad row', () => {
  const people = (given: object) => ({ people: [aPerson(), { ...aPerson(), ...given }] })

  test.for([
    [{ billingCountry: 'lv' }, 'billingCountry', 'customers_billing_country_check'],
    [{ legalName: 'x' }, 'legalName', 'customers_legal_name_check'],
    [{ companySize: 0 }, 'companySize', 'customers_company_size_check'],
    [{ companySize: 'many' }, 'companySize', undefined],
    [{ legalName: undefined }, 'legalName', undefined],
    [{ displayName: 'a\0b' }, 'displayName', undefined],
    [{ stauts: 'active' }, 'stauts', undefined],
    [{ people: 'none' }, 'people', undefined],
    [people({ email: 'not an address' }), 'people[1].email', 'people_email_check'],
    [people({ firstName: ' ' }), 'people[1].firstName', 'people_first_name_check'],
    [people({ role: 'boss' }), 'people[1].role', undefined],
    [people({ lastName: undefined }), 'people[1].lastName', undefined],
    [people({ startDate: '2026-02-30' }), 'people[1].startDate', undefined],
    [{ people: [null] }, 'people[0]', undefined],
    [
      {
        people: [
          { ...aPerson(), isPrimary: true },
          { ...aPerson(), isPrimary: true },
        ],
      },
      'people[1].isPrimary',
      'customer_people_customer_id_is_primary_key',
    ],
    [
      { people: Array.from({ length: 2 }, () => aPerson({ email: 'twice@example.test' })) },
      'people[1]',
      'customer_people_customer_id_person_id_role_key',
    ],
  ] as const)(
    '%j is named by its number, field and constraint, and nothing is kept',
    async ([given, field, constraint], { db }) => {
      const before = await counts(db)
      const rows = customers(2_345)
      rows[1_233] = { ...rows[1_233]!, ...(given as object) }

      const error = (await caught(db.customers.importMany(rows))) as ImportError

      expect(error).toBeInstanceOf(ImportError)
      expect(error).toMatchObject({ row: 1_234, field, constraint })
      expect(error.message).toMatch(/^Row 1234, .* Nothing was imported\.$/)
      expect(error.cause).toBeInstanceOf(constraint ? ConstraintError : InvalidInputError)
      if (constraint) expect(violates(error.cause, constraint)).toBe(true)
      expect(await counts(db)).toEqual(before)
    },
  )

  test('the first one is reported, whether the library or the server detects it', async ({ db }) => {
    const rows = customers(1_500)
    rows[400] = { ...rows[400]!, billingCountry: 'Latvia' } // only the server detects this
    rows[500] = { ...rows[500]!, companySize: 'big' as never }

    expect(await caught(db.customers.importMany(rows))).toMatchObject({ row: 401, field: 'billingCountry' })
  })

  test('the values of the row are in no message and no cause', async ({ db }) => {
    const rows = customers(3)
    rows[1] = { ...rows[1]!, people: [aPerson({ phone: 'private phone number 1, too long to keep' })] }

    const error = (await caught(db.customers.importMany(rows))) as ImportError

    const cause = (error.cause as Error).cause as object
    expect(JSON.stringify([error.message, cause, { ...cause }])).not.toContain('private')
  })
})

describe('onConflict', () => {
  test('absent: another customer of the same name is added', async ({ db }) => {
    const rows = customers(2)
    await db.customers.importMany(rows)

    expect(await db.customers.importMany(rows)).toEqual({ customers: 2, people: 0, contacts: 2 })
    expect(await byName(db, rows[0]!.legalName)).toHaveLength(2)
  })

  test('error: a known name or address is reported, from before or from the import', async ({ db }) => {
    const rows = customers(3)
    await db.customers.importMany([rows[2]!], { onConflict: 'error' })
    const before = await counts(db)
    const known = { legalName: rows[2]!.legalName, displayName: 'Known' }
    const person = {
      ...aCustomer(),
      people: [{ firstName: 'A', lastName: 'B', email: rows[2]!.people![0]!.email }],
    }

    const failures = await Promise.all(
      [
        [rows[0]!, known],
        [rows[0]!, { ...rows[0]!, people: [] }],
        [rows[0]!, person],
        [rows[0]!, { ...aCustomer(), people: rows[0]!.people }],
      ].map((each) => caught(db.customers.importMany(each, { onConflict: 'error' }))),
    )

    for (const failure of failures.slice(0, 2)) expect(failure).toMatchObject({ row: 2, field: 'legalName' })
    for (const failure of failures.slice(2)) {
      expect(failure).toMatchObject({ row: 2, field: 'people[0].email', constraint: 'people_email_key' })
    }
    expect(await counts(db)).toEqual(before)
  })

  test('skip: a known customer is skipped with its people, so that a second import adds nothing', async ({
    db,
  }) => {
    const rows = [...customers(5), { ...aCustomer(), people: [{ firstName: 'No', lastName: 'Address' }] }]
    await db.customers.importMany(rows.slice(0, 3), { onConflict: 'skip' })

    expect(await db.customers.importMany([...rows, rows[5]!], { onConflict: 'skip' })).toEqual({
      customers: 3,
      people: 3,
      contacts: 3,
    })
    expect(await db.customers.importMany(rows, { onConflict: 'skip' })).toEqual({
      customers: 0,
      people: 0,
      contacts: 0,
    })
  })

  test('update: fields that are passed change, contacts are added, the primary one is replaced', async ({
    db,
  }) => {
    const [row] = customers(1, { industry: 'food', companySize: 5 })
    const [ada, bob] = [aPerson({ phone: '1' }), aPerson({ jobTitle: 'CTO' })]
    await db.customers.importMany([
      { ...row!, people: [{ ...ada, isPrimary: true, startDate: '2020-01-01' }] },
    ])
    const fresh = aCustomer()

    const result = await db.customers.importMany(
      [
        {
          legalName: row!.legalName,
          displayName: 'Renamed',
          industry: null,
          people: [{ ...ada, phone: '2' }],
        },
        { ...fresh, people: [bob] },
        { ...fresh, companySize: 9, people: [] },
        { legalName: row!.legalName, displayName: 'Renamed twice', people: [{ ...bob, isPrimary: true }] },
      ],
      { onConflict: 'update' },
    )

    expect(result).toEqual({ customers: 2, people: 2, contacts: 3 })
    const [customer, ...others] = await byName(db, row!.legalName)
    expect(others).toEqual([])
    expect(customer).toMatchObject({ displayName: 'Renamed twice', industry: null, companySize: 5 })
    expect(customer!.contacts).toMatchObject([
      { email: bob.email, isPrimary: true },
      { email: ada.email, isPrimary: false, startDate: '2020-01-01', phone: '2' },
    ])
    expect(await byName(db, fresh.legalName)).toMatchObject([
      { companySize: 9, contacts: [{ email: bob.email }] },
    ])
  })

  test('update: the primary contact stays where the import names no other', async ({ db }) => {
    const customer = await db.customers.create(aCustomer())
    const primary = await db.people.create(aPerson())
    await db.customers.addContact(customer.customerId, primary.personId, { isPrimary: true })

    await db.customers.importMany(
      [{ legalName: customer.legalName, displayName: 'Changed', people: [aPerson()] }],
      { onConflict: 'update' },
    )

    const { contacts } = await db.customers.get(customer.customerId)
    expect(contacts).toHaveLength(2)
    expect(contacts.filter(({ isPrimary }) => isPrimary).map(({ personId }) => personId)).toEqual([
      primary.personId,
    ])
  })

  test('an address beyond ASCII is recognized in capitals', async ({ db }) => {
    await db.people.create(aPerson({ email: 'οδοσ@example.test' }))

    const counts = await db.customers.importMany([
      { ...aCustomer(), people: [aPerson({ email: 'ΟΔΟΣ@example.test' })] },
    ])

    expect(counts).toMatchObject({ people: 0, contacts: 1 })
  })

  test.for([
    [{ billingCountry: 'lv' }, 'billingCountry', 'customers_billing_country_check'],
    [
      { people: [aPerson({ email: 'known@update.test', phone: 'x'.repeat(31) })] },
      'people[0].phone',
      'people_phone_check',
    ],
  ] as const)('update: a bad change %j is named, too', async ([given, field, constraint], { db }) => {
    const rows = customers(300)
    await db.people
      .findByEmail('known@update.test')
      .then((known) => known ?? db.people.create(aPerson({ email: 'known@update.test' })))
    await db.customers.importMany(rows)
    const changed = rows.map((row, index) => ({
      ...row,
      displayName: 'Changed',
      ...(index === 211 && (given as object)),
    }))

    const error = await caught(db.customers.importMany(changed, { onConflict: 'update' }))

    expect(error).toMatchObject({ row: 212, field, constraint })
    expect(await byName(db, rows[0]!.legalName)).toMatchObject([{ displayName: 'Imported 0' }])
  })
})
