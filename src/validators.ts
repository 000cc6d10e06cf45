/** The schema's value lists and bounds, and validators of its tables, for forms and services. */
export * from '../generated/catalog.ts'
export {
  type InsertOf,
  type Json,
  type StandardSchemaV1,
  type TableRules,
  UNCHECKED,
  type UpdateOf,
  type Validators,
  validators,
  validatorsOf,
} from './validation/index.ts'
