/** The catalog of a schema as read by catalog.sql: sorted by name, with domains not yet resolved. */
export interface Catalog {
  relations: Relation[]
  /** Tables of the package to which a service adds constraints or unique indexes, with nothing else; absent without a service. */
  additions?: Relation[]
  /** Tables of the package with the columns that a service adds to them; absent without a service. */
  addedColumns?: Relation[]
  types: Type[]
  constraints: Constraint[]
  indexes: Index[]
  triggers: Trigger[]
  policies: Policy[]
  routines: Routine[]
}

/** A table, partition, view or foreign table. */
export interface Relation {
  schema: string
  name: string
  /** pg_class.relkind: table, partitioned table, view, materialized view, foreign table. */
  kind: 'r' | 'p' | 'v' | 'm' | 'f'
  isPartition: boolean
  /** For a partition at any depth: the partitioned table that services use. */
  partitionOf: { schema: string; name: string } | null
  /** For a partition: `DEFAULT`, or `FOR VALUES …`. */
  bound: string | null
  comment: string | null
  /** Whether rows can be inserted: into tables, and into views that PostgreSQL or an INSTEAD OF trigger writes through. */
  isInsertable: boolean
  /** Whether rows can be updated, in the same way. */
  isUpdatable: boolean
  /** Whether an INSTEAD OF trigger, or an INSTEAD rule, takes the rows that are inserted into the view. */
  insertsByTrigger: boolean
  /** Whether one takes the rows that are updated. */
  updatesByTrigger: boolean
  /** The query of a view; null for other kinds. */
  definition: string | null
  partitionKey: string | null
  columns: Column[]
}

/** The name of a constraint or an index, which is unique in its table. */
export interface Owned {
  schema: string
  table: string
  name: string
}

/** A column of a relation. */
export interface Column {
  name: string
  typeId: number
  /** The type as written in SQL: `timestamp(3) with time zone`. */
  type: string
  modifier: number
  /** False if a select may return null: the constraint is NOT VALID, or a table that inherits from this one lacks it. */
  notNull: boolean
  /** True if new rows must not hold null, regardless of existing rows. */
  refusesNull: boolean
  /** False for a column of a view that no insert or update can name. */
  isWritable: boolean
  /** The declared dimensions of an array, which PostgreSQL does not enforce; 0 for other types, and in views. */
  dimensions: number
  identity: 'a' | 'd' | null
  generated: 's' | 'v' | null
  default: string | null
  /** False for a collation that treats different strings as equal. */
  deterministic: boolean
  /** Without its tags. */
  comment: string | null
  /** Whether the comment ends with `@secret`: the history of changes leaves the column out. */
  isSecret: boolean
  /** Whether the comment ends with `@filled`: a trigger fills the column, so that an insert may leave it out. */
  isFilled: boolean
  /** The type in a tag `@brand CustomerId`, of this column or one that it references. */
  brand: string | null
  /** The type in a tag `@type Details from ../details.ts`. */
  jsonType: JsonType | null
}

/** A type of a service for a column of JSON. */
export interface JsonType {
  name: string
  /** As an import names it, from the folder of generated files. */
  module: string
}

/** A type that a column uses, directly or through an array or a domain. */
export interface Type {
  id: number
  schema: string
  name: string
  /** pg_type.typtype: base, composite, domain, enum, pseudo, range, multirange. */
  kind: 'b' | 'c' | 'd' | 'e' | 'p' | 'r' | 'm'
  elementId: number | null
  baseId: number | null
  baseType: string | null
  modifier: number
  /** The declared dimensions of a domain over an array. */
  dimensions: number
  notNull: boolean
  default: string | null
  /** True if the schema creates the type; false for types of PostgreSQL and extensions. */
  isOurs: boolean
  /** The labels of an enum in declared order; null for other kinds. */
  labels: string[] | null
  comment: string | null
}

/** A constraint of a table or a domain. */
export interface Constraint {
  name: string
  /** pg_constraint.contype: check, foreign key, not null, primary key, constraint trigger, unique, exclusion. */
  kind: 'c' | 'f' | 'n' | 'p' | 't' | 'u' | 'x'
  schema: string
  table: string | null
  domain: string | null
  /** True on a partition, and for the copies of a foreign key to a partitioned table, one for each of its partitions. */
  isPartition: boolean
  /** The constraint that this one is a part of: of the partitioned table, which may be a partition itself. */
  parent: Owned | null
  columns: string[]
  references: { schema: string; table: string; columns: string[] } | null
  definition: string
  expression: string | null
  /** False if even new rows may violate it. */
  isEnforced: boolean
  /** False if a select may return rows that violate it: NOT VALID, NOT ENFORCED, or NO INHERIT and there are heirs. */
  holds: boolean
  comment: string | null
}

/** An index of a table or materialized view. */
export interface Index {
  name: string
  schema: string
  table: string
  isPartition: boolean
  parent: Owned | null
  isUnique: boolean
  ofConstraint: boolean
  columns: string[]
  definition: string
  comment: string | null
}

/** A trigger of a table or view. */
export interface Trigger {
  name: string
  schema: string
  table: string
  definition: string
  comment: string | null
}

