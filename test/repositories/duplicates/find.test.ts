import { describe, expect } from 'vitest'
import {
  type CustomerProbe,
  InvalidInputError,
  NotFoundError,
  openDatabase,
  type PersonProbe,
} from '../../../src/index.ts'
import { createGrantedLogin } from '../../support/app-login.ts'
import { isDistributed, test } from '../../support/database.ts'
import { aCustomer, aPerson, aUser, caught } from '../../support/factories.ts'

const ID = '01930c7a-5b3e-7000-8000-00000000000f'

describe('a customer is found', () => {
  test.for<[given: CustomerProbe, stored: CustomerProbe, reasons: string[]]>([
    [{ displayName: 'Zwilling Möbel' }, { legalName: 'SIA "Zwilling Moebel"' }, ['name']],
    [{ legalName: 'MÖBEL ZWILINGS, GmbH & Co. KG' }, { displayName: 'Zwillings Möbel' }, ['similarName']],
    [{ displayName: 'Fjordkraft' }, { displayName: 'Fjord Kraft AS' }, ['name']],
    [{ displayName: 'Kvinta' }, { displayName: 'Kvnita' }, ['similarName']],
    [{ displayName: '株式会社鳥羽電機' }, { displayName: '鳥羽電機' }, ['name']],
    [
      { displayName: 'Umbrella', websiteUrl: 'http://quux-labs.example.com/about' },
      { displayName: 'Quux', websiteUrl: 'https://www.quux-labs.example.com' },
      ['website'],
    ],
    [{ websiteUrl: 'https://xyzzyco.lv' }, { websiteUrl: 'https://shop.xyzzyco.co.uk' }, ['similarWebsite']],
  ])('%j by %j', async ([given, stored, reasons], { db }) => {
    const { customerId } = await db.customers.create(
      aCustomer({ displayName: 'Plugh', legalName: stored.displayName ?? 'Plugh', ...stored }),
    )

    const found = await db.customers.findDuplicates(given)

    const match = found.find(({ customer }) => customer.customerId === customerId)
    expect(match?.reasons).toEqual(reasons)
    expect(match?.score).toBeGreaterThanOrEqual(0.5)
  })

  test('not by another first word, another trade or a shared host', async ({ db }) => {
    await db.customers.create(
      aCustomer({
        displayName: 'Northern Anchors',
        legalName: 'Northern Anchors',
        websiteUrl: 'https://facebook.com/anchors',
      }),
    )
    const probe = { displayName: 'Southern Anchors', websiteUrl: 'https://facebook.com/other' }

    expect(await db.customers.findDuplicates(probe)).toEqual([])
    expect(await db.customers.findDuplicates({ displayName: 'Northern Ropes' })).toEqual([])
  })
})

describe('a person is found', () => {
  test.for<[given: PersonProbe, stored: PersonProbe, reasons: string[]]>([
    [
      { firstName: 'Lovelace', lastName: 'Ada-Zoe' },
      { firstName: 'Ada Zoë', lastName: 'Lovelace' },
      ['name'],
    ],
    [
      { firstName: 'Garce', lastName: 'Hoppper' },
      { firstName: 'Grace', lastName: 'Hopper' },
      ['similarName'],
    ],
    [
      { firstName: 'Bob', lastName: 'Quibble', phone: '0049 (30) 555-12-34' },
      { firstName: 'Robert', lastName: 'Quibble', phone: '+49 30 5551234 ext. 9' },
      ['phone'],
    ],
    [{ email: 'JANE.DOE99+news@mail.example' }, { email: 'janedoe99@mail.example' }, ['email']],
    [
      { firstName: 'Mo', lastName: 'Farr', email: 'mo.farr77@new.example' },
      { firstName: 'Mo', lastName: 'Farr', email: 'mo.farr77@old.example' },
      ['name', 'similarEmail'],
    ],
  ])('%j by %j', async ([given, stored, reasons], { db }) => {
    const { personId } = await db.people.create(
      aPerson({ firstName: 'Plugh', lastName: 'Xyzzy', email: null, ...stored }),
    )

    const found = await db.people.findDuplicates(given)

    expect(found.find(({ person }) => person.personId === personId)?.reasons).toEqual(reasons)
  })

  test('not by the number of an office or an address of a team alone', async ({ db }) => {
    await db.people.create(
      aPerson({ firstName: 'Ivo', lastName: 'Andric', phone: '+371 67000001', email: 'info@andric.example' }),
    )
    const probe = { firstName: 'Pablo', lastName: 'Neruda', phone: '67000001', email: 'info@neruda.example' }

    expect(await db.people.findDuplicates(probe)).toEqual([])
  })
})

