export { importCustomers } from './import.ts'
export type { CustomerImportOptions, ImportCounts, ImportedCustomer, ImportedPerson } from './input.ts'
