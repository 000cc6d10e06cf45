import { randomUUID } from 'node:crypto'
import { describe, expect } from 'vitest'
import { TABLES } from '../../../generated/catalog.ts'
import {
  type Database,
  ImportChangedError,
  ImportError,
  type ImportedCustomer,
  InvalidInputError,
  NotFoundError,
  openDatabase,
  type RejectedRow,
  sql,
  type Transaction,
} from '../../../src/index.ts'
import { createGrantedLogin } from '../../support/app-login.ts'
import { test } from '../../support/database.ts'
import { aCustomer, aPerson, aUser, caught } from '../../support/factories.ts'

/** Every row of every table, without what counts changes; of the audit log what is no history. */
async function snapshot(db: Database): Promise<Record<string, string[]>> {
  const entries = TABLES.map(async (table) => {
    const condition = table === 'audit_log' ? sql`not is_history` : sql`true`
    const { rows } = await sql<{ row: string }>`
      select (to_jsonb(t) - array['version', 'updated_at', 'updated_by'])::text as row from ${sql.table(table)} as t
      where ${condition} order by 1`.execute(db.kysely)
    return [table, rows.map(({ row }) => row)] as const
  })
  return Object.fromEntries(await Promise.all(entries))
}

const rowsOf = (count: number): ImportedCustomer[] =>
  Array.from({ length: count }, (_, n) =>
    aCustomer({ displayName: `Imported ${n} ${randomUUID()}`, people: [aPerson()] } as object),
  )

