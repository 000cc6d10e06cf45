import type { CustomerPeopleRow, CustomersRow, PeopleRow } from '../../../generated/rows.ts'
import type { Columns } from '../../query/index.ts'

/** A person whom the service knows at its customers. */
export interface Person
  extends Columns<
    PeopleRow,
    | 'personId'
    | 'firstName'
    | 'lastName'
    | 'email'
    | 'phone'
    | 'jobTitle'
    | 'linkedinUrl'
    | 'isActive'
    | 'createdAt'
    | 'updatedAt'
  > {}

/** The columns of a Person. */
export const PERSON = [
  'person_id as personId',
  'first_name as firstName',
  'last_name as lastName',
  'email',
  'phone',
  'job_title as jobTitle',
  'linkedin_url as linkedinUrl',
  'is_active as isActive',
  'created_at as createdAt',
  'updated_at as updatedAt',
] as const

/** A customer of which a person is or was a contact, with the role and the dates, `YYYY-MM-DD`. */
export interface CustomerOfPerson
  extends Columns<CustomersRow, 'customerId' | 'legalName' | 'displayName' | 'status'>,
    Columns<CustomerPeopleRow, 'role' | 'isPrimary' | 'startDate' | 'endDate'> {
  /** Identifies the person in this role at the customer. */
  contactId: string
}
