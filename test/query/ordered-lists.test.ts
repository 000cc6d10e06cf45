import { randomUUID } from 'node:crypto'
import { describe, expect, expectTypeOf } from 'vitest'
import {
  type CustomerListRequest,
  type Database,
  InvalidInputError,
  type Page,
  sql,
  type UserListRequest,
} from '../../src/index.ts'
import { test } from '../support/database.ts'
import { aChat, aCustomer, aPerson, aUser, caught } from '../support/factories.ts'

type Row = Record<string, unknown>

const lists = (db: Database) =>
  sql`select name from pg_prepared_statements where name like 'customers.list%'`.execute(db.kysely)

type Request = { limit?: number; after?: string; before?: string; orderBy?: string; where?: object }

interface List {
  /** The first one is the default, newest first. */
  readonly orders: readonly string[]
  readonly key: string
  page(request: Request): Promise<Page<Row>>
  iterate(request: object): AsyncIterable<Row>
  add(n: number): Promise<Row>
  remove?(row: Row): Promise<unknown>
}

const NAMES = [
  'Ābele',
  'abele',
  'Zebra',
  'zoo',
  'Émile',
  'emil',
  'O’Neill',
  '2024-01-01',
  '~tilde',
  'Two words',
]
const nameOf = (n: number) => NAMES[n % NAMES.length] as string

const asRows = (repository: object, method: string, ...first: unknown[]) =>
  (repository as Record<string, (...args: unknown[]) => unknown>)[method]!.bind(repository, ...first) as never

const LISTS: Readonly<Record<string, (db: Database) => Promise<List> | List>> = {
  users: (db) => ({
    ...{ orders: ['createdAt', 'name', 'email'], key: 'userId' },
    page: asRows(db.users, 'list'),
    iterate: asRows(db.users, 'iterate'),
    add: async (n) => (await db.users.create(aUser({ name: nameOf(n) }))) as never,
    remove: (row) => db.users.delete(row.userId as string),
  }),
  people: (db) => ({
    ...{ orders: ['createdAt', 'lastName'], key: 'personId' },
    page: asRows(db.people, 'list'),
    iterate: asRows(db.people, 'iterate'),
    add: async (n) => (await db.people.create(aPerson({ lastName: nameOf(n) }))) as never,
    remove: (row) => db.people.delete(row.personId as string),
  }),
  customers: (db) => ({
    ...{ orders: ['createdAt', 'displayName'], key: 'customerId' },
    page: asRows(db.customers, 'list'),
    iterate: asRows(db.customers, 'iterate'),
    add: async (n) => {
      const customer = await db.customers.create(aCustomer({ displayName: nameOf(n) }))
      for (let contacts = n % 3; contacts > 0; contacts -= 1) {
        const { personId } = await db.people.create(aPerson())
        await db.customers.addContact(customer.customerId, personId)
      }
      return customer as never
    },
    remove: (row) => db.customers.delete(row.customerId as string),
  }),
  contacts: async (db) => {
    const { customerId } = await db.customers.create(aCustomer())
    return {
      ...{ orders: ['startDate'], key: 'contactId' },
      page: asRows(db.customers, 'listContacts', customerId),
      iterate: asRows(db.customers, 'iterateContacts', customerId),
      add: async (n) => {
        const { personId } = await db.people.create(aPerson())
        const startDate = `2024-01-0${1 + (n % 9)}`
        return (await db.customers.addContact(customerId, personId, { startDate })) as never
      },
      remove: (row) => db.customers.removeContact(row.contactId as string),
    }
  },
  chats: async (db) => {
    const { userId } = await db.users.create(aUser())
    return {
      ...{ orders: ['updatedAt'], key: 'chatId' },
      page: asRows(db.chats, 'listByUser', userId),
      iterate: asRows(db.chats, 'iterateByUser', userId),
      add: async () => (await db.chats.create(aChat({ userId }))) as never,
      remove: (row) => db.chats.delete(row.chatId as string, { userId }),
    }
  },
  'audit entries': (db) => {
    const entityId = randomUUID()
    const bound = (request: object) => ({ ...request, entityType: 'test', entityId })
    return {
      ...{ orders: ['createdAt'], key: 'id' },
      page: (request) => db.auditLog.list(bound(request) as never) as never,
      iterate: (request) => db.auditLog.iterate(bound(request)) as never,
      add: async () => (await db.auditLog.record({ entityType: 'test', entityId, action: 'walk' })) as never,
    }
  },
}

