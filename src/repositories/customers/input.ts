import { BOUNDS, CUSTOMER_STATUSES } from '../../../generated/catalog.ts'
import { fields, integerOf, nullable, oneOf, optional, text } from '../../input/index.ts'

export type CustomerStatus = (typeof CUSTOMER_STATUSES)[number]

export interface NewCustomer {
  legalName: string
  displayName: string
  /** Default: the schema's, `prospect`. */
  status?: CustomerStatus | undefined
  industry?: string | null | undefined
  /** Number of employees. */
  companySize?: number | null | undefined
  websiteUrl?: string | null | undefined
  /** ISO 3166-1 alpha-2: two capital letters. */
  billingCountry?: string | null | undefined
  /** IANA name; default: the schema's, `UTC`. */
  timezone?: string | undefined
}

/** What is absent stays as it is; null empties a field. */
export type CustomerChange = Partial<NewCustomer>

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

export const readChange = fields<CustomerChange>({
  ...customerFields,
  legalName: optional(text),
  displayName: optional(text),
})

export const readStatus = oneOf(CUSTOMER_STATUSES)
