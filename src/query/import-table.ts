import type { DB } from '../../generated/database.ts'

/** The column of each property. */
type Columns<Table extends keyof DB, Property extends PropertyKey> = Readonly<
  Record<Property, keyof DB[Table] & string>
>

/**
 * The columns of a table that an import writes. Every property of the input is named, in `columns` or in `defaulted`: one
 * that is read but not written is a compile error.
 */
export interface ImportTable<
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
  /** Properties whose columns are JSON. */
  readonly json?: readonly string[]
}

/** A row to write. */
export type TableItem<Id extends string, Input> = { readonly input: Input } & {
  readonly [Property in Id]: string
}

/** Items whose rows have the same columns: [property, column] of each, those of ids first. */
export interface ItemGroup<Item> {
  readonly ids: readonly (readonly [property: keyof Item & string, column: string])[]
  readonly columns: readonly (readonly [property: string, column: string])[]
  readonly items: Item[]
}

/** Makes a group for each combination of columns with a default that the items have. */
export function groupByColumns<
  Table extends keyof DB,
  Id extends string,
  Input extends object,
  Defaulted extends keyof Input,
  Item extends TableItem<Id, Input>,
>(table: ImportTable<Table, Id, Input, Defaulted>, items: readonly Item[]): ItemGroup<Item>[] {
  const [ids, columns, defaulted] = [table.ids, table.columns, table.defaulted].map(
    (each) => Object.entries(each) as [string, string][],
  ) as [[Id, string][], [string, string][], [string, string][]]
  const groups = new Map<number, ItemGroup<Item>>()
  for (const item of items) {
    const input = item.input as Readonly<Record<string, unknown>>
    let combination = 0
    for (let bit = 0; bit < defaulted.length; bit += 1) {
      const [property] = defaulted[bit] as [string, string]
      if (input[property] !== undefined) combination |= 1 << bit
    }
    let group = groups.get(combination)
    if (!group) {
      const given = defaulted.filter((_, bit) => combination & (1 << bit))
      group = { ids, columns: [...columns, ...given], items: [] }
      groups.set(combination, group)
    }
    group.items.push(item)
  }
  return [...groups.values()]
}
