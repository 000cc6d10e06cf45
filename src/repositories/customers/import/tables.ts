import { type ImportTable, InsertTable } from '../../../query/index.ts'
import { DETAIL_COLUMNS, JSON_PROPERTIES } from '../../details/index.ts'
import type { NewPerson } from '../../people/index.ts'
import type { NewContact, NewCustomer } from '../input.ts'

type ItemIds = 'customerId' | 'personId'

export const CUSTOMERS: ImportTable<'customers', ItemIds, NewCustomer, 'status' | 'timezone'> = {
  name: 'customers',
  ids: { customerId: 'customer_id' },
  columns: {
    legalName: 'legal_name',
    displayName: 'display_name',
    industry: 'industry',
    companySize: 'company_size',
    websiteUrl: 'website_url',
    billingCountry: 'billing_country',
    ...DETAIL_COLUMNS,
    ownerId: 'owner_id',
  },
  defaulted: { status: 'status', timezone: 'timezone' },
  json: JSON_PROPERTIES,
}

export const PEOPLE: ImportTable<'people', ItemIds, NewPerson, 'isActive'> = {
  name: 'people',
  ids: { personId: 'person_id' },
  columns: {
    firstName: 'first_name',
    lastName: 'last_name',
    email: 'email',
    phone: 'phone',
    phoneE164: 'phone_e164',
    jobTitle: 'job_title',
    linkedinUrl: 'linkedin_url',
    ...DETAIL_COLUMNS,
    ownerId: 'owner_id',
  },
  defaulted: { isActive: 'is_active' },
  json: JSON_PROPERTIES,
}

export const CONTACTS: ImportTable<'customer_people', ItemIds, NewContact, 'isPrimary' | 'startDate'> = {
  name: 'customer_people',
  ids: { customerId: 'customer_id', personId: 'person_id' },
  columns: { role: 'role' },
  defaulted: { isPrimary: 'is_primary', startDate: 'start_date' },
}

/** Where COPY is refused. */
export const INSERTS = {
  customers: new InsertTable('customers.importMany: insert customers', CUSTOMERS),
  people: new InsertTable('customers.importMany: insert people', PEOPLE),
  contacts: new InsertTable('customers.importMany: insert contacts', CONTACTS),
}
