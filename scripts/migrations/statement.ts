import type { AlterTableCmd, Constraint, IndexStmt, Node, RangeVar } from 'libpg-query'
import { nodeOf } from './sql.ts'

/** A table or another relation. */
export interface Relation {
  readonly schema: string
  readonly name: string
}

const relationOf = ({ schemaname = 'public', relname = '' }: RangeVar): Relation => ({
  schema: schemaname,
  name: relname,
})

/** `alter table …` with one command. */
export interface TableChange {
  readonly table: Relation
  readonly command: AlterTableCmd
  readonly subtype: string
  /** The column or constraint that it names. */
  readonly name: string
}

export function tableChange(sql: string): TableChange | undefined {
  const node = nodeOf(sql)
  if (!('AlterTableStmt' in node)) return undefined
  const { relation, cmds = [] } = node.AlterTableStmt
  const [first] = cmds
  if (!relation || cmds.length !== 1 || !first || !('AlterTableCmd' in first)) return undefined
  const command = first.AlterTableCmd
  return { table: relationOf(relation), command, subtype: command.subtype ?? '', name: command.name ?? '' }
}

/** The constraint that `alter table … add constraint` adds. */
export function addedConstraint(sql: string): { table: Relation; constraint: Constraint } | undefined {
  const change = tableChange(sql)
  const definition = change?.command.def
  if (change?.subtype !== 'AT_AddConstraint' || !definition || !('Constraint' in definition)) return undefined
  return { table: change.table, constraint: definition.Constraint }
}

export function createdIndex(sql: string): { table: Relation; index: IndexStmt } | undefined {
  const node = nodeOf(sql)
  if (!('IndexStmt' in node) || !node.IndexStmt.relation) return undefined
  return { table: relationOf(node.IndexStmt.relation), index: node.IndexStmt }
}

export function createdTable(sql: string): Relation | undefined {
  const node = nodeOf(sql)
  return 'CreateStmt' in node && node.CreateStmt.relation ? relationOf(node.CreateStmt.relation) : undefined
}

/** Whom a grant or a revocation names; `public` has no name. */
export function granteesOf(sql: string): string[] {
  const node = nodeOf(sql)
  const grant =
    'GrantStmt' in node
      ? node.GrantStmt
      : 'AlterDefaultPrivilegesStmt' in node
        ? node.AlterDefaultPrivilegesStmt.action
        : undefined
  return (grant?.grantees ?? []).map((role) => ('RoleSpec' in role ? (role.RoleSpec.rolename ?? '') : ''))
}

/** Names in a list of strings. */
export function namesOf(nodes: readonly Node[] = []): string[] {
  return nodes.flatMap((node) => ('String' in node ? [node.String.sval ?? ''] : []))
}

export function kindOf(sql: string): string {
  return Object.keys(nodeOf(sql))[0] ?? ''
}
