export type { CustomerDuplicate, CustomerDuplicates, CustomerProbe } from './duplicates.ts'
export type {
  CustomerImportOptions,
  ImportCounts,
  ImportedCustomer,
  ImportedPerson,
  ImportedRows,
  ImportMatch,
  ImportReport,
  MatchingImportOptions,
  RejectedRow,
  UndoImportOptions,
  UndoneImport,
} from './import/index.ts'
export type {
  ArchivedCustomerListRequest,
  ContactChange,
  ContactListRequest,
  CustomerChange,
  CustomerListRequest,
  CustomerManyChange,
  NewContact,
  NewCustomer,
} from './input.ts'
export { CustomerRepository } from './repository.ts'
export type { Contact, ContactRole, Customer, CustomerRow, CustomerStatus } from './rows.ts'
