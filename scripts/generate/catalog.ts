import { readFile } from 'node:fs/promises'
import pg from 'pg'

/** What PostgreSQL knows of a schema, as catalog.sql reads it: sorted by name, domains not yet resolved. */
export interface Catalog {
  relations: Relation[]
  types: Type[]
  constraints: Constraint[]
  indexes: Index[]
  triggers: Trigger[]
}

export interface Relation {
  schema: string
  name: string
  /** pg_class.relkind: table, partitioned table, view, materialized view, foreign table. */
  kind: 'r' | 'p' | 'v' | 'm' | 'f'
  isPartition: boolean
  /** Of a partition, however deep: the partitioned table that services name. */
  partitionOf: { schema: string; name: string } | null
  comment: string | null
  /** The query of a view. */
  definition: string | null
  partitionKey: string | null
  columns: Column[]
}

export interface Column {
  name: string
  typeId: number
  /** As one writes it: `timestamp(3) with time zone`. */
  type: string
  modifier: number
  /** False while the constraint is NOT VALID: rows may hold null. */
  notNull: boolean
  /** New rows may not, whatever older ones hold. */
  refusesNull: boolean
  identity: 'a' | 'd' | null
  generated: 's' | 'v' | null
  default: string | null
  /** False under a collation that calls different strings equal. */
  deterministic: boolean
  comment: string | null
}

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
  /** Created by the schema, not by PostgreSQL or an extension. */
  isOurs: boolean
  /** Of an enum, in declared order. */
  labels: string[] | null
  comment: string | null
}

export interface Constraint {
  name: string
  /** pg_constraint.contype: check, foreign key, not null, primary key, constraint trigger, unique, exclusion. */
  kind: 'c' | 'f' | 'n' | 'p' | 't' | 'u' | 'x'
  schema: string
  table: string | null
  domain: string | null
  /** Of a partition, or one of the copies that a foreign key to a partitioned table has for each of its partitions. */
  isPartition: boolean
  /** The constraint that such a one stands for. */
  parent: string | null
  columns: string[]
  references: { schema: string; table: string; columns: string[] } | null
  definition: string
  expression: string | null
  /** False where even new rows may break it. */
  isEnforced: boolean
  /** False where rows may break it: NOT VALID, NOT ENFORCED. */
  holds: boolean
  comment: string | null
}

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

export interface Trigger {
  name: string
  schema: string
  table: string
  definition: string
  comment: string | null
}

/** Names and constants print alike everywhere: nothing but `public` goes without its schema, and times are those of ISO. */
const SETTINGS = '-c search_path=public -c timezone=UTC -c datestyle=ISO'

/** One round trip. */
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

/** A relation's name as Kysely and generated/ write it: with its schema unless that is `public`. */
export function qualified({ schema, name }: { schema: string; name: string }): string {
  return schema === 'public' ? name : `${schema}.${name}`
}

export function isView({ kind }: Relation): boolean {
  return kind === 'v' || kind === 'm'
}

/** Tables and views that a service may name: partitions are reached through their table. */
export function visibleRelations({ relations }: Catalog): Relation[] {
  return relations.filter(({ isPartition }) => !isPartition)
}

/** What a column holds once every domain is unwrapped. */
export interface ResolvedType {
  /** The base type, or an array's element type. */
  type: Type
  isArray: boolean
  /** Outermost first. */
  domains: Type[]
  /** Length of varchar, precision and scale of numeric; -1 without. */
  modifier: number
}

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
