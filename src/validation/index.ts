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
} from './validators.ts'
