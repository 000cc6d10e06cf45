import type { OperationNode } from 'kysely'
import type { Target } from '../connection/index.ts'

const OPERATIONS: Readonly<Record<string, string>> = {
  SelectQueryNode: 'SELECT',
  InsertQueryNode: 'INSERT',
  UpdateQueryNode: 'UPDATE',
  DeleteQueryNode: 'DELETE',
  MergeQueryNode: 'MERGE',
}

/** A query as far as it tells which tables it uses. */
interface QueryNode extends OperationNode {
  readonly with?: OperationNode
  readonly joins?: readonly OperationNode[]
  readonly using?: OperationNode
  readonly setOperations?: readonly OperationNode[]
  readonly from?: { readonly froms: readonly OperationNode[] }
  readonly into?: OperationNode
  readonly table?: OperationNode
}

/** The operation and the table of a query that Kysely has built; undefined where it was written as SQL. */
export function targetOf(node: OperationNode): Target | undefined {
  const operation = OPERATIONS[node.kind]
  if (operation === undefined) return undefined
  const query = node as QueryNode
  const hasOthers = query.with ?? query.joins ?? query.using ?? query.setOperations
  return { operation, table: hasOthers ? undefined : tableOf(query) }
}

function tableOf({ kind, from, into, table }: QueryNode): string | undefined {
  const sources = from?.froms ?? []
  // The FROM of an UPDATE names further tables.
  if (kind === 'UpdateQueryNode' ? sources.length > 0 : sources.length > 1) return undefined
  return nameOf(into ?? table ?? sources[0])
}

/** The table's name without its alias; undefined for a subquery. */
function nameOf(node: OperationNode | undefined): string | undefined {
  if (node?.kind === 'AliasNode') return nameOf((node as OperationNode & { node: OperationNode }).node)
  if (node?.kind !== 'TableNode') return undefined
  const { table } = node as OperationNode & {
    table: { schema?: { name: string }; identifier: { name: string } }
  }
  return table.schema ? `${table.schema.name}.${table.identifier.name}` : table.identifier.name
}
