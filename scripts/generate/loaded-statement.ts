/** A statement of a repository, as listed by `statements()` of src/query/statement.ts. */
export interface LoadedStatement {
  name: string
  sql: string
  formatted: string
  parameters: readonly string[]
}