const idsOf = (key: string, rows: readonly Row[]) => rows.map((row) => row[key])

describe.for(Object.entries(LISTS))('%s', ([, open]) => {
  test('are walked in every order, in both directions, while others come and go', async ({ db }) => {
    const list = await open(db)
    const stay: Row[] = []
    for (let n = 0; n < 30; n += 1) stay.push(await list.add(n))
    for (const order of list.orders.flatMap((name) => [name, `${name} asc`, `${name} desc`])) {
      const leave = list.remove ? await Promise.all([1, 2, 3, 4, 5, 6].map((n) => list.add(n))) : []
      const forward: Row[] = []
      const pages: Page<Row>[] = []
      let after: string | undefined
      do {
        const page = await list.page({ limit: 7, orderBy: order, ...(after && { after }) })
        pages.push(page)
        forward.push(...page.items)
        after = page.next
        const gone = leave.pop()
        if (gone) await list.remove?.(gone)
        await list.add(pages.length)
      } while (after)
      const ids = idsOf(list.key, forward)
      expect(new Set(ids).size).toBe(ids.length)
      expect(ids).toEqual(expect.arrayContaining(idsOf(list.key, stay)))
      expect(pages[0]?.previous).toBeUndefined()

      const backward: Row[] = []
      let before = pages.at(-1)?.previous
      while (before) {
        const page: Page<Row> = await list.page({ limit: 7, orderBy: order, before })
        expect(page.next).toBeDefined()
        backward.unshift(...page.items)
        before = page.previous
      }
      const back = idsOf(list.key, [...backward, ...(pages.at(-1)?.items ?? [])])
      expect(new Set(back).size).toBe(back.length)
      expect(back).toEqual(expect.arrayContaining(idsOf(list.key, stay)))
      // Both walks met the rows that stayed in the same order.
      const kept = new Set(idsOf(list.key, stay))
      expect(back.filter((id) => kept.has(id))).toEqual(ids.filter((id) => kept.has(id)))
    }
  })

  test('descending is the opposite of ascending', async ({ db }) => {
    const list = await open(db)
    for (let n = 0; n < 12; n += 1) await list.add(n)
    for (const name of list.orders) {
      const up = (await list.page({ limit: 200, orderBy: name })).items
      const down = (await list.page({ limit: 200, orderBy: `${name} desc` })).items
      expect(idsOf(list.key, down)).toEqual(idsOf(list.key, up).toReversed())
    }
    const [newest] = list.orders
    expect(await list.page({ orderBy: `${newest} desc` })).toEqual(await list.page({}))
  })

  test('are iterated whole, in the order of the request', async ({ db }) => {
    const list = await open(db)
    for (let n = 0; n < 5; n += 1) await list.add(n)
    const orderBy = list.orders.at(-1) as string
    const pages: Row[] = []
    let after: string | undefined
    do {
      const page = await list.page({ limit: 200, orderBy, ...(after && { after }) })
      pages.push(...page.items)
      after = page.next
    } while (after)

    const rows: Row[] = []
    for await (const row of list.iterate({ orderBy })) rows.push(row)

    expect(rows).toEqual(pages)
  })

  test('refuse an order, a cursor or a condition that does not fit', async ({ db }) => {
    const list = await open(db)
    for (let n = 0; n < 3; n += 1) await list.add(n)
    const [first = ''] = list.orders
    const { next: after } = await list.page({ limit: 1, orderBy: `${first} asc` })
    const refused: [request: object, field: string][] = [
      [{ orderBy: 'nonsense' }, 'orderBy'],
      [{ orderBy: `${first} up` }, 'orderBy'],
      [{ orderBy: [first] }, 'orderBy'],
      [{ orderBy: '__proto__' }, 'orderBy'],
      [{ after }, 'after'],
      [{ orderBy: `${first} desc`, after }, 'after'],
      [{ before: 'nonsense' }, 'before'],
      [{ before: '' }, 'before'],
      [{ orderBy: `${first} asc`, before: after, after }, 'before'],
      [{ where: null }, 'where'],
      [{ where: [] }, 'where'],
      [{ where: { nonsense: 1 } }, 'where.nonsense'],
      [{ where: { constructor: 1 } }, 'where.constructor'],
      [{ where: { [first]: { near: 1 } } }, `where.${first}.near`],
      [{ where: { [first]: {} } }, `where.${first}`],
      [{ where: { [first]: Symbol('x') } }, `where.${first}`],
      [{ where: { or: [{ [first]: [1] }] } }, `where.or[0].${first}[0]`],
      [{ where: { and: {} } }, 'where.and'],
      [{ withTotal: 'yes' }, 'withTotal'],
    ]
    for (const [request, field] of refused) {
      const error = await caught(list.page(request as never))
      expect(error, JSON.stringify(request)).toBeInstanceOf(InvalidInputError)
      expect((error as InvalidInputError).field).toBe(field)
    }
  })
})

