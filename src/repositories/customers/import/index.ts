export {
  type CustomerImportOptions,
  type ImportCounts,
  type ImportedCustomer,
  type ImportedPerson,
  importCustomers,
} from './import.ts'
