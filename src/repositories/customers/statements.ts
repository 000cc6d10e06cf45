import type { QueryCreator } from 'kysely'
import type { DB } from '../../../generated/database.ts'
import { sql } from '../../kysely/index.ts'
import {
  type Filters,
  findWinner,
  hasVersion,
  type IfVersion,
  type List,
  type ListFilters,
  list,
  mergedVersionOf,
  type Params,
  purgeStatements,
  type Statement,
  setGiven,
  statement,
  type Variants,
  valuesUnlessMerged,
  variants,
} from '../../query/index.ts'
import { DETAIL_FIELDS, type ExternalId, type Written } from '../details/index.ts'
import type { CustomerChange, CustomerListRequest, NewCustomer } from './input.ts'
import type { JoinedRow } from './joined-rows.ts'
import { CUSTOMER_OFFERS } from './offers.ts'
import { CUSTOMER, type CustomerRow, JOINED_CONTACT } from './rows.ts'

/** The values of a new row. Its lists and attributes are JSON text. */
const valuesOf = ($: Params<Written<NewCustomer>>, has: Filters<'status' | 'timezone'>) => ({
  legal_name: $.legalName,
  display_name: $.displayName,
  industry: $.industry,
  company_size: $.companySize,
  website_url: $.websiteUrl,
  billing_country: $.billingCountry,
  source: $.source,
  external_id: $.externalId,
  tags: $.tags,
  attributes: $.attributes,
  emails: $.emails,
  phones: $.phones,
  addresses: $.addresses,
  owner_id: $.ownerId,
  ...(has.status && { status: $.status }),
  ...(has.timezone && { timezone: $.timezone }),
})

export const createCustomer: Variants<Written<NewCustomer>, CustomerRow> = variants(
  'customers.create',
  ['status', 'timezone'],
  (query, $, has) => query.insertInto('customers').values(valuesOf($, has)).returning(CUSTOMER),
  { isShort: true },
)

export const customerVersion = mergedVersionOf('customers.version', 'customers', 'customer_id')

/** One row for each contact of the customers in `customer`, and one for a customer without contacts. */
export function withContacts(query: QueryCreator<DB & { customer: CustomerRow }>) {
  return query
    .selectFrom('customer')
    .leftJoin('customer_people as contact', 'contact.customer_id', 'customer.customerId')
    .leftJoin('people as person', 'person.person_id', 'contact.person_id')
    .selectAll('customer')
    .select(JOINED_CONTACT)
}

export const findCustomer: Statement<{ customerId: string }, JoinedRow> = statement(
  'customers.find',
  (query, $) =>
    withContacts(
      query.with('customer', (cte) =>
        cte.selectFrom('customers').select(CUSTOMER).where('customer_id', '=', $.customerId),
      ),
    ),
)

/** The field of each column that an update may change. */
export const CHANGED = {
  legal_name: 'legalName',
  display_name: 'displayName',
  status: 'status',
  industry: 'industry',
  company_size: 'companySize',
  website_url: 'websiteUrl',
  billing_country: 'billingCountry',
  timezone: 'timezone',
  ...DETAIL_FIELDS,
  owner_id: 'ownerId',
} as const

/** `given`: names of the fields to update. */
export const updateCustomer: Statement<
  Written<CustomerChange> & IfVersion & { customerId: string; given: string[] },
  JoinedRow
> = statement(
  'customers.update',
  (query, $) =>
    withContacts(
      query.with('customer', (cte) =>
        cte
          .updateTable('customers')
          .set(setGiven($, CHANGED))
          .where('customer_id', '=', $.customerId)
          .where('merged_into', 'is', null)
          .where(hasVersion($))
          .returning(CUSTOMER),
      ),
    ),
  { isShort: true },
)

