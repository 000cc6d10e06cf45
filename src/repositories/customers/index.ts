export type { Contact, ContactListRequest, ContactRole, NewContact } from './contacts.ts'
export type { CustomerImportOptions, ImportCounts, ImportedCustomer, ImportedPerson } from './import/index.ts'
export type { CustomerChange, CustomerStatus, NewCustomer } from './input.ts'
export { type Customer, type CustomerListRequest, CustomerRepository } from './repository.ts'
