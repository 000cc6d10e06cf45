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
