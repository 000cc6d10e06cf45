import { type RawBuilder, sql } from 'kysely'
import type { CONTACT_ROLES, CUSTOMER_STATUSES } from '../../../../generated/catalog.ts'
import type { DB } from '../../../../generated/database.ts'
import { type Params, statement } from '../../../query/index.ts'
import type { NewPerson } from '../../people/index.ts'
import type { NewCustomer } from '../input.ts'

/** The oldest customer of each name. A join, because a hash index does not serve `= any(…)`. */
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

/** People by email address, in any letter case. */
export const findPeopleByEmail = statement(
  'customers.importMany: find people',
  (query, $: Params<{ emails: string[] }>) =>
    query
      .selectFrom('people')
      .select([sql<string>`lower(email::text)`.as('key'), 'person_id as id'])
      .where('email', '=', sql<string>`any(${$.emails}::citext[])`),
)

/** A row of the JSON that updates customers. */
interface CustomerUpdate {
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

/** `rows`: JSON array of objects with the id, the fields to update, and their names in `given`. */
export const updateCustomers = statement(
  'customers.importMany: change customers',
  (query, $: Params<{ rows: string }>) =>
    query
      .updateTable('customers')
      .from(
        sql<CustomerUpdate>`jsonb_to_recordset(${$.rows}::jsonb)`.as<'row'>(
          sql`row ("customerId" uuid, given text[], "displayName" text, status customer_status, industry text,
            "companySize" integer, "websiteUrl" text, "billingCountry" text, timezone text)`,
        ),
      )
      .set(
        valuesIfGiven<Omit<NewCustomer, 'legalName'>, 'customers'>('customers', {
          displayName: 'display_name',
          status: 'status',
          industry: 'industry',
          companySize: 'company_size',
          websiteUrl: 'website_url',
          billingCountry: 'billing_country',
          timezone: 'timezone',
        }),
      )
      .whereRef('customers.customer_id', '=', 'row.customerId'),
)

/** A row of the JSON that updates people. */
interface PersonUpdate {
  personId: string
  given: string[]
  firstName: string
  lastName: string
  phone: string | null
  jobTitle: string | null
  linkedinUrl: string | null
  isActive: boolean
}

/** `rows`: JSON array of objects with the id, the fields to update, and their names in `given`. */
export const updatePeople = statement(
  'customers.importMany: change people',
  (query, $: Params<{ rows: string }>) =>
    query
      .updateTable('people')
      .from(
        sql<PersonUpdate>`jsonb_to_recordset(${$.rows}::jsonb)`.as<'row'>(
          sql`row ("personId" uuid, given text[], "firstName" text, "lastName" text, phone text, "jobTitle" text,
            "linkedinUrl" text, "isActive" boolean)`,
        ),
      )
      .set(
        valuesIfGiven<Omit<NewPerson, 'email'>, 'people'>('people', {
          firstName: 'first_name',
          lastName: 'last_name',
          phone: 'phone',
          jobTitle: 'job_title',
          linkedinUrl: 'linkedin_url',
          isActive: 'is_active',
        }),
      )
      .whereRef('people.person_id', '=', 'row.personId'),
)

/**
 * The columns of an update from the rows of a JSON: the value of the row if its `given` contains the field, otherwise the
 * column's current value. Every field that an import reads is named, but those by which the row was found.
 */
function valuesIfGiven<Input, Table extends keyof DB>(
  table: Table,
  columns: Readonly<Record<keyof Input, keyof DB[Table] & string>>,
): Record<string, RawBuilder<never>> {
  const values = Object.entries<string>(columns).map(([field, column]) => [
    column,
    sql`case when ${sql.lit(field)} = any(row.given) then row.${sql.id(field)} else ${sql.ref(`${table}.${column}`)} end`,
  ])
  return Object.fromEntries(values)
}

/** A row of the JSON that adds or updates contacts. */
interface ContactUpdate {
  customerId: string
  personId: string
  role: (typeof CONTACT_ROLES)[number] | null
  isPrimary: boolean | null
  startDate: string | null
}

/** The rows of the statements on contacts. */
const contactRows = (rows: RawBuilder<string>) =>
  sql<ContactUpdate>`jsonb_to_recordset(${rows}::jsonb)`.as<'row'>(
    sql`row ("customerId" uuid, "personId" uuid, role contact_role, "isPrimary" boolean, "startDate" date)`,
  )

/** The contact of a row: a person has a role at a customer only once. */
const isSameContact = sql<boolean>`customer_people.customer_id = row."customerId"
  and customer_people.person_id = row."personId" and customer_people.role is not distinct from row.role`

/** Customers that get a primary contact from the rows have none until then. */
export const clearPrimaryContacts = statement(
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

export const updateContacts = statement(
  'customers.importMany: change contacts',
  (query, $: Params<{ rows: string }>) =>
    query
      .updateTable('customer_people')
      .from(contactRows($.rows))
      .set({
        is_primary: sql<boolean>`coalesce(row."isPrimary", customer_people.is_primary)`,
        start_date: sql<string>`coalesce(row."startDate", customer_people.start_date)`,
      })
      .where(isSameContact),
)

/** Contacts that exist are skipped. */
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
