import type pg from 'pg'
import { isSecret } from './secrets.ts'
import { readValueLists, type ValueLists, type ValueRules } from './value-lists.ts'

/** A table or a view as the page of rows needs it. */
export interface TableInfo {
  readonly name: string
  readonly kind: 'table' | 'view'
  readonly comment: string | null
  readonly columns: readonly ColumnInfo[]
  /** The columns of the primary key; empty for a view: such rows cannot be changed here. */
  readonly key: readonly string[]
  /** Foreign keys of this table. */
  readonly references: readonly Reference[]
  /** Foreign keys of other tables to this one. */
  readonly referencedBy: readonly Reference[]
}

export interface ColumnInfo extends ValueLists {
  readonly name: string
  readonly type: string
  readonly isRequired: boolean
  readonly hasDefault: boolean
  readonly isGenerated: boolean
  readonly isSecret: boolean
  readonly comment: string | null
  /** Whether PostgreSQL can sort by it; otherwise its text is sorted. */
  readonly isOrdered: boolean
  /** The type whose operators compare its values, so that an index serves them; null where only texts can be compared. */
  readonly comparedAs: string | null
  readonly category: string
}

/** A foreign key; `columns` and `otherColumns` are pairs in order. */
export interface Reference {
  readonly name: string
  /** The table at the other end. */
  readonly table: string
  readonly columns: readonly string[]
  readonly otherColumns: readonly string[]
  readonly onDelete: 'refuses' | 'restricts' | 'cascades' | 'sets null' | 'sets default'
}

/** Thrown where the page shows a table or a column that the database no longer has. */
export class MissingError extends Error {
  override readonly name = 'MissingError'
}

/** A table's name in SQL, from the name that the pages use: as PostgreSQL writes it, without the schema if that is public. */
export function quoted(name: string): string {
  const [schema, table] = splitName(name)
  return `${identifier(schema)}.${identifier(table)}`
}

export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** The schema and the table of `orders`, `shop.orders`, `"Orders"` or `shop."Orders.2025"`. */
function splitName(name: string): [string, string] {
  const parts = [...name.matchAll(/"((?:[^"]|"")*)"|[^".]+/g)].map(([whole, inQuotes]) =>
    inQuotes === undefined ? whole : inQuotes.replaceAll('""', '"'),
  )
  const [first = '', second] = parts
  return second === undefined ? ['public', first] : [first, second]
}

interface StoredTable extends Omit<TableInfo, 'columns'> {
  readonly columns: readonly (Omit<ColumnInfo, keyof ValueLists | 'isSecret'> & {
    readonly rules: ValueRules
  })[]
}

/** Reads a table's columns and keys. Everything is named with its schema: overloads of others are not called. */
export async function readTable(client: pg.ClientBase, name: string): Promise<TableInfo> {
  const { rows } = await client.query<{ info: StoredTable | null }>(TABLE, splitName(name))
  const info = rows[0]?.info
  if (!info) throw new MissingError(`The table ${name} does not exist any more. Reload the page.`)
  return {
    ...info,
    name,
    columns: await Promise.all(
      info.columns.map(async ({ rules, ...column }) => ({
        ...column,
        ...(await readValueLists(rules)),
        isSecret: isSecret(column.name),
      })),
    ),
  }
}

/** The column of a table. @throws {MissingError} it has been renamed or dropped. */
export function columnOf({ name, columns }: TableInfo, column: string): ColumnInfo {
  const found = columns.find((each) => each.name === column)
  if (!found) throw new MissingError(`The table ${name} has no column ${column} any more. Reload the page.`)
  return found
}

