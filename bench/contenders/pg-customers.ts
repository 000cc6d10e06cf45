import type pg from 'pg'
import { LIMIT } from './contender.ts'
import { type CandidateRow, type CustomerContender, columnsOf, duplicatesOf, inOrder } from './customers.ts'
import {
  CANDIDATES,
  CUSTOMER,
  CUSTOMERS_BY_NAME,
  FILTERS,
  MERGE,
  UPSERT_CUSTOMER,
  upsertValues,
} from './sql.ts'

interface Row {
  customerId: string
}

/** The functions of `pg.ts` that run statements. */
interface Hand {
  rows<R>(name: string, text: string, values: unknown[], on?: pg.PoolClient): Promise<R[]>
  transaction<T>(run: (client: pg.PoolClient) => Promise<T>): Promise<T>
  addContacts<C extends Row>(customers: C[]): Promise<C[]>
  getCustomer(customerId: string): Promise<unknown>
  contactsOfOne(customerId: string): Promise<unknown[]>
}

/** Reads the contacts of the customers by a second statement. Many are updated in a transaction, all or none. */
export const customersOf = (hand: Hand): CustomerContender => ({
  getCustomers: async (ids) => {
    const text = `select ${CUSTOMER} from customers where customer_id = any($1)`
    return hand.addContacts(inOrder(ids, await hand.rows<Row>('getCustomers', text, [ids])))
  },
  filterCustomers: async ({ statuses, billingCountry }) => {
    const text = `select ${CUSTOMER} from customers ${FILTERS} ${CUSTOMERS_BY_NAME} $3`
    const found = await hand.rows<Row>('filterCustomers', text, [statuses, billingCountry, LIMIT + 1])
    return hand.addContacts(found.slice(0, LIMIT))
  },
  upsertCustomer: async (customer) => {
    const text = `${UPSERT_CUSTOMER} ${CUSTOMER}`
    const [upserted] = await hand.rows<Row>('upsertCustomer', text, upsertValues(customer))
    return upserted && { ...upserted, contacts: await hand.contactsOfOne(upserted.customerId) }
  },
  updateCustomers: async (changes) => {
    const { ids, statuses, industries } = columnsOf(changes)
    const updated = await hand.transaction(async (client) => {
      const rows = await hand.rows<Row>(
        'updateCustomers',
        `update customers set status = to_status, industry = to_industry
         from unnest($1::uuid[], $2::customer_status[], $3::text[]) as change (id, to_status, to_industry)
         where customer_id = id returning ${CUSTOMER}`,
        [ids, statuses, industries],
        client,
      )
      return inOrder(ids, rows)
    })
    return hand.addContacts(updated)
  },
  findDuplicates: async (customerId) =>
    duplicatesOf(await hand.rows<CandidateRow>('findDuplicates', CANDIDATES, [customerId])),
  mergeCustomers: async ({ winnerId, loserId }) => {
    await hand.rows('mergeCustomers', MERGE, [winnerId, loserId])
    return hand.getCustomer(winnerId)
  },
})
