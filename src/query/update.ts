import { type RawBuilder, sql } from 'kysely'
import type { Params } from './compile.ts'

/** The fields of an update, and the names of those that the caller passed, in `given`. */
type Update<Fields> = Params<Fields & { given: string[] }>

/**
 * The values of an update: each column gets the value of its field if `given` contains the field, and otherwise keeps its
 * current value.
 *
 * @param fields the field of each column.
 */
export function setGiven<Fields, const Columns extends Readonly<Record<string, keyof Fields & string>>>(
  $: Update<Fields>,
  fields: Columns,
): { [Column in keyof Columns]: Update<Fields>[Columns[Column]] } {
  const values = Object.entries(fields).map(([column, field]) => [
    column,
    sql`case when ${sql.lit(field)} = any(${$.given}::text[]) then ${$[field] as RawBuilder<unknown>} else ${sql.ref(column)} end`,
  ])
  return Object.fromEntries(values)
}