const REFERENCE = (own: string, other: string, ownColumns: string, otherColumns: string) => `
  coalesce((
    select json_agg(json_build_object(
      'name', k.conname,
      'table', case n.nspname when 'public' then '' else quote_ident(n.nspname) || '.' end || quote_ident(o.relname),
      'columns', (select json_agg(a.attname order by place) from unnest(k.${ownColumns}) with ordinality as u (number, place)
        join pg_attribute as a on a.attrelid = k.${own} and a.attnum = u.number),
      'otherColumns', (select json_agg(a.attname order by place) from unnest(k.${otherColumns}) with ordinality as u (number, place)
        join pg_attribute as a on a.attrelid = k.${other} and a.attnum = u.number),
      'onDelete', case k.confdeltype when 'c' then 'cascades' when 'n' then 'sets null' when 'd' then 'sets default' when 'r' then 'refuses' else 'restricts' end
    ) order by k.conname)
    from pg_constraint as k join pg_class as o on o.oid = k.${other} join pg_namespace as n on n.oid = o.relnamespace
    where k.contype = 'f' and k.${own} = t.oid and k.conparentid = 0 and not o.relispartition
  ), '[]')`

/** Runs under search_path pg_catalog alone. */
const TABLE = `
  select json_build_object(
    'kind', case when t.relkind in ('v', 'm') then 'view' else 'table' end,
    'comment', obj_description(t.oid, 'pg_class'),
    'columns', coalesce((
      select json_agg(json_build_object(
        'name', a.attname,
        'type', format_type(a.atttypid, a.atttypmod),
        'isRequired', a.attnotnull,
        'hasDefault', a.atthasdef or a.attidentity <> '',
        'isGenerated', a.attgenerated <> '' or a.attidentity = 'a',
        'comment', col_description(t.oid, a.attnum),
        'rules', json_build_object(
          'labels', (select json_agg(enumlabel order by enumsortorder) from pg_enum where enumtypid = base.oid),
          'checks', array(
            select pg_get_expr(conbin, conrelid) from pg_constraint
            where conrelid = t.oid and contype = 'c' and conkey = array[a.attnum]
            union all
            select pg_get_expr(conbin, 0) from pg_constraint where contypid = any (types.oids) and contype = 'c'
          ),
          'elementLabels', (select json_agg(enumlabel order by enumsortorder) from pg_enum where enumtypid = element.oid),
          'elementChecks', array(
            select pg_get_expr(conbin, 0) from pg_constraint where contypid = element.oid and contype = 'c'
          )
        ),
        'isOrdered', ordered.is_ordered,
        'comparedAs', case
          when ordered.is_ordered and (base.typnamespace = 'pg_catalog'::regnamespace or base.typtype <> 'b' or element.oid is not null)
          then format_type(base.oid, -1) end,
        'category', y.typcategory
      ) order by a.attnum)
      from pg_attribute as a join pg_type as y on y.oid = a.atttypid
      cross join lateral (
        -- A domain and the types that it is made of.
        with recursive chain (oid, next, depth) as (
          select y.oid, y.typbasetype, 0
          union all
          select pg_type.oid, typbasetype, depth + 1 from chain join pg_type on pg_type.oid = next
        )
        select array_agg(oid) as oids, (array_agg(oid order by depth desc))[1] as base from chain
      ) as types
      join pg_type as base on base.oid = types.base
      left join pg_type as element on element.oid = base.typelem and element.typarray = base.oid
      cross join lateral (
        select coalesce(element.typtype, base.typtype) in ('e', 'r', 'm') or exists (
          select from pg_opclass
          where opcmethod = (select oid from pg_am where amname = 'btree') and opcdefault
            and (opcintype = coalesce(element.oid, base.oid) or exists (
              select from pg_cast
              where castsource = coalesce(element.oid, base.oid) and casttarget = opcintype and castmethod = 'b' and castcontext = 'i'
            ))
        ) as is_ordered
      ) as ordered
      where a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
    ), '[]'),
    'key', coalesce((
      select json_agg(a.attname order by place) from pg_constraint as k, unnest(k.conkey) with ordinality as u (number, place)
      join pg_attribute as a on a.attnum = u.number
      where k.conrelid = t.oid and k.contype = 'p' and a.attrelid = t.oid
    ), '[]'),
    'references', ${REFERENCE('conrelid', 'confrelid', 'conkey', 'confkey')},
    'referencedBy', ${REFERENCE('confrelid', 'conrelid', 'confkey', 'conkey')}
  ) as info
  from pg_class as t join pg_namespace as n on n.oid = t.relnamespace
  where n.nspname = $1 and t.relname = $2 and t.relkind in ('r', 'p', 'v', 'm', 'f')`
