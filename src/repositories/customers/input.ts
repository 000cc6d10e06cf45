import { BOUNDS, CONTACT_ROLES, CUSTOMER_STATUSES } from '../../../generated/catalog.ts'
import type { CustomerPeopleRow, CustomersRow } from '../../../generated/rows.ts'
import {
  date,
  fields,
  integerOf,
  nullable,
  oneOf,
  optional,
  searchWords,
  text,
  trueOrFalse,
} from '../../input/index.ts'
import { type Columns, type OptionalColumns, type PageRequest, pageFields } from '../../query/index.ts'
import type { CustomerStatus } from './rows.ts'

/** A customer to create. `status` is `prospect` and `timezone` is `UTC` by default. */
export interface NewCustomer
  extends Columns<CustomersRow, 'legalName' | 'displayName'>,
    OptionalColumns<
      CustomersRow,
      'status' | 'industry' | 'companySize' | 'websiteUrl' | 'billingCountry' | 'timezone'
    > {}

/** The fields of a customer to update. `null` clears a field; omitted fields are unchanged. */
export interface CustomerChange extends Partial<NewCustomer> {}

/** Which customers to list. Filters are combined with `and`. */
export interface CustomerListRequest extends PageRequest {
  status?: CustomerStatus | undefined
  /** The whole industry, as it was stored. */
  industry?: string | undefined
  /** ISO 3166-1 alpha-2: two capital letters. */
  billingCountry?: string | undefined
  /**
   * Part of the display name or legal name, in any letter case, with or without accents. A text of fewer than three
   * characters matches the beginning of a word.
   */
  search?: string | undefined
}

/** A contact to add to a customer. `isPrimary` is false by default. */
export interface NewContact extends OptionalColumns<CustomerPeopleRow, 'role' | 'isPrimary'> {
  /** First day, `YYYY-MM-DD`; default today, in the time zone of the server. */
  startDate?: string | undefined
}

/** Which contacts of a customer to list. */
export interface ContactListRequest extends PageRequest {
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
}

export const readNewCustomer = fields<NewCustomer>(customerFields)

export const readCustomerChange = fields<CustomerChange>({
  ...customerFields,
  legalName: optional(text),
  displayName: optional(text),
})

export const readCustomerStatus = oneOf(CUSTOMER_STATUSES)

export const readCustomerListRequest = fields<CustomerListRequest>({
  ...pageFields,
  status: optional(oneOf(CUSTOMER_STATUSES)),
  industry: optional(text),
  billingCountry: optional(text),
  search: optional(searchWords),
})

/** Readers of a contact's fields, also for the people of an import. */
export const contactFields = {
  role: optional(nullable(oneOf(CONTACT_ROLES))),
  isPrimary: optional(trueOrFalse),
  startDate: optional(date),
}

export const readNewContact = fields<NewContact>(contactFields)

export const readContactListRequest = fields<ContactListRequest>({
  ...pageFields,
  current: optional(trueOrFalse),
})
