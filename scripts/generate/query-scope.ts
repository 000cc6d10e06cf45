import type { ColumnRef, Node, SelectStmt } from 'libpg-query'

/**
 * What the functions and operators of PostgreSQL's own that we trust are known to return. Ranges, arrays, composite and
 * user-defined types are of no kind: `lower` of a range can be null, and a user's function may go by a trusted name.
 */
export type Kind = 'plain' | 'json'

/** A column of a FROM item, or of a query's result. */
export interface SourceColumn {
  name: string
  isNullable: boolean
  kind: Kind | undefined
}

/** What an expression's query knows of columns and of itself. */
export interface QueryScope {
  column(reference: { ColumnRef: ColumnRef }): SourceColumn | undefined
  isGrouped: boolean
  /** The expressions, by `keyOf`, that ROLLUP, CUBE and GROUPING SETS make null; undefined without any of these. */
  groupingSets: ReadonlySet<string> | undefined
  subquery(query: SelectStmt): SourceColumn[]
}

/** An expression as a key: the same wherever it stands in the query. */
export function keyOf(node: Node): string {
  return JSON.stringify(node, (name, value) => (name === 'location' ? undefined : value))
}

/** `a.b` as its parts; undefined for what is no column. */
export function columnPath(node: Node): string[] | undefined {
  if (!('ColumnRef' in node)) return undefined
  const parts = (node.ColumnRef.fields ?? []).map(nameOf)
  return parts.every((part) => part !== undefined) ? parts : undefined
}

export function nameOf(node: Node | undefined): string | undefined {
  return node && 'String' in node ? (node.String.sval ?? '') : undefined
}

export function listOf(node: Node): Node[] {
  return 'List' in node ? (node.List.items ?? []) : []
}
