import { randomUUID } from 'node:crypto'
import { describe, expect, expectTypeOf } from 'vitest'
import {
  ConstraintError,
  type Customer,
  type Database,
  InvalidInputError,
  type NewCustomer,
  type NewPerson,
  openDatabase,
} from '../../src/index.ts'
import { createGrantedLogin } from '../support/app-login.ts'
import { isDistributed, test } from '../support/database.ts'
import { aCustomer, aPerson, aUser, caught } from '../support/factories.ts'

type Given = Partial<NewCustomer & NewPerson>
type Row = Record<string, unknown> & { externalId: string | null; version: number }

/** The methods that customers and people have in common. */
interface Repository {
  create(given: Given): Promise<Row>
  update(key: string, change: Given): Promise<Row>
  upsertByExternalId(given: Given): Promise<Row>
  findByExternalId(source: string, externalId: string): Promise<Row | undefined>
  get(key: string): Promise<Row>
  archive(key: string): Promise<Row>
  list(request: object): Promise<{ items: Row[] }>
}

const KINDS = [
  ['customers', 'customerId', (given: Given) => aCustomer(given as never)],
  ['people', 'personId', (given: Given) => aPerson(given as never)],
] as const

const without = (field: string, { [field as never]: _, ...rest }: object) => rest as Given

