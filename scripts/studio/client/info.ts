import type { ListedTable } from '../tables.ts'

/** Facts about the database that every page knows. */
export interface Info {
  readonly name: string
  readonly isWritable: boolean
  readonly tables: readonly ListedTable[]
  /** Pages about tables that this database does not have. */
  readonly absent: readonly string[]
}
