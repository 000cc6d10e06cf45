import type { DB } from '../generated/database.ts'
import type { CallOptions, Connection } from './connection.ts'
import { CopyText } from './copy.ts'

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

interface Shape<Item> {
  readonly rows: CopyText
  readonly items: Item[]
}

/**
 * Writes items into a table; resolves with their number.
 *
 * @param blame makes of an error, and of the item that the server names, what is thrown.
 */
export async function copyInto<Table extends keyof DB, Id extends string, Item extends CopyItem<Id>>(
  connection: Connection,
  table: CopyTable<Table, Id>,
  items: readonly Item[],
  blame: (error: unknown, item: Item) => unknown,
  options?: CallOptions,
): Promise<number> {
  for (const [shape, { rows, items: alike }] of shapesOf(table, items)) {
    const given = table.defaulted.filter((_, bit) => shape & (1 << bit))
    const columns = [...table.ids, ...table.columns, ...given].map(([column]) => column).join(', ')
    const sql = `copy ${table.name} (${columns}) from stdin`
    try {
      await connection.run({ sql, rows: rows.bytes, prepared: false, readOnly: false }, options)
    } catch (error) {
      const item = alike[lineOf(error) - 1]
      throw item === undefined ? error : blame(error, item)
    }
  }
  return items.length
}

/** The lines of a COPY, by which of the columns with a default are given. */
function shapesOf<Table extends keyof DB, Id extends string, Item extends CopyItem<Id>>(
  { ids, columns, defaulted }: CopyTable<Table, Id>,
  items: readonly Item[],
): Map<number, Shape<Item>> {
  const shapes = new Map<number, Shape<Item>>()
  for (const item of items) {
    const input = item.input as Readonly<Record<string, unknown>>
    let shape = 0
    for (let bit = 0; bit < defaulted.length; bit += 1) {
      if (input[(defaulted[bit] as CopyColumn<Table, string>)[1]] !== undefined) shape |= 1 << bit
    }
    let alike = shapes.get(shape)
    if (!alike) {
      alike = { rows: new CopyText(), items: [] }
      shapes.set(shape, alike)
    }
    for (const [, property] of ids) alike.rows.addValue(item[property])
    for (const [, property] of columns) alike.rows.addValue(input[property])
    for (let bit = 0; bit < defaulted.length; bit += 1) {
      if (shape & (1 << bit)) alike.rows.addValue(input[(defaulted[bit] as CopyColumn<Table, string>)[1]])
    }
    alike.rows.endRow()
    alike.items.push(item)
  }
  return shapes
}

/** The line that the server's error names, counted from 1; else 0. */
function lineOf(error: unknown): number {
  const cause = error instanceof Error ? (error.cause as { where?: unknown } | undefined) : undefined
  const [, line = 0] = /^COPY \S+, line (\d+)/.exec(String(cause?.where)) ?? []
  return Number(line)
}
