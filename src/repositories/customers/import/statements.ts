import { type RawBuilder, sql } from 'kysely'
import type { CONTACT_ROLES, CUSTOMER_STATUSES } from '../../../../generated/catalog.ts'
import { type Params, statement } from '../../../query/index.ts'

/** The oldest customer of each name. Joined, because an index of hashes serves no `= any(…)`. */
export const findCustomersByName = statement(
  'customers.importMany: find customers',
  (query, $: Params<{ names: string[] }>) =>
    query
      .selectFrom(sql<{ name: string }>`unnest(${$.names}::text[])`.as<'given'>(sql`given (name)`))
      .innerJoin('customers', 'customers.legal_name', 'given.name')
      .distinctOn('legal_name')
      .select(['legal_name as key', 'customer_id as id'])
      .orderBy('legal_name')
      .orderBy('created_at')
      .orderBy('customer_id'),
)

export const findPeopleByEmail = statement(
  'customers.importMany: find people',
  (query, $: Params<{ emails: string[] }>) =>
    query
      .selectFrom('people')
      .select([sql<string>`lower(email::text)`.as('key'), 'person_id as id'])
      .where('email', '=', sql<string>`any(${$.emails}::citext[])`),
)

interface CustomerRow {
  customerId: string
  given: string[]
  displayName: string
  status: (typeof CUSTOMER_STATUSES)[number]
  industry: string | null
  companySize: number | null
  websiteUrl: string | null
  billingCountry: string | null
  timezone: string
}

/** `rows`: JSON objects with the id, `given` and the fields named there. */
export const changeCustomers = statement(
  'customers.importMany: change customers',
  (query, $: Params<{ rows: string }>) =>
    query
      .updateTable('customers')
      .from(
        sql<CustomerRow>`jsonb_to_recordset(${$.rows}::jsonb)`.as<'row'>(
          sql`row ("customerId" uuid, given text[], "displayName" text, status customer_status, industry text,
            "companySize" integer, "websiteUrl" text, "billingCountry" text, timezone text)`,
        ),
      )
      .set({
        display_name: changedIn('displayName', 'customers.display_name'),
        status: changedIn('status', 'customers.status'),
        industry: changedIn('industry', 'customers.industry'),
        company_size: changedIn('companySize', 'customers.company_size'),
        website_url: changedIn('websiteUrl', 'customers.website_url'),
        billing_country: changedIn('billingCountry', 'customers.billing_country'),
        timezone: changedIn('timezone', 'customers.timezone'),
      })
      .whereRef('customers.customer_id', '=', 'row.customerId'),
)

interface PersonRow {
  personId: string
  given: string[]
  firstName: string
  lastName: string
  phone: string | null
  jobTitle: string | null
  linkedinUrl: string | null
  isActive: boolean
}

/** `rows`: JSON objects with the id, `given` and the fields named there. */
export const changePeople = statement(
  'customers.importMany: change people',
  (query, $: Params<{ rows: string }>) =>
    query
      .updateTable('people')
      .from(
        sql<PersonRow>`jsonb_to_recordset(${$.rows}::jsonb)`.as<'row'>(
          sql`row ("personId" uuid, given text[], "firstName" text, "lastName" text, phone text, "jobTitle" text,
            "linkedinUrl" text, "isActive" boolean)`,
        ),
      )
      .set({
        first_name: changedIn('firstName', 'people.first_name'),
        last_name: changedIn('lastName', 'people.last_name'),
        phone: changedIn('phone', 'people.phone'),
        job_title: changedIn('jobTitle', 'people.job_title'),
        linkedin_url: changedIn('linkedinUrl', 'people.linkedin_url'),
        is_active: changedIn('isActive', 'people.is_active'),
      })
      .whereRef('people.person_id', '=', 'row.personId'),
)

function changedIn<T>(field: string, column: string): RawBuilder<T> {
  return sql`case when ${sql.lit(field)} = any(row.given) then row.${sql.id(field)} else ${sql.ref(column)} end`
}

interface ContactRow {
  customerId: string
  personId: string
  role: (typeof CONTACT_ROLES)[number] | null
  isPrimary: boolean | null
  startDate: string | null
}

const contactRows = (rows: RawBuilder<string>) =>
  sql<ContactRow>`jsonb_to_recordset(${rows}::jsonb)`.as<'row'>(
    sql`row ("customerId" uuid, "personId" uuid, role contact_role, "isPrimary" boolean, "startDate" date)`,
  )

const sameContact = sql<boolean>`customer_people.customer_id = row."customerId"
  and customer_people.person_id = row."personId" and customer_people.role is not distinct from row.role`

/** Makes way for the primary contacts among the rows. */
export const lowerPrimaries = statement(
  'customers.importMany: lower primary contacts',
  (query, $: Params<{ rows: string }>) =>
    query
      .updateTable('customer_people')
      .from(contactRows($.rows))
      .set({ is_primary: sql.lit(false) })
      .whereRef('customer_people.customer_id', '=', 'row.customerId')
      .where('customer_people.is_primary', '=', sql.lit(true))
      .where('row.isPrimary', '=', sql.lit(true)),
)

export const changeContacts = statement(
  'customers.importMany: change contacts',
  (query, $: Params<{ rows: string }>) =>
    query
      .updateTable('customer_people')
      .from(contactRows($.rows))
      .set({
        is_primary: sql<boolean>`coalesce(row."isPrimary", customer_people.is_primary)`,
        start_date: sql<string>`coalesce(row."startDate", customer_people.start_date)`,
      })
      .where(sameContact),
)

/** Those that are not there yet. */
export const addContacts = statement(
  'customers.importMany: add contacts',
  (query, $: Params<{ rows: string }>) =>
    query
      .insertInto('customer_people')
      .columns(['customer_id', 'person_id', 'role', 'is_primary', 'start_date'])
      .expression(({ selectFrom }) =>
        selectFrom(contactRows($.rows)).select([
          'row.customerId',
          'row.personId',
          'row.role',
          sql<boolean>`coalesce(row."isPrimary", false)`.as('isPrimary'),
          sql<string>`coalesce(row."startDate", current_date)`.as('startDate'),
        ]),
      )
      .onConflict((conflict) => conflict.columns(['customer_id', 'person_id', 'role']).doNothing()),
)