/** A policy of row security. */
export interface Policy {
  name: string
  schema: string
  table: string
  /** `for all using (…) with check (…)`. */
  definition: string
  comment: string | null
}

/** A function or a procedure that a query can call. */
export interface Routine {
  schema: string
  name: string
  /** pg_proc.prokind: function, procedure. */
  kind: 'f' | 'p'
  /** The types of the input arguments, which tell routines of one name apart. */
  types: string[]
  /** True if a null argument makes the result null, without a call. */
  isStrict: boolean
  isVolatile: boolean
  returnsSet: boolean
  resultId: number
  result: string
  /** The number of input arguments with a default, which are the last ones. */
  defaults: number
  arguments: Argument[]
  /** The columns of a composite result. */
  columns: ResultColumn[] | null
  /** Without its tag. */
  comment: string | null
  /** Whether the comment ends with `@notnull`: the result, and each of its columns that the table declares so, is never null. */
  isNotNull: boolean
}

/** An argument of a routine, or a column of its result. */
export interface Argument {
  name: string | null
  /** pg_proc.proargmodes: in, out, inout, variadic, table. */
  mode: 'i' | 'o' | 'b' | 'v' | 't'
  typeId: number
  type: string
}

/** A column of a composite type. */
export interface ResultColumn {
  name: string
  typeId: number
  modifier: number
  dimensions: number
  notNull: boolean
}

/** The name of a relation in Kysely and generated/: with its schema, unless that is `public`. */
export function qualified({ schema, name }: { schema: string; name: string }): string {
  return schema === 'public' ? name : `${schema}.${name}`
}

/** Whether a relation is a view, materialized or not. */
export function isView({ kind }: Relation): boolean {
  return kind === 'v' || kind === 'm'
}

/**
 * The tables and views that a service may name. Partitions are reached through their table. Of two with the same name in
 * generated/, as `"a.b"` and `a.b`, only the one without a dot of its own is among them.
 */
export function visibleRelations({ relations }: Catalog): Relation[] {
  const visible = relations.filter(({ isPartition }) => !isPartition)
  const plain = new Set(visible.filter(({ name }) => !name.includes('.')).map(qualified))
  return visible.filter((relation) => !relation.name.includes('.') || !plain.has(qualified(relation)))
}

/** Whether a query of Kysely can name the relation: a dot ends a schema's name, ` as ` begins an alias. */
export function isNameable({ schema, name }: Relation): boolean {
  return !/\.| as /.test(name) && !/\.| as /.test(schema)
}

/** The type of a column after its domains are unwrapped. */
export interface ResolvedType {
  /** The base type; for an array, the element type. */
  type: Type
  isArray: boolean
  /** The declared dimensions of an array, at least 1; 0 for other types. */
  dimensions: number
  /** Outermost first. */
  domains: Type[]
  /** The length of varchar, or the precision and scale of numeric; -1 if there is none. */
  modifier: number
}

/** Unwraps the domains and the array of a column's type. */
export function resolveType(
  catalog: Catalog,
  column: { typeId: number; modifier: number; dimensions?: number },
): ResolvedType {
  const byId = indexTypes(catalog)
  const domains: Type[] = []
  let { modifier } = column
  let type = byId.get(column.typeId)
  while (type?.kind === 'd' && type.baseId !== null) {
    domains.push(type)
    modifier = type.modifier
    type = byId.get(type.baseId)
  }
  if (type === undefined) throw new Error(`The catalog lacks type ${column.typeId}.`)
  const element = type.elementId === null ? undefined : byId.get(type.elementId)
  const dimensions = element ? Math.max(1, column.dimensions ?? 0, domains.at(-1)?.dimensions ?? 0) : 0
  return { type: element ?? type, isArray: element !== undefined, dimensions, domains, modifier }
}

const typeIndexes = new WeakMap<Catalog, Map<number, Type>>()

function indexTypes(catalog: Catalog): Map<number, Type> {
  const index = typeIndexes.get(catalog) ?? new Map(catalog.types.map((type) => [type.id, type]))
  typeIndexes.set(catalog, index)
  return index
}

/** The constraints, indexes, triggers or policies of a relation or a domain. The list is indexed once. */
export function ofOwner<Item extends Belonging>(
  items: readonly Item[],
  { schema, name }: { schema: string; name: string },
): readonly Item[] {
  let index = ownerIndexes.get(items) as Map<string, Item[]> | undefined
  if (!index) {
    index = new Map()
    for (const item of items) {
      const key = JSON.stringify([item.schema, item.table ?? item.domain])
      const known = index.get(key)
      if (known) known.push(item)
      else index.set(key, [item])
    }
    ownerIndexes.set(items, index)
  }
  return index.get(JSON.stringify([schema, name])) ?? []
}

/** Tables and domains share one set of names: a table has a row type, and a domain is a type. */
interface Belonging {
  readonly schema: string
  readonly table: string | null
  readonly domain?: string | null
}

const ownerIndexes = new WeakMap<readonly Belonging[], ReadonlyMap<string, Belonging[]>>()
