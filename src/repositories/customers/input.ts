import { BOUNDS, CONTACT_ROLES, CUSTOMER_STATUSES } from '../../../generated/catalog.ts'
import type { CustomerPeopleRow, CustomersRow } from '../../../generated/rows.ts'
import { InvalidInputError } from '../../errors/index.ts'
import {
  date,
  fields,
  integerOf,
  nullable,
  oneOf,
  optional,
  type Reader,
  searchWords,
  text,
  trueOrFalse,
  uuid,
} from '../../input/index.ts'
import {
  type Columns,
  ifVersionField,
  type OptionalColumns,
  type OrderRequest,
  orderFields,
  type PageRequest,
  pageFields,
} from '../../query/index.ts'
import { type CustomerAttributes, detailFields, type GivenDetails, readAttributes } from '../details/index.ts'
import type { CONTACT_OFFERS, CUSTOMER_OFFERS } from './offers.ts'
import type { Contact, CustomerRow, CustomerStatus } from './rows.ts'

/**
 * A customer to create. `status` is `prospect` and `timezone` is `UTC` by default. Repeated tags count once; lists and attributes that are
 * empty are null.
 */
export interface NewCustomer
  extends Columns<CustomersRow, 'legalName' | 'displayName'>,
    OptionalColumns<
      GivenDetails<CustomersRow, CustomerAttributes>,
      | 'status'
      | 'industry'
      | 'companySize'
      | 'websiteUrl'
      | 'billingCountry'
      | 'timezone'
      | 'source'
      | 'externalId'
      | 'tags'
      | 'attributes'
      | 'emails'
      | 'phones'
      | 'addresses'
      | 'ownerId'
    > {}

/** The fields of a customer to update. `null` clears a field; omitted fields are unchanged. */
export interface CustomerChange extends Partial<NewCustomer> {}

/** A customer to update among others: its id, the fields to change, and the version that the caller has read. */
export interface CustomerManyChange extends CustomerChange {
  customerId: string
  /** If it is absent, the version is not checked. */
  ifVersion?: number | undefined
}

/** Which customers to list. Filters are combined with `and`. */
export interface CustomerListRequest extends PageRequest, OrderRequest<typeof CUSTOMER_OFFERS, CustomerRow> {
  status?: CustomerStatus | undefined
  /** The whole industry, as it was stored. */
  industry?: string | undefined
  /** ISO 3166-1 alpha-2: two capital letters. */
  billingCountry?: string | undefined
  /** The customers of this user. */
  ownerId?: string | undefined
  /**
   * Words that must all occur, in any order, each as the beginning of a word; words in quotes occur as they are, one behind
   * the other. Letter case, accents and punctuation do not matter. Both names and the address of the website are searched. The first 200 characters and 10 words are read.
   */
  search?: string | undefined
}

/** Which archived customers to list. */
export interface ArchivedCustomerListRequest extends PageRequest, Pick<CustomerListRequest, 'search'> {}

/** A contact to add to a customer. `isPrimary` is false by default. */
export interface NewContact extends OptionalColumns<CustomerPeopleRow, 'role' | 'isPrimary'> {
  /** First day, `YYYY-MM-DD`; default today, in the time zone of the server. */
  startDate?: string | undefined
}

/** The fields of a contact to update. `null` clears a field; omitted fields are unchanged. */
export interface ContactChange
  extends OptionalColumns<CustomerPeopleRow, 'role' | 'isPrimary' | 'startDate' | 'endDate'> {}

/** Which contacts of a customer to list. */
export interface ContactListRequest extends PageRequest, OrderRequest<typeof CONTACT_OFFERS, Contact> {
  /** True to list only the contacts that have not ended. */
  current?: boolean | undefined
}

/** Readers of a customer's fields, also for an import. */
export const customerFields = {
  legalName: text,
  displayName: text,
  status: optional(oneOf(CUSTOMER_STATUSES)),
  industry: optional(nullable(text)),
  companySize: optional(nullable(integerOf(BOUNDS.customers.company_size))),
  websiteUrl: optional(nullable(text)),
  billingCountry: optional(nullable(text)),
  timezone: optional(text),
  ...detailFields,
  attributes: optional(nullable(readAttributes<CustomerAttributes>)),
  ownerId: optional(nullable(uuid)),
}

export const readNewCustomer = fields<NewCustomer>(customerFields)

const changeFields = {
  ...customerFields,
  legalName: optional(text),
  displayName: optional(text),
}

export const readCustomerChange = fields<CustomerChange>(changeFields)

export const readCustomerManyChange = fields<CustomerManyChange>({
  ...changeFields,
  ...ifVersionField,
  customerId: uuid,
})

export const readCustomerStatus = oneOf(CUSTOMER_STATUSES)

export const readCustomerListRequest = fields<CustomerListRequest>({
  ...pageFields,
  ...orderFields,
  status: optional(oneOf(CUSTOMER_STATUSES)),
  industry: optional(text),
  billingCountry: optional(text),
  ownerId: optional(uuid),
  search: optional(searchWords),
})

export const readArchivedCustomerListRequest = fields<ArchivedCustomerListRequest>({
  ...pageFields,
  search: optional(searchWords),
})

/** Readers of a contact's fields, also for the people of an import. */
export const contactFields = {
  role: optional(nullable(oneOf(CONTACT_ROLES))),
  isPrimary: optional(trueOrFalse),
  startDate: optional(date),
}

export const readNewContact = fields<NewContact>(contactFields)

export const readContactChange = fields<ContactChange>({
  ...contactFields,
  endDate: optional(nullable(date)),
})

/** Reads the last day of a contact. */
export const readEndDate: Reader<string> = (value, field) => {
  if (value === null)
    throw new InvalidInputError(field, 'must be a date; reopenContact removes the end of a contact')
  return date(value, field)
}

export const readContactListRequest = fields<ContactListRequest>({
  ...pageFields,
  ...orderFields,
  current: optional(trueOrFalse),
})
