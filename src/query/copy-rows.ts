import type { DB } from '../../generated/database.ts'
import { type CallOptions, type Connection, CopyText } from '../connection/index.ts'

/** The column of each property. */
type Columns<Table extends keyof DB, Property extends PropertyKey> = Readonly<
  Record<Property, keyof DB[Table] & string>
>

/**
 * The columns of a table that a COPY writes. Every property of the input is named, in `columns` or in `defaulted`: one
 * that is read but not copied is a compile error.
 */
export interface CopyTable<
  Table extends keyof DB,
  Id extends string,
  Input extends object,
  Defaulted extends keyof Input,
> {
  readonly name: Table
  /** Columns whose values are properties of the item. */
  readonly ids: Partial<Columns<Table, Id>>
  /** Columns whose values are properties of the item's `input`. */
  readonly columns: Columns<Table, Exclude<keyof Input, Defaulted>>
  /** The same, but the server sets the column's default if `input` lacks the property. */
  readonly defaulted: Columns<Table, Defaulted>
}

type CopyItem<Id extends string, Input> = { readonly input: Input } & { readonly [Property in Id]: string }

/** A COPY statement, its rows as text, and the item of each row. */
export interface Copy<Item> {
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
  Item extends CopyItem<Id, Input>,
>(table: CopyTable<Table, Id, Input, Defaulted>, items: readonly Item[]): Copy<Item>[] {
  const [ids, columns, defaulted] = [table.ids, table.columns, table.defaulted].map(
    (each) => Object.entries(each) as [string, string][],
  ) as [[Id, string][], [string, string][], [string, string][]]
  const copies = new Map<number, Copy<Item>>()
  for (const item of items) {
    const input = item.input as Readonly<Record<string, unknown>>
    let combination = 0
    for (let bit = 0; bit < defaulted.length; bit += 1) {
      const [property] = defaulted[bit] as [string, string]
      if (input[property] !== undefined) combination |= 1 << bit
    }
    let copy = copies.get(combination)
    if (!copy) {
      const written = [...ids, ...columns, ...defaulted.filter((_, bit) => combination & (1 << bit))]
      const sql = `copy ${table.name} (${written.map(([, column]) => column).join(', ')}) from stdin`
      copy = { sql, rows: new CopyText(), items: [] }
      copies.set(combination, copy)
    }
    for (const [property] of ids) copy.rows.addValue(item[property])
    for (const [property] of columns) copy.rows.addValue(input[property])
    for (let bit = 0; bit < defaulted.length; bit += 1) {
      const [property] = defaulted[bit] as [string, string]
      if (combination & (1 << bit)) copy.rows.addValue(input[property])
    }
    copy.rows.endRow()
    copy.items.push(item)
  }
  return [...copies.values()]
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
  for (const { sql, rows, items } of copies) {
    try {
      await connection.run({ sql, rows: rows.bytes, prepared: false, readOnly: false }, options)
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
