// cspell:ignore mobel moebel baltik zila zilla liepa brīvības iela rīga
import { type BoundDatabase, type Customer, ImportError, RowError } from '../../src/index.ts'
import { chapter, code, result } from './stage.ts'

/** Shows customers with contacts, their details, duplicates and imports; `userId` is the user who acts. */
export async function showCustomers(db: BoundDatabase, userId: string): Promise<void> {
  await customersWithContacts(db)
  await contactsOverTime(db)
  await detailsAndLists(db, userId)
  await duplicates(db)
  await importing(db)
  await correctedImport(db)
}

async function customersWithContacts(db: BoundDatabase): Promise<void> {
  chapter('Customers with their contacts in one round trip')
  const acme = await db.customers.create({ legalName: 'Acme SIA', displayName: 'Acme', billingCountry: 'LV' })
  const people = await Promise.all(
    ['Ilze', 'Jānis', 'Zane'].map((firstName) => db.people.create({ firstName, lastName: 'Ozola' })),
  )
  for (const { personId } of people) await db.customers.addContact(acme.customerId, personId)
  code(
    `await Promise.all(people.map(({ personId }) => db.customers.setPrimaryContact(customerId, personId)))`,
  )
  await Promise.all(people.map(({ personId }) => db.customers.setPrimaryContact(acme.customerId, personId)))
  code(`const { items } = await db.customers.list({ search: 'acme' })`)
  const { items } = await db.customers.list({ search: 'acme' })
  result(
    items.map(({ displayName, contacts }) => ({
      displayName,
      contacts: contacts.map(({ firstName, isPrimary }) => (isPrimary ? `${firstName}, primary` : firstName)),
    })),
  )
}

async function contactsOverTime(db: BoundDatabase): Promise<void> {
  chapter('Contacts that change, leave and come back')
  const { customerId } = await db.customers.create({ legalName: 'Orion SIA', displayName: 'Orion' })
  const { personId } = await db.people.create({ firstName: 'Anna', lastName: 'Kalniņa' })
  const startDate = '2024-01-08'
  const { contactId } = await db.customers.addContact(customerId, personId, {
    role: 'stakeholder',
    startDate,
  })
  code(`await db.customers.updateContact(contactId, { role: 'decision_maker', isPrimary: true })`)
  const changed = await db.customers.updateContact(contactId, { role: 'decision_maker', isPrimary: true })
  result({ role: changed.role, isPrimary: changed.isPrimary, version: changed.version })
  code(`await db.customers.endContact(contactId, '2025-06-30')
await db.customers.addContact(customerId, personId, { role: 'decision_maker', startDate: '2026-03-02' })`)
  await db.customers.endContact(contactId, '2025-06-30')
  const again = { role: 'decision_maker', startDate: '2026-03-02' } as const
  const { contactId: mistake } = await db.customers.addContact(customerId, personId, again)
  const { items } = await db.customers.listContacts(customerId)
  result(items.map(({ role, startDate, endDate }) => ({ role, startDate, endDate })))
  code(`await db.customers.removeContact(mistake)   // the second one was never true
await db.customers.reopenContact(contactId)`)
  await db.customers.removeContact(mistake)
  const reopened = await db.customers.reopenContact(contactId)
  result({ startDate: reopened.startDate, endDate: reopened.endDate })
}

async function detailsAndLists(db: BoundDatabase, ownerId: string): Promise<void> {
  chapter('Tags, fields of your own, owners, and many rows at once')
  code(
    `const [nova, luna] = await db.customers.createMany([{ …, ownerId, tags, attributes, emails, addresses }, …])`,
  )
  const [nova, luna] = (await db.customers.createMany([
    {
      ...{ legalName: 'Nova Ltd', displayName: 'Nova', ownerId },
      ...{ tags: ['partner', 'north'], attributes: { plan: 'gold', seats: 5 } },
      emails: [{ address: 'office@nova.example', label: 'office' }],
      addresses: [{ street: 'Brīvības iela 1', city: 'Rīga', postalCode: 'LV-1010', country: 'LV' }],
    },
    { legalName: 'Luna Ltd', displayName: 'Luna', tags: ['partner'], attributes: { plan: 'silver' } },
  ])) as [Customer, Customer]
  code(
    `await db.customers.list({ where: { ownerId, tags: { has: 'partner' }, attributes: { contains: { plan: 'gold' } } } })`,
  )
  const where = { ownerId, tags: { has: 'partner' }, attributes: { contains: { plan: 'gold' } } }
  result((await db.customers.list({ where })).items.map(({ displayName }) => displayName))
  code(`await db.customers.updateMany([
  { customerId: nova.customerId, status: 'active', ifVersion: 0 },
  { customerId: luna.customerId, status: 'active', ifVersion: 7 },
])`)
  await db.customers
    .updateMany([
      { customerId: nova.customerId, status: 'active', ifVersion: 0 },
      { customerId: luna.customerId, status: 'active', ifVersion: 7 },
    ])
    .catch((error: unknown) => {
      if (!(error instanceof RowError)) throw error
      result({ index: error.index, message: error.message })
    })
  code(`await db.customers.archive(luna.customerId)
await db.customers.list({ search: 'luna' })`)
  await db.customers.archive(luna.customerId)
  result((await db.customers.list({ search: 'luna' })).items)
}

