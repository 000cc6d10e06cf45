/** The columns of a list's offers. */
export interface OfferedColumns {
  table: string
  key: string
  within: readonly string[]
  orderBy: readonly string[]
  where: readonly string[]
  /** Columns of lists and JSON by whose contents the list is filtered. */
  contents: readonly string[]
}

/** A statement of a repository, as listed by `statements()` of src/query/statement.ts. */
export interface LoadedStatement {
  name: string
  sql: string
  formatted: string
  parameters: readonly string[]
  /** A combination of several filters, which is checked but not written. */
  isRare?: boolean
  /** Columns by which callers may order and filter, if the statement is that of a list that offers it. */
  offers?: OfferedColumns | undefined
}
