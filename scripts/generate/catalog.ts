import { readFile } from 'node:fs/promises'
import pg from 'pg'

/** The catalog of a schema as read by catalog.sql: sorted by name, with domains not yet resolved. */
export interface Catalog {
  relations: Relation[]
  types: Type[]
  constraints: Constraint[]
  indexes: Index[]
  triggers: Trigger[]
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
  comment: string | null
  /** The query of a view; null for other kinds. */
  definition: string | null
  partitionKey: string | null
  columns: Column[]
}

/** A column of a relation. */
export interface Column {
  name: string
  typeId: number
  /** The type as written in SQL: `timestamp(3) with time zone`. */
  type: string
  modifier: number
  /** False while the constraint is NOT VALID, because existing rows may hold null. */
  notNull: boolean
  /** True if new rows must not hold null, regardless of existing rows. */
  refusesNull: boolean
  identity: 'a' | 'd' | null
  generated: 's' | 'v' | null
  default: string | null
  /** False for a collation that treats different strings as equal. */
  deterministic: boolean
  comment: string | null
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
  /** The constraint of the whole table that this one is a part of. */
  parent: string | null
  columns: string[]
  references: { schema: string; table: string; columns: string[] } | null
  definition: string
  expression: string | null
  /** False if even new rows may violate it. */
  isEnforced: boolean
  /** False if rows may violate it: NOT VALID or NOT ENFORCED. */
  holds: boolean
  comment: string | null
}

/** An index of a table or materialized view. */
export interface Index {
  name: string
  schema: string
  table: string
  isPartition: boolean
  parent: string | null
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

/** Makes the printed names and constants independent of the server: schemas other than `public` are named, times are ISO. */
const SETTINGS = '-c search_path=public -c timezone=UTC -c datestyle=ISO'

/** Reads the catalog in one round trip. */
export async function readCatalog(connectionString: string): Promise<Catalog> {
  const query = await readFile(new URL('catalog.sql', import.meta.url), 'utf8')
  const client = new pg.Client({ connectionString, options: SETTINGS })
  await client.connect()
  try {
    const { rows } = await client.query<{ catalog: Catalog }>(query)
    return (rows[0] as { catalog: Catalog }).catalog
  } finally {
    await client.end()
  }
}

/** The name of a relation in Kysely and generated/: with its schema, unless that is `public`. */
export function qualified({ schema, name }: { schema: string; name: string }): string {
  return schema === 'public' ? name : `${schema}.${name}`
}

/** Whether a relation is a view, materialized or not. */
export function isView({ kind }: Relation): boolean {
  return kind === 'v' || kind === 'm'
}

/** The tables and views that a service may name. Partitions are reached through their table. */
export function visibleRelations({ relations }: Catalog): Relation[] {
  return relations.filter(({ isPartition }) => !isPartition)
}

/** The type of a column after its domains are unwrapped. */
export interface ResolvedType {
  /** The base type; for an array, the element type. */
  type: Type
  isArray: boolean
  /** Outermost first. */
  domains: Type[]
  /** The length of varchar, or the precision and scale of numeric; -1 if there is none. */
  modifier: number
}

/** Unwraps the domains and the array of a column's type. */
export function resolveType(catalog: Catalog, column: { typeId: number; modifier: number }): ResolvedType {
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
  return { type: element ?? type, isArray: element !== undefined, domains, modifier }
}

const typeIndexes = new WeakMap<Catalog, Map<number, Type>>()

function indexTypes(catalog: Catalog): Map<number, Type> {
  const index = typeIndexes.get(catalog) ?? new Map(catalog.types.map((type) => [type.id, type]))
  typeIndexes.set(catalog, index)
  return index
}
