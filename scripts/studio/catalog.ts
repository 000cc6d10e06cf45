import type pg from 'pg'

/** A database in words, as the pages show it. Tables are named as the search path sees them. */
export interface Catalog {
  readonly tables: readonly Table[]
  readonly constraints: readonly Constraint[]
  readonly indexes: readonly Index[]
  readonly enums: readonly Enum[]
}

export interface Table {
  readonly name: string
  readonly kind: 'table' | 'view' | 'materialized view'
  readonly comment: string | null
  /** As the planner estimates; -1 where it was never counted. */
  readonly rows: number
  /** Such as `12 MB`, with indexes and what is stored aside. */
  readonly size: string
  readonly columns: readonly Column[]
}

export interface Column {
  readonly name: string
  readonly type: string
  readonly isRequired: boolean
  readonly default: string | null
  readonly isKey: boolean
  /** Table that a foreign key of this column leads to. */
  readonly references: string | null
  readonly comment: string | null
}

export interface Constraint {
  readonly table: string
  readonly name: string
  readonly kind: 'primary key' | 'unique' | 'foreign key' | 'check' | 'not null' | 'exclusion'
  readonly definition: string
  /** What people read when it is violated. */
  readonly comment: string | null
  readonly columns: readonly string[]
  /** Table and columns that a foreign key leads to. */
  readonly references: string | null
  readonly referencedColumns: readonly string[]
}

export interface Index {
  readonly table: string
  readonly name: string
  readonly definition: string
  readonly isUnique: boolean
  readonly isValid: boolean
  /** Such as `8 kB`. */
  readonly size: string
  /** How often it was read since the statistics were reset. */
  readonly scans: number
  /** ISO 8601; null on PostgreSQL 15, which does not know, and for one never used. */
  readonly lastUsed: string | null
}

export interface Enum {
  readonly name: string
  readonly values: readonly string[]
  readonly comment: string | null
}

/** As people say it: `timestamptz(3)`. */
export function shortType(type: string): string {
  return type
    .replace(/^timestamp(\(\d\))? with time zone/, 'timestamptz$1')
    .replace(/^timestamp(\(\d\))? without time zone/, 'timestamp$1')
    .replace(/^character varying/, 'varchar')
}

const RELATIONS = `
  relation as (
    select *, oid::regclass::text as label from pg_class
    where relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema', 'norberts_spark_db')
      and relnamespace::regnamespace::text not like 'pg\\_toast%' and relpersistence <> 't'
      and not exists (select from pg_depend where classid = 'pg_class'::regclass and objid = pg_class.oid and deptype = 'e')
  )`

const columnNames = (table: string, numbers: string) => `
      array(select attname::text from unnest(${numbers}) with ordinality as key (attnum, place)
        join pg_attribute on attrelid = ${table} and pg_attribute.attnum = key.attnum order by place)`

export async function readCatalog(client: pg.ClientBase): Promise<Catalog> {
  const { rows: tables } = await client.query<Table>(`
    with ${RELATIONS}
    select label as name,
      case relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end as kind,
      obj_description(oid, 'pg_class') as comment, reltuples::float8 as rows,
      pg_size_pretty(pg_total_relation_size(oid)) as size,
      (select coalesce(json_agg(json_build_object(
          'name', attname,
          'type', format_type(atttypid, atttypmod),
          'isRequired', attnotnull,
          'default', (select pg_get_expr(adbin, adrelid, true) from pg_attrdef where adrelid = attrelid and adnum = attnum),
          'isKey', exists (select from pg_constraint where conrelid = attrelid and contype = 'p' and attnum = any (conkey)),
          'references', (select confrelid::regclass::text from pg_constraint
            where conrelid = attrelid and contype = 'f' and attnum = any (conkey) order by cardinality(conkey), conname limit 1),
          'comment', col_description(attrelid, attnum)) order by attnum), '[]')
        from pg_attribute where attrelid = oid and attnum > 0 and not attisdropped) as columns
    from relation where relkind in ('r', 'p', 'v', 'm', 'f') order by label`)
  const { rows: constraints } = await client.query<Constraint>(`
    with ${RELATIONS}
    select label as table, conname as name,
      case contype when 'p' then 'primary key' when 'u' then 'unique' when 'f' then 'foreign key' when 'c' then 'check'
        when 'n' then 'not null' else 'exclusion' end as kind,
      pg_get_constraintdef(pg_constraint.oid, true) as definition,
      obj_description(pg_constraint.oid, 'pg_constraint') as comment,
      ${columnNames('conrelid', 'conkey')} as columns,
      nullif(confrelid, 0)::regclass::text as references, ${columnNames('confrelid', 'confkey')} as "referencedColumns"
    from relation join pg_constraint on conrelid = relation.oid
    where contype <> 't'
    order by label, contype, conname`)
  const { rows: indexes } = await client.query<Index>(`
    with ${RELATIONS}
    select indrelid::regclass::text as table, relation.relname as name, pg_get_indexdef(indexrelid, 0, true) as definition,
      indisunique as "isUnique", indisvalid as "isValid", pg_size_pretty(pg_relation_size(indexrelid)) as size,
      coalesce(idx_scan, 0)::float8 as scans, to_jsonb(used) ->> 'last_idx_scan' as "lastUsed"
    from relation join pg_index on indexrelid = relation.oid
    left join pg_stat_all_indexes as used using (indexrelid)
    order by 1, 2`)
  const { rows: enums } = await client.query<Enum>(`
    select oid::regtype::text as name, obj_description(oid, 'pg_type') as comment,
      array(select enumlabel::text from pg_enum where enumtypid = pg_type.oid order by enumsortorder) as values
    from pg_type where typtype = 'e'
      and not exists (select from pg_depend where classid = 'pg_type'::regclass and objid = pg_type.oid and deptype = 'e')
    order by 1`)
  return { tables, constraints, indexes, enums }
}
