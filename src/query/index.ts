export { type Copy, type CopyTable, copiesOf, sendCopies } from './copy-rows.ts'
export { all, change, first, only } from './execute.ts'
export {
  FETCH_AT_MOST,
  isBehind,
  type Page,
  type PageParameters,
  type PageRequest,
  Pager,
  pageFields,
} from './page.ts'
export { finds, relevance, type Words } from './search.ts'
export {
  changed,
  type Params,
  raw,
  type Statement,
  type StatementRow,
  statement,
  statements,
  variants,
} from './statement.ts'
