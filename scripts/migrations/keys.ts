import type { Constraint } from 'libpg-query'
import { type Change, concurrently } from './corrections.ts'
import type { ObjectId } from './differ.ts'
import { isSame } from './differ.ts'
import { qualified, quoted } from './sql.ts'
import { addedConstraint, createdIndex, namesOf, type Relation } from './statement.ts'

/** The table of each index, by the schema and the name of the index, joined with a zero character. */
export type IndexTables = ReadonlyMap<string, Relation>

/** The indexes and keys of a migration on tables that hold rows. */
export interface Keys {
  /** Statements that build indexes concurrently. */
  readonly built: readonly string[]
  /** Each takes effect as a whole. */
  readonly swaps: readonly string[]
  /** Changes that `built` and `swaps` contain. */
  readonly handled: ReadonlySet<Change>
  /** Of indexes and constraints that exist only after these steps. */
  readonly names: ReadonlySet<string>
  /** Whether a foreign key refers to a key that exists only after these steps. */
  needsNewKey(constraint: Constraint): boolean
}

type Dropped =
  | { kind: 'index'; schema: string; name: string }
  | { kind: 'constraint'; schema: string; table: string }

/** Finds what is built beside the old, and how it takes its place. */
export function keysOf(
  changes: readonly Change[],
  {
    isInPlace,
    isPartitioned,
    indexes,
  }: {
    isInPlace: (table: Relation) => boolean
    isPartitioned: (table: Relation) => boolean
    indexes: IndexTables
  },
): Keys {
  const handled = new Set<Change>()
  const built: string[] = []
  const [swaps, drops, names] = [[] as string[], [] as string[], new Set<string>()]
  const tables = new Set<string>()
  const builds = changes.flatMap((change) => {
    const build = buildOf(change)
    if (!build || isInPlace(build.table)) return []
    // A key cannot be made of an index of a partitioned table.
    return build.constraint && isPartitioned(build.table) ? [] : [{ change, ...build }]
  })
  const isUnique = (table: Relation) =>
    builds.some((each) => each.isUnique && keyOf(each.table) === keyOf(table))
  const dropped = changes.flatMap((change) => {
    const [id, ...others] = change.drops.filter(({ kind }) => kind !== 'comment')
    if (others.length > 0 || change.creates.length > 0) return []
    return id?.kind === 'index' || id?.kind === 'constraint' ? [{ change, id: id as Dropped }] : []
  })

  for (const { change, table, name, isUnique: _, constraint } of builds) {
    const target = change.creates.find(({ kind }) => kind === 'index' || kind === 'constraint')
    const old = dropped.find(({ id }) => target !== undefined && isSame(id as ObjectId, target))
    const temporary = old ? `${name.slice(0, 58)}_new` : name
    handled.add(change)
    names.add(name)
    tables.add(keyOf(table))
    const sql = constraint ? keyIndex(table, constraint, temporary) : concurrently(change.sql, temporary)
    built.push(sql)
    if (old) handled.add(old.change)
    const foreign = old && constraint ? foreignKeysOn(changes, table, handled) : []
    const statements = constraint
      ? [
          `alter table ${qualified(table)}${old ? ` drop constraint ${quoted(name)},` : ''} add constraint ${quoted(name)} ${wordsOf(constraint)} using index ${quoted(temporary)}${deferral(constraint)}`,
        ]
      : old
        ? [
            `drop index ${qualified({ schema: table.schema, name })}`,
            `alter index ${qualified({ schema: table.schema, name: temporary })} rename to ${quoted(name)}`,
          ]
        : []
    if (statements.length > 0) swaps.push([...foreign, ...statements].join(';\n'))
  }
  // A unique key or index that has no successor of its name stays until the new ones are built.
  for (const { change, id } of dropped) {
    const table = tableOf(id, indexes)
    if (handled.has(change) || !table || !isUnique(table)) continue
    if (dropsColumnsOf(changes, table)) continue
    handled.add(change)
    drops.push([...foreignKeysOn(changes, table, handled), change.sql].join(';\n'))
  }
  return {
    built,
    swaps: [...swaps, ...drops],
    handled,
    names,
    needsNewKey: ({ contype, pktable }) =>
      contype === 'CONSTR_FOREIGN' &&
      tables.has(keyOf({ schema: pktable?.schemaname ?? 'public', name: pktable?.relname ?? '' })),
  }
}

