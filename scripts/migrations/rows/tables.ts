import type pg from 'pg'
import { queryClosed } from '../../../src/admin/index.ts'
import { notOfExtension, OWN_NAMESPACES } from '../catalog.ts'

export interface TableColumn {
  /** As in SQL. */
  readonly name: string
  readonly key: string
  /** As in SQL, with its limits. */
  readonly type: string
  /** Of the base type, or of the elements of an array. */
  readonly typeName: string
  /** Characters or bits. */
  readonly limit: number | null
  readonly isArray: boolean
  readonly labels: readonly string[] | null
  readonly elementLabels: readonly string[] | null
  /** How many, of a composite type. */
  readonly attributes: number | null
  readonly isNotNull: boolean
  readonly hasDefault: boolean
  /** Whether the server fills it: a generated column, or one with numbers of a sequence. */
  readonly isGenerated: boolean
  /** CHECKs of its domains. */
  readonly domainChecks: readonly string[]
}

export interface ForeignKey {
  /** As in SQL. */
  readonly columns: readonly string[]
  readonly target: string
  readonly targetColumns: readonly string[]
}

export interface Check {
  /** An expression. */
  readonly rule: string
  /** The keys of the columns that it names; empty where the catalog does not say. */
  readonly columns: readonly string[]
}

/** A table that holds rows of its own: none of its partitions. */
export interface Table {
  readonly oid: number
  /** As in SQL. */
  readonly name: string
  readonly columns: readonly TableColumn[]
  readonly checks: readonly Check[]
  readonly foreignKeys: readonly ForeignKey[]
  /** Columns of each unique key or index, by its name. */
  readonly keys: ReadonlyMap<string, readonly string[]>
}

/** The tables of a database, those that others refer to first. */
export async function readTables(client: pg.Client): Promise<Table[]> {
  const { rows } = await queryClosed<{ oid: number; name: string }>(
    client,
    `
    select pg_class.oid::integer as oid, pg_class.oid::regclass::text as name from pg_class
    join pg_namespace on pg_namespace.oid = relnamespace
    where relkind in ('r', 'p') and not relispartition and ${OWN_NAMESPACES} and ${notOfExtension('pg_class', 'pg_class.oid')}
    order by 2`,
  )
  const [columns, checks, foreignKeys, keys] = [
    await readColumns(client),
    await readChecks(client),
    await readForeignKeys(client),
    await readKeys(client),
  ]
  return inOrder(
    rows.map(({ oid, name }) => ({
      oid,
      name,
      columns: columns.filter(({ table }) => table === oid),
      checks: checks.filter(({ table }) => table === oid),
      foreignKeys: foreignKeys.filter(({ table }) => table === oid),
      keys: new Map(keys.filter(({ table }) => table === oid).map(({ name, columns }) => [name, columns])),
    })),
  )
}

/** Where tables refer to each other in a circle, they follow as they are. */
function inOrder(tables: readonly Table[]): Table[] {
  const sorted: Table[] = []
  for (let rest = [...tables]; rest.length > 0; ) {
    const names = new Set(rest.map(({ name }) => name))
    const free = rest.filter(({ name, foreignKeys }) =>
      foreignKeys.every(({ target }) => target === name || !names.has(target)),
    )
    const next = free.length > 0 ? free : rest.slice(0, 1)
    sorted.push(...next)
    rest = rest.filter((table) => !next.includes(table))
  }
  return sorted
}

