export { type PatternTree, type Range, readPattern } from './pattern-tree.ts'
export { TextPattern } from './text-pattern.ts'
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