const keyOf = ({ schema, name }: Relation) => `${schema}\0${name}`

function buildOf({
  sql,
}: Change): { table: Relation; name: string; isUnique: boolean; constraint?: Constraint } | undefined {
  const index = createdIndex(sql)
  if (index)
    return { table: index.table, name: index.index.idxname ?? '', isUnique: index.index.unique === true }
  const added = addedConstraint(sql)
  if (!added) return undefined
  const { table, constraint } = added
  const isKey = constraint.contype === 'CONSTR_UNIQUE' || constraint.contype === 'CONSTR_PRIMARY'
  // `without overlaps` needs a GiST index, which `using index` does not take.
  if (!isKey || constraint.without_overlaps || constraint.indexname) return undefined
  return { table, name: constraint.conname ?? '', isUnique: true, constraint }
}

function tableOf(id: Dropped, indexes: IndexTables): Relation | undefined {
  return id.kind === 'constraint' ? { schema: id.schema, name: id.table } : indexes.get(keyOf(id))
}

function dropsColumnsOf(changes: readonly Change[], table: Relation): boolean {
  return changes.some(({ drops }) =>
    drops.some((id) => id.kind === 'column' && id.schema === table.schema && id.table === table.name),
  )
}

/** Foreign keys that refer to a key must be dropped before it; they are added again for the new one. */
function foreignKeysOn(changes: readonly Change[], table: Relation, handled: Set<Change>): string[] {
  const added = changes.flatMap((change) => {
    const constraint = addedConstraint(change.sql)
    const target = constraint?.constraint.pktable
    return target?.relname === table.name && (target.schemaname ?? 'public') === table.schema
      ? change.creates
      : []
  })
  const found = changes.filter(
    (change) => !handled.has(change) && change.drops.some((id) => added.some((other) => isSame(id, other))),
  )
  for (const change of found) handled.add(change)
  return found.map(({ sql }) => sql)
}

/** The index of a key, with everything that the key says of it. */
function keyIndex(table: Relation, constraint: Constraint, name: string): string {
  const list = (nodes: Constraint['keys']) => namesOf(nodes).map(quoted).join(', ')
  return [
    `create unique index concurrently ${quoted(name)} on ${qualified(table)} (${list(constraint.keys)})`,
    ...(constraint.including?.length ? [`include (${list(constraint.including)})`] : []),
    ...(constraint.nulls_not_distinct ? ['nulls not distinct'] : []),
    ...storage(constraint),
  ].join(' ')
}

function storage({ options = [], indexspace }: Constraint): string[] {
  const settings = options.flatMap((option) => {
    if (!('DefElem' in option)) return []
    const { defname = '', arg } = option.DefElem
    const value = arg && 'Integer' in arg ? String(arg.Integer.ival ?? 0) : namesOf(arg ? [arg] : [])[0]
    return value === undefined ? [quoted(defname)] : [`${quoted(defname)} = ${value}`]
  })
  return [
    ...(settings.length > 0 ? [`with (${settings.join(', ')})`] : []),
    ...(indexspace ? [`tablespace ${quoted(indexspace)}`] : []),
  ]
}

const wordsOf = ({ contype }: Constraint) => (contype === 'CONSTR_PRIMARY' ? 'primary key' : 'unique')

function deferral({ deferrable, initdeferred }: Constraint): string {
  return `${deferrable ? ' deferrable' : ''}${initdeferred ? ' initially deferred' : ''}`
}
