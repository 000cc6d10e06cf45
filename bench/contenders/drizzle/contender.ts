import type { NodePgDatabase } from 'drizzle-0.45/node-postgres'
import type pg from 'pg'
import {
  type Contender,
  chunks,
  type ImportedCustomer,
  type Inputs,
  LIMIT,
  type Variant,
} from '../contender.ts'
import type { ChatTables } from './chat-tables.ts'
import { chatsOf, type RelationalChats } from './chats.ts'
import { customersOf, type OnDatabase, valuesOf } from './customers.ts'
import type { Library, Tables } from './tables.ts'

/** A query of a query builder, which can be awaited or prepared. */
export interface Query<Row> extends PromiseLike<Row> {
  prepare(name: string): { execute(values: Record<string, unknown>): Promise<Row> }
}

/** A customer as returned by relational queries. */
export interface CustomerRow {
  contacts: {
    contactId: string
    role: string | null
    isPrimary: boolean
    startDate: string
    endDate: string | null
    person: object
  }[]
}

/** Relational queries, which differ between the two versions of Drizzle. */
export interface Relational {
  getCustomer($: { customerId: string }): Query<CustomerRow | undefined>
  listCustomers($: object): Query<CustomerRow[]>
  listCustomersByStatus($: { status: Inputs['listCustomersByStatus'] }): Query<CustomerRow[]>
  searchCustomers($: { search: string }): Query<CustomerRow[]>
  getCustomers($: { ids: string[] }): Query<CustomerRow[]>
  filterCustomers($: Inputs['filterCustomers']): Query<CustomerRow[]>
}

/** The columns of a contact's person. */
export const PERSON = {
  personId: true,
  firstName: true,
  lastName: true,
  email: true,
  phone: true,
  jobTitle: true,
} as const

interface Line {
  library: Library
  tables: Tables
  chatTables: ChatTables
  /** The database of either version; the methods used here are equal in both. */
  db: object
  relational: Relational
  relationalChats: RelationalChats
  pool: pg.Pool
}

