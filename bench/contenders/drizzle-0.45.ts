import * as orm from 'drizzle-0.45'
import { drizzle } from 'drizzle-0.45/node-postgres'
import * as core from 'drizzle-0.45/pg-core'
import pg from 'pg'
import { LIMIT, type Open } from './contender.ts'
import { contenderOf, PERSON, type Relational } from './drizzle/contender.ts'
import { tablesOf } from './drizzle/tables.ts'

const { desc, eq, relations, sql } = orm
const library = { orm, core }
const tables = tablesOf(library)
const { customers, contacts, people } = tables
const schema = {
  ...tables,
  customerRelations: relations(customers, ({ many }) => ({ contacts: many(contacts) })),
  contactRelations: relations(contacts, ({ one }) => ({
    customer: one(customers, { fields: [contacts.customerId], references: [customers.customerId] }),
    person: one(people, { fields: [contacts.personId], references: [people.personId] }),
  })),
}

const withContacts = {
  contacts: {
    columns: { customerId: false, personId: false },
    orderBy: () => [
      sql`${contacts.endDate} is not null`,
      desc(contacts.isPrimary),
      contacts.startDate,
      contacts.contactId,
    ],
    with: { person: { columns: PERSON } },
  },
} as const

/** Drizzle's stable line, with relational queries for nested lists. */
export const open: Open = async (url, variant) => {
  const pool = new pg.Pool({ connectionString: url })
  const db = drizzle(pool, { schema })

  const newest = (where?: orm.SQL) =>
    db.query.customers.findMany({
      where,
      with: withContacts,
      orderBy: [desc(customers.createdAt), desc(customers.customerId)],
      limit: LIMIT + 1,
    })

  const relational: Relational = {
    getCustomer: ($) =>
      db.query.customers.findFirst({ where: eq(customers.customerId, $.customerId), with: withContacts }),
    listCustomers: () => newest(),
    listCustomersByStatus: ($) => newest(eq(customers.status, $.status)),
    searchCustomers: ($) =>
      newest(
        sql`searchable(${customers.displayName} || ' ' || ${customers.legalName}) like search_pattern(${$.search})`,
      ),
  }
  return contenderOf({ library, tables, db, relational, pool }, variant)
}
