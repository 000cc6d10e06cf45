import type { Constraint } from 'libpg-query'
import type { Change } from './corrections.ts'
import { isSame } from './differ.ts'
import { type IndexTables, keysOf } from './keys.ts'
import { nodeOf, qualified, quoted } from './sql.ts'
import { addedConstraint, createdTable, namesOf, type Relation, tableChange } from './statement.ts'

/** The parts of a migration: a transaction of quick statements, then steps that may take long. */
export interface Phases {
  readonly transaction: readonly Change[]
  /** Each for itself, without a transaction. Where one holds several statements, these take effect together. */
  readonly steps: readonly Step[]
}

export interface Step {
  readonly sql: string
  /** Run where the rows refuse the step, and takes the step before it back. */
  readonly onFailure?: string
}

/**
 * Takes what reads a whole table out of the transaction that locks it: indexes are built concurrently, constraints are
 * added for new rows and validated later. A unique index or key that changes is built beside the old one and takes its
 * place in one transaction, so that at no moment nothing is unique.
 *
 * Tables that the migration creates or rewrites have everything in the transaction, partitioned ones everything but indexes,
 * which `migrate` builds on each partition.
 */
export function intoPhases(changes: readonly Change[], { partitioned, indexes, isScript }: Layout): Phases {
  const inPlace = tablesInPlace(changes)
  const partitionedNames = new Set(partitioned.map(nameOf))
  const isPartitioned = (table: Relation) => partitionedNames.has(nameOf(table))
  const isInPlace = (table: Relation) => inPlace.has(nameOf(table)) || isPartitioned(table)
  const keys = keysOf(changes, {
    isInPlace: isScript ? isInPlace : (table) => inPlace.has(nameOf(table)),
    isPartitioned,
    indexes,
  })
  const transaction: Change[] = []
  const notNull: Step[] = []
  const foreign: Step[] = []
  const validations: Step[] = []
  const last: Step[] = []
  // Of constraints and indexes that do not exist before the steps.
  const later = new Set(keys.names)
  for (const change of changes) {
    const { sql } = change
    if (keys.handled.has(change)) continue
    const added = addedConstraint(sql)
    const altered = tableChange(sql)
    if (isAbout(sql, later)) last.push({ sql })
    else if (altered?.subtype === 'AT_SetNotNull' && !isInPlace(altered.table)) {
      notNull.push(...notNullSteps(altered.table, altered.name))
    } else if (added && !isInPlace(added.table) && isValidated(added.constraint)) {
      const notValid = { ...change, sql: `${sql} not valid` }
      const { conname = '' } = added.constraint
      if (keys.needsNewKey(added.constraint)) {
        foreign.push(notValid)
        later.add(conname)
      } else transaction.push(notValid)
      const name = quoted(conname)
      validations.push({ sql: `alter table ${qualified(added.table)} validate constraint ${name}` })
    } else if (added && keys.needsNewKey(added.constraint)) {
      foreign.push({ sql })
      later.add(added.constraint.conname ?? '')
    } else transaction.push(change)
  }
  const builds = keys.built.map((sql) => ({ sql }))
  const swaps = keys.swaps.map((sql) => ({ sql }))
  const steps = [...notNull, ...builds, ...swaps, ...foreign, ...validations, ...last]
  return {
    transaction,
    steps: steps.map(({ sql, onFailure }: Step) => ({ sql, ...(onFailure && { onFailure }) })),
  }
}

/** The state of the database before the migration. */
export interface Layout {
  readonly partitioned: readonly Relation[]
  readonly indexes: IndexTables
  /** Whether psql runs it: that cannot build an index on partitions that it does not know. */
  readonly isScript: boolean
}

const nameOf = ({ schema, name }: Relation) => `${schema}\0${name}`

/** Created here, rewritten or losing a column that is created again. */
function tablesInPlace(changes: readonly Change[]): Set<string> {
  const tables: string[] = []
  const created = changes.flatMap(({ creates }) => creates)
  for (const { sql, drops } of changes) {
    const table = createdTable(sql)
    if (table) tables.push(nameOf(table))
    const change = tableChange(sql)
    if (change?.subtype === 'AT_AlterColumnType' || change?.subtype === 'AT_AddIdentity')
      tables.push(nameOf(change.table))
    for (const id of drops) {
      if (id.kind === 'column' && created.some((other) => isSame(id, other)))
        tables.push(nameOf({ schema: id.schema, name: id.table }))
    }
  }
  return new Set(tables)
}

const isValidated = ({ contype, skip_validation, is_enforced }: Constraint) =>
  (contype === 'CONSTR_CHECK' || contype === 'CONSTR_FOREIGN') &&
  skip_validation !== true &&
  is_enforced !== false

/** Whether a comment, a replica identity or a cluster order is that of one of these indexes or constraints. */
function isAbout(sql: string, names: ReadonlySet<string>): boolean {
  const node = nodeOf(sql)
  if ('CommentStmt' in node) {
    const { object, objtype } = node.CommentStmt
    const isPart = objtype === 'OBJECT_INDEX' || objtype === 'OBJECT_TABCONSTRAINT'
    return (
      isPart && object !== undefined && 'List' in object && names.has(namesOf(object.List.items).at(-1) ?? '')
    )
  }
  const change = tableChange(sql)
  if (change?.subtype === 'AT_ClusterOn') return names.has(change.name)
  const { def } = change?.command ?? {}
  return def !== undefined && 'ReplicaIdentityStmt' in def && names.has(def.ReplicaIdentityStmt.name ?? '')
}

/** Rows are checked without a lock that blocks writers; `set not null` then finds the constraint and reads nothing. */
function notNullSteps(table: Relation, column: string): Step[] {
  const [target, name] = [qualified(table), quoted(`${column.slice(0, 50)}_is_not_null`)]
  return [
    { sql: `alter table ${target} add constraint ${name} check (${quoted(column)} is not null) not valid` },
    {
      sql: `alter table ${target} validate constraint ${name}`,
      onFailure: `alter table ${target} drop constraint ${name}`,
    },
    {
      sql: `alter table ${target} alter column ${quoted(column)} set not null;\nalter table ${target} drop constraint ${name}`,
    },
  ]
}
