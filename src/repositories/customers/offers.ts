import { BOUNDS, CUSTOMER_STATUSES } from '../../../generated/catalog.ts'
import { date, integerOf, oneOf, text, time, uuid } from '../../input/index.ts'
import type { Offers } from '../../query/index.ts'
import { readAttributes } from '../details/index.ts'

/** Columns by which customers are ordered and filtered. */
export const CUSTOMER_OFFERS = {
  table: 'customers',
  key: 'customer_id',
  orderBy: { createdAt: 'created_at', displayName: 'display_name' },
  text: ['displayName'],
  where: {
    status: { column: 'status', read: oneOf(CUSTOMER_STATUSES) },
    industry: { column: 'industry', read: text },
    billingCountry: { column: 'billing_country', read: text },
    ownerId: { column: 'owner_id', read: uuid },
    companySize: { column: 'company_size', read: integerOf(BOUNDS.customers.company_size) },
    displayName: { column: 'display_name', read: text },
    source: { column: 'source', read: text },
    tags: { column: 'tags', read: text, holds: 'texts', find: 'find_customers_by_tags' },
    attributes: {
      column: 'attributes',
      read: readAttributes,
      holds: 'json',
      find: 'find_customers_by_attributes',
    },
    createdAt: { column: 'created_at', read: time },
  },
} as const satisfies Offers

/** Columns by which the contacts of a customer are ordered and filtered. */
export const CONTACT_OFFERS = {
  table: 'customer_people',
  key: 'customer_person_id',
  within: ['customer_id'],
  orderBy: { startDate: 'start_date' },
  where: { startDate: { column: 'start_date', read: date } },
} as const satisfies Offers
