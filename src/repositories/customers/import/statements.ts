import type { RawBuilder } from 'kysely'
import type { CONTACT_ROLES, CUSTOMER_STATUSES } from '../../../../generated/catalog.ts'
import { sql } from '../../../kysely/index.ts'
import {
  type ActorForms,
  type Params,
  raw,
  type Statement,
  statement,
  winnerOf,
} from '../../../query/index.ts'
import { CUSTOMERS, PEOPLE } from './tables.ts'

/** Whether COPY may write the tables: PostgreSQL refuses it where row security applies to the login. */
export const mayCopy = statement('customers.importMany: find row security', (query) =>
  query.selectNoFrom(
    sql<boolean>`not (row_security_active('customers') or row_security_active('people')
      or row_security_active('customer_people'))`.as('canCopy'),
  ),
)

/**
 * Whether the triggers of the history count the new rows of this transaction in one entry of the audit log, with the mode
 * `import`, or write an entry for each. `importId`: the import that new rows name, or empty.
 */
export const setHistory: Statement<{ mode: 'import' | ''; importId: string }, never> = statement(
  'customers.importMany: set history',
  (_, $) =>
    raw<never>(
      sql`select from set_config('norberts_spark.history', ${$.mode}, true) as mode, set_config('norberts_spark.import_id', ${$.importId}, true) as import`,
    ),
  { writes: true },
)

/** `rows`: JSON array of rows, by the names of columns. */
export const findBrokenChecks: Statement<
  { table: 'customers' | 'people'; rows: string },
  { index: number; constraint: string }
> = statement('customers.import: find broken checks', (query, $) =>
  query
    .selectFrom(
      sql<{
        index: number
        broken: string
      }>`broken_checks(${$.table}::regclass, ${$.rows}::jsonb)`.as<'found'>(sql.ref('found')),
    )
    .select(['index', 'broken as constraint']),
)

/** Those of the ids that no user has. */
export const findMissingUsers: Statement<{ userIds: string[] }, { id: string }> = statement(
  'customers.import: find missing users',
  (query, $) =>
    query
      .selectFrom(sql<{ id: string }>`find_missing_users(${$.userIds}::uuid[])`.as<'id'>(sql.ref('id')))
      .select('id'),
)

/** The oldest customer of each name, except archived ones. A join, because a hash index does not serve `= any(…)`. */
export const findCustomersByName = statement(
  'customers.importMany: find customers',
  (query, $: Params<{ names: string[] }>) =>
    query
      .selectFrom(sql<{ name: string }>`unnest(${$.names}::text[])`.as<'given'>(sql`given (name)`))
      .innerJoin('customers', 'customers.legal_name', 'given.name')
      .where('archived_at', 'is', null)
      .distinctOn('legal_name')
      .select(['legal_name as key', 'customer_id as id'])
      .orderBy('legal_name')
      .orderBy('created_at')
      .orderBy('customer_id'),
)

/** People who are not archived by email address, in any letter case. */
export const findPeopleByEmail: ActorForms<{ knownEmails: string[] }, { key: string; id: string }> = {
  plain: statement('customers.importMany: find people', (query, $: Params<{ knownEmails: string[] }>) =>
    query
      .selectFrom('people')
      .select([sql<string>`lower(email::text)`.as('key'), 'person_id as id'])
      .where('email', '=', sql<string>`any(${$.knownEmails}::citext[])`)
      .where('archived_at', 'is', null),
  ),
  forActor: statement(
    'customers.importMany: find people as actor',
    (query, $: Params<{ knownEmails: string[] }>) =>
      query
        .selectFrom('people')
        .select([sql<string>`lower(email::text)`.as('key'), 'person_id as id'])
        .where(
          'person_id',
          '=',
          sql<string>`any(array(select find_people_by_email(${$.knownEmails}::citext[])))`,
        )
        .where('archived_at', 'is', null),
  ),
}

/**
 * Locks rows in the order of their ids, and returns those in use: others were archived, merged or deleted since they were found, or are
 * ones that the caller may not change.
 */
function lockRows(table: 'customers' | 'people', key: string): Statement<{ keys: string[] }, { id: string }> {
  return statement(
    `customers.import: lock ${table}`,
    (_, $) =>
      raw<{ id: string }>(sql`select ${sql.id(key)} as id from ${sql.table(table)}
        where ${sql.id(key)} = any(${$.keys}::uuid[]) and archived_at is null order by ${sql.id(key)} for no key update`),
    { writes: true },
  )
}

export const lockCustomers = lockRows('customers', 'customer_id')
export const lockPeople = lockRows('people', 'person_id')

/** A row of the JSON that updates customers. */
interface CustomerUpdate {
  customerId: string
  given: string[]
  legalName: string
  displayName: string
  status: (typeof CUSTOMER_STATUSES)[number]
  industry: string | null
  companySize: number | null
  websiteUrl: string | null
  billingCountry: string | null
  timezone: string
  ownerId: string | null
}