describe('conditions', () => {
  const sizes = [1, 5, 10, 50, 100, null]
  const statuses = ['prospect', 'active', 'paused', 'churned'] as const
  const industries = ['Anvils', 'Mining', null]
  const run = randomUUID()

  test('select the rows that they describe, alone and combined', async ({ db }) => {
    const { userId } = await db.users.create(aUser())
    for (let n = 0; n < 40; n += 1) {
      await db.customers.create(
        aCustomer({
          displayName: `${nameOf(n)} ${run}`,
          status: statuses[n % 4],
          companySize: sizes[n % 6],
          industry: industries[n % 3],
          ownerId: n % 2 ? userId : null,
        }),
      )
    }
    const all = (await db.customers.list({ limit: 200 })).items
    const cases: [CustomerListRequest['where'], (customer: (typeof all)[number]) => boolean][] = [
      [{}, () => true],
      [{ status: 'active' }, (c) => c.status === 'active'],
      [{ status: ['active', 'paused'] }, (c) => ['active', 'paused'].includes(c.status)],
      [{ status: [] }, () => false],
      [{ industry: null }, (c) => c.industry === null],
      [{ industry: { not: null } }, (c) => c.industry !== null],
      [{ industry: [null, 'Mining'] }, (c) => c.industry === null || c.industry === 'Mining'],
      [{ companySize: { gte: 5, lt: 100 } }, (c) => c.companySize! >= 5 && c.companySize! < 100],
      [{ companySize: { gt: 5, lte: 100 } }, (c) => c.companySize! > 5 && c.companySize! <= 100],
      [{ ownerId: userId, status: 'active' }, (c) => c.ownerId === userId && c.status === 'active'],
      [
        { or: [{ status: 'active' }, { and: [{ industry: null }, { companySize: 1 }] }] },
        (c) => c.status === 'active' || (c.industry === null && c.companySize === 1),
      ],
      [{ or: [] }, () => false],
      [{ and: [] }, () => true],
      [{ createdAt: { gt: all.at(-1)!.createdAt } }, (c) => c.createdAt > all.at(-1)!.createdAt],
    ]
    for (const [where, holds] of cases) {
      const expected = all.filter(holds).map(({ customerId }) => customerId)
      const found = await db.customers.list({ limit: 200, where, withTotal: true })
      expect(
        found.items.map(({ customerId }) => customerId),
        JSON.stringify(where),
      ).toEqual(expected)
      expect(found.total).toEqual({ count: expected.length, isExact: true })
      const sorted = await db.customers.list({ limit: 200, where, orderBy: 'displayName desc' })
      expect(new Set(sorted.items.map(({ customerId }) => customerId))).toEqual(new Set(expected))
    }
  })

  test('go together with filters, with a search and with its order', async ({ db }) => {
    const name = `x${randomUUID().slice(0, 8)}`
    const [first, second] = [
      await db.customers.create(aCustomer({ displayName: `${name} one`, industry: 'Anvils' })),
      await db.customers.create(aCustomer({ displayName: `A ${name}`, industry: 'Mining' })),
    ]
    const idsFor = async (request: CustomerListRequest) =>
      (await db.customers.list({ search: name, ...request })).items.map(({ customerId }) => customerId)
    expect(await idsFor({})).toEqual([first.customerId, second.customerId])
    expect(await idsFor({ where: { industry: 'Mining' } })).toEqual([second.customerId])
    expect(await idsFor({ where: { industry: ['Mining', 'Anvils'] } })).toEqual([
      first.customerId,
      second.customerId,
    ])
    expect(await idsFor({ orderBy: 'displayName' })).toEqual([second.customerId, first.customerId])
    expect(await idsFor({ status: 'active', where: { industry: 'Mining' } })).toEqual([])
    const page = await db.customers.list({ search: name, limit: 1, withTotal: true })
    expect(page).toMatchObject({ total: { count: 2, isExact: true }, next: expect.any(String) })
    const next = { limit: 1, after: page.next as string, where: { industry: ['Mining', 'Anvils'] } }
    expect(await idsFor(next)).toEqual([second.customerId])
    expect(await caught(db.customers.list({ search: name, before: 'x' }))).toBeInstanceOf(InvalidInputError)
  })

  test('are planned for their values: no connection keeps a plan of others', async ({ openAnother }) => {
    const db = openAnother({ max: 1 })
    await db.customers.list({ where: { status: 'paused' } })
    await db.customers.list({ status: 'paused', industry: 'Rare' })
    await db.customers.list({ status: 'paused', orderBy: 'displayName' })
    await db.customers.list({ search: 'rare', orderBy: 'displayName' })
    const { rows: before } = await lists(db)
    await db.customers.list({ orderBy: 'displayName' })

    expect(before).toEqual([])
    expect((await lists(db)).rows).toHaveLength(1)
  })

  test('of the audit log go together with the time of the request', async ({ db }) => {
    const action = randomUUID()
    const record = () => db.auditLog.record({ entityType: 'a', entityId: 'b', action })
    const [first, second] = [await record(), await record()]
    await db.auditLog.record({ entityType: 'a', entityId: 'b', action: 'other' })
    const to = new Date(second.createdAt.getTime() + 1)
    const where = { action: [action] }

    const page = await db.auditLog.list({ where, to, orderBy: 'createdAt', withTotal: true })
    const none = await db.auditLog.list({ where, to: first.createdAt, withTotal: true })

    expect(page.items.map(({ id }) => id)).toEqual([first.id, second.id])
    expect(page.total).toEqual({ count: 2, isExact: true })
    expect([none.items, none.total]).toEqual([[], { count: 0, isExact: true }])
  })

  test('are limited in number and depth', async ({ db }) => {
    const many = Array.from({ length: 51 }, () => ({ status: 'active' as const }))
    expect(await caught(db.customers.list({ where: { or: many } }))).toBeInstanceOf(InvalidInputError)
    let deep: CustomerListRequest['where'] = { status: 'active' }
    for (let n = 0; n < 6; n += 1) deep = { and: [deep] }
    expect(await caught(db.customers.list({ where: deep }))).toBeInstanceOf(InvalidInputError)
  })
})

