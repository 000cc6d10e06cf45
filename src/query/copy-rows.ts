import type { DB } from '../../generated/database.ts'
import { type CallOptions, type Connection, CopyText, encode } from '../connection/index.ts'
import { groupByColumns, type ImportTable, type TableItem } from './import-table.ts'

/** A COPY statement, its rows as text, and the item of each row. */
export interface Copy<Item> {
  readonly table: string
  readonly sql: string
  readonly rows: CopyText
  readonly items: Item[]
}

/** Makes a COPY for each combination of columns with a default that the items have. */
export function copiesOf<
  Table extends keyof DB,
  Id extends string,
  Input extends object,
  Defaulted extends keyof Input,
  Item extends TableItem<Id, Input>,
>(table: ImportTable<Table, Id, Input, Defaulted>, given: readonly Item[]): Copy<Item>[] {
  return groupByColumns(table, given).map(({ ids, columns, items }) => {
    const written = [...ids, ...columns].map(([, column]) => column)
    const rows = new CopyText()
    for (const item of items) {
      const input = item.input as Readonly<Record<string, unknown>>
      for (const [property] of ids) rows.addValue(item[property])
      for (const [property] of columns) {
        const value = input[property]
        rows.addValue(typeof value === 'object' ? toText(value, property, table.json) : value)
      }
      rows.endRow()
    }
    return { table: table.name, sql: `copy ${table.name} (${written.join(', ')}) from stdin`, rows, items }
  })
}

/** The text of a value that is no plain one: JSON, or an array of PostgreSQL. */
function toText(value: object | null, property: string, json: readonly string[] = []): unknown {
  return value !== null && json.includes(property) ? JSON.stringify(value) : encode(value)
}

/**
 * Sends COPY statements and returns the number of rows.
 *
 * @param toError makes the error to throw from the server's error and the item of the row that it names.
 */
export async function sendCopies<Item>(
  connection: Connection,
  copies: readonly Copy<Item>[],
  toError: (error: unknown, item: Item) => unknown,
  options?: CallOptions,
): Promise<number> {
  let count = 0
  for (const { table, sql, rows, items } of copies) {
    const target = { operation: 'COPY', table }
    try {
      await connection.run({ sql, rows: rows.bytes, prepared: false, readOnly: false, target }, options)
    } catch (error) {
      const item = items[lineOf(error) - 1]
      throw item === undefined ? error : toError(error, item)
    }
    count += items.length
  }
  return count
}

/** The line that the server's error names, counted from 1; 0 if it names none. */
function lineOf(error: unknown): number {
  const cause = error instanceof Error ? (error.cause as { where?: unknown } | undefined) : undefined
  const [, line = 0] = /^COPY \S+, line (\d+)/.exec(String(cause?.where)) ?? []
  return Number(line)
}
