import type { CustomerPeopleRow, CustomersRow, PeopleRow } from '../../../generated/rows.ts'
import { sql } from '../../kysely/index.ts'
import type { Columns } from '../../query/index.ts'
import { DETAILS, type PersonAttributes, type WithDetails } from '../details/index.ts'

/** A person whom the service knows at its customers. */
export interface Person
  extends Columns<
    WithDetails<PeopleRow, PersonAttributes>,
    | 'personId'
    | 'firstName'
    | 'lastName'
    | 'email'
    | 'phone'
    | 'phoneE164'
    | 'jobTitle'
    | 'linkedinUrl'
    | 'isActive'
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

/** The columns of a Person. */
export const PERSON = [
  'person_id as personId',
  'first_name as firstName',
  'last_name as lastName',
  'email',
  'phone',
  'phone_e164 as phoneE164',
  'job_title as jobTitle',
  'linkedin_url as linkedinUrl',
  'is_active as isActive',
  ...DETAILS,
  sql<PersonAttributes | null>`attributes`.as('attributes'),
  'owner_id as ownerId',
  'archived_at as archivedAt',
  'merged_into as mergedInto',
  'version',
  'created_at as createdAt',
  'updated_at as updatedAt',
  'created_by as createdBy',
  'updated_by as updatedBy',
] as const

/** A customer of which a person is or was a contact, with the role and the dates, `YYYY-MM-DD`. */
export interface CustomerOfPerson
  extends Columns<CustomersRow, 'customerId' | 'legalName' | 'displayName' | 'status'>,
    Columns<CustomerPeopleRow, 'role' | 'isPrimary' | 'startDate' | 'endDate'> {
  /** Identifies the person in this role at the customer. */
  contactId: string
}