describe.for(KINDS)('%s', ([name, key, make]) => {
  const of = (db: Pick<Database, 'customers' | 'people'>) => db[name] as unknown as Repository
  const idOf = (row: Row) => row[key] as string
  const aKey = () => ({ source: 'salesforce', externalId: randomUUID() })

  test('keep what they are given', async ({ db }) => {
    const given = {
      ...aKey(),
      tags: ['vip', 'Ķekava'],
      attributes: { plan: 'gold', seats: 3, none: null, of: [{ a: true }] },
      emails: [{ address: 'Invoices@example.test', label: 'invoices' }, { address: 'b@example.test' }],
      phones: [{ number: '(020) 7946-0000', e164: '+442079460000', label: 'mobile' }],
      addresses: [
        { street: 'Brīvības 1', city: 'Rīga', region: 'Rīga', postalCode: 'LV-1010', country: 'LV' },
      ],
    }
    const created = await of(db).create(make(given))

    expect(created).toMatchObject(given)
    expect(await of(db).get(idOf(created))).toEqual(created)
    const cleared = await of(db).update(idOf(created), {
      ...{ tags: [], attributes: {}, emails: [], phones: [], addresses: [] },
      ...{ source: null, externalId: null },
    })
    expect(cleared).toMatchObject({
      tags: null,
      attributes: null,
      emails: null,
      phones: null,
      addresses: null,
    })
    expect(cleared).toMatchObject({ source: null, externalId: null })
    expect((await of(db).update(idOf(created), { tags: [' a', 'b', 'a '] })).tags).toEqual(['a', 'b'])
  })

  test.for<[field: string, given: object]>([
    ['tags', { tags: 'vip' }],
    ['tags[1]', { tags: ['a', 1] }],
    ['tags', { tags: [' '] }],
    ['tags', { tags: Array.from({ length: 51 }, (_, n) => `${n}`) }],
    ['attributes', { attributes: [] }],
    ['attributes', { attributes: { a: 'NUL \0' } }],
    ['attributes', { attributes: { a: 1n } }],
    ['emails[0].address', { emails: [{ label: 'x' }] }],
    ['emails[1].mail', { emails: [{ address: 'a@b.test' }, { mail: 'a@b.test' }] }],
    ['phones', { phones: {} }],
    ['phones', { phones: Array.from({ length: 21 }, () => ({ number: '123' })) }],
    ['addresses[0].zip', { addresses: [{ zip: '1010' }] }],
    ['source', { source: 1, externalId: 'x' }],
  ])('name %s, which is not valid', async ([field, given], { db }) => {
    const error = await caught(of(db).create(make(given as Given)))

    expect(error).toBeInstanceOf(InvalidInputError)
    expect((error as InvalidInputError).field).toBe(field)
  })

  test.for<[constraint: string, given: Given]>([
    ['tags', { tags: ['x'.repeat(51)] }],
    ['attributes', { attributes: { long: 'x'.repeat(20_000) } }],
    ['emails', { emails: [{ address: 'none' }] }],
    ['emails', { emails: [{ address: 'a@b.test', label: 'x'.repeat(51) }] }],
    ['emails', { emails: [{ address: 'a@b.test', label: ' ' }] }],
    ['phones', { phones: [{ number: 'call me maybe' }] }],
    ['phones', { phones: [{ number: '2 000 0000', e164: '20000000' }] }],
    ['addresses', { addresses: [{ country: 'Latvia' }] }],
    [
      'addresses',
      {
        addresses: [
          { city: 'Rīga', country: 'LV' },
          { city: 'Nowhere', country: 'ZZ' },
        ],
      },
    ],
    ['addresses', { addresses: [{}] }],
    ['source', { source: ' crm', externalId: '1' }],
    ['external_id', { source: 'crm', externalId: '' }],
    ['source_external_id', { source: 'crm' }],
    ['source_external_id', { externalId: '1' }],
  ])('are refused by the constraint of %s', async ([constraint, given], { db }) => {
    const error = await caught(of(db).create(make(given)))

    expect(error).toBeInstanceOf(ConstraintError)
    expect((error as ConstraintError).constraint).toBe(`${name}_${constraint}_check`)
    expect((error as ConstraintError).message).toMatch(/^[A-Z].*\.$/)
  })

  test('have an external id once among those in use, and are found by it', async ({ db }) => {
    const externalId = aKey()
    const first = await of(db).create(make(externalId))

    const error = await caught(of(db).create(make(externalId)))
    expect(error).toBeInstanceOf(ConstraintError)
    expect((error as ConstraintError).constraint).toBe(`${name}_source_external_id_key`)
    expect((error as ConstraintError).fields).toEqual(['source', 'externalId'])
    const other = await of(db).create(make({ ...externalId, source: 'hubspot' }))
    expect(await of(db).findByExternalId('salesforce', externalId.externalId)).toEqual(first)
    expect(await of(db).findByExternalId('hubspot', externalId.externalId)).toEqual(other)
    expect(await of(db).findByExternalId('hubspot', 'missing')).toBeUndefined()

    await of(db).archive(idOf(first))
    expect(await of(db).findByExternalId('salesforce', externalId.externalId)).toBeUndefined()
    const second = await of(db).create(make(externalId))
    expect(await of(db).findByExternalId('salesforce', externalId.externalId)).toEqual(second)
  })

  test('are created or updated by their external id', async ({ db }) => {
    const externalId = aKey()
    const created = await of(db).upsertByExternalId(make({ ...externalId, tags: ['a'], ownerId: null }))
    const given = without('email', make({ ...externalId, attributes: { plan: 'gold' } }))
    const updated = await of(db).upsertByExternalId(given)

    expect(idOf(updated)).toBe(idOf(created))
    expect(updated).toMatchObject({ tags: ['a'], attributes: { plan: 'gold' }, version: created.version + 1 })
    // The same once more changes nothing.
    expect(await of(db).upsertByExternalId(given)).toEqual(updated)
    expect(await of(db).get(idOf(created))).toEqual(updated)
    const error = await caught(of(db).upsertByExternalId(make({})))
    expect(error).toBeInstanceOf(InvalidInputError)
    expect((error as InvalidInputError).field).toBe('source')
  })

  test('are created once by callers that do so at the same time', async ({ db }) => {
    const externalId = aKey()
    const rows = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        of(db).upsertByExternalId(without('email', make({ ...externalId, tags: [`t${n}`] }))),
      ),
    )

    expect(new Set(rows.map(idOf)).size).toBe(1)
  })

  test.skipIf(isDistributed)('are filtered by tags and attributes, also by an actor', async ({ db, url }) => {
    const mark = randomUUID()
    const add = (tags: string[] | null, attributes: object | null) =>
      of(db).create(make({ tags, attributes: { mark, ...attributes } as never }))
    const [a, b, c] = [
      await add(['red', mark], { plan: 'gold', limits: { seats: 5 } }),
      await add(['blue', mark], { plan: 'silver' }),
      await add(null, { plan: 'gold', list: ['x', 'y'] }),
    ]
    const cases: [where: object, expected: Row[]][] = [
      [{ tags: { has: mark } }, [b, a]],
      [{ tags: { hasAll: [mark, 'red'] } }, [a]],
      [{ tags: { hasAll: ['blue', 'red'] }, attributes: { contains: { mark } } }, []],
      [{ tags: { hasAny: ['blue', 'red'], has: mark } }, [b, a]],
      [{ attributes: { contains: { mark, plan: 'gold' } } }, [c, a]],
      [{ attributes: { contains: { mark, limits: { seats: 5 } } } }, [a]],
      [{ attributes: { contains: { mark, list: ['y'] } } }, [c]],
      [{ tags: null, attributes: { contains: { mark } } }, [c]],
      [{ tags: { not: null }, attributes: { contains: { mark } } }, [b, a]],
      [
        { or: [{ tags: { hasAll: [mark, 'red'] } }, { attributes: { contains: { mark, plan: 'silver' } } }] },
        [b, a],
      ],
    ]
    const { userId } = await db.users.create(aUser())
    await using login = await createGrantedLogin(url, 'app')
    await using app = openDatabase(login.url)
    for (const each of [db, app.as({ userId })]) {
      for (const [where, expected] of cases) {
        const { items } = await of(each).list({ where, orderBy: 'createdAt desc' })
        expect(items.map(idOf), JSON.stringify(where)).toEqual(expected.map(idOf))
      }
    }
    await expect(of(app).list({ where: { tags: { has: mark } } })).resolves.toMatchObject({ items: [] })
    for (const where of [
      { tags: 'red' },
      { tags: {} },
      { tags: { near: 'x' } },
      { attributes: { contains: 1 } },
    ]) {
      expect(await caught(of(db).list({ where })), JSON.stringify(where)).toBeInstanceOf(InvalidInputError)
    }
  })

  test('are found by the words and digits of their lists', async ({ db }) => {
    const word = `x${randomUUID().replaceAll('-', '')}`
    const digits = String(Math.random()).slice(2, 12)
    const row = await of(db).create(
      make({
        emails: [{ address: `${word}@example.test` }],
        phones: [{ number: digits, e164: `+49${digits}` }],
      }),
    )

    for (const search of [word.slice(0, 20), digits, `+49${digits}`, `"${word}"`]) {
      expect((await of(db).list({ search })).items.map(idOf), search).toEqual([idOf(row)])
    }
  })
})

