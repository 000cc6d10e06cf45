import type { NodePgDatabase } from 'drizzle-0.45/node-postgres'
import { LIMIT, type NewCustomer } from '../contender.ts'
import { type CustomerContender, columnsOf, type ExternalCustomer, inOrder } from '../customers.ts'
import type { CustomerRow, Query, Relational } from './contender.ts'
import type { Library, Tables } from './tables.ts'

/** A database or a transaction. */
export type OnDatabase = Pick<NodePgDatabase, 'select' | 'insert' | 'update'>

/** Converts a query to a function that is prepared, or builds the query at each call. */
type Statement = <Values extends object, Row>(
  name: string,
  build: ($: Values, on: OnDatabase) => Query<Row>,
) => (values: Values, on?: OnDatabase) => Promise<Row>

interface Line {
  library: Library
  tables: Pick<Tables, 'customers'>
  db: NodePgDatabase
  relational: Relational
  statement: Statement
  flat(customer: CustomerRow): object
}

/** The values of a new customer, one by one, because they may be placeholders. */
export const valuesOf = ($: NewCustomer) => ({
  legalName: $.legalName,
  displayName: $.displayName,
  status: $.status,
  industry: $.industry,
  companySize: $.companySize,
  websiteUrl: $.websiteUrl,
  billingCountry: $.billingCountry,
  timezone: $.timezone,
})

/** Writes by one statement, and reads by a relational query. Duplicates and merges would be raw SQL as a whole, so they are missing. */
export function customersOf({ library, tables, db, relational, statement, flat }: Line): CustomerContender {
  const { eq, sql } = library.orm
  const { customers } = tables
  const { customerId } = customers

  const getCustomer = statement('getCustomer', relational.getCustomer)
  const getCustomers = statement('getCustomers', relational.getCustomers)
  const filterCustomers = statement('filterCustomers', relational.filterCustomers)
  const upsertCustomer = statement('upsertCustomer', ($: ExternalCustomer) =>
    db
      .insert(customers)
      .values({ ...valuesOf($), source: $.source, externalId: $.externalId })
      .onConflictDoUpdate({
        target: [customers.source, customers.externalId],
        targetWhere: sql`archived_at is null and source is not null`,
        set: valuesOf($),
      })
      .returning({ customerId }),
  )
  const updateCustomers = statement('updateCustomers', ($: ReturnType<typeof columnsOf>, on) =>
    on
      .update(customers)
      .set({ status: sql`to_status`, industry: sql`to_industry` })
      .from(
        sql`unnest(${sql.param($.ids)}::uuid[], ${sql.param($.statuses)}::customer_status[],
          ${sql.param($.industries)}::text[]) as change (id, to_status, to_industry)`,
      )
      .where(eq(customerId, sql`change.id`))
      .returning({ customerId }),
  )
  const withContacts = async (ids: string[]) =>
    inOrder(ids, (await getCustomers({ ids })).map(flat) as { customerId: string }[])

  return {
    getCustomers: withContacts,
    filterCustomers: async (filters) => (await filterCustomers(filters)).slice(0, LIMIT).map(flat),
    upsertCustomer: async (customer) => {
      const [{ customerId } = { customerId: '' }] = await upsertCustomer(customer)
      return [await getCustomer({ customerId })].flatMap((row) => row ?? []).map(flat)[0]
    },
    updateCustomers: async (changes) => {
      const columns = columnsOf(changes)
      await db.transaction(async (tx) => inOrder(columns.ids, await updateCustomers(columns, tx)))
      return withContacts(columns.ids)
    },
  }
}
