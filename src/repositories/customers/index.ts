export type { CustomerImportOptions, ImportCounts, ImportedCustomer, ImportedPerson } from './import/index.ts'
export type {
  ContactListRequest,
  CustomerChange,
  CustomerListRequest,
  NewContact,
  NewCustomer,
} from './input.ts'
export { CustomerRepository } from './repository.ts'
export type { Contact, ContactRole, Customer, CustomerStatus } from './rows.ts'
