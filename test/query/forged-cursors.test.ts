import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import { type Database, InvalidInputError, type PageRequest, sql } from '../../src/index.ts'
import { uuidSequence } from '../../src/query/uuid-sequence.ts'
import { test } from '../support/database.ts'
import { aCustomer, aPerson, caught } from '../support/factories.ts'
import { Random } from '../support/random.ts'

const ID = randomUUID()

/** Every list by the name in its cursors. */
const LISTS: Record<string, (db: Database, page: PageRequest) => Promise<unknown>> = {
  'users.list': (db, page) => db.users.list(page),
  'users.list(search)': (db, page) => db.users.list({ ...page, search: 'a' }),
  'customers.list': (db, page) => db.customers.list(page),
  'customers.list(search)': (db, page) => db.customers.list({ ...page, search: 'a' }),
  'customers.listContacts': (db, page) => db.customers.listContacts(ID, page),
  'people.list': (db, page) => db.people.list(page),
  'people.list(search)': (db, page) => db.people.list({ ...page, search: 'a' }),
  'people.listCustomersOf': (db, page) => db.people.listCustomersOf(ID, page),
  'chats.listByUser': (db, page) => db.chats.listByUser(ID, page),
  'chats.listByUser(search)': (db, page) => db.chats.listByUser(ID, { ...page, search: 'a' }),
  'chats.search(search)': (db, page) => db.chats.search(ID, 'a', page),
  'auditLog.list': (db, page) => db.auditLog.list(page),
}

const forge = (name: string, relevance: number, when: string | number, id = ID) =>
  Buffer.from(`${name} ${relevance} ${when} ${id}`).toString('base64url')

const NO_MOMENTS = [
  ...['999999-99-99', '0000-01-01', '2026-02-30', '2026-13-01', '2026-00-10', '2026-01-00', '1900-02-29'],
  ...[
    '294277-01-01',
    '294276-12-31',
    '999999-01-01',
    '5874897-12-31',
    '4714-01-01 BC',
    '0000-01-01 BC',
    '0004-02-29 BC',
  ],
  ...['99999999999999999', '-0', '00', 'NaN', 'now', 'infinity1', '1e3', ''],
]
const MOMENTS = [
  '99999999999999',
  '-99999999999999',
  '0',
  '-1',
  '294275-12-31',
  '4713-01-01 BC',
  '2024-02-29',
  'infinity',
  '-infinity',
  '0001-02-28 BC',
  '0005-02-29 BC',
]

test.for(Object.keys(LISTS))('%s refuses every forged cursor as invalid input', async (name, { db }) => {
  const list = LISTS[name] as (typeof LISTS)[string]
  const random = new Random(name)
  const digits = (length: number) => Array.from({ length }, () => random.between(0, 9)).join('')

  for (const when of NO_MOMENTS) {
    expect([when, await caught(list(db, { after: forge(name, 0, when) }))]).toEqual([
      when,
      expect.any(InvalidInputError),
    ])
  }
  for (const when of MOMENTS)
    expect([when, await list(db, { after: forge(name, 9, when) })]).toEqual([when, expect.anything()])
  for (let n = 0; n < 40; n += 1) {
    const when = random.pick([
      () => `${digits(random.between(4, 6))}-${digits(2)}-${digits(2)}`,
      () => `${digits(random.between(1, 16))}`,
      () => `${digits(4)}-0${random.between(1, 9)}-${random.between(10, 31)} BC`,
    ])()
    const error = await list(db, { after: forge(name, random.between(0, 9), when) }).catch(
      (reason: unknown) => reason,
    )
    if (error instanceof Error) expect([when, error]).toEqual([when, expect.any(InvalidInputError)])
  }
})

test('a contact that began at any date of PostgreSQL is a place to go on from', async ({ db }) => {
  const [{ customerId }, { personId }] = [
    await db.customers.create(aCustomer()),
    await db.people.create(aPerson()),
  ]
  for (const [role, start] of [
    ['stakeholder', '-infinity'],
    ['decision_maker', '0044-03-15 BC'],
    ['billing_contact', '12026-01-01'],
  ] as const)
    await sql`insert into customer_people (customer_id, person_id, role, start_date) values (${customerId}, ${personId}, ${role}, ${start})`.execute(
      db.kysely,
    )

  const roles: unknown[] = []
  for (let after: string | undefined, more = true; more; ) {
    const page = await db.customers.listContacts(customerId, { limit: 1, after })
    roles.push(...page.items.map(({ role }) => role))
    after = page.next
    more = after !== undefined
  }

  expect(roles).toEqual(['billing_contact', 'decision_maker', 'stakeholder'])
})

test('the ids of an import ascend, and none leads to its neighbors', () => {
  const nextId = uuidSequence()
  const ids = Array.from({ length: 5_000 }, nextId)

  expect(ids).toEqual(ids.toSorted())
  for (const id of ids)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  const tails = ids.map((id) => Number.parseInt(id.slice(-12), 16))
  const steps = tails.slice(1).map((tail, index) => Math.abs(tail - (tails[index] as number)))
  expect(new Set(tails).size).toBe(ids.length)
  expect(Math.min(...steps)).toBeGreaterThan(1_000)
})
