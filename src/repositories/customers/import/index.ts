export { importCustomers } from './import.ts'
export type { CustomerImportOptions, ImportCounts, ImportedCustomer, ImportedPerson } from './input.ts'
export { importMatched } from './matched-import.ts'
export type {
  ImportedRows,
  ImportMatch,
  ImportReport,
  MatchingImportOptions,
  RejectedRow,
  UndoImportOptions,
} from './report.ts'
export { type UndoneImport, undoOf } from './undo.ts'
