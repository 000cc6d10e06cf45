import type { ColumnRef, Node, SelectStmt } from 'libpg-query'
import type { Column, Relation } from './catalog.ts'

/**
 * The kind of a value, as far as our lists of trusted functions and operators depend on it. Ranges, arrays, composite
 * and user-defined types have no kind: `lower` of a range can be null, and a user's function may have a trusted name.
 */
export type Kind = 'plain' | 'json'

/** A column of a FROM item, or of a query's result. */
export interface SourceColumn {
  name: string
  isNullable: boolean
  kind: Kind | undefined
  /** The declared dimensions of an array; 0 for other types, and where they are unknown. */
  dimensions: number
  /** The column of a table that it is, unchanged. */
  origin: Origin | undefined
}

/** A column of a table. */
export interface Origin {
  relation: Relation
  column: Column
}

/** The columns and the clauses of a query that its expressions depend on. */
export interface QueryScope {
  column(reference: { ColumnRef: ColumnRef }): SourceColumn | undefined
  isGrouped: boolean
  /** Keys (see `keyOf`) of expressions that ROLLUP, CUBE and GROUPING SETS make null; undefined if the query has none. */
  groupingSets: ReadonlySet<string> | undefined
  subquery(query: SelectStmt): SourceColumn[]
}

/** A key that is the same for equal expressions, regardless of their position in the query. */
export function keyOf(node: Node): string {
  return JSON.stringify(node, (name, value) => (name === 'location' ? undefined : value))
}

/** The parts of a column reference such as `a.b`; undefined for other expressions. */
export function columnPath(node: Node): string[] | undefined {
  if (!('ColumnRef' in node)) return undefined
  const parts = (node.ColumnRef.fields ?? []).map(nameOf)
  return parts.every((part) => part !== undefined) ? parts : undefined
}

/** The text of a String node. */
export function nameOf(node: Node | undefined): string | undefined {
  return node && 'String' in node ? (node.String.sval ?? '') : undefined
}

/** The items of a List node. */
export function listOf(node: Node): Node[] {
  return 'List' in node ? (node.List.items ?? []) : []
}