test('a total above ten thousand is an estimate, and says so', async ({ db, url: _ }) => {
  await db.kysely
    .insertInto('people')
    .columns(['first_name', 'last_name'])
    .expression((eb) =>
      eb
        .selectFrom(eb.fn<{ n: number }>('generate_series', [eb.lit(1), eb.lit(12_000)] as never).as('n'))
        .select([eb.val('First').as('first_name'), eb.val('Last').as('last_name')]),
    )
    .execute()

  const { total } = await db.people.list({ limit: 1, withTotal: true })

  expect(total?.isExact).toBe(false)
  expect(total?.count).toBeGreaterThan(10_000)
})

test('an iteration holds one page at a time, and stops when its reader does', async ({ db }) => {
  for (let n = 0; n < 3; n += 1) await db.users.create(aUser())
  let queries = 0
  const stop = db.on('query', () => (queries += 1))
  for await (const user of db.users.iterate({ orderBy: 'name' })) {
    expect(user.userId).toBeDefined()
    break
  }
  stop()
  expect(queries).toBe(1)
})

test('columns and values are typed', () => {
  expectTypeOf<UserListRequest['orderBy']>().toExtend<string | undefined>()
  const good: UserListRequest[] = [
    { orderBy: 'name desc' },
    { where: { role: ['admin', 'user'], or: [{ name: 'Ada' }, { createdAt: { gte: new Date() } }] } },
  ]
  const bad: UserListRequest[] = [
    // @ts-expect-error it is no column of the list
    { orderBy: 'password' },
    // @ts-expect-error it is no role
    { where: { role: 'owner' } },
    // @ts-expect-error a role is never null
    { where: { role: null } },
    // @ts-expect-error it is not offered
    { where: { providerId: 'x' } },
  ]
  expect([good.length, bad.length]).toEqual([2, 4])
})