/** The code that is common to both versions. Prepared queries are built once, with placeholders; others at each call. */
export function contenderOf(line: Line, variant: Variant): Contender {
  const { library, tables, relational, pool } = line
  const db = line.db as NodePgDatabase
  const { and, desc, eq, getTableColumns, sql } = library.orm
  const { users, customers, people, contacts, entries } = tables
  const { password: _, ...USER } = getTableColumns(users)
  const { customerId: __, personId: ___, ...OF_CONTACT } = getTableColumns(contacts)
  const { personId, firstName, lastName, email, phone, jobTitle } = people
  const CONTACT = { ...OF_CONTACT, personId, firstName, lastName, email, phone, jobTitle }

  function statement<Values extends object, Row>(
    name: string,
    build: ($: Values, on: OnDatabase) => Query<Row>,
  ) {
    if (variant === 'as written') return async (values: Values, on: OnDatabase = db) => build(values, on)
    // Placeholders take the place of values of any type.
    const holes = new Proxy({}, { get: (_, key) => sql.placeholder(String(key)) }) as Values
    const prepared = build(holes, db).prepare(name)
    // A query prepared on the pool cannot run inside a transaction, so it is built again there.
    return async (values: Values, on: OnDatabase = db) =>
      (on === db ? prepared : build(holes, on).prepare(name)).execute(values as Record<string, unknown>)
  }

  const findUser = statement('findUser', ($: { userId: string }) =>
    db.select(USER).from(users).where(eq(users.userId, $.userId)),
  )
  const findUserByEmail = statement('findUserByEmail', ($: { email: string }) =>
    db.select(USER).from(users).where(eq(users.email, $.email)),
  )
  const createUser = statement('createUser', ($: Inputs['createUser']) =>
    db.insert(users).values({ name: $.name, email: $.email, password: $.passwordHash }).returning(USER),
  )
  const updateUser = statement('updateUser', ($: Inputs['updateUser']) =>
    db.update(users).set({ name: $.name }).where(eq(users.userId, $.userId)).returning(USER),
  )
  const listUsers = statement('listUsers', () =>
    db
      .select(USER)
      .from(users)
      .orderBy(desc(users.createdAt), desc(users.userId))
      .limit(LIMIT + 1),
  )
  const getCustomer = statement('getCustomer', relational.getCustomer)
  const listCustomers = statement('listCustomers', relational.listCustomers)
  const listCustomersByStatus = statement('listCustomersByStatus', relational.listCustomersByStatus)
  const searchCustomers = statement('searchCustomers', relational.searchCustomers)
  const createCustomer = statement('createCustomer', ($: Inputs['createCustomer']) =>
    db.insert(customers).values(valuesOf($)).returning(),
  )
  const createPerson = statement('createPerson', ($: Inputs['createPerson']) =>
    db
      .insert(people)
      .values({
        firstName: $.firstName,
        lastName: $.lastName,
        email: $.email,
        phone: $.phone,
        jobTitle: $.jobTitle,
      })
      .returning(),
  )
  const insertContact = statement('insertContact', ($: Inputs['addContact']) =>
    db
      .insert(contacts)
      .values({ customerId: $.customerId, personId: $.personId, role: $.role })
      .returning({ contactId: contacts.contactId }),
  )
  const contact = statement('contact', ($: { contactId: string }, on) =>
    on
      .select(CONTACT)
      .from(contacts)
      .innerJoin(people, eq(people.personId, contacts.personId))
      .where(eq(contacts.contactId, $.contactId)),
  )
  const demote = statement('demote', ($: { customerId: string }, on) =>
    on
      .update(contacts)
      .set({ isPrimary: false })
      .where(and(eq(contacts.customerId, $.customerId), eq(contacts.isPrimary, true))),
  )
  const promote = statement('promote', ($: Inputs['setPrimaryContact'], on) =>
    on
      .update(contacts)
      .set({ isPrimary: true })
      .where(and(eq(contacts.customerId, $.customerId), eq(contacts.personId, $.personId)))
      .returning({ contactId: contacts.contactId }),
  )
  const recordEntry = statement('recordEntry', ($: Inputs['recordEntry']) =>
    db
      .insert(entries)
      .values({
        userId: $.userId,
        entityType: $.entityType,
        entityId: $.entityId,
        action: $.action,
        changes: $.changes,
        ipAddress: $.ipAddress,
        userAgent: $.userAgent,
      })
      .returning(),
  )
  const listEntries = statement('listEntries', ($: Inputs['listEntries']) =>
    db
      .select()
      .from(entries)
      .where(and(eq(entries.entityType, $.entityType), eq(entries.entityId, $.entityId)))
      .orderBy(desc(entries.createdAt), desc(entries.id))
      .limit(LIMIT + 1),
  )

  const importCustomers = (imported: ImportedCustomer[]) =>
    db.transaction(async (tx) => {
      const counts = { customers: 0, people: 0, contacts: 0 }
      for (const some of chunks(imported)) {
        const added = await tx.insert(customers).values(some).returning({ customerId: customers.customerId })
        const persons = new Map(some.flatMap((customer) => customer.people.map((p) => [p.email, p] as const)))
        const known = await tx
          .insert(people)
          .values([...persons.values()])
          .onConflictDoUpdate({
            target: people.email,
            targetWhere: sql`archived_at is null`,
            set: { email: sql`${people.email}` },
          })
          .returning({ personId, email })
        const personIds = new Map(known.map(({ personId, email }) => [email, personId]))
        const links = some.flatMap((customer, n) =>
          customer.people.map(({ email }) => ({
            customerId: added[n]?.customerId as string,
            personId: personIds.get(email) as string,
          })),
        )
        await tx.insert(contacts).values(links).onConflictDoNothing()
        counts.customers += added.length
        counts.people += known.length
        counts.contacts += links.length
      }
      return counts
    })

  const { saveTurn, ...chats } = chatsOf({ ...line, db, statement })

  return {
    findUser: async (userId) => (await findUser({ userId }))[0],
    findUserByEmail: async (email) => (await findUserByEmail({ email }))[0],
    createUser: async (user) => (await createUser(user))[0],
    updateUser: async (change) => (await updateUser(change))[0],
    listUsers: async () => (await listUsers({})).slice(0, LIMIT),
    getCustomer: async (customerId) =>
      [await getCustomer({ customerId })].flatMap((row) => row ?? []).map(flat)[0],
    listCustomers: async () => (await listCustomers({})).slice(0, LIMIT).map(flat),
    listCustomersByStatus: async (status) =>
      (await listCustomersByStatus({ status })).slice(0, LIMIT).map(flat),
    searchCustomers: async (search) => (await searchCustomers({ search })).slice(0, LIMIT).map(flat),
    createCustomer: async (customer) => (await createCustomer(customer))[0],
    createPerson: async (person) => (await createPerson(person))[0],
    addContact: async (added) => {
      const [{ contactId } = { contactId: '' }] = await insertContact(added)
      return (await contact({ contactId }))[0]
    },
    setPrimaryContact: (input) =>
      db.transaction(async (tx) => {
        await demote(input, tx)
        const [{ contactId } = { contactId: '' }] = await promote(input, tx)
        return (await contact({ contactId }, tx))[0]
      }),
    recordEntry: async (entry) => (await recordEntry(entry))[0],
    listEntries: async (entity) => (await listEntries(entity)).slice(0, LIMIT),
    // A statement with any number of rows cannot be prepared.
    ...(variant === 'as written' && { importCustomers, saveTurn }),
    ...customersOf({ ...line, db, statement, flat }),
    ...chats,
    close: () => pool.end(),
  }
}

/** Contacts in the form that all contenders return, without a nested person. */
function flat({ contacts, ...customer }: CustomerRow) {
  return { ...customer, contacts: contacts.map(({ person, ...contact }) => ({ ...contact, ...person })) }
}
