import { OWN_NAMESPACES, query } from './catalog.ts'

/** The type of a column, that of a domain being its base type. */
export interface ColumnType {
  /** In pg_type: `int4`, `varchar`; of an array, that of its elements. */
  readonly name: string
  /** As pg_attribute keeps it: -1 for none. */
  readonly modifier: number
  readonly isArray: boolean
  readonly isEnum: boolean
  /** `s`: stored; `v`: virtual; empty: plain. */
  readonly generated: '' | 's' | 'v'
}

/** By schema, table and column, joined with zero characters. */
export type ColumnTypes = ReadonlyMap<string, ColumnType>

export const columnKey = (schema: string, table: string, column: string) => [schema, table, column].join('\0')

export async function readColumnTypes(url: string): Promise<ColumnTypes> {
  const rows = await query<ColumnType & { schema: string; table: string; column: string }>(
    url,
    `with recursive base as (
       select oid as type, oid as base, -1 as modifier from pg_type
       union all
       select base.type, typbasetype, case when base.modifier = -1 then typtypmod else base.modifier end
       from base join pg_type on pg_type.oid = base.base where typtype = 'd'
     )
     select nspname::text as schema, relname::text as table, attname::text as column,
       coalesce(element.typname, pg_type.typname)::text as name, greatest(atttypmod, base.modifier) as modifier,
       element.oid is not null as "isArray", coalesce(element.typtype, pg_type.typtype) = 'e' as "isEnum", attgenerated as generated
     from pg_attribute join pg_class on pg_class.oid = attrelid and relkind in ('r', 'p')
     join pg_namespace on pg_namespace.oid = relnamespace
     join base on base.type = atttypid join pg_type on pg_type.oid = base.base and pg_type.typtype <> 'd'
     left join pg_type as element on element.oid = pg_type.typelem and element.typarray = pg_type.oid
     where attnum > 0 and not attisdropped and ${OWN_NAMESPACES}`,
  )
  return new Map(rows.map((row) => [columnKey(row.schema, row.table, row.column), row]))
}

const INTEGERS = ['int2', 'int4', 'int8']
const TEXTS = ['text', 'varchar', 'citext']
const TIMES = ['time', 'timetz', 'timestamp', 'timestamptz']

/** Other types that have every value of a type. */
const WIDER: Readonly<Record<string, readonly string[]>> = {
  int2: ['float4', 'float8'],
  int4: ['float8'],
  jsonb: ['json'],
  text: ['json'],
  varchar: ['json'],
  cidr: ['inet'],
  date: ['timestamp'],
}

/**
 * Whether a change of type leaves every value as it is, or is refused by PostgreSQL where it would not: a number that is out
 * of range or a text that is too long is not changed.
 */
export function keepsValues(from: ColumnType, to: ColumnType): boolean {
  if (TEXTS.includes(to.name) && !to.isArray) return true
  if (from.isArray !== to.isArray) return false
  if (from.isEnum && to.isEnum) return true
  if (from.name === to.name) return keepsModified(from, to)
  if (TEXTS.includes(from.name) && (TEXTS.includes(to.name) || to.isEnum)) return true
  if (TEXTS.includes(to.name))
    return from.isEnum || from.name === 'bpchar' || INTEGERS.includes(from.name) || from.name === 'uuid'
  if (INTEGERS.includes(from.name)) {
    if (INTEGERS.includes(to.name)) return true
    if (to.name === 'numeric') return to.modifier === -1 || scaleOf(to.modifier) >= 0
  }
  return WIDER[from.name]?.includes(to.name) ?? false
}

function keepsModified({ name, modifier: old }: ColumnType, { modifier }: ColumnType): boolean {
  if (old === modifier || modifier === -1) return true
  if (name === 'varchar' || name === 'bit' || name === 'varbit') return true
  if (name === 'numeric') return old !== -1 && scaleOf(modifier) >= scaleOf(old)
  if (TIMES.includes(name)) return old !== -1 && modifier >= old
  return false
}

/** Of numeric: a signed number of 11 bits. */
const scaleOf = (modifier: number) => (((modifier - 4) & 0x7ff) ^ 1024) - 1024

/** Types to which an explicit cast cuts a value that is too long, where an assignment is refused. */
export function isCutByCast({ name }: ColumnType): boolean {
  return ['varchar', 'bpchar', 'bit', 'varbit'].includes(name)
}