/** `rows`: JSON array of objects with the id, the fields to update, and their names in `given`. */
export const updateCustomers = statement(
  'customers.importMany: change customers',
  (query, $: Params<{ rows: string }>) =>
    query
      .updateTable('customers')
      .from(
        sql<CustomerUpdate>`jsonb_to_recordset(${$.rows}::jsonb)`.as<'row'>(
          sql`row ("customerId" uuid, given text[], "legalName" text, "displayName" text, status customer_status, industry text,
            "companySize" integer, "websiteUrl" text, "billingCountry" text, timezone text, source text, "externalId" text, tags text[],
            attributes jsonb, emails jsonb, phones jsonb, addresses jsonb, "ownerId" uuid)`,
        ),
      )
      .set(valuesIfGiven(CUSTOMERS))
      .whereRef('customers.customer_id', '=', 'row.customerId'),
)

/** A row of the JSON that updates people. */
interface PersonUpdate {
  personId: string
  given: string[]
  firstName: string
  lastName: string
  email: string | null
  phone: string | null
  jobTitle: string | null
  linkedinUrl: string | null
  isActive: boolean
  ownerId: string | null
}

/** `rows`: JSON array of objects with the id, the fields to update, and their names in `given`. */
export const updatePeople = statement(
  'customers.importMany: change people',
  (query, $: Params<{ rows: string }>) =>
    query
      .updateTable('people')
      .from(
        sql<PersonUpdate>`jsonb_to_recordset(${$.rows}::jsonb)`.as<'row'>(
          sql`row ("personId" uuid, given text[], "firstName" text, "lastName" text, email citext, phone text, "jobTitle" text,
            "phoneE164" text, "linkedinUrl" text, "isActive" boolean, source text, "externalId" text, tags text[],
            attributes jsonb, emails jsonb, phones jsonb, addresses jsonb, "ownerId" uuid)`,
        ),
      )
      .set(valuesIfGiven(PEOPLE))
      .whereRef('people.person_id', '=', 'row.personId'),
)

/**
 * The columns of an update from the rows of a JSON: the value of the row if its `given` contains the field, otherwise the
 * column's current value.
 */
