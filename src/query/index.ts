export type { Columns, OptionalColumns } from './columns.ts'
export { type Params, raw } from './compile.ts'
export { type Copy, type CopyTable, copiesOf, sendCopies } from './copy-rows.ts'
export {
  type Exactly,
  execute,
  orThrowNotFound,
  queryAll,
  queryFirst,
  queryOne,
  requireOne,
} from './execute.ts'
export { type List, list, queryPage } from './list.ts'
export { type Page, type PageParameters, type PageRequest, pageFields } from './page.ts'
export { isBehind } from './page-builder.ts'
export { matchesSearch, type SearchText, searchRelevance } from './search.ts'
export {
  type Statement,
  type StatementRow,
  statement,
  statements,
  type Variants,
  variants,
} from './statement.ts'
export { setGiven } from './update.ts'
