import type { DB } from '../../generated/database.ts'
import { type CallOptions, type Connection, CopyText } from '../connection/index.ts'

/** A column, and the property that it holds. */
type CopyColumn<Table extends keyof DB, Property> = readonly [
  column: keyof DB[Table] & string,
  property: Property,
]

/** A table as COPY fills it. */
export interface CopyTable<Table extends keyof DB, Id extends string> {
  readonly name: Table
  /** What the items themselves have. */
  readonly ids: readonly CopyColumn<Table, Id>[]
  /** What their `input` has. */
  readonly columns: readonly CopyColumn<Table, string>[]
  /** Columns with a default, which is the server's to set where an input has no such property. */
  readonly defaulted: readonly CopyColumn<Table, string>[]
}

type CopyItem<Id extends string> = { readonly input: object } & { readonly [Property in Id]: string }

/** A COPY, and the item of each of its lines. */
export interface Copy<Item> {
  readonly sql: string
  readonly rows: CopyText
  readonly items: Item[]
}

/** One COPY for each combination of the columns with a default that are given. */
export function copiesOf<Table extends keyof DB, Id extends string, Item extends CopyItem<Id>>(
  { name, ids, columns, defaulted }: CopyTable<Table, Id>,
  items: readonly Item[],
): Copy<Item>[] {
  const copies = new Map<number, Copy<Item>>()
  for (const item of items) {
    const input = item.input as Readonly<Record<string, unknown>>
    let shape = 0
    for (let bit = 0; bit < defaulted.length; bit += 1) {
      if (input[(defaulted[bit] as CopyColumn<Table, string>)[1]] !== undefined) shape |= 1 << bit
    }
    let copy = copies.get(shape)
    if (!copy) {
      const given = [...ids, ...columns, ...defaulted.filter((_, bit) => shape & (1 << bit))]
      const sql = `copy ${name} (${given.map(([column]) => column).join(', ')}) from stdin`
      copy = { sql, rows: new CopyText(), items: [] }
      copies.set(shape, copy)
    }
    for (const [, property] of ids) copy.rows.addValue(item[property])
    for (const [, property] of columns) copy.rows.addValue(input[property])
    for (let bit = 0; bit < defaulted.length; bit += 1) {
      if (shape & (1 << bit)) copy.rows.addValue(input[(defaulted[bit] as CopyColumn<Table, string>)[1]])
    }
    copy.rows.endRow()
    copy.items.push(item)
  }
  return [...copies.values()]
}

/**
 * Resolves with the number of rows.
 *
 * @param blame makes of an error, and of the item that the server names, what is thrown.
 */
export async function sendCopies<Item>(
  connection: Connection,
  copies: readonly Copy<Item>[],
  blame: (error: unknown, item: Item) => unknown,
  options?: CallOptions,
): Promise<number> {
  let count = 0
  for (const { sql, rows, items } of copies) {
    try {
      await connection.run({ sql, rows: rows.bytes, prepared: false, readOnly: false }, options)
    } catch (error) {
      const item = items[lineOf(error) - 1]
      throw item === undefined ? error : blame(error, item)
    }
    count += items.length
  }
  return count
}

/** The line that the server's error names, counted from 1; else 0. */
function lineOf(error: unknown): number {
  const cause = error instanceof Error ? (error.cause as { where?: unknown } | undefined) : undefined
  const [, line = 0] = /^COPY \S+, line (\d+)/.exec(String(cause?.where)) ?? []
  return Number(line)
}
