export { type Call, type Calls, calls, type Routine } from './calls.ts'
export type { Columns, OptionalColumns } from './columns.ts'
export { type BuiltStatement, type Params, raw } from './compile.ts'
export { type Copy, copiesOf, sendCopies } from './copy-rows.ts'
export {
  type Exactly,
  execute,
  orThrowNotFound,
  queryAll,
  queryFirst,
  queryOne,
  requireOne,
} from './execute.ts'
export { type ActorForms, formFor } from './for-actor.ts'
export type { ImportTable } from './import-table.ts'
export { InsertTable } from './insert-rows.ts'
export { type List, list, offeredLists, queryPage } from './list.ts'
export { type Found, type ManyTable, readKeys, readRows } from './many.ts'
export { manyStatements } from './many-statements.ts'
export { ManyWriter } from './many-writer.ts'
export {
  findWinner,
  type MergedTable,
  upsertOrFollow,
  valuesUnlessMerged,
  winnerOf,
} from './merged.ts'
export {
  type ListFilters,
  type Offers,
  type OrderBy,
  type OrderRequest,
  orderFields,
  type Total,
} from './offers.ts'
export { iteratePages, queryList } from './ordered-list.ts'
export { type Definitions, definitions } from './own.ts'
export {
  decodeCursor,
  encodeCursor,
  type Page,
  type PageParameters,
  type PageRequest,
  type Position,
  pageFields,
} from './page.ts'
export { isBehind, type ListOrder, type PageBuilder } from './page-builder.ts'
export type { PersonalData } from './personal-data.ts'
export { type PurgeRequest, purgeArchived, purgeStatements, readPurgeRequest } from './purge.ts'
export {
  type Filters,
  ownStatements,
  type Statement,
  type StatementOptions,
  type StatementRow,
  statement,
  statements,
  type Variants,
  variants,
} from './statement.ts'
export { targetOf } from './target.ts'
export { byColumn, setGiven } from './update.ts'
export { uuidSequence } from './uuid-sequence.ts'
export {
  hasVersion,
  type IfVersion,
  ifVersionField,
  mergedVersionOf,
  readUpdateOptions,
  requireUpdated,
  UPDATE_OPTIONS,
  type UpdateOptions,
  updateOrFollow,
  versionOf,
} from './version.ts'
export type { Condition, FilterColumn, JsonCondition, ListCondition, Range, Where } from './where.ts'
