import { LIMIT } from './contender.ts'
import { type CandidateRow, type CustomerContender, columnsOf, duplicatesOf, inOrder } from './customers.ts'
import {
  CANDIDATES,
  type ContactRow,
  CUSTOMER,
  CUSTOMERS_BY_NAME,
  contactsOf,
  FILTERS,
  MERGE,
  UPSERT_CUSTOMER,
  upsertValues,
  withContacts,
} from './sql.ts'

interface Row {
  customerId: string
}

/** The functions of `pg-tuned.ts` that run statements. A line answers its statements in order. */
interface Lines<Line> {
  rows<R>(name: string, text: string, values: unknown[], line?: Line): Promise<R[]>
  next(): Line
}

/** Sends the statement for the customers and the one for their contacts at once. */
export function customersOf<Line>({ rows, next }: Lines<Line>): CustomerContender {
  /** The customers that a statement returns, and the contacts of those in a set of ids with parameters of its own. */
  async function both(name: string, text: string, values: unknown[], ids: string, of: unknown[] = values) {
    const line = next()
    const [customers, contacts] = await Promise.all([
      rows<Row>(name, text, values, line),
      rows<ContactRow>(`${name}.contacts`, contactsOf(ids), of, line),
    ])
    return withContacts(customers, contacts)
  }

  return {
    getCustomers: async (ids) => {
      const text = `select ${CUSTOMER} from customers where customer_id = any($1)`
      return inOrder(ids, await both('getCustomers', text, [ids], 'any($1)'))
    },
    filterCustomers: ({ statuses, billingCountry }) => {
      const found = `from customers ${FILTERS} ${CUSTOMERS_BY_NAME}`
      const ids = `any(array(select customer_id ${found} ${LIMIT}))`
      const text = `select ${CUSTOMER} ${found} ${LIMIT}`
      return both('filterCustomers', text, [statuses, billingCountry], ids)
    },
    upsertCustomer: async (customer) => {
      const ids =
        '(select customer_id from customers where source = $1 and external_id = $2 and archived_at is null)'
      const key = [customer.source, customer.externalId]
      const text = `${UPSERT_CUSTOMER} ${CUSTOMER}`
      return (await both('upsertCustomer', text, upsertValues(customer), ids, key))[0]
    },
    updateCustomers: async (changes) => {
      const { ids, statuses, industries } = columnsOf(changes)
      return inOrder(
        ids,
        await both('updateCustomers', UPDATE_CUSTOMERS, [ids, statuses, industries], 'any($1)', [ids]),
      )
    },
    findDuplicates: async (customerId) =>
      duplicatesOf(await rows<CandidateRow>('findDuplicates', CANDIDATES, [customerId])),
    mergeCustomers: async ({ winnerId, loserId }) => {
      const line = next()
      const [, [winner], contacts] = await Promise.all([
        rows('mergeCustomers', MERGE, [winnerId, loserId], line),
        rows<Row>('winner', `select ${CUSTOMER} from customers where customer_id = $1`, [winnerId], line),
        rows<ContactRow>('winner.contacts', contactsOf('$1'), [winnerId], line),
      ])
      return winner && withContacts([winner], contacts)[0]
    },
  }
}

/** Updates all customers or none, without a transaction. They are locked in the order of their ids. */
const UPDATE_CUSTOMERS = `with locked as materialized (
    select customer_id as id from customers where customer_id = any($1) order by customer_id for update
  )
  update customers set status = to_status, industry = to_industry
  from unnest($1::uuid[], $2::customer_status[], $3::text[]) as change (id, to_status, to_industry)
  where customer_id = id and (select count(*) from locked) = cardinality($1) returning ${CUSTOMER}`
