/** A statement of a repository, as `statements()` of src/query/statement.ts lists it. */
export interface LoadedStatement {
  name: string
  sql: string
  formatted: string
  parameters: readonly string[]
}
