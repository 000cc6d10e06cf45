import { type QueryCreator, sql } from 'kysely'
import type { DB } from '../../../generated/database.ts'
import {
  type List,
  list,
  type PageRequest,
  type Params,
  type Statement,
  setGiven,
  statement,
  type Variants,
  variants,
} from '../../query/index.ts'
import type { CustomerChange, CustomerListRequest, NewCustomer } from './input.ts'
import type { JoinedRow } from './joined-rows.ts'
import { CONTACT, CUSTOMER, type CustomerRow } from './rows.ts'

export const createCustomer: Variants<NewCustomer, CustomerRow> = variants(
  'customers.create',
  ['status', 'timezone'],
  (query, $, has) =>
    query
      .insertInto('customers')
      .values({
        legal_name: $.legalName,
        display_name: $.displayName,
        industry: $.industry,
        company_size: $.companySize,
        website_url: $.websiteUrl,
        billing_country: $.billingCountry,
        ...(has.status && { status: $.status }),
        ...(has.timezone && { timezone: $.timezone }),
      })
      .returning(CUSTOMER),
)

/** One row for each contact of the customers in `customer`, and one for a customer without contacts. */
function withContacts(query: QueryCreator<DB & { customer: CustomerRow }>) {
  return query
    .selectFrom('customer')
    .leftJoin('customer_people as contact', 'contact.customer_id', 'customer.customerId')
    .leftJoin('people as person', 'person.person_id', 'contact.person_id')
    .selectAll('customer')
    .select(CONTACT)
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

/** `given`: names of the fields to update. */
export const updateCustomer: Statement<CustomerChange & { customerId: string; given: string[] }, JoinedRow> =
  statement('customers.update', (query, $) =>
    withContacts(
      query.with('customer', (cte) =>
        cte
          .updateTable('customers')
          .set(
            setGiven($, {
              legal_name: 'legalName',
              display_name: 'displayName',
              status: 'status',
              industry: 'industry',
              company_size: 'companySize',
              website_url: 'websiteUrl',
              billing_country: 'billingCountry',
              timezone: 'timezone',
            }),
          )
          .where('customer_id', '=', $.customerId)
          .returning(CUSTOMER),
      ),
    ),
  )

export const deleteCustomer = statement('customers.delete', (query, $: Params<{ customerId: string }>) =>
  query.deleteFrom('customers').where('customer_id', '=', $.customerId),
)

export const listCustomers: List<Omit<CustomerListRequest, keyof PageRequest>, JoinedRow> = list(
  'customers.list',
  ['status', 'industry', 'billingCountry', 'search'],
  {
    at: 'created_at as createdAt',
    id: 'customer_id as customerId',
    search: sql`searchable(display_name || ' ' || legal_name)`,
  },
  (query, $, has, page) => {
    const customers = page.read(
      'customer',
      query
        .selectFrom('customers')
        .select(CUSTOMER)
        .$if(has.status, (customers) => customers.where('status', '=', $.status))
        .$if(has.industry, (customers) => customers.where('industry', '=', $.industry))
        .$if(has.billingCountry, (customers) => customers.where('billing_country', '=', $.billingCountry)),
    )
    return page.order(withContacts(query.with('customer', () => customers)))
  },
)
