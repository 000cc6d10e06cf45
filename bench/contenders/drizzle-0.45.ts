import * as orm from 'drizzle-0.45'
import { drizzle } from 'drizzle-0.45/node-postgres'
import * as core from 'drizzle-0.45/pg-core'
import pg from 'pg'
import { LAST_MESSAGES, type OwnChat } from './chat.ts'
import { LIMIT, type Open } from './contender.ts'
import { chatTablesOf } from './drizzle/chat-tables.ts'
import type { RelationalChats } from './drizzle/chats.ts'
import { contenderOf, PERSON, type Relational } from './drizzle/contender.ts'
import { tablesOf } from './drizzle/tables.ts'

const { and, asc, desc, eq, isNull, relations, sql } = orm
const library = { orm, core }
const tables = tablesOf(library)
const { customers, contacts, people } = tables
const chatTables = chatTablesOf(library)
const { chats, messages, parts } = chatTables
const schema = {
  ...tables,
  ...chatTables,
  customerRelations: relations(customers, ({ many }) => ({ contacts: many(contacts) })),
  contactRelations: relations(contacts, ({ one }) => ({
    customer: one(customers, { fields: [contacts.customerId], references: [customers.customerId] }),
    person: one(people, { fields: [contacts.personId], references: [people.personId] }),
  })),
  chatRelations: relations(chats, ({ many }) => ({ messages: many(messages) })),
  messageRelations: relations(messages, ({ one, many }) => ({
    chat: one(chats, {
      fields: [messages.userId, messages.chatId],
      references: [chats.userId, chats.chatId],
    }),
    parts: many(parts),
  })),
  partRelations: relations(parts, ({ one }) => ({
    message: one(messages, {
      fields: [parts.userId, parts.chatId, parts.messageId],
      references: [messages.userId, messages.chatId, messages.id],
    }),
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

/** Drizzle's stable version, with relational queries for nested lists. */
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
    getCustomers: ($) =>
      db.query.customers.findMany({
        where: sql`${customers.customerId} = any(${sql.param($.ids)})`,
        with: withContacts,
      }),
    filterCustomers: ($) =>
      db.query.customers.findMany({
        where: and(
          sql`${customers.status} = any(${sql.param($.statuses)})`,
          eq(customers.billingCountry, $.billingCountry),
          isNull(customers.archivedAt),
        ),
        with: withContacts,
        orderBy: [asc(customers.displayName), asc(customers.customerId)],
        limit: LIMIT + 1,
      }),
    searchCustomers: ($) =>
      newest(
        sql`(search_words(${customers.displayName} || ' ' || ${customers.legalName} || coalesce(' ' || ${customers.websiteUrl}, '') || coalesce(' ' || words_of_list(${customers.emails}, 'address'), '')) || coalesce(digits_of_list(${customers.phones}), '')) @@ bench_query(${$.search})`,
      ),
  }
  const OF_MESSAGE = {
    columns: { id: true, role: true, position: true, envelope: true },
    with: { parts: { columns: { payload: true }, orderBy: asc(parts.position) } },
  } as const
  const own = ($: OwnChat) => ({
    columns: { nextPosition: false } as const,
    where: and(eq(chats.userId, $.userId), eq(chats.chatId, $.chatId)),
  })
  const relationalChats: RelationalChats = {
    loadChat: ($) =>
      db.query.chats.findFirst({
        ...own($),
        with: { messages: { ...OF_MESSAGE, orderBy: asc(messages.position) } },
      }),
    loadLast: ($) =>
      db.query.chats.findFirst({
        ...own($),
        with: { messages: { ...OF_MESSAGE, orderBy: desc(messages.position), limit: LAST_MESSAGES + 1 } },
      }),
  }
  return contenderOf({ library, tables, chatTables, db, relational, relationalChats, pool }, variant)
}
