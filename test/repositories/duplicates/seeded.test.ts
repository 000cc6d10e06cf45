import pg from 'pg'
import { describe, expect } from 'vitest'
import type { CustomerRow, Person } from '../../../src/index.ts'
import { seed } from '../../../src/seed/index.ts'
import { test as base } from '../../support/database.ts'
import { duplicateCustomer, duplicatePerson } from '../../support/duplicates.ts'
import { Random } from '../../support/random.ts'

/** Another seed each day, so that nothing fits one; a failure names it. */
const SEED = process.env.DUPLICATES_SEED ?? new Date().toISOString().slice(0, 10)

const test = base.extend<{ rows: { customers: CustomerRow[]; people: Person[] } }>({
  rows: [
    async ({ url, db }, use) => {
      const client = new pg.Client(url)
      await client.connect()
      await client.query('begin')
      await seed(client, { scale: 20_000 })
      await client.query('commit')
      await client.query('vacuum analyze')
      await client.end()
      const [customers, people]: [CustomerRow[], Person[]] = [[], []]
      for await (const { contacts, ...customer } of db.customers.iterate()) customers.push(customer)
      for await (const person of db.people.iterate()) people.push(person)
      await use({ customers, people })
    },
    { scope: 'file' },
  ],
})

/** The share of the values for which `check` is true, and those for which it is not. */
async function shareOf<T>(values: readonly T[], check: (value: T) => Promise<boolean>) {
  const missed: T[] = []
  for (let at = 0; at < values.length; at += 20) {
    const batch = values.slice(at, at + 20)
    const found = await Promise.all(batch.map(check))
    missed.push(...batch.filter((_, index) => !found[index]))
  }
  return { share: 1 - missed.length / values.length, missed }
}

describe(`duplicates of seed ${SEED}`, { timeout: 180_000 }, () => {
  test('9 of 10 duplicates of customers are found', async ({ db, rows: { customers } }) => {
    const random = new Random(`customers ${SEED}`)
    const copies = Array.from({ length: 1_000 }, () => {
      const customer = random.pick(customers)
      return { customer, probe: duplicateCustomer(random, customer) }
    })

    const { share, missed } = await shareOf(copies, async ({ customer: { customerId }, probe }) => {
      const found = await db.customers.findDuplicates(probe, { limit: 200 })
      return found.some(({ customer }) => customer.customerId === customerId)
    })

    expect(share, JSON.stringify(missed.slice(0, 20), null, 1)).toBeGreaterThan(0.9)
  })

  test('9 of 10 duplicates of people are found', async ({ db, rows: { people } }) => {
    const random = new Random(`people ${SEED}`)
    const copies = Array.from({ length: 1_000 }, () => {
      const person = random.pick(people)
      return { person, probe: duplicatePerson(random, person) }
    })

    const { share, missed } = await shareOf(copies, async ({ person: { personId }, probe }) => {
      const found = await db.people.findDuplicates(probe, { limit: 200 })
      return found.some(({ person }) => person.personId === personId)
    })

    expect(share, JSON.stringify(missed.slice(0, 20), null, 1)).toBeGreaterThan(0.9)
  })

  test('of 10,000 random pairs at most 1 of 100 is taken for duplicates', async ({ db, rows }) => {
    const random = new Random(`pairs ${SEED}`)
    const pairOf = <T>(values: readonly T[]) => [random.pick(values), random.pick(values)] as const
    const customerPairs = new Set<string>()
    for await (const { customer, duplicates } of db.customers.iterateDuplicates())
      for (const { customer: other } of duplicates)
        customerPairs.add(pairKey(customer.customerId, other.customerId))
    const personPairs = new Set<string>()
    for await (const { person, duplicates } of db.people.iterateDuplicates())
      for (const { person: other } of duplicates) personPairs.add(pairKey(person.personId, other.personId))

    const count = (pairs: Set<string>, keys: string[]) => keys.filter((key) => pairs.has(key)).length
    const falseCustomers = count(
      customerPairs,
      Array.from({ length: 10_000 }, () => {
        const [one, other] = pairOf(rows.customers)
        return pairKey(one.customerId, other.customerId)
      }),
    )
    const falsePeople = count(
      personPairs,
      Array.from({ length: 10_000 }, () => {
        const [one, other] = pairOf(rows.people)
        return pairKey(one.personId, other.personId)
      }),
    )

    expect(customerPairs.size).toBeGreaterThan(0)
    expect(falseCustomers).toBeLessThanOrEqual(100)
    expect(falsePeople).toBeLessThanOrEqual(100)
  })
})

function pairKey(one: string, other: string): string {
  return [one, other].sort().join()
}
