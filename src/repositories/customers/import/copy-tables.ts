import type { CopyTable } from '../../../query/index.ts'

type ItemIds = 'customerId' | 'personId'

export const CUSTOMERS: CopyTable<'customers', ItemIds> = {
  name: 'customers',
  ids: [['customer_id', 'customerId']],
  columns: [
    ['legal_name', 'legalName'],
    ['display_name', 'displayName'],
    ['industry', 'industry'],
    ['company_size', 'companySize'],
    ['website_url', 'websiteUrl'],
    ['billing_country', 'billingCountry'],
  ],
  defaulted: [
    ['status', 'status'],
    ['timezone', 'timezone'],
  ],
}

export const PEOPLE: CopyTable<'people', ItemIds> = {
  name: 'people',
  ids: [['person_id', 'personId']],
  columns: [
    ['first_name', 'firstName'],
    ['last_name', 'lastName'],
    ['email', 'email'],
    ['phone', 'phone'],
    ['job_title', 'jobTitle'],
    ['linkedin_url', 'linkedinUrl'],
  ],
  defaulted: [['is_active', 'isActive']],
}

export const CONTACTS: CopyTable<'customer_people', ItemIds> = {
  name: 'customer_people',
  ids: [
    ['customer_id', 'customerId'],
    ['person_id', 'personId'],
  ],
  columns: [['role', 'role']],
  defaulted: [
    ['is_primary', 'isPrimary'],
    ['start_date', 'startDate'],
  ],
}
