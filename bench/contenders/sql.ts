import type { NewCustomer } from './contender.ts'
import type { ExternalCustomer } from './customers.ts'

/** The columns of a user in all hand-written SQL. */
export const USER = `user_id as "userId", name, email, role, provider, provider_id as "providerId", last_sign_in_at as "lastSignInAt", deactivated_at as "deactivatedAt",
  version, created_at as "createdAt", updated_at as "updatedAt", created_by as "createdBy", updated_by as "updatedBy"`

/** The columns of a customer. */
export const CUSTOMER = `customer_id as "customerId", legal_name as "legalName", display_name as "displayName", status,
  industry, company_size as "companySize", website_url as "websiteUrl", billing_country as "billingCountry", timezone,
  source, external_id as "externalId", tags, emails, phones, addresses, attributes,
  owner_id as "ownerId", archived_at as "archivedAt", merged_into as "mergedInto", version, created_at as "createdAt", updated_at as "updatedAt", created_by as "createdBy", updated_by as "updatedBy"`

/** The columns of a person. */
export const PERSON = `person_id as "personId", first_name as "firstName", last_name as "lastName", email, phone, phone_e164 as "phoneE164",
  job_title as "jobTitle", linkedin_url as "linkedinUrl", is_active as "isActive",
  source, external_id as "externalId", tags, emails, phones, addresses, attributes, owner_id as "ownerId", archived_at as "archivedAt", merged_into as "mergedInto", version,
  created_at as "createdAt", updated_at as "updatedAt", created_by as "createdBy", updated_by as "updatedBy"`

/** The columns of a contact, from customer_people as contact joined to people. */
export const CONTACT = `customer_person_id as "contactId", person_id as "personId", first_name as "firstName",
  last_name as "lastName", email, phone, job_title as "jobTitle", role, is_primary as "isPrimary",
  start_date as "startDate", end_date as "endDate", contact.version,
  contact.created_by as "createdBy", contact.updated_by as "updatedBy"`

/** The columns of an audit entry. */
export const ENTRY = `id, user_id as "userId", entity_type as "entityType", entity_id as "entityId", action, changes,
  ip_address as "ipAddress", user_agent as "userAgent", request_id as "requestId", system,
  is_history as "isHistory", created_at as "createdAt"`

/** The order of a customer's contacts: current ones first, then by rank. */
export const CONTACT_ORDER = '(end_date is not null), is_primary desc, start_date, customer_person_id'

/** The order of customer lists; a limit must be appended. */
export const NEWEST_CUSTOMERS = 'order by created_at desc, customer_id desc limit'

/** The search condition, with the expression of the index `customers_search_idx`. */
export const MATCHES = `(search_words(display_name || ' ' || legal_name || coalesce(' ' || website_url, '')
  || coalesce(' ' || words_of_list(emails, 'address'), '')) || coalesce(digits_of_list(phones), '')) @@ bench_query($1)`

/** The contacts of customers, with the keys of these. */
export const contactsOf = (ids: string) =>
  `select customer_id as "customerId", ${CONTACT} from customer_people as contact join people using (person_id)
   where customer_id = ${ids} order by ${CONTACT_ORDER}`

/** A row of a contact with the key of its customer. */
export interface ContactRow {
  customerId?: string
}

/** Adds the contacts, which are in order, to their customers. */
export function withContacts<C extends { customerId: string }>(customers: C[], contacts: ContactRow[]) {
  const byCustomer = new Map<string, ContactRow[]>(customers.map(({ customerId }) => [customerId, []]))
  for (const { customerId = '', ...contact } of contacts) byCustomer.get(customerId)?.push(contact)
  return customers.map((customer) => ({ ...customer, contacts: byCustomer.get(customer.customerId) }))
}

/** The order of customer lists by name; a limit must be appended. */
export const CUSTOMERS_BY_NAME = 'order by display_name, customer_id limit'

/** The condition of the filtered list of customers. */
export const FILTERS = 'where status = any($1) and billing_country = $2 and archived_at is null'

/** Creates a customer. */
export const CREATE_CUSTOMER = `insert into customers
    (legal_name, display_name, status, industry, company_size, website_url, billing_country, timezone)
  values ($1, $2, $3, $4, $5, $6, $7, $8) returning ${CUSTOMER}`

/** The values of `CREATE_CUSTOMER`. */
export const customerValues = (customer: NewCustomer) => [
  customer.legalName,
  customer.displayName,
  customer.status,
  customer.industry,
  customer.companySize,
  customer.websiteUrl,
  customer.billingCountry,
  customer.timezone,
]

/** Creates a customer, or updates the one with the same external id; columns to return must be appended. */
export const UPSERT_CUSTOMER = `insert into customers (legal_name, display_name, status, industry, company_size, website_url,
    billing_country, timezone, source, external_id)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
  on conflict (source, external_id) where archived_at is null and source is not null do update set
    legal_name = excluded.legal_name, display_name = excluded.display_name, status = excluded.status,
    industry = excluded.industry, company_size = excluded.company_size, website_url = excluded.website_url,
    billing_country = excluded.billing_country, timezone = excluded.timezone
  returning`

/** The values of `UPSERT_CUSTOMER`. */
export const upsertValues = (customer: ExternalCustomer) => [
  ...customerValues(customer),
  customer.source,
  customer.externalId,
]

/** The customers that share a key of duplicates with one of them. */
export const CANDIDATES = `with probe as materialized (
    select customer_id as probe_id, duplicate_words(display_name, true) as "probe_displayWords",
      duplicate_words(legal_name, true) as "probe_legalWords", duplicate_domain(website_url) as "probe_domain",
      website_url as "probe_websiteUrl", billing_country as "probe_billingCountry",
      customer_duplicate_keys(legal_name, display_name, website_url) as keys
    from customers where customer_id = $1
  )
  select ${CUSTOMER},
    duplicate_words(display_name, true) as "displayWords",
    duplicate_words(legal_name, true) as "legalWords", duplicate_domain(website_url) as "domain",
    "probe_displayWords", "probe_legalWords", "probe_domain", "probe_websiteUrl", "probe_billingCountry"
  from probe, find_customers_by_keys(keys, 100) as found join customers on customer_id = found
  where archived_at is null and customer_id <> probe_id`

/** Merges a customer into another one. */
export const MERGE = `select outcome from merge_customers($1, array[$2]::uuid[], '{}', null)`
