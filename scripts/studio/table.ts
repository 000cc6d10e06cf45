import type pg from 'pg'
import { isSecret } from './secrets.ts'

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

export interface ColumnInfo {
  readonly name: string
  readonly type: string
  readonly isRequired: boolean
  readonly hasDefault: boolean
  readonly isGenerated: boolean
  readonly isSecret: boolean
  readonly comment: string | null
  /** The values of an enum, or of a CHECK that lists them. */
  readonly values: readonly string[] | null
  /** Whether `=` on the column's own type can be used, so that an index serves it. */
  readonly isBuiltIn: boolean
  readonly category: string
}

/** A foreign key; `columns` and `otherColumns` are pairs in order. */
export interface Reference {
  readonly name: string
  /** The table at the other end. */
  readonly table: string
  readonly columns: readonly string[]
  readonly otherColumns: readonly string[]
  readonly onDelete: 'restricts' | 'cascades' | 'sets null' | 'sets default'
}

/** Thrown where the page shows a table or a column that the database no longer has. */
export class MissingError extends Error {
  override readonly name = 'MissingError'
}

/** A table's name in SQL, from the name that the pages use: without the schema if that is public. */
export function quoted(name: string): string {
  const [schema, table] = splitName(name)
  return `${identifier(schema)}.${identifier(table)}`
}

export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`

function splitName(name: string): [string, string] {
  const dot = name.indexOf('.')
  return dot < 0 ? ['public', name] : [name.slice(0, dot), name.slice(dot + 1)]
}

/** Reads a table's columns and keys. Everything is named with its schema: overloads of others are not called. */
export async function readTable(client: pg.ClientBase, name: string): Promise<TableInfo> {
  const { rows } = await client.query<{ info: TableInfo | null }>(TABLE, splitName(name))
  const info = rows[0]?.info
  if (!info) throw new MissingError(`The table ${name} does not exist any more. Reload the page.`)
  return {
    ...info,
    name,
    columns: info.columns.map((column) => ({ ...column, isSecret: isSecret(column.name) })),
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
      'table', case n.nspname when 'public' then o.relname else n.nspname || '.' || o.relname end,
      'columns', (select json_agg(a.attname order by place) from unnest(k.${ownColumns}) with ordinality as u (number, place)
        join pg_attribute as a on a.attrelid = k.${own} and a.attnum = u.number),
      'otherColumns', (select json_agg(a.attname order by place) from unnest(k.${otherColumns}) with ordinality as u (number, place)
        join pg_attribute as a on a.attrelid = k.${other} and a.attnum = u.number),
      'onDelete', case k.confdeltype when 'c' then 'cascades' when 'n' then 'sets null' when 'd' then 'sets default' else 'restricts' end
    ) order by k.conname)
    from pg_constraint as k join pg_class as o on o.oid = k.${other} join pg_namespace as n on n.oid = o.relnamespace
    where k.contype = 'f' and k.${own} = t.oid and k.conparentid = 0 and not o.relispartition
  ), '[]')`

/** Runs under search_path pg_catalog alone. */
const TABLE = `
  select json_build_object(
    'kind', case when t.relkind in ('v', 'm') then 'view' else 'table' end,
    'comment', obj_description(t.oid, 'pg_class'),
    'columns', (
      select json_agg(json_build_object(
        'name', a.attname,
        'type', format_type(a.atttypid, a.atttypmod),
        'isRequired', a.attnotnull,
        'hasDefault', a.atthasdef or a.attidentity <> '',
        'isGenerated', a.attgenerated <> '' or a.attidentity = 'a',
        'comment', col_description(t.oid, a.attnum),
        'values', coalesce(
          (select json_agg(e.enumlabel order by e.enumsortorder) from pg_enum as e where e.enumtypid = y.oid),
          (select json_agg(m[1]) from pg_constraint as k, regexp_matches(pg_get_constraintdef(k.oid), '''([^'']*)''::', 'g') as m
           where k.conrelid = t.oid and k.contype = 'c' and k.conkey = array[a.attnum]
             and pg_get_constraintdef(k.oid) ~ ('^CHECK \\(\\(\\(?' || a.attname || '\\)?(::[a-z ]+)? = ANY \\(\\(?ARRAY\\['))
        ),
        'isBuiltIn', y.typnamespace = 'pg_catalog'::regnamespace or y.typtype = 'e',
        'category', y.typcategory
      ) order by a.attnum)
      from pg_attribute as a join pg_type as y on y.oid = a.atttypid
      where a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
    ),
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