async function readColumns(client: pg.Client): Promise<(TableColumn & { table: number })[]> {
  const { rows } = await queryClosed<TableColumn & { table: number }>(
    client,
    `
    with recursive domain as (
      select oid as type, oid as base, -1 as modifier, array[]::text[] as checks, false as "notNull" from pg_type
      union all
      select domain.type, typbasetype, greatest(domain.modifier, typtypmod),
        domain.checks || array(select pg_get_constraintdef(oid) from pg_constraint where contypid = pg_type.oid and contype = 'c'),
        "notNull" or typnotnull
      from domain join pg_type on pg_type.oid = domain.base where typtype = 'd'
    )
    select attrelid::integer as table, quote_ident(attname) as name, attname::text as key, format_type(atttypid, atttypmod) as type,
      coalesce(element.typname, base.typname)::text as "typeName",
      case when coalesce(element.typname, base.typname) in ('varchar', 'bpchar') then nullif(greatest(atttypmod, domain.modifier), -1) - 4
        when coalesce(element.typname, base.typname) in ('bit', 'varbit') then nullif(greatest(atttypmod, domain.modifier), -1) end as "limit",
      element.oid is not null as "isArray",
      (select array_agg(enumlabel::text order by enumsortorder) from pg_enum where enumtypid = base.oid) as labels,
      (select array_agg(enumlabel::text order by enumsortorder) from pg_enum where enumtypid = element.oid) as "elementLabels",
      (select count(*)::integer from pg_attribute as part where part.attrelid = base.typrelid and base.typrelid <> 0 and part.attnum > 0 and not part.attisdropped
        having count(*) > 0) as attributes,
      attnotnull or "notNull" as "isNotNull", atthasdef and attgenerated = '' or attidentity <> '' or outer_.typdefault is not null as "hasDefault",
      attidentity <> '' or attgenerated <> '' or exists (
        select from pg_attrdef join pg_depend on classid = 'pg_attrdef'::regclass and objid = pg_attrdef.oid and refclassid = 'pg_class'::regclass
        join pg_class as sequence on sequence.oid = refobjid and sequence.relkind = 'S' where adrelid = attrelid and adnum = attnum) as "isGenerated", domain.checks as "domainChecks"
    from pg_attribute join pg_type as outer_ on outer_.oid = atttypid
    join domain on domain.type = atttypid join pg_type as base on base.oid = domain.base and base.typtype <> 'd'
    left join pg_type as element on element.oid = base.typelem and element.typarray = base.oid
    join pg_class on pg_class.oid = attrelid and relkind in ('r', 'p')
    join pg_namespace on pg_namespace.oid = relnamespace and ${OWN_NAMESPACES}
    where attnum > 0 and not attisdropped order by attrelid, attnum`,
  )
  return rows
}

async function readChecks(client: pg.Client): Promise<(Check & { table: number })[]> {
  const { rows } = await queryClosed<Check & { table: number }>(
    client,
    `
    select conrelid::integer as table, pg_get_expr(conbin, conrelid) as rule, array(
      select attname::text from pg_attribute where attrelid = conrelid and attnum = any(conkey)) as columns
    from pg_constraint where contype = 'c' and conrelid <> 0
    union all
    select inhparent::integer, string_agg(coalesce(pg_get_partition_constraintdef(inhrelid), 'true'), ' or '), '{}'
    from pg_inherits join pg_class on pg_class.oid = inhrelid and relispartition
    where not exists (select from pg_inherits as above where above.inhrelid = pg_inherits.inhparent) and relkind = 'r' group by 1`,
  )
  return rows
}

async function readForeignKeys(client: pg.Client): Promise<(ForeignKey & { table: number })[]> {
  const names = (table: string, columns: string) => `array(
    select quote_ident(attname) from unnest(${columns}) with ordinality as key (number, place)
    join pg_attribute on attrelid = ${table} and attnum = key.number order by place)`
  const { rows } = await queryClosed<ForeignKey & { table: number }>(
    client,
    `
    select conrelid::integer as table, ${names('conrelid', 'conkey')} as columns, confrelid::regclass::text as target,
      ${names('confrelid', 'confkey')} as "targetColumns"
    from pg_constraint where contype = 'f' and conparentid = 0`,
  )
  return rows
}

async function readKeys(client: pg.Client): Promise<{ table: number; name: string; columns: string[] }[]> {
  const { rows } = await queryClosed<{ table: number; name: string; columns: string[] }>(
    client,
    `
    select indrelid::integer as table, relname::text as name, array(
      select quote_ident(attname) from unnest(indkey::integer[]) as number join pg_attribute on attrelid = indrelid and attnum = number
      where number > 0) as columns
    from pg_index join pg_class on pg_class.oid = indexrelid where indisunique`,
  )
  return rows
}