describe('an import', () => {
  test('creates customers with people and contacts, and says so', async ({ db }) => {
    const [known] = [await db.people.create(aPerson({ emails: [{ address: 'Known@further.test' }] }))]
    const rows = rowsOf(3)
    rows[1] = {
      ...rows[1]!,
      ...{ tags: ['new'], attributes: { plan: 'gold' }, phones: [{ number: '123' }] },
      people: [
        { firstName: 'A', lastName: 'B', email: 'known@FURTHER.test', role: 'stakeholder' },
        aPerson(),
      ],
    }

    const report = await db.customers.import(rows)

    expect(report).toEqual({
      importId: expect.any(String),
      ...{ rows: 3, skipped: 0, rejectedCount: 0, rejected: [] },
      customers: { created: 3, updated: 0 },
      people: { created: 3, updated: 1 },
      contacts: { created: 4, updated: 0 },
    })
    const [found] = (await db.customers.list({ where: { tags: { has: 'new' } } })).items
    expect(found).toMatchObject({ attributes: { plan: 'gold' }, phones: [{ number: '123' }] })
    expect(found!.contacts.map(({ personId }) => personId)).toContain(known!.personId)
    // The address that is known is a further one: the first one remains.
    expect((await db.people.get(known!.personId)).email).toBe(known!.email)
  })

  test('matches by external id, address, domain and folded name, within the import too', async ({ db }) => {
    const mark = randomUUID().slice(0, 8)
    const external = { source: 'crm', externalId: mark }
    const [byId, byDomain, byName] = await db.customers.createMany([
      aCustomer({ ...external, displayName: `Same ${mark}` }),
      aCustomer({ displayName: `Site ${mark}`, websiteUrl: `https://www.${mark}.test/about` }),
      aCustomer({ displayName: `Zäune ${mark} und Söhne GmbH` }),
    ])
    const person = await db.people.create(aPerson({ jobTitle: 'CTO' }))
    const rows: ImportedCustomer[] = [
      aCustomer({ ...external, displayName: `Same ${mark}`, industry: 'By id' }),
      aCustomer({
        displayName: `Other ${mark}`,
        websiteUrl: `http://${mark.toUpperCase()}.test`,
        industry: 'By domain',
      }),
      {
        ...aCustomer({ displayName: `zaune ${mark.toUpperCase()}, SOHNE und`, industry: 'By name' }),
        people: [{ firstName: 'X', lastName: 'Y', email: person.email!.toUpperCase(), isPrimary: true }],
      },
      aCustomer({ displayName: `New ${mark} Ltd`, industry: 'First' }),
      aCustomer({ displayName: `new ${mark}`, industry: 'Second' }),
      // Another customer of the same system, although the name is the same.
      aCustomer({ source: 'crm', externalId: `${mark}-2`, displayName: byId!.displayName }),
    ]

    const report = await db.customers.import(rows, { match: ['externalId', 'email', 'domain', 'name'] })

    expect(report).toMatchObject({
      customers: { created: 2, updated: 3 },
      people: { created: 0, updated: 1 },
      contacts: { created: 1 },
    })
    const { items } = await db.customers.getMany([byId!.customerId, byDomain!.customerId, byName!.customerId])
    expect(items.map(({ industry }) => industry)).toEqual(['By id', 'By domain', 'By name'])
    expect(items[0]!.legalName).toBe(rows[0]!.legalName)
    expect(items[2]!.contacts).toMatchObject([{ personId: person.personId, isPrimary: true }])
    expect(await db.people.get(person.personId)).toMatchObject({
      firstName: 'X',
      email: person.email,
      jobTitle: 'CTO',
    })
    expect((await db.customers.list({ search: `new ${mark}` })).items).toMatchObject([{ industry: 'Second' }])

    const again = await db.customers.import(rows, {
      match: ['externalId', 'domain', 'name'],
      onMatch: 'skip',
    })
    expect(again).toMatchObject({
      skipped: 6,
      customers: { created: 0, updated: 0 },
      contacts: { created: 0 },
    })
  })

  test('collects bad rows, each with its number, field and reason, and imports the others', async ({
    db,
  }) => {
    const taken = await db.people.create(aPerson())
    const rows: unknown[] = rowsOf(40)
    const bad: Record<number, [given: object | null, field: string]> = {
      2: [{ billingCountry: 'Latvia' }, 'billingCountry'],
      5: [{ companySize: 'many' }, 'companySize'],
      8: [null, 'customer'],
      11: [{ people: [aPerson(), aPerson({ phone: 'call me' })] }, 'people[1].phone'],
      14: [{ ownerId: randomUUID() }, 'ownerId'],
      17: [{ tags: ['x'.repeat(51)] }, 'tags'],
      20: [{ stauts: 'active' }, 'stauts'],
      23: [{ people: [aPerson({ email: 'no address' })] }, 'people[0].email'],
      26: [
        { people: [aPerson({ isPrimary: true } as object), aPerson({ isPrimary: true } as object)] },
        'people[1].isPrimary',
      ],
      29: [{ addresses: [{ country: 'x' }] }, 'addresses'],
      32: [{ people: [aPerson({ email: taken.email })] }, 'people[0].email'],
    }
    for (const [row, [given]] of Object.entries(bad))
      rows[Number(row) - 1] = given && { ...aCustomer(), ...given }
    const rejected: [RejectedRow, unknown][] = []

    const report = await db.customers.import(rows as never, {
      ...{ onError: 'collect', match: ['externalId'] },
      onReject: async (row, given) => {
        rejected.push([row, given])
      },
    })

    expect(report).toMatchObject({
      rows: 40,
      rejectedCount: 11,
      customers: { created: 29 },
      people: { created: 29 },
    })
    expect(report.rejected.map(({ row, field }) => [row, field])).toEqual(
      Object.entries(bad).map(([row, [, field]]) => [Number(row), field]),
    )
    expect(report.rejected.every(({ reason }) => /^("|[A-Z]).*\.$/.test(reason))).toBe(true)
    expect(rejected.map(([row]) => row).toSorted((a, b) => a.row - b.row)).toEqual(report.rejected)
    for (const [{ row }, given] of rejected) expect(given).toBe(rows[row - 1])
  })

  test('finds rows that only the server refuses without sending their batch for each of them', async ({
    db,
    openAnother,
  }) => {
    const { userId } = await db.users.create(aUser())
    const rows = rowsOf(600).map((row, index) => ({
      ...row,
      ...(index % 100 === 1 && { ownerId: userId.toUpperCase() }),
      ...(index % 50 === 7 && { billingCountry: 'ZZ' }),
      ...(index % 100 === 9 && { people: [aPerson({ addresses: [{ country: 'ZZ' }] })] }),
      ...(index % 20 === 3 && { ownerId: randomUUID().toUpperCase() }),
      ...(index % 100 === 16 && { people: [aPerson({ ownerId: randomUUID() })] }),
    }))
    const other = openAnother()
    let inserts = 0
    other.on('query', ({ name, sql }) => {
      if (name?.includes('insert customers') || sql.startsWith('copy customers ')) inserts += 1
    })

    const report = await other.customers.import(rows, { onError: 'collect' })

    const refused = rows.flatMap(({ billingCountry, people = [], ownerId }, index) =>
      billingCountry === 'ZZ'
        ? [[index + 1, 'billingCountry']]
        : people[0]?.addresses
          ? [[index + 1, 'people[0].addresses']]
          : people[0]?.ownerId
            ? [[index + 1, 'people[0].ownerId']]
            : ownerId && ownerId !== userId.toUpperCase()
              ? [[index + 1, 'ownerId']]
              : [],
    )
    expect(report.rejected.map(({ row, field }) => [row, field])).toEqual(refused)
    expect(report.customers.created).toBe(600 - refused.length)
    expect(inserts).toBeGreaterThan(0)
    expect(inserts).toBeLessThan(10)
    // With `skip`, a row that matches is skipped, with any values.
    const known = await db.customers.create(aCustomer({ source: 'crm', externalId: randomUUID() }))
    const { source, externalId } = known
    const bad = aCustomer({ billingCountry: 'ZZ' })
    const skipped = await db.customers.import([bad, { ...bad, source, externalId }], {
      onError: 'collect',
      onMatch: 'skip',
    })
    expect(skipped).toMatchObject({ skipped: 1, rejected: [{ row: 1, field: 'billingCountry' }] })
  })

  test('keeps nothing if a row is bad and none are collected', async ({ db }) => {
    const before = await snapshot(db)
    const rows = rowsOf(20)
    rows[12] = { ...rows[12]!, ownerId: randomUUID() }
    rows[15] = { ...rows[15]!, displayName: 'x' }

    const error = await caught(db.customers.import(rows))

    expect(error).toBeInstanceOf(ImportError)
    expect(error).toMatchObject({ row: 13, field: 'ownerId', constraint: 'customers_owner_id_fkey' })
    expect(await snapshot(db)).toEqual(before)
  })

  test('is tried without a trace', async ({ db }) => {
    const before = await snapshot(db)
    const rows = rowsOf(5)
    rows[3] = { ...rows[3]!, displayName: 'x' }

    const report = await db.customers.import(rows, { dryRun: true, onError: 'collect' })

    expect(report).toMatchObject({ importId: undefined, customers: { created: 4 }, rejectedCount: 1 })
    expect(await snapshot(db)).toEqual(before)
    expect((await db.customers.import(rows, { onError: 'collect' })).customers).toEqual(report.customers)
  })

  test.for<[options: object, field: string]>([
    [{ match: 'name' }, 'match'],
    [{ match: ['phone'] }, 'match[0]'],
    [{ match: ['name', 'name'] }, 'match'],
    [{ onError: 'skip' }, 'onError'],
    [{ onReject: 1 }, 'onReject'],
    [{ isDry: true }, 'isDry'],
  ])('refuses the options %o', async ([options, field], { db }) => {
    const error = await caught(db.customers.import([], options))
    expect(error).toBeInstanceOf(InvalidInputError)
    expect((error as InvalidInputError).field).toBe(field)
  })
})

describe('an undo', () => {
  test('leaves the database as before the import, and the history tells of both', async ({ db }) => {
    const external = { source: 'crm', externalId: randomUUID() }
    const known = await db.customers.create(aCustomer({ ...external, tags: ['a'], attributes: { a: 1 } }))
    const person = await db.people.create(aPerson({ emails: [{ address: 'x@y.test' }] }))
    await db.customers.addContact(known.customerId, person.personId, { isPrimary: true, role: 'stakeholder' })
    const before = await snapshot(db)
    const rows: ImportedCustomer[] = [
      ...rowsOf(1_500),
      {
        ...aCustomer({ ...external, tags: null, attributes: { b: 2 }, status: 'active' }),
        people: [
          { ...aPerson({ email: person.email, emails: null }), role: 'stakeholder', startDate: '2020-01-01' },
          { ...aPerson(), isPrimary: true },
        ],
      },
      // The same customer in another batch: the value from before the import is restored.
      ...rowsOf(1_500),
      aCustomer({ ...external, tags: ['c'] }),
    ]
    const report = await db.customers.import(rows)
    expect(report).toMatchObject({
      customers: { created: 3_000, updated: 2 },
      people: { created: 3_001, updated: 1 },
    })
    const { rows: history } = await sql<{ id: string }>`select id from audit_log order by id`.execute(
      db.kysely,
    )

    const undone = await db.customers.undoImport(report.importId as string)

    expect(undone).toEqual({
      kept: 0,
      customers: { deleted: 3_000, restored: 1 },
      people: { deleted: 3_001, restored: 1 },
      contacts: { deleted: 3_001, restored: 1 },
    })
    expect(await snapshot(db)).toEqual(before)
    expect((await db.customers.get(known.customerId)).version).toBeGreaterThan(known.version)
    const { items } = await db.auditLog.listByEntity('import', report.importId as string)
    expect(items.map(({ action, changes }) => [action, changes])).toEqual([
      ['undo', { customer: 3_000, person: 3_001, contact: 3_001 }],
      ['import', { customer: 3_000, person: 3_001, contact: 3_001 }],
    ])
    const after = await sql<{ id: string }>`select id from audit_log order by id`.execute(db.kysely)
    expect(after.rows.map(({ id }) => id)).toEqual(expect.arrayContaining(history.map(({ id }) => id)))
    expect(after.rows.length).toBe(history.length + 4)
    expect(await caught(db.customers.undoImport(report.importId as string))).toBeInstanceOf(NotFoundError)
    expect(await caught(db.customers.undoImport(randomUUID()))).toBeInstanceOf(NotFoundError)
  })

  test('of an import that only updated restores once', async ({ db }) => {
    const external = { source: 'crm', externalId: randomUUID() }
    await db.customers.create(aCustomer(external))
    const before = await snapshot(db)
    const { importId } = await db.customers.import([aCustomer({ ...external, industry: 'New' })])

    await db.customers.undoImport(importId as string)

    expect(await snapshot(db)).toEqual(before)
    expect(await caught(db.customers.undoImport(importId as string))).toBeInstanceOf(NotFoundError)
  })

  test('loses no later change: it is refused, or keeps what was changed', async ({ db }) => {
    const external = { source: 'crm', externalId: randomUUID() }
    const known = await db.customers.create(aCustomer({ ...external, industry: 'Before' }))
    const { importId } = await db.customers.import([
      ...rowsOf(4),
      aCustomer({ ...external, industry: 'Imported' }),
    ])
    const { items } = await db.customers.list({ limit: 4, orderBy: 'createdAt desc' })
    const [changed, hired, moved, plain] = items
    await db.customers.update(changed!.customerId, { industry: 'Later' })
    const person = await db.people.create(aPerson())
    await db.customers.addContact(hired!.customerId, person.personId)
    await db.customers.updateContact(moved!.contacts[0]!.contactId, { role: 'stakeholder' })
    await db.customers.update(known.customerId, { status: 'active' })

    const error = await caught(db.customers.undoImport(importId as string))
    expect(error).toBeInstanceOf(ImportChangedError)
    expect(error).toMatchObject({ count: 4 })
    expect((error as ImportChangedError).rows.map(({ id }) => id)).toEqual(
      expect.arrayContaining([
        ...[changed!.customerId, hired!.customerId, moved!.contacts[0]!.contactId, known.customerId],
      ]),
    )
    expect(await db.customers.find(plain!.customerId)).toBeDefined()

    const undone = await db.customers.undoImport(importId as string, { keepChanged: true })
    expect(undone).toMatchObject({ kept: 4, customers: { deleted: 1, restored: 0 } })
    expect(await db.customers.get(changed!.customerId)).toMatchObject({ industry: 'Later', contacts: [{}] })
    expect((await db.customers.get(hired!.customerId)).contacts).toHaveLength(2)
    expect((await db.customers.get(moved!.customerId)).contacts).toHaveLength(1)
    expect(await db.customers.get(known.customerId)).toMatchObject({ industry: 'Imported', status: 'active' })
    expect(await db.customers.find(plain!.customerId)).toBeUndefined()
  })

  test('keeps the changes of a transaction that began at the same time', async ({ db }) => {
    const external = { source: 'crm', externalId: randomUUID() }
    const [known, loser] = [
      await db.customers.create(aCustomer(external)),
      await db.customers.create(aCustomer()),
    ]
    const person = await db.people.create(aPerson(external))
    await db.customers.addContact(loser.customerId, person.personId, { startDate: '2001-02-03' })

    const { importId } = await atTheSameTime(
      db,
      (tx) => tx.customers.import([{ ...aCustomer(external), people: [aPerson(external)] }], {}),
      (tx) => tx.customers.merge(known.customerId, [loser.customerId]),
    )

    expect(await caught(db.customers.undoImport(importId as string))).toBeInstanceOf(ImportChangedError)
    await db.customers.undoImport(importId as string, { keepChanged: true })
    const { contacts } = await db.customers.get(known.customerId)
    expect(contacts).toMatchObject([{ personId: person.personId, startDate: '2001-02-03' }])
  })

  test('is for the user who imported, with a login that owns nothing', async ({ db, url }) => {
    const [ada, bob] = [await db.users.create(aUser()), await db.users.create(aUser())]
    await using login = await createGrantedLogin(url, 'app')
    await using app = openDatabase(login.url)
    const external = { source: 'crm', externalId: randomUUID() }
    const known = await db.customers.create(aCustomer({ ...external, displayName: `Known ${randomUUID()}` }))
    const before = await snapshot(db)
    const rows: unknown[] = [
      ...rowsOf(30),
      aCustomer({ ...external, industry: 'New' }),
      { ...aCustomer(), ownerId: randomUUID() },
    ]

    const as = app.as({ userId: ada.userId })
    const report = await as.customers.import(rows as never, {
      ...{ onError: 'collect', match: ['externalId', 'email', 'name', 'domain'] },
    })

    expect(report).toMatchObject({
      customers: { created: 30, updated: 1 },
      rejected: [{ row: 32, field: 'ownerId' }],
    })
    expect(
      await caught(app.as({ userId: bob.userId }).customers.undoImport(report.importId as string)),
    ).toBeInstanceOf(NotFoundError)
    expect(await as.customers.undoImport(report.importId as string)).toMatchObject({
      customers: { deleted: 30, restored: 1 },
    })
    expect(await snapshot(db)).toEqual(before)
    expect((await db.customers.get(known.customerId)).industry).toBeNull()
  })
})

/** Runs one transaction after the other, though both began in the same millisecond; returns the result of the first. */
async function atTheSameTime<T>(
  db: Database,
  first: (tx: Transaction) => Promise<T>,
  second: (tx: Transaction) => Promise<unknown>,
): Promise<T> {
  const timeOf = async (tx: Transaction) => {
    const { rows } = await sql<{ time: string }>`select now()::timestamptz(3)::text as time`.execute(
      tx.kysely,
    )
    return rows[0]?.time
  }
  for (;;) {
    const earlier = Promise.withResolvers<string | undefined>()
    const later = Promise.withResolvers<string | undefined>()
    const result = db.transaction(async (tx) => {
      earlier.resolve(await timeOf(tx))
      return (await later.promise) === (await earlier.promise) ? { value: await first(tx) } : undefined
    })
    await db.transaction(async (tx) => {
      later.resolve(await timeOf(tx))
      if (await result) await second(tx)
    })
    const done = await result
    if (done) return done.value
  }
}
