import type { RawBuilder } from 'kysely'
import { sql } from '../kysely/index.ts'
import type { Params } from './compile.ts'

/** The fields of an update, and the names of those that the caller passed, in `given`. */
type Update<Fields> = Params<Fields & { given: string[] }>

/**
 * The values of an update: each column gets the value of its field if `given` contains the field, and otherwise keeps its
 * current value.
 *
 * @param fields the field of each column.
 * @param table the table, where the names of its columns alone are ambiguous.
 */
export function setGiven<Fields, const Columns extends Readonly<Record<string, keyof Fields & string>>>(
  $: Update<Fields>,
  fields: Columns,
  table?: string,
): { [Column in keyof Columns]: Update<Fields>[Columns[Column]] } {
  const values = Object.entries(fields).map(([column, field]) => [
    column,
    sql`case when ${sql.lit(field)} = any(${$.given}::text[]) then ${$[field] as RawBuilder<unknown>} else ${sql.ref(table === undefined ? column : `${table}.${column}`)} end`,
  ])
  return Object.fromEntries(values)
}

/** The values of the fields that are present, by the names of their columns. */
export function byColumn(fields: Readonly<Record<string, string>>, values: object): Record<string, unknown> {
  const given = values as Readonly<Record<string, unknown>>
  return Object.fromEntries(
    Object.entries(fields).flatMap(([column, field]) => (field in given ? [[column, given[field]]] : [])),
  )
}
