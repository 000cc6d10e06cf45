import { CompiledQuery, type ExpressionBuilder, type Kysely, sql } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'
import type { DB } from '../../generated/database.ts'
import { LIMIT, type NewCustomer } from './contender.ts'
import {
  type CandidateRow,
  type CustomerChange,
  type CustomerContender,
  columnsOf,
  duplicatesOf,
  inOrder,
} from './customers.ts'
import { CANDIDATES } from './sql.ts'

/** The columns of a customer. */
export const CUSTOMER = [
  'customer_id as customerId',
  'legal_name as legalName',
  'display_name as displayName',
  'status',
  'industry',
  'company_size as companySize',
  'website_url as websiteUrl',
  'billing_country as billingCountry',
  'timezone',
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

/** The columns of a contact. */
export const CONTACT = [
  'customer_person_id as contactId',
  'people.person_id as personId',
  'first_name as firstName',
  'last_name as lastName',
  'email',
  'phone',
  'job_title as jobTitle',
  'role',
  'is_primary as isPrimary',
  'start_date as startDate',
  'end_date as endDate',
  'customer_people.version',
  'customer_people.created_by as createdBy',
  'customer_people.updated_by as updatedBy',
] as const

/** Selects customers with their contacts. */
export const selectCustomers = (db: Kysely<DB>) =>
  db.selectFrom('customers').select(CUSTOMER).select(contacts)

const contacts = (eb: ExpressionBuilder<DB, 'customers'>) =>
  jsonArrayFrom(
    eb
      .selectFrom('customer_people')
      .innerJoin('people', 'people.person_id', 'customer_people.person_id')
      .select(CONTACT)
      .whereRef('customer_people.customer_id', '=', 'customers.customer_id')
      .orderBy((eb) => eb('end_date', 'is not', null))
      .orderBy('is_primary', 'desc')
      .orderBy('start_date')
      .orderBy('customer_person_id'),
  ).as('contacts')

/** The values of a new customer. */
export function customerRow(customer: NewCustomer) {
  return {
    legal_name: customer.legalName,
    display_name: customer.displayName,
    status: customer.status,
    industry: customer.industry,
    company_size: customer.companySize,
    website_url: customer.websiteUrl,
    billing_country: customer.billingCountry,
    timezone: customer.timezone,
  }
}

/** Each operation is one statement. The candidates and the merge are raw SQL, because their functions are the schema's. */
export const customersOf = (db: Kysely<DB>): CustomerContender => ({
  getCustomers: async (ids) =>
    inOrder(ids, await selectCustomers(db).where('customer_id', 'in', ids).execute()),
  filterCustomers: async ({ statuses, billingCountry }) => {
    const found = await selectCustomers(db)
      .where('status', 'in', statuses)
      .where('billing_country', '=', billingCountry)
      .where('archived_at', 'is', null)
      .orderBy('display_name')
      .orderBy('customer_id')
      .limit(LIMIT + 1)
      .execute()
    return found.slice(0, LIMIT)
  },
  upsertCustomer: ({ source, externalId, ...customer }) => {
    const values = customerRow(customer)
    return db
      .insertInto('customers')
      .values({ ...values, source, external_id: externalId })
      .onConflict((conflict) =>
        conflict
          .columns(['source', 'external_id'])
          .where('archived_at', 'is', null)
          .where('source', 'is not', null)
          .doUpdateSet(values),
      )
      .returning(CUSTOMER)
      .returning(contacts)
      .executeTakeFirstOrThrow()
  },
  updateCustomers: (changes) =>
    db.transaction().execute(async (tx) => {
      const { ids, statuses, industries } = columnsOf(changes)
      const change = sql<{ id: string; to_status: CustomerChange['status']; to_industry: string }>`unnest(
        ${ids}::uuid[], ${statuses}::customer_status[], ${industries}::text[])`
      const updated = await tx
        .updateTable('customers')
        .from(change.as<'change'>(sql`change (id, to_status, to_industry)`))
        .set((eb) => ({ status: eb.ref('change.to_status'), industry: eb.ref('change.to_industry') }))
        .whereRef('customer_id', '=', 'change.id')
        .returning(CUSTOMER)
        .returning((eb) => contacts(eb as never))
        .execute()
      return inOrder(ids, updated)
    }),
  findDuplicates: async (customerId) =>
    duplicatesOf((await db.executeQuery<CandidateRow>(CompiledQuery.raw(CANDIDATES, [customerId]))).rows),
  mergeCustomers: async ({ winnerId, loserId }) => {
    await sql`select outcome from merge_customers(${winnerId}, array[${loserId}]::uuid[], '{}', null)`.execute(
      db,
    )
    return selectCustomers(db).where('customer_id', '=', winnerId).executeTakeFirst()
  },
})
