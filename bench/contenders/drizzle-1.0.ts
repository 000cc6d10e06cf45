import * as orm from 'drizzle-1.0'
import { drizzle } from 'drizzle-1.0/node-postgres'
import * as core from 'drizzle-1.0/pg-core'
import pg from 'pg'
import { LAST_MESSAGES } from './chat.ts'
import { LIMIT, type Open } from './contender.ts'
import { type ChatTables, chatTablesOf } from './drizzle/chat-tables.ts'
import type { ChatRow, RelationalChats } from './drizzle/chats.ts'
import { type CustomerRow, contenderOf, PERSON, type Query, type Relational } from './drizzle/contender.ts'
import { type Library, type Tables, tablesOf } from './drizzle/tables.ts'

const { sql } = orm
const library = { orm, core } as unknown as Library
const tables = tablesOf(library)
const chatTables = chatTablesOf(library)

// The tables have the types of the older version, which this version does not accept, so relations are typed here.
type Links = { [T in keyof (Tables & ChatTables)]: Record<string, object> }
type DefineRelations = (
  tables: Tables & ChatTables,
  define: (r: Links & { many: Record<string, Link>; one: Record<string, Link> }) => object,
) => orm.AnyRelations
type Columns = object | undefined | (object | undefined)[]
type Link = (link: { from: Columns; to: Columns; optional?: boolean }) => object

const relations = (orm.defineRelations as unknown as DefineRelations)({ ...tables, ...chatTables }, (r) => ({
  customers: { contacts: r.many.contacts?.({ from: r.customers.customerId, to: r.contacts.customerId }) },
  contacts: {
    person: r.one.people?.({ from: r.contacts.personId, to: r.people.personId, optional: false }),
  },
  chats: {
    messages: r.many.messages?.({
      from: [r.chats.userId, r.chats.chatId],
      to: [r.messages.userId, r.messages.chatId],
    }),
  },
  messages: {
    parts: r.many.parts?.({
      from: [r.messages.userId, r.messages.chatId, r.messages.id],
      to: [r.parts.userId, r.parts.chatId, r.parts.messageId],
    }),
  },
}))

interface ChatQueries {
  findFirst(query: object): Query<ChatRow | undefined>
}

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

/** Drizzle's next version with its new relational queries. When prepared, it also uses compiled mappers (`jit`). */
export const open: Open = async (url, variant) => {
  const pool = new pg.Pool({ connectionString: url })
  const db = drizzle({ client: pool, relations, jit: variant === 'prepared' })
  const { customers, chats } = db.query as unknown as { customers: CustomerQueries; chats: ChatQueries }

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
    getCustomers: ({ ids }) =>
      customers.findMany({
        where: { RAW: ({ customerId }: Tables['customers']) => sql`${customerId} = any(${sql.param(ids)})` },
        with: withContacts,
      }),
    filterCustomers: ({ statuses, billingCountry }) =>
      customers.findMany({
        where: {
          RAW: ({ status }: Tables['customers']) => sql`${status} = any(${sql.param(statuses)})`,
          billingCountry,
          archivedAt: { isNull: true },
        },
        with: withContacts,
        orderBy: { displayName: 'asc', customerId: 'asc' },
        limit: LIMIT + 1,
      }),
    searchCustomers: ({ search }) =>
      newest({
        RAW: ({ displayName, legalName, websiteUrl, emails, phones }: Tables['customers']) =>
          sql`(search_words(${displayName} || ' ' || ${legalName} || coalesce(' ' || ${websiteUrl}, '') || coalesce(' ' || words_of_list(${emails}, 'address'), '')) || coalesce(digits_of_list(${phones}), '')) @@ bench_query(${search})`,
      }),
  }
  const CHAT = { columns: { nextPosition: false } }
  const OF_MESSAGE = {
    columns: { id: true, role: true, position: true, envelope: true },
    with: { parts: { columns: { payload: true }, orderBy: { position: 'asc' } } },
  }
  const relationalChats: RelationalChats = {
    loadChat: ({ chatId, userId }) =>
      chats.findFirst({
        ...CHAT,
        where: { chatId, userId },
        with: { messages: { ...OF_MESSAGE, orderBy: { position: 'asc' } } },
      }),
    loadLast: ({ chatId, userId }) =>
      chats.findFirst({
        ...CHAT,
        where: { chatId, userId },
        with: { messages: { ...OF_MESSAGE, orderBy: { position: 'desc' }, limit: LAST_MESSAGES + 1 } },
      }),
  }
  return contenderOf({ library, tables, chatTables, db, relational, relationalChats, pool }, variant)
}
