/** Columns and conditions that all hand-written SQL here has in common. */
export const USER = `user_id as "userId", name, email, role, provider, provider_id as "providerId",
  created_at as "createdAt", updated_at as "updatedAt"`

export const CUSTOMER = `customer_id as "customerId", legal_name as "legalName", display_name as "displayName", status,
  industry, company_size as "companySize", website_url as "websiteUrl", billing_country as "billingCountry", timezone,
  created_at as "createdAt", updated_at as "updatedAt"`

export const PERSON = `person_id as "personId", first_name as "firstName", last_name as "lastName", email, phone,
  job_title as "jobTitle", linkedin_url as "linkedinUrl", is_active as "isActive", created_at as "createdAt",
  updated_at as "updatedAt"`

/** Of customer_people joined to people, or of whatever has their columns. */
export const CONTACT = `customer_person_id as "contactId", person_id as "personId", first_name as "firstName",
  last_name as "lastName", email, phone, job_title as "jobTitle", role, is_primary as "isPrimary",
  start_date as "startDate", end_date as "endDate"`

export const ENTRY = `id, user_id as "userId", entity_type as "entityType", entity_id as "entityId", action, changes,
  ip_address as "ipAddress", user_agent as "userAgent", created_at as "createdAt"`

/** Of the contacts of one customer: those that lead on first. */
export const CONTACT_ORDER = '(end_date is not null), is_primary desc, start_date, customer_person_id'

export const NEWEST_CUSTOMERS = 'order by created_at desc, customer_id desc limit'

/** Written as in the index `customers_search_idx`. */
export const MATCHES = `searchable(display_name || ' ' || legal_name) like search_pattern($1)`

export interface ContactRow {
  customerId?: string
}

/** Gives each customer its contacts, which come in their order. */
export function withContacts<C extends { customerId: string }>(customers: C[], contacts: ContactRow[]) {
  const byCustomer = new Map<string, ContactRow[]>(customers.map(({ customerId }) => [customerId, []]))
  for (const { customerId = '', ...contact } of contacts) byCustomer.get(customerId)?.push(contact)
  return customers.map((customer) => ({ ...customer, contacts: byCustomer.get(customer.customerId) }))
}