function valuesIfGiven({
  name,
  columns,
  defaulted,
}: typeof CUSTOMERS | typeof PEOPLE): Record<string, RawBuilder<never>> {
  const values = Object.entries<string>({ ...columns, ...defaulted }).map(([field, column]) => [
    column,
    sql`case when ${sql.lit(field)} = any(row.given) then row.${sql.id(field)} else ${sql.ref(`${name}.${column}`)} end`,
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

/** The contacts of a row: those of the person in the same role at the customer. At most one of them has no end. */
const isSameContact = () => sql<boolean>`customer_people.customer_id = row."customerId"
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
      .where(isSameContact())
      .where('customer_people.end_date', 'is', null),
)

/** Contacts that exist are skipped, also those that have ended: nothing says that the person came back. */
export const addContacts = statement(
  'customers.importMany: add contacts',
  (query, $: Params<{ rows: string }>) =>
    query
      .insertInto('customer_people')
      .columns(['customer_id', 'person_id', 'role', 'is_primary', 'start_date'])
      .expression(({ selectFrom }) =>
        selectFrom(contactRows($.rows))
          .select([
            'row.customerId',
            'row.personId',
            'row.role',
            sql<boolean>`coalesce(row."isPrimary", false)`.as('isPrimary'),
            sql<string>`coalesce(row."startDate", current_date)`.as('startDate'),
          ])
          .where(({ not, exists, selectFrom }) =>
            not(exists(selectFrom('customer_people').select('customer_person_id').where(isSameContact()))),
          ),
      )
      .onConflict((conflict) =>
        conflict.columns(['customer_id', 'person_id', 'role']).where('end_date', 'is', null).doNothing(),
      ),
)

/** The customers that a row matches, by the way in which they were found; and the keys that rows of one batch share. */
export interface CustomerMatch {
  index: number
  byExternalId: string | null
  /** Whether the external id is that of a customer that was merged into this one. */
  isMerged: boolean
  byDomain: string | null
  byName: string | null
  domain: string | null
  name: string | null
}

/** The external id of a row; that of one that was merged leads to the winner. */
const GIVEN = { source: sql`given.source`, externalId: sql`given."externalId"` }

/** The host of a website, without `www`. */
const hostOf = (url: RawBuilder<unknown>) =>
  sql`substring(lower(${url}) from '^https?://(?:www[.])?([^/:?#]+)')`

/** The words of a name without the legal form, in alphabetical order. */
const nameOf = (name: RawBuilder<unknown>) =>
  sql`array_to_string(array(select word from unnest((duplicate_words(${name}, true))[:6]) as word order by word collate "C"), ' ')`

/**
 * Finds the oldest customer in use for each row, by the external id, the host of the website, and the folded name. The index of duplicates serves
 * the latter two: its keys are compared first, those of all rows at once. A customer with another id of the same system is another one.
 */
export const matchCustomers: Statement<{ rows: string; byDomain: boolean; byName: boolean }, CustomerMatch> =
  statement(
    'customers.import: match customers',
    (_, $) =>
      raw<CustomerMatch>(sql`with given as materialized (
          select row.index, row.source, row."externalId", row."websiteUrl",
            case when ${$.byDomain} then ${hostOf(sql`row."websiteUrl"`)} end as domain,
            case when ${$.byName} then nullif(${nameOf(sql`row."displayName"`)}, '') end as name
          from jsonb_to_recordset(${$.rows}::jsonb)
            as row (index integer, source text, "externalId" text, "websiteUrl" text, "displayName" text)
        ), alike as materialized (
          select distinct find_customers_by_keys(array(
            select 'd:' || duplicate_domain(given."websiteUrl") from given where domain is not null
            union all select 'n:' || left(name, 64) from given where name is not null), 100) as customer_id
        ), found as materialized (
          select customer_id, source, created_at, ${hostOf(sql`website_url`)} as domain,
            ${nameOf(sql`display_name`)} as display, ${nameOf(sql`legal_name`)} as legal
          from alike join customers using (customer_id)
        ), matched as (
          select given.index, 'domain' as way, found.customer_id, found.created_at from given join found on found.domain = given.domain
          where given.source is null or found.source is distinct from given.source
          union all
          select given.index, 'name', found.customer_id, found.created_at from given join found on found.display = given.name
          where given.source is null or found.source is distinct from given.source
          union all
          select given.index, 'name', found.customer_id, found.created_at from given join found on found.legal = given.name
          where given.source is null or found.source is distinct from given.source
        ), oldest as (
          select distinct on (index, way) index, way, customer_id from matched order by index, way, created_at, customer_id
        )
        select given.index, given.domain, given.name, coalesce(external.customer_id, merged.id) as "byExternalId",
          external.customer_id is null and merged.id is not null as "isMerged",
          domains.customer_id as "byDomain", names.customer_id as "byName"
        from given
        left join customers as external on external.source = given.source and external.external_id = given."externalId"
          and external.archived_at is null
        left join lateral (select ${winnerOf({ table: 'customers', key: 'customer_id' }, GIVEN)} as id) as merged on external.customer_id is null
        left join oldest as domains on domains.index = given.index and domains.way = 'domain'
        left join oldest as names on names.index = given.index and names.way = 'name'`),
    { isLong: true },
  )

/** A person of a row, and the person in use that has the external id, the email address, or a further one. */
export interface PersonMatch {
  index: number
  byExternalId: string | null
  /** Whether the external id is that of a person who was merged into this one. */
  isMerged: boolean
  byEmail: string | null
  byFurtherEmail: string | null
}

export const matchPeople: Statement<{ rows: string }, PersonMatch> = statement(
  'customers.import: match people',
  (_, $) =>
    raw<PersonMatch>(sql`with given as materialized (
        select index, source, "externalId", lower(email) as email
        from jsonb_to_recordset(${$.rows}::jsonb) as row (index integer, source text, "externalId" text, email text)
      ), with_email as materialized (
        select distinct find_people_by_email(array(select email from given where email is not null)::citext[]) as person_id
      ), addressed as materialized (
        select person_id, lower(email::text) as email from with_email join people using (person_id) where archived_at is null
      ), with_further_email as materialized (
        select distinct find_people_by_further_email(array(select email from given where email is not null)) as person_id
      ), further as materialized (
        select distinct on (address) address as email, person_id
        from with_further_email join people using (person_id), unnest(texts_of_list(emails, 'address')) as address
        where archived_at is null
        order by address, created_at, person_id
      )
      select given.index, coalesce(external.person_id, merged.id) as "byExternalId",
        external.person_id is null and merged.id is not null as "isMerged", addressed.person_id as "byEmail", further.person_id as "byFurtherEmail"
      from given
      left join people as external on external.source = given.source and external.external_id = given."externalId"
        and external.archived_at is null
      left join lateral (select ${winnerOf({ table: 'people', key: 'person_id' }, GIVEN)} as id) as merged on external.person_id is null
      left join addressed on addressed.email = given.email
      left join further on further.email = given.email`),
  { isLong: true },
)

/** Undoes an import; the outcome says what happened. */
export const undoImport: Statement<{ importId: string; keepsChanged: boolean }, { undone: UndoOutcome }> =
  statement(
    'customers.undoImport',
    (_, $) =>
      raw<{ undone: UndoOutcome }>(sql`select undo_import(${$.importId}, ${$.keepsChanged}) as undone`),
    { writes: true, isLong: true },
  )

/** Rows that an undo deleted, and those whose former values it restored. */
export interface UndoneRows {
  deleted: number
  restored: number
}

export type UndoOutcome =
  | { outcome: 'missing' | 'undone' }
  | { outcome: 'changed'; count: number; rows: { entity: string; id: string }[] }
  | { outcome: 'done'; kept: number; customers: UndoneRows; people: UndoneRows; contacts: UndoneRows }
