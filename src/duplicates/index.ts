export { type ComparedCustomer, type ComparedPerson, compareCustomers, comparePeople } from './compare.ts'
export type { Comparison, DuplicateReason } from './comparison.ts'
export { type MergeOptions, mergeRows } from './merge.ts'
export {
  bestMatches,
  type DuplicateListRequest,
  type DuplicateOptions,
  listMatches,
  MOST_CANDIDATES,
  readDuplicateListRequest,
  readDuplicateOptions,
} from './search.ts'
export { similarityOf } from './similarity.ts'
export { duplicateStatements } from './statements.ts'