test('a record is not its own duplicate, and archived ones are left out', async ({ db }) => {
  const names = { displayName: 'Twin Peaks Cafe', legalName: 'Twin Peaks Cafe' }
  const [first, second, third] = [
    await db.customers.create(aCustomer(names)),
    await db.customers.create(aCustomer(names)),
    await db.customers.create(aCustomer(names)),
  ]
  await db.customers.archive(third.customerId)

  const found = await db.customers.findDuplicates(first.customerId)

  const { contacts, ...row } = second
  expect(found).toEqual([{ customer: row, score: expect.any(Number), reasons: ['name'] }])
})

test('those of a record are read by one statement', async ({ db }) => {
  const customer = await db.customers.create(aCustomer({ displayName: 'Solitary Lighthouse Oy' }))
  const person = await db.people.create(aPerson({ lastName: 'Wintersmoor', email: 'w@one.example' }))
  const twin = await db.people.create(aPerson({ lastName: 'Wintersmoor', email: 'w@two.example' }))
  const sent: string[] = []
  const stop = db.on('query', ({ sql }) => sent.push(sql))

  expect(await db.customers.findDuplicates(customer.customerId)).toEqual([])
  expect(await db.people.findDuplicates(person.personId)).toMatchObject([{ person: twin }])

  stop()
  expect(sent).toHaveLength(2)
})

test('of an archived record, and of one whose name has no letters, those in use are found', async ({
  db,
}) => {
  const names = { displayName: 'Quay Nine Chandlery', legalName: 'Quay Nine Chandlery' }
  const archived = await db.customers.create(aCustomer(names))
  const nameless = await db.customers.create(
    aCustomer({ displayName: '!!!', legalName: '???', websiteUrl: null }),
  )
  await db.customers.archive(archived.customerId)
  const { contacts, ...inUse } = await db.customers.create(aCustomer(names))

  expect(await db.customers.findDuplicates(archived.customerId)).toMatchObject([{ customer: inUse }])
  expect(await db.customers.findDuplicates(nameless.customerId)).toEqual([])
})

test('a list has each pair once, in any size of pages', async ({ openAnother, db }) => {
  const names = { firstName: 'Tweedle', lastName: 'Dumdee', email: null }
  for (let copy = 0; copy < 4; copy += 1) await db.people.create(aPerson(names))
  const pairsOf = async (limit: number) => {
    const pairs: string[] = []
    let after: string | undefined
    do {
      const page = await openAnother().people.listDuplicates({ limit, after, minScore: 0.6 })
      expect(page.items.length).toBeLessThanOrEqual(limit)
      for (const { person, duplicates } of page.items)
        if (person.lastName === 'Dumdee')
          pairs.push(...duplicates.map((duplicate) => `${person.personId} ${duplicate.person.personId}`))
      after = page.next
    } while (after !== undefined)
    return pairs
  }

  const pairs = await pairsOf(1)

  expect(pairs).toHaveLength(6)
  expect(new Set(pairs.map((pair) => pair.split(' ').sort().join())).size).toBe(6)
  expect((await pairsOf(200)).sort()).toEqual(pairs.sort())
})

test('input is refused that says nothing', async ({ db }) => {
  const errors = [
    await caught(db.customers.findDuplicates({ billingCountry: 'LV' })),
    await caught(db.people.findDuplicates({ email: null })),
    await caught(db.people.findDuplicates({ lastName: 'A' }, { minScore: 2 })),
    await caught(db.people.listDuplicates({ after: 'x' })),
  ]

  for (const error of errors) expect(error).toBeInstanceOf(InvalidInputError)
  expect(await caught(db.customers.findDuplicates(ID))).toBeInstanceOf(NotFoundError)
})

test.skipIf(isDistributed)(
  'a signed-in user finds them through the functions, and without an actor nothing is found',
  async ({ url, db }) => {
    const user = await db.users.create(aUser())
    const names = { displayName: 'Rosebud Sleds', legalName: 'Rosebud Sleds' }
    await db.customers.create(aCustomer(names))
    await using login = await createGrantedLogin(url, 'app')
    await using asApp = openDatabase(login.url)

    const acting = asApp.as({ userId: user.userId })
    expect(await acting.customers.findDuplicates(names)).toHaveLength(1)
    expect(await asApp.customers.findDuplicates(names)).toEqual([])
  },
)