/** `given`: names of the fields to update. */
export const upsertCustomer: Variants<Written<NewCustomer> & { given: string[] }, JoinedRow> = variants(
  'customers.upsertByExternalId',
  ['status', 'timezone'],
  (query, $, has) =>
    withContacts(
      query.with('customer', (cte) =>
        cte
          .insertInto('customers')
          .columns(Object.keys(valuesOf($, has)) as never)
          .expression(valuesUnlessMerged(customerVersion, $, valuesOf($, has) as never) as never)
          .onConflict((conflict) =>
            conflict
              .columns(['source', 'external_id'])
              .where('archived_at', 'is', null)
              .where('source', 'is not', null)
              .doUpdateSet(setGiven($, CHANGED, 'customers')),
          )
          .returning(CUSTOMER),
      ),
    ),
  { isShort: true },
)

export const findCustomerWinner = findWinner('customers.findByExternalId, merged', customerVersion)

export const findCustomerByExternalId: Statement<ExternalId, JoinedRow> = statement(
  'customers.findByExternalId',
  (query, $) =>
    withContacts(
      query.with('customer', (cte) =>
        cte
          .selectFrom('customers')
          .select(CUSTOMER)
          .where('source', '=', $.source)
          .where('external_id', '=', $.externalId)
          .where('archived_at', 'is', null),
      ),
    ),
)

export const archiveCustomer: Statement<IfVersion & { customerId: string }, JoinedRow> = statement(
  'customers.archive',
  (query, $) =>
    withContacts(
      query.with('customer', (cte) =>
        cte
          .updateTable('customers')
          .set({ archived_at: sql<Date>`coalesce(archived_at, now())` })
          .where('customer_id', '=', $.customerId)
          .where('merged_into', 'is', null)
          .where(hasVersion($))
          .returning(CUSTOMER),
      ),
    ),
  { isShort: true },
)

export const restoreCustomer: Statement<IfVersion & { customerId: string }, JoinedRow> = statement(
  'customers.restore',
  (query, $) =>
    withContacts(
      query.with('customer', (cte) =>
        cte
          .updateTable('customers')
          .set({ archived_at: sql.lit(null) })
          .where('customer_id', '=', $.customerId)
          .where('merged_into', 'is', null)
          .where(hasVersion($))
          .returning(CUSTOMER),
      ),
    ),
  { isShort: true },
)

export const purgeCustomers = purgeStatements('customers', 'customers', 'customer_id')

export const deleteCustomer = statement('customers.delete', (query, $: Params<{ customerId: string }>) =>
  query.deleteFrom('customers').where('customer_id', '=', $.customerId),
)

const SEARCH = {
  find: 'search_customers',
  words: `(search_words(display_name || ' ' || legal_name || coalesce(' ' || website_url, '')
    || coalesce(' ' || words_of_list(emails, 'address'), '')) || coalesce(digits_of_list(phones), ''))`,
  text: `display_name || ' ' || legal_name`,
}

export const listCustomers: List<ListFilters<CustomerListRequest>, JoinedRow> = list(
  'customers.list',
  ['status', 'industry', 'billingCountry', 'ownerId', 'search'],
  { at: 'created_at as createdAt', id: 'customer_id as customerId', search: SEARCH },
  (query, $, has, page) => {
    const customers = page.read(
      'customer',
      query
        .selectFrom('customers')
        .select(CUSTOMER)
        .where('archived_at', 'is', null)
        .$if(has.status, (customers) => customers.where('status', '=', $.status))
        .$if(has.industry, (customers) => customers.where('industry', '=', $.industry))
        .$if(has.billingCountry, (customers) => customers.where('billing_country', '=', $.billingCountry))
        .$if(has.ownerId, (customers) => customers.where('owner_id', '=', $.ownerId)),
    )
    return page.order(withContacts(query.with('customer', () => customers)))
  },
  CUSTOMER_OFFERS,
)

export const listArchivedCustomers: List<Pick<CustomerListRequest, 'search'>, JoinedRow> = list(
  'customers.listArchived',
  ['search'],
  { at: 'archived_at as archivedAt', id: 'customer_id as customerId', search: SEARCH },
  (query, _, __, page) => {
    const archived = query.selectFrom('customers').select(CUSTOMER).where('archived_at', 'is not', null)
    return page.order(withContacts(query.with('customer', () => page.read('customer', archived))))
  },
)
