import type { CONTACT_ROLES, CUSTOMER_STATUSES } from '../../../generated/catalog.ts'
import type { CustomerPeopleRow, CustomersRow, PeopleRow } from '../../../generated/rows.ts'
import { sql } from '../../kysely/index.ts'
import type { Columns } from '../../query/index.ts'
import { type CustomerAttributes, DETAILS, type WithDetails } from '../details/index.ts'

/** How far the sale to a customer has come. */
export type CustomerStatus = (typeof CUSTOMER_STATUSES)[number]

/** The role of a contact at the customer. */
export type ContactRole = (typeof CONTACT_ROLES)[number]

/** A customer without its contacts. */
export interface CustomerRow
  extends Columns<
    WithDetails<CustomersRow, CustomerAttributes>,
    | 'customerId'
    | 'legalName'
    | 'displayName'
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
    | 'archivedAt'
    | 'mergedInto'
    | 'version'
    | 'createdAt'
    | 'updatedAt'
    | 'createdBy'
    | 'updatedBy'
  > {}

interface WithContacts {
  /** Current contacts first, and of these the primary one; then by start date. */
  contacts: Contact[]
}

/** An organization that the service sells to, with its contacts. */
export interface Customer extends CustomerRow, WithContacts {}

/** The columns of a CustomerRow. */
export const CUSTOMER = [
  'customer_id as customerId',
  'legal_name as legalName',
  'display_name as displayName',
  'status',
  'industry',
  'company_size as companySize',
  'website_url as websiteUrl',
  'billing_country as billingCountry',
  'timezone',
  ...DETAILS,
  sql<CustomerAttributes | null>`attributes`.as('attributes'),
  'owner_id as ownerId',
  'archived_at as archivedAt',
  'merged_into as mergedInto',
  'version',
  'created_at as createdAt',
  'updated_at as updatedAt',
  'created_by as createdBy',
  'updated_by as updatedBy',
] as const

/** A person as a contact of a customer. Dates are days, `YYYY-MM-DD`. */
export interface Contact
  extends Columns<PeopleRow, 'personId' | 'firstName' | 'lastName' | 'email' | 'phone' | 'jobTitle'>,
    Columns<
      CustomerPeopleRow,
      'role' | 'isPrimary' | 'startDate' | 'endDate' | 'version' | 'createdBy' | 'updatedBy'
    > {
  /** Identifies the person in this role at this customer. */
  contactId: string
}

/** A contact as the statement that has changed it sees it: without its person if that one was created or merged meanwhile. */
export type ChangedContact = {
  [Name in keyof Contact]: Contact[Name] | (Name extends 'personId' | 'firstName' | 'lastName' ? null : never)
}

export const hasPerson = (contact: ChangedContact): contact is Contact => contact.personId !== null

/** The columns of a Contact that no customer has, of `customer_people as contact` and `people as person`. */
const OF_CONTACT = [
  'contact.customer_person_id as contactId',
  'person.person_id as personId',
  'person.first_name as firstName',
  'person.last_name as lastName',
  'person.email',
  'person.phone',
  'person.job_title as jobTitle',
  'contact.role',
  'contact.is_primary as isPrimary',
  'contact.start_date as startDate',
  'contact.end_date as endDate',
] as const

/** The columns of a Contact. */
export const CONTACT = [
  ...OF_CONTACT,
  'contact.version',
  'contact.created_by as createdBy',
  'contact.updated_by as updatedBy',
] as const

/** The columns of a Contact beside those of its customer, which has some of the same names. */
export const JOINED_CONTACT = [
  ...OF_CONTACT,
  'contact.version as contactVersion',
  'contact.created_by as contactCreatedBy',
  'contact.updated_by as contactUpdatedBy',
] as const
