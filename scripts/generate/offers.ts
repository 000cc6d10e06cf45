import type pg from 'pg'
import type { LoadedStatement, OfferedColumns } from './loaded-statement.ts'

interface Index {
  readonly table: string
  /** Names of its columns; null for an expression. */
  readonly columns: readonly (string | null)[]
  readonly isUnique: boolean
  readonly isPartial: boolean
  /** `btree`, which orders rows, or `gin`, which finds what a column contains. */
  readonly method: string
}

/**
 * Orders and filters of lists that no index serves, in sentences. An order needs an index over all rows that begins with the columns to
 * which the list is bound, the column of the order and the key, or one of the former that is unique. Its column must not be null: a
 * position could not be compared with null. A filter needs an index that begins with its column; one of the contents of a column a GIN index.
 */
export async function unservedOffers(
  client: pg.ClientBase,
  statements: readonly LoadedStatement[],
): Promise<string[]> {
  const lists = statements.flatMap(({ name, offers }) => (offers ? [{ name, offers }] : []))
  if (lists.length === 0) return []
  const tables = [...new Set(lists.map(({ offers }) => offers.table))]
  const { rows: indexes } = await client.query<Index>(
    `select relname as table, indisunique as "isUnique", indpred is not null as "isPartial", amname as method,
       array(select attname::text from unnest(indkey) with ordinality as part (number, place)
         left join pg_attribute on attrelid = indrelid and attnum = number order by place) as columns
     from pg_index join pg_class on pg_class.oid = indrelid
       join pg_am on pg_am.oid = (select relam from pg_class as own where own.oid = indexrelid)
     where relname = any($1) and relnamespace = current_schema()::regnamespace and amname in ('btree', 'gin')`,
    [tables],
  )
  const { rows: columns } = await client.query<{ name: string; isNullable: boolean }>(
    `select relname || '.' || attname as name, not attnotnull as "isNullable"
     from pg_attribute join pg_class on pg_class.oid = attrelid
     where relname = any($1) and relnamespace = current_schema()::regnamespace and attnum > 0 and not attisdropped`,
    [tables],
  )
  const nullable = new Map(columns.map(({ name, isNullable }) => [name, isNullable]))
  return lists.flatMap(({ name, offers }) => [
    ...offers.orderBy.flatMap((column) => {
      if (nullable.get(`${offers.table}.${column}`) !== false)
        return [`${name}: an order by ${column}, which may be null`]
      return indexes.some((index) => servesOrder(index, offers, column))
        ? []
        : [`${name}: an order by ${column}; create an index on (${orderOf(offers, column).join(', ')})`]
    }),
    ...offers.where.flatMap((column) =>
      indexes.some((index) => servesFilter(index, offers, column))
        ? []
        : [`${name}: a filter by ${column}; create an index that begins with ${column}`],
    ),
    ...offers.contents.flatMap((column) =>
      indexes.some((index) => servesContents(index, offers, column))
        ? []
        : [`${name}: a filter by what ${column} contains; create an index using gin (${column})`],
    ),
  ])
}

function orderOf({ within, key }: OfferedColumns, column: string): string[] {
  return [...within, column, key]
}

function servesOrder(index: Index, offers: OfferedColumns, column: string): boolean {
  if (index.table !== offers.table || index.isPartial || index.method !== 'btree') return false
  const unique = [...offers.within, column]
  const isKey = index.isUnique && index.columns.length === unique.length && beginsWith(index, unique)
  return isKey || beginsWith(index, orderOf(offers, column))
}

function servesFilter(index: Index, { table, within }: OfferedColumns, column: string): boolean {
  if (index.table !== table || index.method !== 'btree') return false
  return beginsWith(index, [column]) || beginsWith(index, [...within, column])
}

function beginsWith({ columns }: Index, wanted: readonly string[]): boolean {
  return wanted.every((column, place) => columns[place] === column)
}

function servesContents({ table, columns, method }: Index, offers: OfferedColumns, column: string): boolean {
  return table === offers.table && method === 'gin' && columns[0] === column
}