describe('attributes', () => {
  const allowed = (attributes: { [name: string]: unknown }) => {
    if (typeof attributes.plan !== 'string') throw new Error('a plan is required')
    return { ...attributes, plan: attributes.plan.toLowerCase() }
  }
  const standard = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value: unknown) =>
        (value as { seats?: unknown }).seats === 1
          ? { value }
          : { issues: [{ message: 'one seat', path: [{ key: 'seats' }] }] },
    },
  }

  test('are checked by the validator of the service', async ({ url }) => {
    await using db = openDatabase(url, { attributes: { customers: allowed as never, people: standard } })

    const customer = await db.customers.create(aCustomer({ attributes: { plan: 'GOLD' } }))
    const person = await db.people.create(aPerson({ attributes: { seats: 1 } }))
    const refused = await Promise.all([
      caught(db.customers.create(aCustomer({ attributes: { plan: 1 } }))),
      caught(db.customers.update(customer.customerId, { attributes: { other: 1 } })),
      caught(db.people.update(person.personId, { attributes: { seats: 2 } })),
      caught(db.transaction((tx) => tx.people.create(aPerson({ attributes: { seats: 2 } })))),
    ])

    expect(customer.attributes).toEqual({ plan: 'gold' })
    expect(refused.map((error) => (error as InvalidInputError).field)).toEqual([
      ...['attributes', 'attributes', 'attributes.seats', 'attributes.seats'],
    ])
    expect((refused[0] as Error).message).toBe('"attributes" was refused: a plan is required.')
    expect(await db.customers.update(customer.customerId, { attributes: null })).toMatchObject({
      attributes: null,
    })
  })

  test('are typed', () => {
    expectTypeOf<Customer['attributes']>().toExtend<object | null>()
    expectTypeOf<Customer['emails']>().toEqualTypeOf<
      { address: string; label?: string | undefined }[] | null
    >()
    // @ts-expect-error a validator is a function or a schema
    expect(() => openDatabase('postgres://x', { attributes: { customers: 1 } })).toThrow(/must be a function/)
  })
})

test('a merge keeps the tags of all, the attributes of the winner, and what it lacks', async ({ db }) => {
  const external = { source: 'crm', externalId: randomUUID() }
  const winner = await db.people.create(
    aPerson({ tags: ['a', 'b'], attributes: { plan: 'gold' }, phone: null }),
  )
  const loser = await db.people.create(
    aPerson({
      ...{ ...external, tags: ['b', 'c'], attributes: { plan: 'free', seats: 1 }, phone: '2 000' },
      ...{ phoneE164: '+3712000000', emails: [{ address: 'x@example.test' }] },
    }),
  )

  const merged = await db.people.merge(winner.personId, loser.personId, { fields: { attributes: { a: 1 } } })
  const [first, second] = await db.customers.createMany([
    aCustomer(),
    aCustomer({ ...external, tags: ['x'] }),
  ])
  const customer = await db.customers.merge(first!.customerId, second!.customerId)

  expect(merged).toMatchObject({ ...external, tags: ['a', 'b', 'c'], attributes: { a: 1 }, phone: '2 000' })
  expect(merged).toMatchObject({
    phoneE164: '+3712000000',
    emails: expect.arrayContaining([{ address: 'x@example.test' }]),
  })
  expect(customer).toMatchObject({ ...external, tags: ['x'], attributes: null })
})
