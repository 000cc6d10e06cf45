import type { Contact, Customer, CustomerRow } from './rows.ts'

/** The columns that both a customer and a contact have. */
type Shared = keyof CustomerRow & keyof Contact

/** A customer with one of its contacts; every column of the contact is null for a customer without contacts. */
export type JoinedRow = CustomerRow & {
  [Column in keyof Contact as Column extends Shared ? `contact${Capitalize<Column>}` : Column]:
    | Contact[Column]
    | null
}

type Ranked = { relevance?: number | undefined }

/**
 * The customers of joined rows, in the order of the rows. Objects are made property by property, which is twice as fast
 * as with rest and spread.
 */
export function toCustomers(rows: readonly (JoinedRow & Ranked)[]): (Customer & Ranked)[] {
  const customers: (Customer & Ranked)[] = []
  let customer: (Customer & Ranked) | undefined
  for (const row of rows) {
    if (customer?.customerId !== row.customerId) {
      customer = {
        customerId: row.customerId,
        legalName: row.legalName,
        displayName: row.displayName,
        status: row.status,
        industry: row.industry,
        companySize: row.companySize,
        websiteUrl: row.websiteUrl,
        billingCountry: row.billingCountry,
        timezone: row.timezone,
        source: row.source,
        externalId: row.externalId,
        tags: row.tags,
        emails: row.emails,
        phones: row.phones,
        addresses: row.addresses,
        attributes: row.attributes,
        ownerId: row.ownerId,
        archivedAt: row.archivedAt,
        mergedInto: row.mergedInto,
        version: row.version,
        createdAt: row.createdAt,
        updatedAt: row.updatedAt,
        createdBy: row.createdBy,
        updatedBy: row.updatedBy,
        contacts: [],
        ...(row.relevance !== undefined && { relevance: row.relevance }),
      }
      customers.push(customer)
    }
    const contact = toContact(row)
    if (contact) customer.contacts.push(contact)
  }
  for (const { contacts } of customers) if (contacts.length > 1) contacts.sort(byImportance)
  return customers
}

/** The contact of a row. If one of its columns is not null, none of those that cannot be null is. */
function toContact(row: JoinedRow): Contact | undefined {
  if (row.contactId === null) return undefined
  return {
    contactId: row.contactId,
    personId: row.personId,
    firstName: row.firstName,
    lastName: row.lastName,
    email: row.email,
    phone: row.phone,
    jobTitle: row.jobTitle,
    role: row.role,
    isPrimary: row.isPrimary,
    startDate: row.startDate,
    endDate: row.endDate,
    version: row.contactVersion,
    createdBy: row.contactCreatedBy,
    updatedBy: row.contactUpdatedBy,
  } as Contact
}

/** Orders current contacts first, and of these the primary one; then by start date. */
function byImportance(a: Contact, b: Contact): number {
  return (
    Number(a.endDate !== null) - Number(b.endDate !== null) ||
    Number(b.isPrimary) - Number(a.isPrimary) ||
    compare(a.startDate, b.startDate) ||
    compare(a.contactId, b.contactId)
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
