import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import type { DB } from '../../generated/database.ts'
import { chunks, LIMIT, type NewPerson, type Open } from './contender.ts'
import { chatsOf } from './kysely-chats.ts'
import { CONTACT, CUSTOMER, customerRow, customersOf, selectCustomers } from './kysely-customers.ts'

// Dates remain text, as described in Kysely's documentation.
pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text)

const USER = [
  'user_id as userId',
  'name',
  'email',
  'role',
  'provider',
  'provider_id as providerId',
  'last_sign_in_at as lastSignInAt',
  'deactivated_at as deactivatedAt',
  'version',
  'created_at as createdAt',
  'updated_at as updatedAt',
  'created_by as createdBy',
  'updated_by as updatedBy',
] as const

const PERSON = [
  'person_id as personId',
  'first_name as firstName',
  'last_name as lastName',
  'email',
  'phone',
  'phone_e164 as phoneE164',
  'job_title as jobTitle',
  'linkedin_url as linkedinUrl',
  'is_active as isActive',
  'source',
  'external_id as externalId',
  'tags',
  'emails',
  'phones',
  'addresses',
  'attributes',
  'owner_id as ownerId',
  'archived_at as archivedAt',
  'merged_into as mergedInto',
  'version',
  'created_at as createdAt',
  'updated_at as updatedAt',
  'created_by as createdBy',
  'updated_by as updatedBy',
] as const

const ENTRY = [
  'id',
  'user_id as userId',
  'entity_type as entityType',
  'entity_id as entityId',
  'action',
  'changes',
  'ip_address as ipAddress',
  'user_agent as userAgent',
  'request_id as requestId',
  'system',
  'is_history as isHistory',
  'created_at as createdAt',
] as const

/** Kysely in its usual form: each call builds an unprepared query. Nested lists use `jsonArrayFrom`. */
export const open: Open = async (url) => {
  const db = new Kysely<DB>({
    dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: url }) }),
  })

  const customers = () => selectCustomers(db)
  const newest = async (query: ReturnType<typeof customers>) => {
    const rows = await query
      .orderBy('created_at', 'desc')
      .orderBy('customer_id', 'desc')
      .limit(LIMIT + 1)
      .execute()
    return rows.slice(0, LIMIT)
  }
  const contact = (contactId: string, on: Kysely<DB> = db) =>
    on
      .selectFrom('customer_people')
      .innerJoin('people', 'people.person_id', 'customer_people.person_id')
      .select(CONTACT)
      .where('customer_person_id', '=', contactId)
      .executeTakeFirstOrThrow()

  return {
    findUser: (userId) =>
      db.selectFrom('users').select(USER).where('user_id', '=', userId).executeTakeFirst(),
    findUserByEmail: (email) =>
      db.selectFrom('users').select(USER).where('email', '=', email).executeTakeFirst(),
    createUser: ({ name, email, passwordHash }) =>
      db
        .insertInto('users')
        .values({ name, email, password: passwordHash })
        .returning(USER)
        .executeTakeFirstOrThrow(),
    updateUser: ({ userId, name }) =>
      db.updateTable('users').set({ name }).where('user_id', '=', userId).returning(USER).executeTakeFirst(),
    listUsers: async () => {
      const rows = await db
        .selectFrom('users')
        .select(USER)
        .orderBy('created_at', 'desc')
        .orderBy('user_id', 'desc')
        .limit(LIMIT + 1)
        .execute()
      return rows.slice(0, LIMIT)
    },

    getCustomer: (customerId) => customers().where('customer_id', '=', customerId).executeTakeFirst(),
    listCustomers: () => newest(customers()),
    listCustomersByStatus: (status) => newest(customers().where('status', '=', status)),
    searchCustomers: (search) =>
      newest(
        customers().where(
          sql<boolean>`(search_words(display_name || ' ' || legal_name || coalesce(' ' || website_url, '') || coalesce(' ' || words_of_list(emails, 'address'), '')) || coalesce(digits_of_list(phones), '')) @@ bench_query(${search})`,
        ),
      ),

    createCustomer: (customer) =>
      db.insertInto('customers').values(customerRow(customer)).returning(CUSTOMER).executeTakeFirstOrThrow(),
    createPerson: (person) =>
      db.insertInto('people').values(personRow(person)).returning(PERSON).executeTakeFirstOrThrow(),
    addContact: async ({ customerId, personId, role }) => {
      const { customer_person_id } = await db
        .insertInto('customer_people')
        .values({ customer_id: customerId, person_id: personId, role })
        .returning('customer_person_id')
        .executeTakeFirstOrThrow()
      return contact(customer_person_id)
    },
    setPrimaryContact: ({ customerId, personId }) =>
      db.transaction().execute(async (tx) => {
        await tx
          .updateTable('customer_people')
          .set({ is_primary: false })
          .where('customer_id', '=', customerId)
          .where('is_primary', '=', true)
          .execute()
        const { customer_person_id } = await tx
          .updateTable('customer_people')
          .set({ is_primary: true })
          .where('customer_id', '=', customerId)
          .where('person_id', '=', personId)
          .returning('customer_person_id')
          .executeTakeFirstOrThrow()
        return contact(customer_person_id, tx)
      }),

    recordEntry: (entry) =>
      db
        .insertInto('audit_log')
        .values({
          user_id: entry.userId,
          entity_type: entry.entityType,
          entity_id: entry.entityId,
          action: entry.action,
          changes: JSON.stringify(entry.changes),
          ip_address: entry.ipAddress,
          user_agent: entry.userAgent,
        })
        .returning(ENTRY)
        .executeTakeFirstOrThrow(),
    listEntries: async ({ entityType, entityId }) => {
      const rows = await db
        .selectFrom('audit_log')
        .select(ENTRY)
        .where('entity_type', '=', entityType)
        .where('entity_id', '=', entityId)
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .limit(LIMIT + 1)
        .execute()
      return rows.slice(0, LIMIT)
    },

    importCustomers: (imported) =>
      db.transaction().execute(async (tx) => {
        const counts = { customers: 0, people: 0, contacts: 0 }
        for (const some of chunks(imported)) {
          const added = await tx
            .insertInto('customers')
            .values(some.map(customerRow))
            .returning('customer_id')
            .execute()
          const people = new Map(
            some.flatMap((customer) => customer.people.map((p) => [p.email, p] as const)),
          )
          const known = await tx
            .insertInto('people')
            .values(Array.from(people.values(), personRow))
            .onConflict((conflict) =>
              conflict
                .column('email')
                .where('archived_at', 'is', null)
                .doUpdateSet((eb) => ({ email: eb.ref('people.email') })),
            )
            .returning(['person_id', 'email'])
            .execute()
          const personIds = new Map(known.map(({ person_id, email }) => [email, person_id]))
          const contacts = some.flatMap((customer, n) =>
            customer.people.map(({ email }) => ({
              customer_id: added[n]?.customer_id as string,
              person_id: personIds.get(email) as string,
            })),
          )
          await tx
            .insertInto('customer_people')
            .values(contacts)
            .onConflict((conflict) => conflict.doNothing())
            .execute()
          counts.customers += added.length
          counts.people += known.length
          counts.contacts += contacts.length
        }
        return counts
      }),

    ...customersOf(db),
    ...chatsOf(db),

    close: () => db.destroy(),
  }
}

function personRow({ firstName, lastName, email, phone, jobTitle }: NewPerson) {
  return { first_name: firstName, last_name: lastName, email, phone, job_title: jobTitle }
}
