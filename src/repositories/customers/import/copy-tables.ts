import type { CopyTable } from '../../../query/index.ts'
import type { NewPerson } from '../../people/index.ts'
import type { NewContact, NewCustomer } from '../input.ts'

type ItemIds = 'customerId' | 'personId'

export const CUSTOMERS: CopyTable<'customers', ItemIds, NewCustomer, 'status' | 'timezone'> = {
  name: 'customers',
  ids: { customerId: 'customer_id' },
  columns: {
    legalName: 'legal_name',
    displayName: 'display_name',
    industry: 'industry',
    companySize: 'company_size',
    websiteUrl: 'website_url',
    billingCountry: 'billing_country',
  },
  defaulted: { status: 'status', timezone: 'timezone' },
}

export const PEOPLE: CopyTable<'people', ItemIds, NewPerson, 'isActive'> = {
  name: 'people',
  ids: { personId: 'person_id' },
  columns: {
    firstName: 'first_name',
    lastName: 'last_name',
    email: 'email',
    phone: 'phone',
    jobTitle: 'job_title',
    linkedinUrl: 'linkedin_url',
  },
  defaulted: { isActive: 'is_active' },
}

export const CONTACTS: CopyTable<'customer_people', ItemIds, NewContact, 'isPrimary' | 'startDate'> = {
  name: 'customer_people',
  ids: { customerId: 'customer_id', personId: 'person_id' },
  columns: { role: 'role' },
  defaulted: { isPrimary: 'is_primary', startDate: 'start_date' },
}
