import { randomUUID } from 'node:crypto'
import { describe, expect } from 'vitest'
import {
  type ConstraintError,
  type Database,
  InvalidInputError,
  NotFoundError,
  openDatabase,
  RowError,
  StaleVersionError,
} from '../../src/index.ts'
import { createGrantedLogin } from '../support/app-login.ts'
import { isDistributed, test } from '../support/database.ts'
import { aCustomer, aPerson, aUser, caught } from '../support/factories.ts'

type Row = Record<string, unknown> & { version: number; archivedAt: Date | null }

/** The methods that customers and people have in common. */
interface Repository {
  create(given: object): Promise<Row>
  get(key: string): Promise<Row>
  archive(key: string): Promise<Row>
  getMany(keys: readonly string[]): Promise<{ items: Row[]; missing: string[] }>
  createMany(rows: readonly object[]): Promise<Row[]>
  updateMany(rows: readonly object[]): Promise<Row[]>
  upsertMany(rows: readonly object[]): Promise<Row[]>
  archiveMany(keys: readonly string[]): Promise<Row[]>
  restoreMany(keys: readonly string[]): Promise<Row[]>
  list(request: object): Promise<{ items: Row[] }>
}

const MISSING = '01930c7a-5b3e-7000-8000-000000000000'

const KINDS = [
  ['customers', 'customerId', 'customer', (given: object = {}) => aCustomer(given)],
  ['people', 'personId', 'person', (given: object = {}) => aPerson(given)],
] as const