async function duplicates(db: BoundDatabase): Promise<void> {
  chapter('A duplicate is found and merged')
  const first = await db.customers.create({
    legalName: 'SIA "Zilā Möbel"',
    displayName: 'Zilā Möbel',
    billingCountry: 'LV',
  })
  const again = await db.customers.create({
    legalName: 'Mobel Zila',
    displayName: 'Mobel Zila',
    industry: 'Furniture',
  })
  const { personId } = await db.people.create({ firstName: 'Dace', lastName: 'Liepa' })
  await db.customers.addContact(again.customerId, personId)
  code(`const [found] = await db.customers.findDuplicates({ displayName: 'ZILLA MOEBEL' })`)
  const [found] = await db.customers.findDuplicates({ displayName: 'ZILLA MOEBEL' })
  result({ displayName: found?.customer.displayName, score: found?.score, reasons: found?.reasons })
  code(`await db.customers.merge(first.customerId, [again.customerId])`)
  const { displayName, industry, contacts } = await db.customers.merge(first.customerId, [again.customerId])
  result({ displayName, industry, contacts: contacts.map(({ firstName }) => firstName) })
  code(`await db.customers.get(again.customerId)   // the id of the loser leads to the winner`)
  result((await db.customers.get(again.customerId)).displayName)
}

async function importing(db: BoundDatabase): Promise<void> {
  chapter('An atomic import')
  const rows = Array.from({ length: 2_000 }, (_, n) => ({
    legalName: `Import ${n} SIA`,
    displayName: `Import ${n}`,
    billingCountry: n === 1_499 ? 'Latvia' : 'LV',
    people: [{ firstName: 'Person', lastName: String(n), email: `person${n}@import.test` }],
  }))
  code(`await db.customers.importMany(rows)   // accepts any iterable and uses constant memory`)
  await db.customers.importMany(rows).catch((error: unknown) => {
    if (!(error instanceof ImportError)) throw error
    result({ row: error.row, field: error.field, constraint: error.constraint, message: error.message })
  })
  code(`await db.customers.importMany(fixed)`)
  result(await db.customers.importMany(rows.map((row) => ({ ...row, billingCountry: 'LV' }))))
}

async function correctedImport(db: BoundDatabase): Promise<void> {
  chapter('An import whose bad rows are corrected, and its undo')
  const rows = [
    { source: 'old-crm', externalId: '7', legalName: 'Umbra Ltd', displayName: 'Umbra', tags: ['partner'] },
    {
      source: 'old-crm',
      externalId: '8',
      legalName: 'Nimbus AG',
      displayName: 'Nimbus',
      billingCountry: 'Switzerland',
    },
  ]
  code(`await db.customers.import(rows, { match: ['externalId'], onError: 'collect', dryRun: true })`)
  const options = { match: ['externalId'], onError: 'collect' } as const
  const tried = await db.customers.import(rows, { ...options, dryRun: true })
  result({ customers: tried.customers, rejected: tried.rejected })
  code(`// The row is corrected.
await db.customers.import(rows, { match: ['externalId'] })`)
  const corrected = rows.map((row) => ({ ...row, ...('billingCountry' in row && { billingCountry: 'CH' }) }))
  const { importId, customers } = await db.customers.import(corrected, options)
  result(customers)
  code('await db.customers.undoImport(importId)')
  result(await db.customers.undoImport(importId as string))
}
