import * as orm from 'drizzle-1.0'
import { drizzle } from 'drizzle-1.0/node-postgres'
import * as core from 'drizzle-1.0/pg-core'
import pg from 'pg'
import { LIMIT, type Open } from './contender.ts'
import { type CustomerRow, contenderOf, PERSON, type Query, type Relational } from './drizzle/contender.ts'
import { type Library, type Tables, tablesOf } from './drizzle/tables.ts'

const { sql } = orm
const library = { orm, core } as unknown as Library
const tables = tablesOf(library)

// The tables have the older line's types, which this line's do not know: its relations are typed here.
type Links = { [T in keyof Tables]: Record<string, object> }
type DefineRelations = (
  tables: Tables,
  define: (r: Links & { many: Record<string, Link>; one: Record<string, Link> }) => object,
) => orm.AnyRelations
type Link = (link: { from: object | undefined; to: object | undefined; optional?: boolean }) => object

const relations = (orm.defineRelations as unknown as DefineRelations)(tables, (r) => ({
  customers: { contacts: r.many.contacts?.({ from: r.customers.customerId, to: r.contacts.customerId }) },
  contacts: {
    person: r.one.people?.({ from: r.contacts.personId, to: r.people.personId, optional: false }),
  },
}))

interface CustomerQueries {
  findFirst(query: object): Query<CustomerRow | undefined>
  findMany(query: object): Query<CustomerRow[]>
}

const withContacts = {
  contacts: {
    columns: { customerId: false, personId: false },
    orderBy: ({ endDate, isPrimary, startDate, contactId }: Tables['contacts']) => [
      sql`${endDate} is not null`,
      sql`${isPrimary} desc`,
      startDate,
      contactId,
    ],
    with: { person: { columns: PERSON } },
  },
}

/** Drizzle's coming line, with its second relational queries; prepared, also with the mappers it compiles (`jit`). */
export const open: Open = async (url, variant) => {
  const pool = new pg.Pool({ connectionString: url })
  const db = drizzle({ client: pool, relations, jit: variant === 'prepared' })
  const { customers } = db.query as unknown as { customers: CustomerQueries }

  const newest = (where: object) =>
    customers.findMany({
      where,
      with: withContacts,
      orderBy: { createdAt: 'desc', customerId: 'desc' },
      limit: LIMIT + 1,
    })

  const relational: Relational = {
    getCustomer: ({ customerId }) => customers.findFirst({ where: { customerId }, with: withContacts }),
    listCustomers: () => newest({}),
    listCustomersByStatus: ({ status }) => newest({ status }),
    searchCustomers: ({ search }) =>
      newest({
        RAW: ({ displayName, legalName }: Tables['customers']) =>
          sql`searchable(${displayName} || ' ' || ${legalName}) like search_pattern(${search})`,
      }),
  }
  return contenderOf({ library, tables, db, relational, pool }, variant)
}
