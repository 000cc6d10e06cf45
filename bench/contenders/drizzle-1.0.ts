import * as orm from 'drizzle-1.0'
import { drizzle } from 'drizzle-1.0/node-postgres'
import * as core from 'drizzle-1.0/pg-core'
import pg from 'pg'
import { LIMIT, type Open } from './contender.ts'
import { contenderOf, type Relational } from './drizzle/contender.ts'
import { type Library, tablesOf } from './drizzle/tables.ts'

const { defineRelations, sql } = orm
const library = { orm, core } as unknown as Library
const tables = tablesOf(library)
const relations = defineRelations(tables, (r) => ({
  customers: { contacts: r.many.contacts({ from: r.customers.customerId, to: r.contacts.customerId }) },
  contacts: { person: r.one.people({ from: r.contacts.personId, to: r.people.personId, optional: false }) },
}))

/** Drizzle's coming line, with its second relational queries; prepared, also with the mappers it compiles (`jit`). */
export const open: Open = async (url, variant) => {
  const pool = new pg.Pool({ connectionString: url })
  const db = drizzle({ client: pool, relations, jit: variant === 'prepared' })

  const withContacts = {
    contacts: {
      columns: { customerId: false, personId: false },
      where: { RAW: (contacts) => sql`(${contacts.endDate} is null or ${contacts.endDate} >= current_date)` },
      orderBy: { isPrimary: 'desc', startDate: 'asc', contactId: 'asc' },
      with: {
        person: {
          columns: {
            personId: true,
            firstName: true,
            lastName: true,
            email: true,
            phone: true,
            jobTitle: true,
          },
        },
      },
    },
  } as const
  const newest = (where = {}) =>
    db.query.customers.findMany({
      where,
      with: withContacts,
      orderBy: { createdAt: 'desc', customerId: 'desc' },
      limit: LIMIT + 1,
    })

  const relational: Relational = {
    getCustomer: ({ customerId }) =>
      db.query.customers.findFirst({ where: { customerId }, with: withContacts }),
    listCustomers: () => newest(),
    listCustomersByStatus: ({ status }) => newest({ status }),
    searchCustomers: ({ search }) =>
      newest({
        RAW: (customers) =>
          sql`searchable(${customers.displayName} || ' ' || ${customers.legalName}) like search_pattern(${search})`,
      }),
  }
  return contenderOf({ library, tables, db, relational, pool }, variant)
}