describe.for(KINDS)('%s', ([name, key, entity, make]) => {
  const of = (db: Pick<Database, 'customers' | 'people'>) => db[name] as unknown as Repository
  const idOf = (row: Row) => row[key] as string
  const named = name === 'customers' ? 'displayName' : 'lastName'
  const refused = async (promise: Promise<unknown>) => {
    const error = await caught(promise)
    expect(error).toBeInstanceOf(RowError)
    return error as RowError
  }
  const count = async (db: Database) =>
    Number(
      (
        await db.kysely
          .selectFrom(name)
          .select((eb) => eb.fn.countAll().as('n'))
          .executeTakeFirstOrThrow()
      ).n,
    )

  test('are read in the order of the ids, and missing ones are named', async ({ db }) => {
    const [a, b] = [await of(db).create(make()), await of(db).create(make())]

    const found = await of(db).getMany([idOf(b), MISSING, idOf(a).toUpperCase(), idOf(b), MISSING])

    expect(found).toEqual({ items: [b, a, b], missing: [MISSING] })
    expect(await of(db).getMany([])).toEqual({ items: [], missing: [] })
    expect(await caught(of(db).getMany(['x']))).toMatchObject({ field: `${key}s[0]` })
    expect(await caught(of(db).getMany(Array(1_001).fill(MISSING)))).toBeInstanceOf(InvalidInputError)
  })

  test('are created in the order of the input, with the defaults of one', async ({ db }) => {
    const given = Array.from({ length: 250 }, (_, n) =>
      make({ [named]: `No ${n}`, ...(n % 2 && { tags: [`t${n}`] }) }),
    )

    const rows = await of(db).createMany(given)

    expect(rows.map((row) => row[named])).toEqual(given.map((_, n) => `No ${n}`))
    expect((await of(db).getMany(rows.map(idOf))).items).toEqual(rows)
    expect(rows[1]!.tags).toEqual(['t1'])
    const one = await of(db).create(make({ [named]: 'No 0' }))
    const own = { [key]: '', legalName: '', email: '', createdAt: '', updatedAt: '' }
    expect({ ...rows[0], ...own }).toEqual({ ...one, ...own })
    expect(await of(db).createMany([])).toEqual([])
  })

  test('are created all or none, and the first bad row is named', async ({ db }) => {
    const before = await count(db)
    const rows = (bad: object) => [
      ...Array.from({ length: 20 }, () => make()),
      make(bad),
      make({ tags: ['x'.repeat(51)] }),
    ]

    const check = await refused(of(db).createMany(rows({ addresses: [{ country: 'x' }] })))
    expect(check).toMatchObject({ index: 20, field: 'addresses', constraint: `${name}_addresses_check` })
    expect(check.message).toMatch(new RegExp(`^"${name}\\[20\\].addresses": .* Nothing was written\\.$`))
    const owner = await refused(of(db).createMany(rows({ ownerId: MISSING })))
    expect(owner).toMatchObject({ index: 20, field: 'ownerId', constraint: `${name}_owner_id_fkey` })
    const twice = { source: 'crm', externalId: randomUUID() }
    const second = await refused(of(db).createMany([make(twice), make(), make(twice)]))
    expect(second).toMatchObject({ index: 2, field: 'source', constraint: `${name}_source_external_id_key` })
    expect((second.cause as ConstraintError).kind).toBe('unique')
    const type = await refused(of(db).createMany([make(), make({ phones: 'x' })]))
    expect(type).toMatchObject({ index: 1, field: 'phones', cause: expect.any(InvalidInputError) })
    expect(await refused(of(db).createMany([null as never]))).toMatchObject({ index: 0, field: undefined })
    expect(await caught(of(db).createMany('x' as never))).toMatchObject({ field: name })
    expect(await caught(of(db).createMany(Array(1_001).fill(make())))).toMatchObject({ field: name })
    expect(await count(db)).toBe(before)
  })

  test('in a transaction leave it usable after a refusal', async ({ db }) => {
    const row = await db.transaction(async (tx) => {
      const kept = await of(tx).create(make())
      await refused(of(tx).createMany([make(), make({ tags: ['x'.repeat(51)] })]))
      await refused(of(tx).updateMany([{ [key]: MISSING, tags: ['a'] }]))
      return kept
    })

    expect(await of(db).get(idOf(row))).toEqual(row)
  })

  test('are updated, each with its own fields and version', async ({ db }) => {
    const [a, b, c] = await of(db).createMany([
      make({ tags: ['old'] }),
      make(),
      make({ attributes: { a: 1 } }),
    ])
    const changes = [
      { [key]: idOf(c!), attributes: null, ifVersion: 0 },
      { [key]: idOf(a!), [named]: 'Changed', emails: [{ address: 'a@b.test' }] },
      { [key]: idOf(b!) },
    ]

    const updated = await of(db).updateMany(changes)

    const touched = { updatedAt: expect.any(Date), version: 1 }
    expect(updated).toEqual([
      { ...c, attributes: null, ...touched },
      { ...a, [named]: 'Changed', emails: [{ address: 'a@b.test' }], ...touched },
      b,
    ])
  })

  test('are updated all or none: missing, stale, refused and repeated rows are named', async ({ db }) => {
    const rows = await of(db).createMany([make(), make(), make()])
    const change = (n: number, given: object = {}) => ({ [key]: idOf(rows[n]!), tags: ['new'], ...given })

    const missing = await refused(of(db).updateMany([change(0), { [key]: MISSING, tags: null }]))
    expect(missing).toMatchObject({ index: 1, field: undefined, cause: expect.any(NotFoundError) })
    const stale = await refused(of(db).updateMany([change(0), change(2, { ifVersion: 7 })]))
    expect(stale).toMatchObject({ index: 1, cause: expect.any(StaleVersionError) })
    const check = await refused(of(db).updateMany([change(0), change(1, { source: 'x' }), change(2)]))
    expect(check).toMatchObject({ index: 1, constraint: `${name}_source_external_id_check` })
    const twice = await refused(of(db).updateMany([change(0), change(1), change(0)]))
    expect(twice).toMatchObject({ index: 2, field: key })
    const unknown = await refused(of(db).updateMany([change(0, { stauts: [] })]))
    expect(unknown).toMatchObject({ index: 0, field: 'stauts' })
    expect((await of(db).getMany(rows.map(idOf))).items).toEqual(rows)
  })

  test('are updated by callers at the same time in any order', async ({ db }) => {
    const rows = await of(db).createMany(Array.from({ length: 30 }, () => make()))
    const ids = rows.map(idOf)
    const calls = Array.from({ length: 10 }, (_, n) => {
      const order = n % 2 ? ids : ids.toReversed()
      return of(db).updateMany(order.map((id, at) => ({ [key]: id, tags: [`call ${n}`, `${at}`] })))
    })

    await Promise.all(calls)

    const after = (await of(db).getMany(ids)).items
    expect(new Set(after.map(({ version }) => version))).toEqual(new Set([10]))
    expect(new Set(after.map(({ tags }) => (tags as string[])[0])).size).toBe(1)
  })

  test('of one version are updated by one of two callers', async ({ db }) => {
    const rows = await of(db).createMany(Array.from({ length: 5 }, () => make()))
    const update = (tag: string) =>
      of(db).updateMany(rows.map((row) => ({ [key]: idOf(row), tags: [tag], ifVersion: 0 })))

    const results = await Promise.allSettled([update('a'), update('b')])

    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect((await of(db).getMany(rows.map(idOf))).items.map(({ version }) => version)).toEqual([
      1, 1, 1, 1, 1,
    ])
  })

  test('are created or updated by their external ids', async ({ db }) => {
    const source = randomUUID()
    const withId = (externalId: string, given: object = {}) => {
      const { email: _, ...row } = make() as unknown as Record<string, unknown>
      return { ...row, ...given, source, externalId }
    }
    const [first] = await of(db).upsertMany([withId('1', { tags: ['a'] }), withId('2')])

    const rows = await of(db).upsertMany([withId('3'), withId('1', { attributes: { n: 1 } })])

    expect(rows.map(({ externalId }) => externalId)).toEqual(['3', '1'])
    expect(rows[1]).toMatchObject({ [key]: idOf(first!), tags: ['a'], attributes: { n: 1 }, version: 1 })
    expect(await refused(of(db).upsertMany([withId('4'), withId('4')]))).toMatchObject({
      index: 1,
      field: 'externalId',
    })
    expect(await refused(of(db).upsertMany([withId('4'), make()]))).toMatchObject({
      index: 1,
      field: 'source',
    })
    const bad = await refused(of(db).upsertMany([withId('5'), withId('1', { tags: ['x'.repeat(51)] })]))
    expect(bad).toMatchObject({ index: 1, constraint: `${name}_tags_check` })
    expect((await of(db).list({ where: { source } })).items).toHaveLength(3)
  })

  test('are archived and restored, all or none', async ({ db }) => {
    const rows = await of(db).createMany([make(), make(), make()])
    const ids = rows.map(idOf)
    const first = await of(db).archive(ids[0]!)

    const archived = await of(db).archiveMany(ids.toReversed())
    expect(archived.map(idOf)).toEqual(ids.toReversed())
    expect(archived[2]).toEqual(first)
    expect(archived.every(({ archivedAt }) => archivedAt instanceof Date)).toBe(true)
    expect(await refused(of(db).restoreMany([ids[1]!, MISSING]))).toMatchObject({ index: 1 })
    expect((await of(db).get(ids[1]!)).archivedAt).not.toBeNull()
    const restored = await of(db).restoreMany(ids)
    expect(restored.map(({ archivedAt }) => archivedAt)).toEqual([null, null, null])

    const external = { source: 'crm', externalId: randomUUID() }
    const [taken] = await of(db).createMany([make(external)])
    await of(db).archive(idOf(taken!))
    await of(db).create(make(external))
    const refusal = await refused(of(db).restoreMany([idOf(taken!)]))
    expect(refusal).toMatchObject({ index: 0, constraint: `${name}_source_external_id_key` })
  })

  test.skipIf(isDistributed)(
    'leave the history of single rows, and obey row security',
    async ({ db, url }) => {
      const { userId } = await db.users.create(aUser())
      await using login = await createGrantedLogin(url, 'app')
      await using app = openDatabase(login.url)
      const [row] = await of(app.as({ userId })).createMany([make()])
      await of(app.as({ userId })).updateMany([{ [key]: idOf(row!), tags: ['a'] }])

      const { items } = await db.auditLog.listByEntity(entity, idOf(row!))
      expect(
        items.map(({ action, userId, changes }) => [action, userId, (changes as { tags?: unknown }).tags]),
      ).toEqual([
        ['update', userId, [null, ['a']]],
        ['create', userId, undefined],
      ])
      expect(await of(app).getMany([idOf(row!)])).toEqual({ items: [], missing: [idOf(row!)] })
      expect(await refused(of(app).updateMany([{ [key]: idOf(row!), tags: null }]))).toMatchObject({
        index: 0,
      })
      expect(await caught(of(app).createMany([make()]))).toBeInstanceOf(Error)
    },
  )
})

test('customers written at once have their contacts', async ({ db }) => {
  const [a, b] = await db.customers.createMany([aCustomer(), aCustomer()])
  for (let n = 0; n < 3; n += 1) {
    const { personId } = await db.people.create(aPerson())
    for (const { customerId } of [a!, b!]) await db.customers.addContact(customerId, personId)
  }

  const updated = await db.customers.updateMany([
    { customerId: b!.customerId, industry: 'Mining' },
    { customerId: a!.customerId, industry: 'Mining' },
  ])

  expect(updated.map(({ contacts }) => contacts.length)).toEqual([3, 3])
  expect(updated[1]).toEqual(await db.customers.get(a!.customerId))
})
